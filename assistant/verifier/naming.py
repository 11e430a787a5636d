"""Names and titles of a claim: each must be held by someone in what it cites.

`missing` returns why it refuses, or None; it never grants support. `Berry` equals `Richard Berry`, `the AP` equals `The
Associated Press`; a name may also come from the title, author, publisher or speaker of what is cited. Linear.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.text import STOP_WORDS, names, quantities
from assistant.text.grammar import IRREGULAR
from assistant.text.lexicon import (
    IRREGULAR_FORMS,
    PRIVATIVE,
    SAME_NAMES,
    SPEECH,
    TITLE_FORMS,
    TITLES,
    root,
    root_set,
    word_set,
)
from assistant.verifier.tokens import Reading, Token, tokenise

_LISTED = re.compile(r"\s*(?:,|and|or|&|,\s*and|,\s*or)\s*(?:the\s+)?")
_MUTUAL = root_set("meet marry agree near join merge talk share border between both similar alike")
_SMALL = frozenset(("of", "the", "and", "for", "de", "la", "del", "von", "van"))
_COMMON_ENDS = ("s", "ing", "ly", "ed", "tion", "ment", "ness", "ity", "ship", "ism", "ance", "ence")
_SINGULAR_S = ("ss", "us", "is", "as")
_COMMON_OPENERS = word_set(
    """
    police people congress staff media someone anyone money work one however instead therefore moreover meanwhile
    """
)
_AFTER_A_NAME = word_set("is was are were has had have does did do and will would can could may might must should")


def missing(claim: Reading, cited: Reading, labels: Sequence[str]) -> str | None:
    """Why a name or a title of the claim is not in the cited sentences, or has changed places with another.

    `labels` are the titles, authors, publishers and speakers of what is cited.
    """
    return (
        _names(claim, cited, labels)
        or _added_to_list(claim, cited)
        or _titles(claim, cited, labels)
        or _exchanged(claim, cited)
    )


def _names(claim: Reading, cited: Reading, labels: Sequence[str]) -> str | None:
    dated = [(q.start, q.end) for q in quantities(claim.text) if q.kind in {"date", "time"}]
    known = _Names((cited.text, *labels))
    searched = 0
    for name in names(claim.text):
        start = claim.text.find(name, searched)
        searched = max(start, searched)
        if any(begin <= start < end for begin, end in dated):
            continue
        tokens = [t for t in tokenise(name) if t.low not in TITLES and t.low not in TITLE_FORMS]
        if start == 0 or claim.text[max(0, start - 2) : start] in {". ", "? ", "! "}:
            tokens = _without_opener(tokens, claim, start, known)
        while tokens and tokens[-1].low in _SMALL | STOP_WORDS and not tokens[-1].text.isupper():
            tokens.pop()
        if tokens and not known.holds(tokens):
            return f"the name {' '.join(t.text for t in tokens)} is not in the cited sentences"
    return None


def _without_opener(tokens: list[Token], claim: Reading, start: int, known: "_Names") -> list[Token]:
    """A claim's first word has a capital anyway: it is a name only when it stands like one."""
    if not tokens or not tokens[0].capital:
        return tokens
    first = tokens[0]
    rest = claim.text[start + first.end : start + first.end + 40]
    if first.low in PRIVATIVE or first.low in STOP_WORDS or first.negates or known.says(first.root):
        return tokens[1:] if len(tokens) == 1 or known.holds(tokens[1:]) else tokens
    if len(tokens) > 1:
        return tokens
    following = tokenise(rest)[:1]
    verb = bool(following) and (_verb_form(following[0]) or rest.startswith(("'s", ",")))
    common = first.low.endswith(_COMMON_ENDS) and not first.low.endswith(_SINGULAR_S)
    return [] if first.low in _COMMON_OPENERS or common or not verb else tokens


def _verb_form(token: Token) -> bool:
    low = token.low
    known = low in IRREGULAR or low in IRREGULAR_FORMS or low in _AFTER_A_NAME or token.root in SPEECH
    return known or low.endswith("ed")


def _added_to_list(claim: Reading, cited: Reading) -> str | None:
    """`Eskmouth and Varnholm` of `Eskmouth and Norton` in the Varnholm Courier: a label names, it adds nobody."""
    known, end, before = _Names((cited.text,)), 0, ""
    for name in names(claim.text):
        start = max(claim.text.find(name, end), end)
        if before and _LISTED.fullmatch(claim.text[end:start]):
            held = [known.holds(tokenise(one)) for one in (before, name)]
            if any(held) and not all(held):
                return f"the name {name if held[0] else before} is not in the cited sentences"
        before, end = name, start + len(name)
    return None


class _Names:
    """The names and words of what is cited."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = [text for text in texts if text]
        self._lines = [tokenise(text) for text in texts]
        self._roots = {token.root for line in self._lines for token in line}
        self._text = "".join("\n " + " ".join(token.root for token in line) + " \n" for line in self._lines)
        self._full: set[tuple[str, ...]] = set()
        self._acronyms = {t.low for line in self._lines for t in line if t.text.isupper() and len(t.low) > 1}
        self._initials: set[str] = set()
        self._runs: dict[str, list[tuple[str, ...]]] = {}
        for name in (name for text in texts for name in names(text)):
            roots = tuple(t.root for t in tokenise(name) if t.low not in _SMALL)
            self._full.add(roots)
            for word in roots[-1:]:
                self._runs.setdefault(word, []).append(roots)
        for line in self._lines:
            for run in _capital_runs(line):
                self._initials.update(_initials(run))
                cut = next((i for i, token in enumerate(run) if token.low in {"of", "for"}), 0)
                self._initials.update(_initials(run[:cut]))

    def says(self, word: str) -> bool:
        return word in self._roots

    def holds(self, tokens: Sequence[Token]) -> bool:
        """Whether the name stands there, whole, shortened, as its initials, or put together from whole names."""
        if self._whole(tokens):
            return True
        for cut in range(1, min(len(tokens), 12)):
            left, right = tokens[:cut], tokens[cut:]
            if self._complete(left) and (self._complete(right) or (len(right) > 1 and self._whole(right))):
                return True
        return False

    def _complete(self, tokens: Sequence[Token]) -> bool:
        roots = tuple(t.root for t in tokens if t.low not in _SMALL)
        return roots in self._full or (len(roots) == 1 and tokens[0].low in self._acronyms | self._initials)

    def _whole(self, tokens: Sequence[Token]) -> bool:
        roots = tuple(t.root for t in tokens if t.low not in _SMALL)
        if not roots or f" {' '.join(t.root for t in tokens)} " in self._text:
            return True
        if any(_ordered_within(roots, run) for run in self._runs.get(roots[-1], ())[:50]):
            return True
        if len(tokens) == 1 and tokens[0].text.isupper() and tokens[0].low in self._initials:
            return True
        if len(roots) > 1 and _initials(tokens) & self._acronyms:
            return True
        return self._by_another_name(" ".join(t.low for t in tokens if t.low != "the"))

    def _by_another_name(self, name: str) -> bool:
        for same in SAME_NAMES:
            if name in same:
                return any(f" {' '.join(map(root, other.split()))} " in self._text for other in same)
        head, _, rest = name.partition(" ")
        turned = f"department of {head}" if rest == "department" else ""
        if name.startswith("department of "):
            turned = f"{name.removeprefix('department of ')} department"
        return bool(turned) and f" {' '.join(map(root, turned.split()))} " in self._text


def _capital_runs(line: Sequence[Token]) -> Iterator[list[Token]]:
    """Stretches of capitalised words, with small words like `and` inside: `Immigration and Customs Enforcement`."""
    run: list[Token] = []
    for token in line:
        if token.capital or (run and token.low in _SMALL and len(run) < 12):
            run.append(token)
        else:
            yield run
            run = []
    yield run


def _initials(tokens: Sequence[Token]) -> set[str]:
    """`ice` for Immigration and Customs Enforcement; with and without its small words."""
    capitals = "".join(t.low[0] for t in tokens if t.capital)
    everything = "".join(t.low[0] for t in tokens if t.low != "the")
    lead = "".join(t.low[0] for t in tokens if t.capital and t.low != "the")
    return {initials for initials in (capitals, everything, lead) if len(initials) > 1}


def _ordered_within(roots: Sequence[str], run: Sequence[str]) -> bool:
    rest = iter(run)
    return all(word in rest for word in roots)


def _exchanged(claim: Reading, cited: Reading) -> str | None:
    """`Norton sued Milan` of `Milan sued Norton`: two names around the same verb have changed places."""
    mine, theirs = _pairs(claim), _pairs(cited)
    for (left, right), links in mine.items():
        turned = theirs.get((right, left), [])
        if turned and (left, right) not in theirs and any(link & other for link in links for other in turned):
            return f"in the cited sentences “{right} …” comes first and “{left}” second"
    return None


def _pairs(reading: Reading) -> dict[tuple[str, str], list[frozenset[str]]]:
    """Neighbouring names with the words between them; `by` turns a pair round."""
    found: dict[tuple[str, str], list[frozenset[str]]] = {}
    left: Token | None = None
    between: list[Token] = []
    for token in reading.tokens:
        name = token.capital and token.low not in STOP_WORDS and token.low not in TITLES
        if not name:
            between.append(token)
            continue
        if left and between and left.clause == token.clause and len(between) < 7:
            link = frozenset(t.root for t in between if t.content and t.root not in _MUTUAL)
            pair = (left.root, token.root)
            if any(t.low == "by" for t in between):
                pair = (token.root, left.root)
            found.setdefault(pair, []).append(link)
        left, between = token, []
    return found


def _titles(claim: Reading, cited: Reading, labels: Sequence[str]) -> str | None:
    """A title that nobody has in what is cited: `Governor` for a mayor."""
    held = cited.words | {token.low for label in labels for token in tokenise(label)}
    held = {TITLE_FORMS.get(word, word) for word in held} | {root(word) for word in held}
    for token in claim.tokens:
        title = TITLE_FORMS.get(token.low, token.low)
        if title in TITLES and title not in held and root(title) not in held:
            return f"the title “{token.text}” is not in the cited sentences"
    return None
