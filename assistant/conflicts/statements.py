"""What a sentence states, slot by slot, so that two can be compared: who, how many, when, which way, what it denies.

Values, computed once for each sentence; English only. Roots are those of `lexicon.root`, near-synonyms under one name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from assistant.text import STOP_WORDS, names, quantities, words
from assistant.text.grammar import word_set
from assistant.text.lexicon import root, root_set
from assistant.text.negation import affirmed, denied

_CONCEPTS = {
    root(word): concept
    for concept, members in {
        "*money": "money fund funds funding grant grants finance aid cash subsidy payment dollars budget",
        "*loss": "lose loss withhold risk threaten threat cut strip forfeit jeopardy endanger",
        "*town": "city town jurisdiction municipality community",
        "*dead": "dead die died death killed kill fatality victim",
        "*hurt": "injured hurt wounded injury",
    }.items()
    for word in members.split()
}
WEAK = root_set(
    """
    say tell new also report year time day make use people one two three four five six seven eight nine ten
    first second direct through actually specifically self long any
    """
)
"""Roots that make no two sentences speak of the same thing."""
_NOT_SUBJECTS = word_set(
    """
    the a an mr ms mrs dr chief mayor police general attorney acting assistant department of and monday tuesday
    wednesday thursday friday saturday sunday january february march april may june july august september october
    november december american
    """
)
POINTS_BACK = re.compile(r"[“\"]?(?:this|that|these|those|it|they|he|she|his|her|their|its)\b", re.I)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def concept(word: str) -> str:
    """The root of a word, or the one name of its near-synonyms."""
    return _CONCEPTS.get(root(word), root(word))


def concepts(found: Iterable[str]) -> frozenset[str]:
    """Concepts of words, weak ones left out."""
    return frozenset(map(concept, found)) - WEAK


def content(text: str) -> frozenset[str]:
    """Concepts of the content words of a text."""
    return concepts(word for word in words(text) if word not in STOP_WORDS)


@dataclass(frozen=True)
class Made:
    """Who made or signed something: "Sessions's letter", "sent by Hanson", "not signed by Sessions"."""

    names: tuple[str, ...]
    """Lower-case words of the names."""
    verb: str | None
    noun: str | None
    negated: bool


@dataclass(frozen=True)
class Denied:
    """A clause that is denied, told without the denial, and the concepts that stand side by side in it."""

    text: str
    pairs: tuple[frozenset[str], ...]
    subject: bool
    """Whether the pairs are the subject with the one word that is denied of it."""


@dataclass(frozen=True)
class Statement:
    """One sentence of a document, with the sentence that it takes up when it opens with "it", "they", "this"."""

    id: str
    document: str
    paragraph: int
    speaker: str | None
    text: str
    before: str
    """The sentence that it takes up; empty when it stands alone."""
    acronyms: tuple[tuple[str, str], ...] = ()

    @cached_property
    def affirms(self) -> frozenset[str]:
        return frozenset(_CONCEPTS.get(found, found) for found in affirmed(self.text)) - WEAK

    @cached_property
    def denies(self) -> frozenset[str]:
        return frozenset(_CONCEPTS.get(found, found) for found in denied(self.text)) - WEAK

    @cached_property
    def context(self) -> frozenset[str]:
        return content(f"{self.before} {self.text}")

    @cached_property
    def named(self) -> frozenset[str]:
        """Lower-case words of the names in the sentence itself."""
        return frozenset(word for name in names(self.text) for word in words(name))

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Words of the names that it is about, acronyms spelt out, without titles and months."""
        spelt = dict(self.acronyms)
        found = names(f"{self.before} {self.text}")
        return frozenset(
            word
            for name in found
            for word in words(spelt.get(name, name))
            if word not in _NOT_SUBJECTS and len(word) > 2
        )

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(_YEAR.findall(f"{self.before} {self.text}"))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return words(self.text)

    @cached_property
    def places(self) -> tuple[tuple[int, str], ...]:
        """(place among the tokens, concept) of each content word."""
        return tuple((at, concept(token)) for at, token in enumerate(self.tokens) if token not in STOP_WORDS)

    @cached_property
    def made(self) -> tuple[Made, ...]:
        return _made(self.text)

    @cached_property
    def counts(self) -> dict[str, tuple[str, str]]:
        """By concept of what is counted: its number and the word for it as written."""
        return _counts(self.text)

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(quantity.value for quantity in quantities(self.text) if quantity.kind == "date")

    @cached_property
    def trend(self) -> tuple[str, frozenset[str]] | None:
        """Direction, `up`, `down` or `flat`, and the plural nouns that may move."""
        return _trend(self)

    @cached_property
    def contradicts(self) -> re.Match[str] | None:
        """Where it says that something contradicts something."""
        return _CONTRADICTS.search(self.text)

    @cached_property
    def disputes(self) -> bool:
        """Whether it says that somebody sees the matter otherwise."""
        return bool(_DISPUTES.search(self.text))

    @cached_property
    def in_dispute(self) -> bool:
        """Whether it says that a matter is open."""
        return bool(_OPEN.search(self.text))

    @cached_property
    def negative(self) -> bool:
        return bool(NEGATIVE.search(self.text))

    @cached_property
    def dated(self) -> bool:
        """Whether it dates something in so many words."""
        return bool(_DATES_IT.search(self.text))

    @cached_property
    def denials(self) -> tuple[Denied, ...]:
        return tuple(_denials(self))


# --- who made it -----------------------------------------------------------------------------------------------------

_THINGS = (
    "letter|statement|report|bill|order|speech|book|plan|proposal|memo|decision|ruling|study|survey|lawsuit|offer|song"
    "|film|painting|poem|invention|design"
)
_OWNED = re.compile(rf"\b(?P<name>[A-Z][\w.-]+(?: [A-Z][\w.-]+){{0,4}}?)(?:['’]s?)? (?P<noun>{_THINGS})s?\b")
_DONE_BY = re.compile(
    r"\b(?P<not>not |never )?(?P<verb>signed|sent|written|made|issued|drafted|ordered|approved|composed"
    r"|painted|directed"
    r"|built|designed|invented|discovered|founded|published|released) by (?P<names>(?:the "
    r"|its )?(?:[A-Z][\w.’'-]* ?){1,8})"
)


def _made(text: str) -> tuple[Made, ...]:
    owned = (Made(words(match["name"]), None, match["noun"].lower(), False) for match in _OWNED.finditer(text))
    done = (Made(words(match["names"]), match["verb"], None, bool(match["not"])) for match in _DONE_BY.finditer(text))
    return (*owned, *done)


# --- how many --------------------------------------------------------------------------------------------------------

_VOTE = re.compile(r"\b(?P<for>\d+)(?: votes?)?(?: to |[-–])(?P<against>\d+)\b")
_COUNTED_KINDS = frozenset({"number", "money", "measure", "percent", "duration"})
_LETTERS = re.compile(r"[^\W\d_]+")


def _counts(text: str) -> dict[str, tuple[str, str]]:
    found: dict[str, list[tuple[str, str]]] = {}
    vote = _VOTE.search(text) if re.search(r"\bvot", text) else None
    if vote:
        found["vote"] = [(f"{vote['for']}-{vote['against']}", "votes")]
    for quantity in quantities(text):
        if quantity.kind not in _COUNTED_KINDS or (vote and vote.start() <= quantity.start < vote.end()):
            continue
        following = words(text[quantity.end : quantity.end + 40])[:1]
        unit = quantity.unit or (following[0] if following else "")
        if unit and unit not in STOP_WORDS:
            written = _LETTERS.findall(quantity.text)
            shown = written[-1] if quantity.unit and written else following[0] if following else unit
            found.setdefault(concept(unit), []).append((quantity.value, shown))
    return {noun: values[0] for noun, values in found.items() if len({value for value, _ in values}) == 1}


# --- which way -------------------------------------------------------------------------------------------------------

_DOWN = re.compile(r"\b(?:fell|fall(?:s|en)?|drop(?:ped|s)?|declin(?:ed|es)|decreas(?:ed|es)|shrank|went down)\b", re.I)
_UP = re.compile(r"\b(?:rose|ris(?:es|en)|grew|grow[ns]?|increas(?:ed|es)|climb(?:ed|s)|jump(?:ed|s)|went up)\b", re.I)
_FLAT = re.compile(
    r"\b(?:no (?:clear |real |significant )?change|unchanged|remained (?:flat|stable)|as many as)\b", re.I
)
_AGAINST = re.compile(
    r"(?P<now>\d[\d,.]*) (?P<noun>[a-z]+s)\b[^;\n]{0,90}?\b(?:against|compared (?:with|to)) (?P<then>\d[\d,.]*)"
)
_TIME_NOUNS = word_set("years months weeks days nights hours minutes times percent points meters metres miles")
_REACH = 5


def _trend(statement: Statement) -> tuple[str, frozenset[str]] | None:
    text = statement.text
    if match := _AGAINST.search(text):
        now, then = (float(match[which].replace(",", "").rstrip(".") or 0) for which in ("now", "then"))
        return None if now == then else ("up" if now > then else "down", frozenset({concept(match["noun"])}))
    for direction, pattern in (("flat", _FLAT), ("down", _DOWN), ("up", _UP)):
        if match := pattern.search(text):
            near = [word for word in words(text[: match.start()]) if word not in STOP_WORDS][-_REACH:]
            nouns = (
                word for word in near if word.endswith("s") and word not in _TIME_NOUNS and word not in statement.named
            )
            return direction, frozenset(map(concept, nouns))
    return None


# --- what is denied --------------------------------------------------------------------------------------------------

_NEGATION = re.compile(
    r"(?P<told>\b(?:denied|denies|disputed|disputes|rejected|rejects) "
    r"(?:the (?:idea|claim|notion|suggestion|accusation|charge) )?that )"
    r"|(?P<not>\b(?:not|never)\b |n[’']t )|(?P<no>\b(?:no|none of) )",
    re.I,
)
_CLAUSE_START = re.compile(r"\bthat |[,;:—“]\s*|\band |\bbut |^")
_CLAUSE_STOP = re.compile(r"\s+(?:and|but|which|who|because|although)\b|[,;:—”]|[.!?](?:\s|$)")
_DO_NOT = re.compile(r"\b(?P<do>do|does|did) $", re.I)
_NO_SUBJECT = re.compile(r"\s*(?:is|are|was|were|has|have|had|will|would|can|could|may|must)\b")
_NAMES_FIRST = re.compile(r"(?:[A-Z][\w.’'-]+)(?:(?:,? and |, | )(?:[A-Z][\w.’'-]+)){0,12}")
_NOT_KNOWN = re.compile(r"(?:yet )?(?:known|clear|certain|decided|sure|only|just|immediately)\b", re.I)
_MAY = re.compile(r"\b(?:may|might|could) $", re.I)
MAX_SHOWN = 110


def _denials(statement: Statement) -> Iterable[Denied]:
    text = statement.text
    for match in _NEGATION.finditer(text):
        stop = _CLAUSE_STOP.search(text, match.end())
        after = text[match.end() : stop.start() if stop else len(text)]
        before = "" if match["told"] else _clause_before(text, match)
        if _NOT_KNOWN.match(after) or _MAY.search(before):
            continue
        pairs, subject = _pairs(statement, before or text[: match.start()], after)
        shown = " ".join(f"{before}{'any ' if match['no'] else ''}{after}".split())
        if pairs and 3 < len(shown) <= MAX_SHOWN:
            named = shown.split()[0].lower().strip(".,") in statement.named
            yield Denied(shown if named else shown[0].lower() + shown[1:], pairs, subject)


def _clause_before(text: str, match: re.Match[str]) -> str:
    """What stands before the negation in its clause, as it reads without it."""
    start = max((found.end() for found in _CLAUSE_START.finditer(text, 0, match.start())), default=0)
    before = text[start : match.start()]
    if match["no"]:
        return before
    if do := _DO_NOT.search(before):
        before = before[: do.start()] + ("" if do["do"].lower() == "do" else f"{do['do']} ")
    elif match["not"].lower() in {"n’t ", "n't "}:
        before += " "
    if _NO_SUBJECT.match(before):
        subject = _NAMES_FIRST.match(text)
        named = subject is not None and subject.group().lower() not in STOP_WORDS
        before = f"{subject.group() if subject and named else 'it'} {before.lstrip()}"
    return before


def _pairs(statement: Statement, before: str, after: str) -> tuple[tuple[frozenset[str], ...], bool]:
    """Neighbours among the concepts that are denied; a lone one is paired with its subject, which is then said."""
    named = {word for name in names(after) for word in words(name)}
    roots = [concept(word) for word in words(after)[:8] if word not in STOP_WORDS and word not in named]
    if len(roots) != 1:
        return tuple(frozenset(pair) for pair in pairwise(roots) if pair[0] != pair[1]), False
    own = [word for word in words(before) if word not in STOP_WORDS][-1:]
    taken_up = [word for word in words(statement.before) if word not in STOP_WORDS][:1]
    subjects = [concept(word) for word in own or taken_up]
    return tuple(frozenset((subject, roots[0])) for subject in subjects if subject not in (roots[0], "*town")), True


# --- what the documents themselves call a dispute --------------------------------------------------------------------

_CONTRADICTS = re.compile(
    r"\b(?:contradict(?:s|ed|ing)?|at odds with|contrary to|inconsistent with|conflicts? with|differs? from)\b", re.I
)
_DISPUTES = re.compile(
    r"\b(?:rejects? (?:that|this|it)\b|(?:sees?|saw) (?:it|things) (?:otherwise|differently)"
    r"|count(?:s|ed)? (?:it |them )?differently|disagree[sd]?\b|took issue"
    r"|call(?:s|ed) (?:that|this|it) (?:wrong|false|untrue|misleading))",
    re.I,
)
_OPEN = re.compile(
    r"\b(?:is|are|was|were|remains?) (?:disputed|contested|a matter of (?:dispute|debate)|in dispute)\b", re.I
)
NEGATIVE = re.compile(r"\b(?:no|none|not|never)\b", re.I)
_DATES_IT = re.compile(r"\b(?:dates|dated)\b", re.I)
