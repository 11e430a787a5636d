"""Where the documents disagree: sentences that cannot all be true, found by comparing what they state.

Five slots are compared between a sentence of the answer and every other sentence: who did it, how many, when, whether,
and what one source says of another ("this contradicts", "disputed"). Each needs the same subject on both sides. No side
is preferred; a disagreement is only reported when it touches what was asked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.lexicon import root
from assistant.negation import affirmed, denied
from assistant.schema import Article, DraftConflict, Question, Sentence
from assistant.text import STOP_WORDS, names, quantities, words

MAX_CONFLICTS = 2
MAX_SIDES = 3

_CONTRADICTS = re.compile(r"\b(?:contradict(?:s|ed|ing)?|at odds with|contrary to|inconsistent with|conflicts? with|differs? from)\b", re.I)
_DISPUTES = re.compile(
    r"\b(?:rejects? (?:that|this|it)\b|sees? (?:it|things) (?:otherwise|differently)|counts? (?:it |them )?differently|counted (?:it |them )?differently"
    r"|disagrees?\b|disagreed\b|took issue|calls? (?:that|this|it) (?:wrong|false|untrue|misleading)|called (?:that|this|it) (?:wrong|false|untrue|misleading))",
    re.I,
)
_OPEN = re.compile(r"\b(?:is|are|was|were|remains?) (?:disputed|contested|a matter of (?:dispute|debate)|in dispute)\b", re.I)
_POINTS_BACK = re.compile(r"[“\"]?(?:this|that|these|those|it|they)\b", re.I)
_DATES_IT = re.compile(r"\b(?:dates?|dated|puts?|places?)\b", re.I)
_AGENT_OF = re.compile(r"\b(?P<name>[A-Z][\w.-]+(?: [A-Z][\w.-]+)*?)(?:['’]s?)? (?P<noun>letter|statement|report|bill|order|speech|book|plan|proposal|memo|decision|ruling|study|survey|lawsuit|article|offer|song|film|painting|poem|invention|design)s?\b")
_AGENT_BY = re.compile(r"\b(?P<not>not |never )?(?P<verb>signed|sent|written|made|issued|drafted|ordered|approved|composed|painted|directed|built|designed|invented|discovered|founded|published|released) by (?P<names>(?:the |its )?(?:[A-Z][\w.’'-]+ ?)+)")
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
_WEAK_ROOTS = frozenset(root(word) for word in "say tell new also report state year time day make use people one two three four five six seven eight nine ten first second direct through actually specifically self long any".split())
_TITLE_NAMES = frozenset("the a an mr ms mrs dr chief mayor police general attorney acting assistant department of and monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december american".split())


@dataclass(frozen=True)
class _Statement:
    """A sentence with what is compared of it."""

    sentence: Sentence
    document: str
    affirms: frozenset[str]
    denies: frozenset[str]
    subjects: frozenset[str]
    """Name words that it or the sentence that it takes up mentions; acronyms are spelt out."""
    context: str
    """The sentence after the one that it takes up, when it opens with a word that points back."""


def find(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[DraftConflict, ...]:
    """Disagreements in which one of `sentences`, the ones that answer, takes part and which the question touches."""
    statements = _statements(article.version, _Texts(article))
    of = {statement.sentence.id: statement for statement in statements}
    asked = _concepts(root(word) for word in words(question.text) if word not in STOP_WORDS)
    found: dict[frozenset[str], DraftConflict] = {}
    for sentence in sentences:
        own = of.get(sentence.id)
        if own is None:
            continue
        for conflict, roots in _disagreements(own, statements):
            if _touches(asked, conflict.about, roots, question):
                found.setdefault(frozenset(conflict.sentences), conflict)
    return _merged(tuple(found.values()))[:MAX_CONFLICTS]


class _Texts:
    """An article as a cache key: equal by version, which changes with any text."""

    def __init__(self, article: Article) -> None:
        self.article = article

    def __hash__(self) -> int:
        return hash(self.article.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Texts) and other.article.version == self.article.version


@lru_cache(maxsize=16)
def _statements(version: str, texts: _Texts) -> tuple[_Statement, ...]:
    article = texts.article
    spelt = _acronyms(article)
    statements = []
    for document in article.documents:
        before = ""
        for sentence in document.sentences:
            leans = bool(_POINTS_BACK.match(sentence.text)) or sentence.text.startswith(("He ", "She "))
            context = f"{before} {sentence.text}" if leans else sentence.text
            subjects = {
                word
                for name in names(context)
                for word in words(spelt.get(name, name))
                if word not in _TITLE_NAMES and len(word) > 2
            }
            statements.append(
                _Statement(
                    sentence,
                    document.id,
                    _concepts(affirmed(sentence.text)),
                    _concepts(denied(sentence.text)),
                    frozenset(subjects),
                    context,
                )
            )
            before = sentence.text
    return tuple(statements)


def _concepts(roots: Iterable[str]) -> frozenset[str]:
    return frozenset(_CONCEPTS.get(word, word) for word in roots) - _WEAK_ROOTS


_INTRODUCED = re.compile(r"\b(?P<long>[A-Z][\w’'-]+(?: (?:of|and|the|for) | )(?:[A-Z][\w’'-]+ ?(?:of |and |the |for )?){1,6})(?:,? or |,? known as | \()(?P<short>[A-Z]{2,6})\b")


def _acronyms(article: Article) -> dict[str, str]:
    """Acronyms that the documents introduce, with what they stand for."""
    found = {"DOJ": "Justice Department", "ICE": "Immigration and Customs Enforcement"}
    for document in article.documents:
        for match in _INTRODUCED.finditer(document.text):
            found[match["short"]] = match["long"].strip()
    return found


def _disagreements(own: _Statement, statements: Sequence[_Statement]) -> Iterator[tuple[DraftConflict, frozenset[str]]]:
    """Conflicts of one statement with what each is about, as roots."""
    yield from _by_cue(own, statements)
    for other in statements:
        if other.document == own.document:
            continue
        for compare in (_who, _whether, _trend, _count, _date):
            if found := compare(own, other):
                about, roots = found
                yield DraftConflict(sentences=(own.sentence.id, other.sentence.id), about=about), roots


def _who(own: _Statement, other: _Statement) -> tuple[str, frozenset[str]] | None:
    """ "Sessions's letter" against "sent by Hanson, not signed by Sessions"."""
    for left, right in ((own, other), (other, own)):
        for by in _AGENT_BY.finditer(left.sentence.text):
            for made in _AGENT_OF.finditer(right.sentence.text):
                noun = made["noun"].lower()
                if not re.search(rf"\b{noun}\b", left.context, re.I):
                    continue
                maker, doers = words(made["name"])[-1], words(by["names"])
                same = maker in doers
                if (by["not"] and same) or (not by["not"] and not same and _denies_agent(left, maker)):
                    return f"who {_simple_past(by['verb'])} the {noun}", frozenset({root(noun), root(by["verb"])})
    return None


def _denies_agent(statement: _Statement, maker: str) -> bool:
    return any(by["not"] and maker in words(by["names"]) for by in _AGENT_BY.finditer(statement.sentence.text))


def _simple_past(participle: str) -> str:
    return {"written": "wrote"}.get(participle, participle)


def _whether(own: _Statement, other: _Statement) -> tuple[str, frozenset[str]] | None:
    """One denies of a subject what the other says of it, in words that stand together in both."""
    for left, right in ((own, other), (other, own)):
        if not left.denies & right.affirms:
            continue
        for clause in _denied_clauses(left.sentence.text):
            pair = next((pair for pair in clause.pairs if _together(pair, right)), None)
            article_takes_part = "article" in (left.document, right.document)
            if pair and (left.subjects & right.subjects or (pair <= _MONEY_AT_RISK and article_takes_part)):
                return f"whether {clause.text}", frozenset(pair)
    return None


_MONEY_AT_RISK = frozenset({"*money", "*loss"})
_WINDOW = 4


@dataclass(frozen=True)
class _Denied:
    """A clause that is denied, without the denial, and the neighbouring roots in it."""

    text: str
    pairs: tuple[frozenset[str], ...]


_NEGATION = re.compile(
    r"(?P<told>\b(?:denied|denies|disputed|disputes|rejected|rejects) (?:the (?:idea|claim|notion|suggestion|accusation|charge) )?that )"
    r"|(?P<not>\b(?:not|never)\b |n[’']t )|(?P<no>\b(?:no|none of) )",
    re.I,
)
_CLAUSE_START = re.compile(r"\bthat |[,;:—“]\s*|\band |\bbut |^")
_CLAUSE_STOP = re.compile(r"\s+(?:and|but|which|who|because|although)\b|[,;:—”]|[.!?](?:\s|$)")
_DO_NOT = re.compile(r"\b(?P<do>do|does|did) $", re.I)


_NO_SUBJECT = re.compile(r"(?:is|are|was|were|has|have|had|will|would|can|could|may|must)\b|\s*$")


def _subject(text: str) -> str:
    """The names with which a sentence begins, or "it"."""
    match = re.match(r"(?:[A-Z][\w.’'-]+)(?:(?:,? and |, | )(?:[A-Z][\w.’'-]+))*", text)
    return match.group() if match and match.group().lower() not in STOP_WORDS else "it"


@lru_cache(maxsize=2048)
def _denied_clauses(text: str) -> tuple[_Denied, ...]:
    found = []
    for match in _NEGATION.finditer(text):
        stop = _CLAUSE_STOP.search(text, match.end())
        after = text[match.end() : stop.start() if stop else len(text)]
        before = ""
        if not match["told"]:
            start = max((m.end() for m in _CLAUSE_START.finditer(text, 0, match.start())), default=0)
            before = text[start : match.start()]
            if match["not"] and (do := _DO_NOT.search(before)):
                before = before[: do.start()] + ("" if do["do"].lower() == "do" else do["do"] + " ")
            elif match["not"] and match["not"].lower() in {"n’t ", "n't "}:
                before += " "
        named = {word for name in names(after) for word in words(name)}
        roots = [_CONCEPTS.get(root(w), root(w)) for w in words(after)[:8] if w not in STOP_WORDS and w not in named]
        if len(roots) == 1:
            # "It will not be rung": the subject, or what "it" stands for, with the one thing denied of it.
            subjects = [_CONCEPTS.get(root(w), root(w)) for w in words(before or text[: match.start()]) if w not in STOP_WORDS]
            roots = [*subjects[-1:], *roots]
        pairs = tuple(frozenset(pair) for pair in zip(roots, roots[1:], strict=False) if pair[0] != pair[1])
        if match["no"] and roots and not pairs:
            continue
        if _NO_SUBJECT.match(before):
            before = f"{_subject(text)} {before}"
        shown = " ".join(f"{before}{'any ' if match['no'] else ''}{after}".split())
        if 3 < len(shown) <= 110 and pairs:
            proper = names(shown[:1] + shown[1:])
            keep = shown[0].isupper() and any(name.startswith(shown.split()[0]) for name in proper) and shown.split()[0].lower() not in STOP_WORDS
            found.append(_Denied(shown if keep else shown[0].lower() + shown[1:], pairs))
    return tuple(found)


_ENDED = re.compile(
    r"\b(?:g[ai]ve[ns]? up|rescind|revok|abandon|end(?:s|ed)?|stop|no longer|former|repeal|cancel|abolish|drop|withdr|scrap|reject|den(?:y|ied))"
)


def _together(pair: frozenset[str], statement: _Statement) -> bool:
    """Whether both roots stand within a few words in what the statement affirms: not in a name, not as what has ended."""
    if not pair <= statement.affirms or pair & _WEAK_ROOTS:
        return False
    text = statement.sentence.text
    named = {word for name in names(text) for word in words(name)}
    tokens = words(text)
    roots = [_CONCEPTS.get(root(token), root(token)) for token in tokens]
    one, two = ([at for at, value in enumerate(roots) if value == which and tokens[at] not in named] for which in pair)
    for a in one:
        for b in two:
            passive = any(tokens[at + 1 : at + 2] == ("by",) for at in (a, b))
            ended = bool(_ENDED.search(" ".join(tokens[max(0, min(a, b) - 5) : max(a, b)])))
            if abs(a - b) <= _WINDOW and not passive and not ended:
                return True
    return False


def _surface(text: str, shared: frozenset[str]) -> str:
    """The words of the text that are shared, at most three, in order."""
    found = [word for word in words(text) if _CONCEPTS.get(root(word), root(word)) in shared]
    return ", ".join(dict.fromkeys(found[:3]))


_DOWN = re.compile(r"\b(?:fell|fall(?:s|en)?|drop(?:ped|s)?|declin(?:ed|es)|decreas(?:ed|es)|shrank|down|reduced|lower|fewer)\b", re.I)
_UP = re.compile(r"\b(?:rose|ris(?:es|en)|grew|grow[ns]?|increas(?:ed|es)|climb(?:ed|s)|jump(?:ed|s)|up|higher|more)\b", re.I)
_FLAT = re.compile(r"\b(?:no (?:clear |real |significant )?change|unchanged|flat|stable|as many as)\b", re.I)
_AGAINST = re.compile(r"(?P<now>\d[\d,.]*)\b[^.;]{0,90}?\b(?:against|compared (?:with|to)|up from|down from|from) (?P<then>\d[\d,.]*)", re.I)


def _trend(own: _Statement, other: _Statement) -> tuple[str, frozenset[str]] | None:
    """The same thing falling for one and rising, or standing still, for the other."""
    mine, theirs = _direction(own.sentence.text), _direction(other.sentence.text)
    if mine is None or theirs is None or mine == theirs:
        return None
    shared = own.affirms & other.affirms - {root(w) for w in ("fall", "rise", "drop", "grow", "increase", "decline", "percent", "compare")}
    noun = next((word for word in words(own.sentence.text) if root(word) in shared and word.endswith("s")), None)
    if noun is None:
        return None
    return f"how the number of {noun} has changed", frozenset({root(noun)})


def _direction(text: str) -> str | None:
    if _FLAT.search(text):
        return "flat"
    if match := _AGAINST.search(text):
        now, then = (float(match[which].replace(",", "").rstrip(".") or 0) for which in ("now", "then"))
        if now != then and not _DOWN.search(text) and not _UP.search(text):
            return "up" if now > then else "down"
    down, up = bool(_DOWN.search(text)), bool(_UP.search(text))
    return None if down == up else "down" if down else "up"


def _count(own: _Statement, other: _Statement) -> tuple[str, frozenset[str]] | None:
    """The same things counted, with another result."""
    mine, theirs = _counts(own.sentence.text), _counts(other.sentence.text)
    for noun, number in mine.items():
        rival = theirs.get(noun)
        if rival is None or rival == number:
            continue
        shared = (own.affirms & other.affirms) - {noun}
        if len(shared) >= max(3, 0.5 * min(len(own.affirms), len(other.affirms)) - 1) and own.subjects & other.subjects:
            return f"the number of {_noun_of(own.sentence.text, noun)}", frozenset({noun}) | shared
    return None


def _counts(text: str) -> dict[str, str]:
    """Number by root of the noun counted, for nouns that are counted once."""
    found: dict[str, list[str]] = {}
    for quantity in quantities(text):
        if quantity.kind not in {"number", "money", "measure", "percent"}:
            continue
        following = words(text[quantity.end : quantity.end + 40])[:1]
        unit = quantity.unit or (following[0] if following else "")
        if unit and unit not in STOP_WORDS:
            found.setdefault(root(unit), []).append(quantity.value)
    return {noun: values[0] for noun, values in found.items() if len(set(values)) == 1}


def _noun_of(text: str, noun: str) -> str:
    return next((word for word in words(text) if root(word) == noun), noun)


def _date(own: _Statement, other: _Statement) -> tuple[str, frozenset[str]] | None:
    """One event under two dates: only where a sentence dates something and both speak of the same thing."""
    for left, right in ((own, other), (other, own)):
        if not (_DATES_IT.search(left.sentence.text) and _DATES_IT.search(right.sentence.text)):
            continue
        mine, theirs = _dates(left.sentence.text), _dates(right.sentence.text)
        shared = (left.affirms & right.affirms) - {root("date")}
        if len(mine) == len(theirs) == 1 and shared and not _compatible(*mine, *theirs):
            noun = next((word for word in words(left.sentence.text) if root(word) in shared and word.isalpha()), "event")
            if noun not in STOP_WORDS:
                return f"the date of the {noun}", shared | {root("date")}
    return None


def _dates(text: str) -> set[str]:
    return {quantity.value for quantity in quantities(text) if quantity.kind == "date"}


def _compatible(one: str, other: str) -> bool:
    """`2017-08` holds `2017-08-03`; a date without a year agrees with any year."""
    one, other = (re.sub(r"^(?:-+|X+-|\?+-)", "", value) for value in (one, other))
    return one.startswith(other) or other.startswith(one) or one.endswith(other) or other.endswith(one)


def _by_cue(own: _Statement, statements: Sequence[_Statement]) -> Iterator[tuple[DraftConflict, frozenset[str]]]:
    """What a sentence itself calls a contradiction or a dispute."""
    place = {statement.sentence.id: at for at, statement in enumerate(statements)}
    at = place[own.sentence.id]
    for near in range(max(0, at - 1), min(len(statements), at + 3)):
        cue = statements[near]
        if cue.document == own.document and (match := _CONTRADICTS.search(cue.sentence.text)):
            yield from _contradicted(cue, match, near, own, statements)
    for cue in statements:
        # The other way round: the answer is what another document says is contradicted.
        if cue.document != own.document and (match := _CONTRADICTS.search(cue.sentence.text)):
            yield from _contradicted(cue, match, place[cue.sentence.id], own, statements)
    yield from _disputed(at, statements)


def _disputed(at: int, statements: Sequence[_Statement]) -> Iterator[tuple[DraftConflict, frozenset[str]]]:
    """Neighbours of which one says that it sees the matter otherwise, or that the matter is in dispute."""
    document = statements[at].document
    for cue_at in range(max(0, at - 2), min(len(statements), at + 3)):
        cue = statements[cue_at]
        if cue.document != document:
            continue
        if _DISPUTES.search(cue.sentence.text):
            sides = [number for number in (cue_at - 1, cue_at, cue_at + 1) if 0 <= number < len(statements)]
        elif _OPEN.search(cue.sentence.text):
            sides = [number for number in (cue_at + 1, cue_at + 2) if number < len(statements)]
        else:
            continue
        near = [number for number in sides if statements[number].document == document and abs(statements[number].sentence.paragraph - cue.sentence.paragraph) <= 1]
        if at in near and len(near) > 1:
            roots = frozenset().union(*(statements[number].affirms | statements[number].denies for number in near))
            yield DraftConflict(sentences=tuple(statements[number].sentence.id for number in near), about="this, as the sentences themselves say"), roots
            return


def _contradicted(cue: _Statement, match: re.Match[str], at: int, own: _Statement, statements: Sequence[_Statement]) -> Iterator[tuple[DraftConflict, frozenset[str]]]:
    """The sentence that the cue points back to against what the contradicted speaker said elsewhere."""
    claim = statements[at - 1] if at and _POINTS_BACK.match(cue.sentence.text) else cue
    told = cue.sentence.text[match.end() :]
    told = told.rsplit(" that ", 1)[-1]
    roots = _concepts(frozenset(root(word) for word in words(told) if word not in STOP_WORDS and word in told))
    negative = bool(_NEGATIVE.search(told))
    rivals = [
        (len(roots & (other.affirms | other.denies)), other)
        for other in statements
        if other.document != cue.document and bool(_NEGATIVE.search(other.sentence.text)) == negative
    ]
    shared, rival = max(rivals, key=lambda pair: pair[0], default=(0, cue))
    sides = [claim.sentence.id, *([cue.sentence.id] if claim is not cue else []), *([rival.sentence.id] if shared >= 2 else [])]
    if len(sides) > 1 and own.sentence.id in sides:
        clause = _NEGATIVE.sub("", told, count=1).strip(" .")
        yield DraftConflict(sentences=tuple(sides), about=f"whether {' '.join(clause.split())}"), roots | claim.affirms


_NEGATIVE = re.compile(r"\b(?:no|none|not|never)\b", re.I)


_DOING = frozenset(root(word) for word in ("send", "sign", "write", "author", "make", "issue", "draft", "order", "approve"))


def _touches(asked: frozenset[str], about: str, roots: frozenset[str], question: Question) -> bool:
    """Whether the disagreement is about what was asked, and not only in a sentence that happens to answer."""
    shared = asked & roots
    if about.startswith("who "):
        return bool(shared) and (question.type == "who" or bool(asked & _DOING))
    if about.startswith("the date"):
        return bool(shared) and (question.type == "when" or root("date") in asked)
    if about.startswith(("the number", "how the number")):
        return bool(shared) and question.type in {"how-many", "how-much", "yes-no"}
    return len(shared) >= (1 if question.type == "yes-no" else 2)


def _merged(conflicts: tuple[DraftConflict, ...]) -> tuple[DraftConflict, ...]:
    """One conflict of those about the same thing, with at most three sides."""
    merged: dict[str, list[str]] = {}
    for conflict in conflicts:
        sides = merged.setdefault(conflict.about, [])
        sides.extend(id_ for id_ in conflict.sentences if id_ not in sides)
    return tuple(DraftConflict(sentences=tuple(sides[:MAX_SIDES]), about=about) for about, sides in merged.items())
