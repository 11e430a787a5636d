"""Numbers, dates, units, names and titles of a claim: each must be a whole token of what it cites.

`missing` returns why it refuses, or None; it never grants support. Number words equal digits, a year equals a full date
of that year, `Berry` equals `Richard Berry`, `the AP` equals `The Associated Press`; a name may also come from the
title, author, publisher or speaker of what is cited. Linear in both texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from assistant.grammar import IRREGULAR
from assistant.lexicon import (
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
from assistant.text import STOP_WORDS, Quantity, names, quantities
from assistant.tokens import Reading, Token, tokenise

_DIGITS = re.compile(r"\d+(?:[.,:/]\d+)*")
_BOUND = re.compile(
    r"(?:(?P<more>more than|greater than|over|above|exceed(?:s|ed|ing)|at least|no (?:fewer|less) than|a minimum of)"
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
_MUTUAL = root_set("meet marry agree near join merge talk share border between both similar alike")
_SMALL = frozenset(("of", "the", "and", "for", "de", "la", "del", "von", "van"))
_COMMON_ENDS = ("s", "ing", "ly", "ed", "tion", "ment", "ness", "ity", "ship", "ism", "ance", "ence")
_SINGULAR_S = ("ss", "us", "is", "as")
_COMMON_OPENERS = word_set(
    """
    police people congress staff media someone anyone money work one however instead therefore moreover meanwhile
    """
)
_AFTER_A_NAME = word_set(
    "is was are were has had have does did do and will would can could may might must should"
)


_Date = tuple[str | None, str | None, str | None]


def missing(claim: Reading, cited: Reading, labels: Sequence[str], *, names_too: bool = True) -> str | None:
    """Why a particular of the claim is not in the cited sentences.

    `labels` are the titles, authors, publishers and speakers of what is cited: they give names, never numbers.
    `names_too` is False for a claim in another language, whose names and capitals follow other rules.
    """
    reason = _numbers(claim, cited)
    if reason is None and names_too:
        reason = _names(claim, cited, labels) or _titles(claim, cited, labels) or _exchanged(claim, cited)
    return reason


# Quantities


def _numbers(claim: Reading, cited: Reading) -> str | None:
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
    digits = {match.group() for match in _DIGITS.finditer(cited.text)}
    for match in _DIGITS.finditer(claim.text):
        if match.group() not in digits and not any(start <= match.start() < end for start, end in spans):
            return f"the number {match.group()} is not in the cited sentences"
    return _swapped(claim, cited, asked, known)


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
    """Whether a number of the claim stands by words that stand by another number in the cited sentences."""
    if len(known) < 2:
        return None
    mine, theirs = list(_company(claim, asked)), list(_company(cited, known))
    by_root: list[dict[str, set[str]]] = [{}, {}]
    own: list[dict[str, set[str]]] = [{}, {}]
    for quantity, sides in zip(known, theirs, strict=True):
        for side, roots in enumerate(sides):
            own[side].setdefault(quantity.value, set()).update(roots)
            for word in roots:
                by_root[side].setdefault(word, set()).add(quantity.value)
    for quantity, sides in zip(asked, mine, strict=True):
        for side, roots in enumerate(sides):
            if quantity.value not in own[side] or roots & own[side][quantity.value]:
                continue
            for word in sorted(roots & by_root[side].keys()):
                return f"in the cited sentences “{word}…” goes with another number than {quantity.text.strip()}"
    return None


def _company(reading: Reading, found: Sequence[Quantity]) -> Iterator[tuple[set[str], set[str]]]:
    """For each quantity the roots of up to three content words before and after it, up to the next quantity."""
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
        after = _walk(reading, taken, range(last, len(reading.tokens)))
        yield before, after


def _walk(reading: Reading, taken: Sequence[bool], places: Iterable[int]) -> set[str]:
    roots: set[str] = set()
    clause: int | None = None
    for steps, i in enumerate(places):
        token = reading.tokens[i]
        clause = token.clause if clause is None else clause
        if taken[i] or token.clause != clause or token.low == "and" or len(roots) == 3 or steps == 6:
            break
        if token.content:
            roots.add(token.root)
    return roots


# Names


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
        return roots in self._full or (len(roots) == 1 and tokens[0].low in self._acronyms)

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
