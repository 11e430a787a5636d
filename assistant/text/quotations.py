"""Where quotation marks open and close in a block of text: curly, straight, angled, and nested."""

import re
from dataclasses import dataclass

_CLOSERS = {
    "\u201c": "\u201d",  # “ ”
    "\u201e": "\u201c\u201d",  # „ “ as in German
    "\u2018": "\u2019",  # ‘ ’
    "\u201a": "\u2018\u2019",  # ‚ ‘
    "\u00ab": "\u00bb",  # « »
    "\u2039": "\u203a",  # ‹ ›
    "\u300c": "\u300d",  # 「 」
    "\u300e": "\u300f",  # 『 』
    '"': '"',
    "'": "'",
}
_MARK = re.compile("[\"'\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a\u300c-\u300f]")
_STRAIGHT = {'"', "'"}
_SINGLE = {"'", "\u2018", "\u201a"}
_APOSTROPHES = {"'", "\u2019"}


@dataclass(frozen=True)
class Quotation:
    """An outermost quotation: `text[start:end]`, its marks included."""

    start: int
    end: int
    closed: bool
    """False when the block ends before the closing mark, as in every paragraph but the last of a long quotation."""


def quotations(block: str) -> tuple[Quotation, ...]:
    """Outermost quotations of one paragraph, in order, found in one pass.

    An apostrophe opens or closes nothing: not in `don't`, not in `the mayors' meeting`, not in `the '90s`.
    A single mark that is never closed was an apostrophe; a double one that is never closed quotes to the end.
    """
    pairs: list[Quotation] = []
    opened: list[tuple[str, int]] = []
    for match in _MARK.finditer(block):
        mark, place = match.group(), match.start()
        before, after = block[place - 1 : place], block[place + 1 : place + 2]
        if _closes(mark, before, after, opened):
            while mark not in _CLOSERS[opened[-1][0]]:
                opened.pop()
            pairs.append(Quotation(opened.pop()[1], place + 1, closed=True))
        elif _opens(mark, before, after) and all(mark != other for other, _ in opened):
            opened.append((mark, place))
    pairs += [Quotation(place, len(block.rstrip()), closed=False) for mark, place in opened if mark not in _SINGLE][:1]
    pairs.sort(key=lambda pair: pair.start)
    outermost: list[Quotation] = []
    for pair in pairs:
        if not outermost or pair.start >= outermost[-1].end:
            outermost.append(pair)
    return tuple(outermost)


def _closes(mark: str, before: str, after: str, opened: list[tuple[str, int]]) -> bool:
    if not any(mark in _CLOSERS[other] for other, _ in opened):
        return False
    if mark in _APOSTROPHES:
        return not before.isspace() and not after.isalnum()
    return mark != '"' or not _opens(mark, before, after)


def _opens(mark: str, before: str, after: str) -> bool:
    if mark not in _CLOSERS or not after or (after.isspace() and mark != "\u00ab"):
        return False
    if mark in _STRAIGHT:
        begins = not before or (not before.isalnum() and before not in ".,;:!?)]%\u2019")
        return begins and not (mark == "'" and after.isdigit())
    return True
