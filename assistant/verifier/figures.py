"""Numbers, dates, amounts and units of a claim: each must be a whole token of what it cites, on the same thing.

`missing` returns why it refuses, or None; it never grants support. Number words equal digits and a year equals a full
date of that year; `more than 40` is not `40`, and a number may not change places with another. Linear in both texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from assistant.text import Quantity, quantities
from assistant.verifier.tokens import Reading

_DIGITS = re.compile(r"\d+(?:[.,:/]\d+)*")
_BOUND = re.compile(
    r"\b(?:(?P<more>more than|greater than|over|above|exceed(?:s|ed|ing)|at least|no (?:fewer|less) than|a minimum of)"
    r"|(?P<less>less than|fewer than|under|below|up to|at most|no more than|as many as|as much as|a maximum of)"
    r"|(?P<about>about|around|roughly|approximately|an estimated|some|nearly|almost|close to))\s*[$€£¥]?\s*\Z",
    re.IGNORECASE,
)
_BOUND_CHARS = 24
_ISO_DATE = re.compile(r"(\d{4})?-{0,2}(\d\d)?-?(\d\d)?")
_MOST_MATCHES = 20
"""How often a number may stand in the cited sentences before the rest of its places are left unread."""
_DIRECTION = re.compile(r"\b(to|by|from)\s+[$€£¥]?\s*\Z", re.IGNORECASE)
_LOOSE_ONE = re.compile(r"\bone (?:of|another|who|that)\b|\b(?:the|this|that|no|any|every|each|which|another) one\b")

_Date = tuple[str | None, str | None, str | None]


def missing(claim: Reading, cited: Reading) -> str | None:
    """Why a figure of the claim is not in the cited sentences, or stands by something else there."""
    asked, known = quantities(claim.text), quantities(cited.text)
    same: dict[str, list[Quantity]] = {}
    dates: dict[_Date, list[Quantity]] = {}
    for quantity in known:
        same.setdefault(quantity.value, []).append(quantity)
        for date in _coarser(_date(quantity.value)) if quantity.kind == "date" else ():
            dates.setdefault(date, []).append(quantity)
    spans = []
    for quantity in asked:
        spans.append((quantity.start, quantity.end))
        if _loose(quantity, claim.text):
            continue
        alike = same.get(quantity.value, [])[:_MOST_MATCHES]
        matches = [q for q in alike if (q.kind, q.unit) == (quantity.kind, quantity.unit)]
        if quantity.kind == "date" and not matches:
            wider = dates.get(_date(quantity.value), [])[:_MOST_MATCHES]
            matches = [q for q in wider if quantity.unit in {None, q.unit}]
        if not matches:
            return _not_there(quantity, alike)
        if reason := _bound(quantity, claim.text, matches, cited.text):
            return reason
    return digits_missing(claim, cited, spans) or _swapped(claim, cited, asked, known)


def digits_missing(claim: Reading, cited: Reading, read: Sequence[tuple[int, int]] = ()) -> str | None:
    """Why a run of digits of the claim, outside the spans already read, is not in the cited sentences.

    Enough for a claim in another language, whose number words and units this module does not know.
    """
    covered = {place for start, end in read for place in range(start, end)}
    held = {match.group().replace(",", ".") for match in _DIGITS.finditer(cited.text)}
    for match in _DIGITS.finditer(claim.text):
        if match.start() not in covered and match.group().replace(",", ".") not in held:
            return f"the number {match.group()} is not in the cited sentences"
    return None


def _loose(quantity: Quantity, text: str) -> bool:
    """`one of them`, `the one`: no count."""
    near = text[max(0, quantity.start - 8) : quantity.end + 9]
    return quantity.text.lower() == "one" and _LOOSE_ONE.search(near.lower()) is not None


def _not_there(quantity: Quantity, others: Sequence[Quantity]) -> str:
    written = quantity.text.strip()
    kind = {"date": "date", "time": "time", "ordinal": "ordinal"}.get(quantity.kind, "number")
    if others:
        return f"the cited sentences say “{others[0].text.strip()}”, not “{written}”"
    return f"the {kind} {written} is not in the cited sentences"


def _date(value: str) -> _Date:
    """Year, month and day of an ISO date, None where it leaves them open; another value stands in the year's place."""
    match = _ISO_DATE.fullmatch(value)
    if match is None:
        return (value, None, None)
    year, month, day = match.groups()
    return (year, month, day)


def _coarser(date: _Date) -> Iterator[_Date]:
    """All dates that say the same and less: `August 3`, `August 2017` and `2017` of August 3, 2017."""
    year, month, day = date
    for known in product({year, None}, {month, None}, {day, None}):
        if any(known):
            yield known


def _bound(quantity: Quantity, text: str, matches: Sequence[Quantity], cited: str) -> str | None:
    """`more than 40` is not `40`, `from 10` is not `to 10`."""
    mine = _bound_of(text, quantity)
    theirs = {_bound_of(cited, match) for match in matches}
    if mine not in theirs and not (mine == "about" and None in theirs):
        if mine is None:
            said = {"more": "more than", "less": "at most or less than", "about": "about"}[min(b for b in theirs if b)]
            return f"the cited sentences say {said} {quantity.text.strip()}; the claim does not"
        return f"the cited sentences do not bound {quantity.text.strip()} in this way"
    way = _DIRECTION.search(text, max(0, quantity.start - 8), quantity.start)
    ways = [_DIRECTION.search(cited, max(0, match.start - 8), match.start) for match in matches]
    if way and all(ways) and way.group(1).lower() not in {w.group(1).lower() for w in ways if w}:
        return f"the cited sentences do not say “{way.group(1)} {quantity.text.strip()}”"
    return None


def _bound_of(text: str, quantity: Quantity) -> str | None:
    match = _BOUND.search(text[max(0, quantity.start - _BOUND_CHARS) : quantity.start])
    if match and quantity.kind in {"duration", "date", "time"} and match.group().strip().lower() in {"over", "under"}:
        return None
    return match.lastgroup if match else None


def _swapped(claim: Reading, cited: Reading, asked: Sequence[Quantity], known: Sequence[Quantity]) -> str | None:
    """Whether a quantity of the claim stands by words that stand by another one of its kind in the cited sentences.

    After a quantity comes what it counts, and one shared word is enough; before it, the farthest word is the subject.
    """
    if len(known) < 2:
        return None
    own: dict[tuple[str | None, ...], set[str]] = {}
    others: dict[tuple[str | None, ...], set[str]] = {}
    for quantity, sides in zip(known, _company(cited, known), strict=True):
        for side, words in zip(("before", "after"), sides, strict=True):
            own.setdefault((side, quantity.kind, quantity.unit, quantity.value), set()).update(words)
            for word in words:
                others.setdefault((side, quantity.kind, quantity.unit, word), set()).add(quantity.value)
    for quantity, (before, after) in zip(asked, _company(claim, asked), strict=True):
        for side, words, telling in (("before", before, before[-1:]), ("after", after, after)):
            mine = own.get((side, quantity.kind, quantity.unit, quantity.value), set())
            if not mine or (side == "after" and mine & set(words)):
                continue
            for word in telling:
                if word not in mine and (side, quantity.kind, quantity.unit, word) in others:
                    written = quantity.text.strip()
                    return f"in the cited sentences another number than {written} stands by “{word}…”"
    return None


def _company(reading: Reading, found: Sequence[Quantity]) -> Iterator[tuple[list[str], list[str]]]:
    """For each quantity the roots of up to three content words before and after it, nearest first.

    They end at the next quantity, but one that adjoins is part of the same: `Monday, August 14`.
    """
    taken = [False] * len(reading.tokens)
    bounds = []
    i = 0
    for quantity in found:
        while i < len(reading.tokens) and reading.tokens[i].end <= quantity.start:
            i += 1
        first = i
        while i < len(reading.tokens) and reading.tokens[i].start < quantity.end:
            taken[i] = True
            i += 1
        bounds.append((first, i))
    for first, last in bounds:
        before = _walk(reading, taken, range(first - 1, -1, -1))
        yield before, _walk(reading, taken, range(last, len(reading.tokens)))


def _walk(reading: Reading, taken: Sequence[bool], places: Iterable[int]) -> list[str]:
    roots: list[str] = []
    clause: int | None = None
    adjoins = True
    for steps, i in enumerate(places):
        token = reading.tokens[i]
        clause = token.clause if clause is None else clause
        if token.clause != clause or token.low == "and" or len(roots) == 3 or steps == 8:
            break
        if taken[i] and not adjoins:
            break
        adjoins = adjoins and taken[i]
        if token.content and not taken[i]:
            roots.append(token.root)
    return roots
