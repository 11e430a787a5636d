"""Where the documents disagree: sentences that cannot all be true, found by comparing what they state.

A sentence of the answer is compared with every sentence of the other documents, slot by slot, and with its neighbours
where one of them calls the matter disputed. Each needs the same subject on both sides. No side is preferred, and a
disagreement is only reported when it touches what was asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.conflicts.answers import answered_otherwise, rivals
from assistant.conflicts.statements import NEGATIVE, POINTS_BACK, WEAK, Statement, concept, content
from assistant.schema import Article, DraftConflict, Question, Sentence
from assistant.text import words
from assistant.text.lexicon import root, root_set

__all__ = ["answered_otherwise", "asked_about", "find", "rivals"]

MAX_CONFLICTS = 2
MAX_SIDES = 3
_WINDOW = 3
"""Content words from one word of a pair to the other."""
_MONEY_AT_RISK = frozenset({"*money", "*loss"})
_REACH = 5
"""Words, or sentences, within which one bears on another."""
_CASUALTIES = {"*dead": "dead", "*hurt": "injured"}
_DOING = root_set("send sign write author make issue draft order approve")


@dataclass(frozen=True)
class _Found:
    """A disagreement, which slot it is in, and the concepts that it is about."""

    sentences: tuple[str, ...]
    slot: str
    about: str
    concepts: frozenset[str]
    core: frozenset[str] = frozenset()
    """Of these, what a question must have to ask for the very thing; none when it cannot."""
    subjects: frozenset[str] = frozenset()


def find(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[DraftConflict, ...]:
    """Disagreements in which one of `sentences`, the ones that answer, takes part and which the question touches."""
    compared = _compared(article)
    asked = content(question.text)
    merged: dict[str, list[str]] = {}
    for sentence in sentences:
        for found in compared.disagreements(sentence.id):
            if _touches(asked, found, question):
                sides = merged.setdefault(found.about, [])
                sides.extend(id_ for id_ in found.sentences if id_ not in sides)
    conflicts = (DraftConflict(sentences=tuple(sides[:MAX_SIDES]), about=about) for about, sides in merged.items())
    return tuple(conflicts)[:MAX_CONFLICTS]


def asked_about(question: Question, near: Sequence[Sentence], article: Article) -> tuple[DraftConflict, ...]:
    """A disagreement among the nearest sentences that is the very thing asked: it answers where no sentence does."""
    compared = _compared(article)
    asked = content(question.text)
    for sentence in near:
        for found in compared.disagreements(sentence.id):
            if _is_asked(asked, found, question):
                return (DraftConflict(sentences=found.sentences[:MAX_SIDES], about=found.about),)
    return ()


class _Compared:
    """The statements of one article version, each compared with all others once, when it is first asked about."""

    def __init__(self, article: Article) -> None:
        self._statements = tuple(_statements(article))
        self._place = {statement.id: at for at, statement in enumerate(self._statements)}
        self._found: dict[str, tuple[_Found, ...]] = {}

    def disagreements(self, id_: str) -> tuple[_Found, ...]:
        """Those in which a sentence takes part, whatever is asked."""
        if id_ not in self._place:
            return ()
        if id_ not in self._found:
            self._found[id_] = tuple(_disagreements(self._place[id_], self._statements))
        return self._found[id_]


_CACHE: dict[str, _Compared] = {}
_MAX_CACHED = 8


def _compared(article: Article) -> _Compared:
    """Kept for the last few article versions."""
    compared = _CACHE.get(article.version)
    if compared is None:
        if len(_CACHE) >= _MAX_CACHED:
            _CACHE.clear()
        compared = _CACHE[article.version] = _Compared(article)
    return compared


def _statements(article: Article) -> Iterator[Statement]:
    """Statements of all documents in order."""
    acronyms = tuple(_acronyms(article).items())
    for document in article.documents:
        for before, sentence in zip((None, *document.sentences), document.sentences, strict=False):
            yield Statement(
                id=sentence.id,
                document=document.id,
                paragraph=sentence.paragraph,
                speaker=sentence.speaker,
                text=sentence.text,
                before=before.text if before and POINTS_BACK.match(sentence.text) else "",
                acronyms=acronyms,
            )


_INTRODUCED = re.compile(
    r"\b(?P<long>[A-Z][\w’'-]+(?: (?:of|and|the|for) | )(?:[A-Z][\w’'-]+ ?(?:of |and |the |for )?){1,6})"
    r"(?:,? or |,? known as | \()(?P<short>[A-Z]{2,6})\b"
)


def _acronyms(article: Article) -> dict[str, str]:
    """Acronyms that the documents introduce, with what they stand for."""
    found = {"DOJ": "Justice Department", "ICE": "Immigration and Customs Enforcement"}
    for document in article.documents:
        for match in _INTRODUCED.finditer(document.text):
            found[match["short"]] = match["long"].strip()
    return found


def _disagreements(at: int, statements: Sequence[Statement]) -> Iterator[_Found]:
    own = statements[at]
    yield from _contradicted(at, statements)
    yield from _disputed(at, statements)
    for other in statements:
        if other.document != own.document:
            for compare in (_who, _whether, _trend, _count, _date):
                if found := compare(own, other):
                    yield found


def _who(own: Statement, other: Statement) -> _Found | None:
    """ "Sessions's letter" against "sent by Hanson, not signed by Sessions"."""
    for left, right in ((own, other), (other, own)):
        for made in right.made:
            if made.noun is None or root(made.noun) not in left.context:
                continue
            refuted = any(by.negated and made.names[-1] in by.names for by in left.made)
            doing = next((by.verb for by in left.made if by.verb and not by.negated), None)
            if refuted:
                verb = {"written": "wrote", "made": "made", None: "made"}.get(doing, doing)
                noun = frozenset({root(made.noun)})
                return _Found((own.id, other.id), "who", f"who {verb} the {made.noun}", noun, noun)
    return None


_ENDED = re.compile(
    r"\b(?:g[ai]ve[ns]? up|rescind|revok|abandon|end(?:s|ed)?|stop|no longer|former|repeal|cancel|abolish|drop"
    r"|withdr|scrap|reject|den(?:y|ied))"
)


_SUPPOSED = re.compile(r"\b(?:if|whether|unless|until|before|without|should)\b")


def _whether(own: Statement, other: Statement) -> _Found | None:
    """One denies of a subject what the other says of it, in words that stand together in both."""
    for left, right in ((own, other), (other, own)):
        if not left.denies & right.affirms:
            continue
        for denied in left.denials:
            pair = next((pair for pair in denied.pairs if _together(pair, right)), None)
            money = pair is not None and pair <= _MONEY_AT_RISK and "article" in (left.document, right.document)
            if pair and (money or denied.subject or left.subjects & right.subjects):
                subjects = left.subjects & right.subjects
                return _Found((own.id, other.id), "whether", f"whether {denied.text}", pair, pair, subjects)
    return None


def _together(pair: frozenset[str], statement: Statement) -> bool:
    """Whether both stand within a few words in what the statement affirms: not in a name, not as what has ended."""
    if not pair <= statement.affirms or pair & WEAK:
        return False
    tokens, places = statement.tokens, statement.places
    one, two = (
        [n for n, (at, value) in enumerate(places) if value == which and tokens[at] not in statement.named]
        for which in pair
    )
    for a in one:
        for b in two:
            low, high = sorted((a, b))
            passive = any(tokens[places[n][0] + 1 : places[n][0] + 2] == ("by",) for n in (a, b))
            between = tokens[places[max(0, low - 3)][0] : places[high][0]]
            ended = _ENDED.search(" ".join(token for token in between if concept(token) not in pair))
            supposed = _SUPPOSED.search(" ".join(tokens[: places[low][0]][-_REACH:]))
            if high - low <= _WINDOW and not passive and not ended and not supposed:
                return True
    return False


def _trend(own: Statement, other: Statement) -> _Found | None:
    """The same thing falling for one and rising, or standing still, for the other."""
    if own.trend is None or other.trend is None or own.trend[0] == other.trend[0] or not _same_time(own, other):
        return None
    shared = own.trend[1] & other.trend[1]
    if not shared:
        return None
    noun = next((token for token in own.tokens if concept(token) in shared), "it")
    return _Found((own.id, other.id), "count", f"how the number of {noun} has changed", shared, shared)


def _count(own: Statement, other: Statement) -> _Found | None:
    """The same things counted, with another result."""
    if not _same_time(own, other):
        return None
    for noun in own.counts.keys() & other.counts.keys():
        if own.counts[noun][0] == other.counts[noun][0]:
            continue
        shared = (own.context & other.context) - {noun}
        said = (own.affirms & other.affirms) - {noun}
        casualties = next((named for which, named in _CASUALTIES.items() if which in said), None)
        needed = 3 if casualties else max(3, 0.4 * min(len(own.context), len(other.context)))
        if len(said) >= (1 if casualties else 2) and len(shared) >= needed:
            what = casualties or own.counts[noun][1]
            return _Found((own.id, other.id), "count", f"the number of {what}", frozenset({noun}) | said)
    return None


def _same_time(own: Statement, other: Statement) -> bool:
    """Whether the two may speak of one time: no year, or one in common."""
    return not own.years or not other.years or bool(own.years & other.years)


def _date(own: Statement, other: Statement) -> _Found | None:
    """One thing under two dates: only where both sentences date it in so many words."""
    if not (own.dated and other.dated) or len(own.dates) != 1 or len(other.dates) != 1:
        return None
    shared = (own.affirms & other.affirms) - {concept("date")}
    noun = next((token for token in own.tokens if concept(token) in shared and token not in own.named), None)
    if noun is None or _agree(next(iter(own.dates)), next(iter(other.dates))):
        return None
    return _Found((own.id, other.id), "date", f"the date of the {noun}", shared | {concept("date")})


def _agree(one: str, other: str) -> bool:
    """`2017-08` holds `2017-08-03`; a date without a year agrees with any year."""
    one, other = (value.lstrip("-X?") for value in (one, other))
    return one.startswith(other) or other.startswith(one) or one.endswith(other) or other.endswith(one)


# --- what the documents themselves call a dispute --------------------------------------------------------------------


def _contradicted(at: int, statements: Sequence[Statement]) -> Iterator[_Found]:
    """ "This contradicts earlier statements, which …": what "this" is, against what was stated elsewhere."""
    for cue_at, cue in enumerate(statements):
        match = cue.contradicts
        if match is None:
            continue
        claim = statements[cue_at - 1] if cue.before else cue
        told = cue.text[match.end() :].rsplit(" that ", 1)[-1]
        roots, negative = content(told), bool(NEGATIVE.search(told))
        rivals = [other for other in statements if other.document != cue.document and other.negative == negative]
        rival = max(rivals, key=lambda other: len(roots & (other.affirms | other.denies)), default=None)
        sides = [claim.id, *([cue.id] if claim is not cue else [])]
        if rival is not None and len(roots & (rival.affirms | rival.denies)) >= 2:
            sides.append(rival.id)
        if len(sides) > 1 and statements[at].id in sides:
            about = " ".join(NEGATIVE.sub("", told, count=1).strip(" .").split())
            yield _Found(tuple(sides), "cue", f"whether {about}", roots | claim.affirms, roots)


def _disputed(at: int, statements: Sequence[Statement]) -> Iterator[_Found]:
    """Neighbours of which one says that it sees the matter otherwise, or that the matter is in dispute."""
    document = statements[at].document
    for cue_at in range(max(0, at - _REACH), min(len(statements), at + _REACH)):
        cue = statements[cue_at]
        if cue.document != document or not cue.disputes:
            continue
        claim_at = _head(cue_at - 1, statements)
        after = statements[cue_at + 1] if cue_at + 1 < len(statements) else None
        follows = after is not None and after.document == document and bool(after.before)
        sides = [claim_at, cue_at, *([cue_at + 1] if follows else [])]
        near = statements[claim_at].document == document and cue.paragraph - statements[claim_at].paragraph <= 1
        inside = at in range(claim_at, sides[-1] + 1) or (claim_at and at == claim_at - 1 and statements[at].in_dispute)
        if near and claim_at < cue_at and inside:
            topic = claim_at - 1 if claim_at and statements[claim_at - 1].in_dispute else claim_at
            roots = frozenset().union(*(statements[n].affirms | statements[n].denies for n in (topic, *sides)))
            yield _Found(tuple(statements[n].id for n in sides), "cue", "this, as the sentences themselves say", roots)
            return


def _head(at: int, statements: Sequence[Statement]) -> int:
    """The sentence in which a run of quotations begins: the one that says who is quoted on what."""
    start = at
    while at > 0 and start - at < 2 and statements[at].text[:1] in '“"':
        at -= 1
    return max(at, 0)


_MOVES = root_set("fall rise drop grow increase decrease decline change")
_SIDES = root_set("side dispute disagree controversy conflict contradict differ")


def _is_asked(asked: frozenset[str], found: _Found, question: Question) -> bool:
    """Whether the question asks for this slot of these things, and not merely near them."""
    whole = bool(found.core) and found.core <= asked
    match found.slot:
        case "who":
            return question.type == "who" and whole and bool(asked & _DOING)
        case "whether":
            told_of = frozenset(words(question.text)) & found.subjects
            part = any(name.startswith("*") for name in found.core & asked) and bool(told_of)
            return question.type == "yes-no" and (whole or part)
        case "count":
            return question.type == "yes-no" and whole and bool(asked & _MOVES)
        case "cue":
            return (whole and question.type in {"yes-no", "how-many"}) or (
                bool(asked & _SIDES) and bool(asked & found.concepts)
            )
        case _:
            return False


def _touches(asked: frozenset[str], found: _Found, question: Question) -> bool:
    """Whether the disagreement is about what was asked, and not only in a sentence that happens to answer."""
    shared = asked & found.concepts
    match found.slot:
        case "who":
            return bool(shared) and (question.type == "who" or bool(asked & _DOING))
        case "date":
            return bool(shared) and (question.type == "when" or concept("date") in asked)
        case "count":
            return bool(shared) and question.type not in {"who", "who-said", "where", "why", "definition"}
        case _:
            return len(shared) >= (1 if question.type == "yes-no" else 2)
