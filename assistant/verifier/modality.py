"""How sure, how far done and on what condition: what a paraphrase must not turn into plain fact.

`changed` compares a claim with its cited sentences and returns why it refuses: a hedge lost, strengthened or invented,
a plan told as done, a condition left out. It never grants support. Linear in both texts.
"""

from collections.abc import Iterator
from itertools import pairwise

from assistant.text.lexicon import (
    ALLEGED,
    CONDITIONAL,
    CONDITIONS,
    IRREALIS_NOUNS,
    LIKELY,
    MODALS,
    NEGATIVE,
    PERMITTING,
    POSSIBLE,
    SPEECH,
    SPEECH_NOUNS,
    UNCLEAR,
    UNREALISED,
    WEAK_VERBS,
    WHETHER,
    root_set,
)
from assistant.verifier.tokens import Reading, Token

_KNOWN = root_set("clear known certain sure confirm determined decided")
_TELLING = root_set("know say tell show decide answer explain settle establish determine sure")
_UNREAL = (
    MODALS
    | CONDITIONS
    | POSSIBLE
    | LIKELY
    | UNREALISED
    | IRREALIS_NOUNS
    | root_set("require need depend contingent oblige mandatory due schedule")
)
_KEEPS = {
    POSSIBLE: POSSIBLE | PERMITTING | ALLEGED | UNCLEAR | CONDITIONS,
    LIKELY: LIKELY | POSSIBLE | root_set("due schedule would should plan"),
    ALLEGED: ALLEGED | POSSIBLE | SPEECH | SPEECH_NOUNS,
    UNCLEAR: UNCLEAR | POSSIBLE | NEGATIVE | root_set("whether why wonder"),
}
_PLAIN_FUTURE = frozenset(("will", "shall"))
_FUTURE = frozenset(("must", "should", "ought", "shall", "would", "will"))


def changed(claim: Reading, cited: Reading) -> str | None:
    """Why the claim is surer or less sure than the cited sentences; None when no word shows it."""
    return (
        _hedge_lost(claim, cited)
        or _hedge_invented(claim, cited)
        or _told_as_done(claim, cited)
        or _condition_lost(claim, cited)
    )


def _hedges(reading: Reading) -> Iterator[tuple[int, frozenset[str]]]:
    """Place and class of each hedge."""
    for place, token in enumerate(reading.tokens):
        following = reading.tokens[place + 1] if place + 1 < len(reading.tokens) else None
        preceding = reading.tokens[place - 1] if place else None
        if kind := _hedge_class(token, preceding, following):
            yield place, kind


def _hedge_class(token: Token, preceding: Token | None, following: Token | None) -> frozenset[str] | None:
    if token.root in WEAK_VERBS and not (following and following.low in {"to", "that", "like"}):
        return None
    if token.low == "could" and following and following.negates:
        return None
    if token.text == "May" and preceding:
        return None
    if token.root in _KNOWN and preceding and (preceding.negates or preceding.low == "immediately"):
        return UNCLEAR
    return next((kind for kind in _KEEPS if token.root in kind), None)


def _hedge_lost(claim: Reading, cited: Reading) -> str | None:
    for place, kind in _hedges(cited):
        scope = cited.after(place) or cited.before(place)
        head = cited.head(scope)
        governed = cited.only_at(scope)
        if head is None:
            continue
        if head.root in governed and head.root in claim.roots:
            said = [claim.tokens[i] for i in claim.places[head.root]]
        elif 2 * len(governed & claim.roots) >= max(1, len(governed)):
            said = [claim.tokens[i] for root in sorted(governed & claim.roots) for i in claim.places[root]]
        else:
            continue
        kept = _clauses(claim, _KEEPS[kind], negation=kind is UNCLEAR)
        if said and not any(token.clause in kept for token in said):
            hedge = cited.tokens[place].text
            return f"the cited sentences say “{hedge}” of “{said[0].text}”; the claim drops or strengthens it"
    return None


def _clauses(reading: Reading, roots: frozenset[str], *, negation: bool = False) -> set[int]:
    """Clauses in which one of the roots stands, or a negation of knowing."""
    found = {token.clause for token in reading.tokens if negation and token.negates}
    if found:
        # `not clear`, `nobody knows`, `the report does not say`: the doubt is kept by denying the knowledge.
        found &= _clauses(reading, _KNOWN | _TELLING)
    return found | {reading.tokens[i].clause for root in roots & reading.roots for i in reading.places[root]}


def _hedge_invented(claim: Reading, cited: Reading) -> str | None:
    hedged = {cited.tokens[place].clause for place, _ in _hedges(cited)}
    unreal = hedged | _clauses(cited, _UNREAL | PERMITTING)
    if cited.hedged and not unreal:
        return None
    doubted = hedged | _clauses(cited, (_UNREAL | PERMITTING) - _PLAIN_FUTURE)
    for place, kind in _hedges(claim):
        # What will be is fairly told as expected, and not as possible.
        open_clauses = unreal if kind is LIKELY else doubted
        head = claim.head(claim.after(place) or claim.before(place))
        places = cited.places.get(head.root, ()) if head else ()
        if any(cited.tokens[i].clause in open_clauses for i in places) or (not places and open_clauses):
            continue
        reported = kind is ALLEGED and (cited.reports or cited.roots & SPEECH)
        unknown = kind is UNCLEAR and (cited.roots & NEGATIVE or any(token.negates for token in cited.tokens))
        if not reported and not unknown:
            return f"the claim says “{claim.tokens[place].text}”; the cited sentences do not hedge"
    return None


def _told_as_done(claim: Reading, cited: Reading) -> str | None:
    """`threatened to withhold`, `must comply`, `would ban`, `will start` are not to be told as done."""
    kept = _clauses(claim, _UNREAL)
    for word, verb in _undone(cited):
        if len(cited.places[verb.root]) > 1:
            continue
        for place in claim.places.get(verb.root, ()):
            token = claim.tokens[place]
            infinitive = any(t.low == "to" or t.negates for t in claim.tokens[max(0, place - 3) : place])
            scheduled = word.low == "will" and token.low != verb.low and token.low.endswith("s")
            if token.clause not in kept and not infinitive and not scheduled:
                return f"the cited sentences say “{word.text} … {verb.text}”; the claim tells it as done"
    return None


def _undone(reading: Reading) -> Iterator[tuple[Token, Token]]:
    """Words after which a verb is not yet done, with that verb."""
    tokens = reading.tokens
    for place, token in enumerate(tokens):
        near = tokens[place + 1 : place + 6]
        if token.low in _FUTURE:
            verb = next((t for t in near[:3] if t.content), None)
            if verb and verb.clause == token.clause and not near[0].negates:
                yield token, verb
        elif token.root in UNREALISED:
            for marker, verb in pairwise(near):
                if verb.clause != token.clause:
                    break
                if marker.low == "to" and verb.content and not verb.capital:
                    yield token, verb
                    break


def _condition_lost(claim: Reading, cited: Reading) -> str | None:
    if claim.words & CONDITIONAL or claim.roots & _UNREAL:
        return None
    said = {token.root for token in claim.tokens if token.content}
    for place, token in enumerate(cited.tokens):
        if token.low not in CONDITIONS or _whether(cited, place):
            continue
        condition = set(cited.after(place, 12))
        near = range(max(0, place - 40), min(len(cited.tokens), place + 40))
        main = [
            i
            for i in near
            if i not in condition and cited.tokens[i].content and abs(cited.tokens[i].clause - token.clause) <= 1
        ]
        shared = cited.only_at(main) & said
        if len(shared) > 1 and 5 * len(shared) >= 2 * len(said):
            return f"the condition “{token.text} …” of the cited sentences is not in the claim"
    return None


def _whether(reading: Reading, place: int) -> bool:
    """Whether `if` asks, concedes or compares (`even if`, `if not all`), or `provided` is a verb."""
    before = reading.tokens[max(0, place - 3) : place]
    following = reading.tokens[place + 1 : place + 2]
    if reading.tokens[place].low.startswith("provid") and not any(t.low == "that" for t in following):
        return True
    if any(t.low in {"not", "any", "only"} for t in following):
        return True
    return any(t.root in WHETHER or t.low in {"even", "as"} for t in before)
