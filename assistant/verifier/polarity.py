"""Negations and opposites that a paraphrase must keep.

`changed` compares a claim with its cited sentences and returns why it refuses. Where wording alone cannot tell, it says
nothing: support is never granted here. Linear in both texts.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assistant.text.lexicon import DENYING, NEGATIVE, OPPOSITES, root, root_set
from assistant.verifier.tokens import Reading, Token

_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "has", "have", "had"))
_SUBJECTS = frozenset(("none", "neither", "nobody", "nothing", "nor"))
_LIGHT = root_set("need say want give make take reason way evidence sign one long case")
"""Words that stand after a negator and are not what is denied: `no need to`, `no longer`."""
_PREFIXES = ("un", "non", "dis")


class _Cue(NamedTuple):
    """A word that denies, and the places of what it denies."""

    place: int
    scope: tuple[int, ...]


def changed(claim: Reading, cited: Reading) -> str | None:
    """Why the claim denies or affirms what the cited sentences do not; None when no word shows it."""
    return _negation(claim, cited) or _opposite(claim, cited)


def _hard(reading: Reading) -> Iterator[_Cue]:
    """`not`, `never`, `no` and their like."""
    for place, token in enumerate(reading.tokens):
        if token.negates:
            yield _Cue(place, reading.after(place) or reading.before(place))


def _denying(reading: Reading) -> Iterator[_Cue]:
    """`denied`, `refused`, `unclear` hold a negation of what follows, or in the passive of their subject."""
    for place, token in enumerate(reading.tokens):
        if token.root in DENYING:
            near = reading.tokens[max(0, place - 2) : place]
            passive = token.low.endswith(("ed", "en")) and any(t.low in _BE for t in near)
            yield _Cue(place, reading.before(place) if passive else reading.after(place))


def _maybe_negated(reading: Reading) -> set[int]:
    """Places under any negation or any word that a careful paraphrase may put for one."""
    places = {i for cue in (*_hard(reading), *_denying(reading)) for i in cue.scope}
    for place, token in enumerate(reading.tokens):
        if token.root in NEGATIVE or _negative_form(token):
            places.update(reading.after(place, 5))
            if place and reading.tokens[place - 1].low in _BE:
                places.update(reading.before(place, 5))
    return places


def _negative_form(token: Token) -> bool:
    return len(token.low) > 5 and (token.low.startswith(_PREFIXES) or token.low.endswith("less"))


def _negation(claim: Reading, cited: Reading) -> str | None:
    claim_negated, cited_negated = _maybe_negated(claim), _maybe_negated(cited)
    return _denied_anew(claim, cited, cited_negated) or _denial_lost(claim, cited, claim_negated)


def _denied_anew(claim: Reading, cited: Reading, cited_negated: set[int]) -> str | None:
    under = cited.roots_at(cited_negated)
    for cue in _hard(claim):
        word, head = claim.tokens[cue.place], claim.head(cue.scope)
        if head and any(other & cited.roots for _, other in OPPOSITES.get(head.root, ())):
            continue
        if not cited_negated and not any(token.negates for token in cited.tokens):
            return f"the claim says “{word.text}”; the cited sentences deny nothing"
        if head is None:
            continue
        plain_head = head.root in cited.roots and head.root not in _LIGHT
        shared = {head.root} if plain_head else claim.roots_at(cue.scope) & cited.roots
        if shared and not shared & under:
            return f"the claim denies “{head.text}”; the cited sentences do not"
    return None


def _denial_lost(claim: Reading, cited: Reading, claim_negated: set[int]) -> str | None:
    under = claim.roots_at(claim_negated)
    for cue in _hard(cited):
        word, head = cited.tokens[cue.place], cited.head(cue.scope)
        denied = cited.only_at(cue.scope)
        if head and head.root in denied and word.low not in _SUBJECTS:
            lost = head.root in claim.roots and head.root not in under
        else:
            lost = _half_said(denied, claim, under)
        if head and (lost or _clause_said(cue, claim, cited)):
            return f"the cited sentences say “{word.text} … {head.text}”; the claim does not deny it"
    for cue in _denying(cited):
        word = cited.tokens[cue.place]
        if word.root not in claim.roots and _half_said(cited.only_at(cue.scope), claim, under):
            return f"the cited sentences say “{word.text}”; the claim does not"
    return None


def _clause_said(cue: _Cue, claim: Reading, cited: Reading) -> bool:
    """Whether one clause of the claim says all that is denied and denies nothing, as no other cited clause does."""
    denied = cited.roots_at(cue.scope)
    if len(denied) < 3:
        return False
    negated = {token.clause for token in claim.tokens if token.negates or token.root in NEGATIVE}
    said = any(denied <= roots and clause not in negated for clause, roots in claim.clauses.items())
    own = cited.tokens[cue.place].clause
    return said and not any(denied <= roots for clause, roots in cited.clauses.items() if clause != own)


def _half_said(denied: set[str], claim: Reading, under: set[str]) -> bool:
    """Whether the claim says half of the denied words and denies none of them."""
    said = denied & claim.roots
    return bool(said) and 2 * len(said) >= len(denied) and not said & under


def _opposite(claim: Reading, cited: Reading) -> str | None:
    claim_denied = claim.roots_at(i for cue in (*_hard(claim), *_denying(claim)) for i in cue.scope)
    cited_denied = cited.roots_at(i for cue in (*_hard(cited), *_denying(cited)) for i in cue.scope)
    for place, token in enumerate(claim.tokens):
        if token.root in cited.roots:
            continue
        denied = token.root in claim_denied
        for opposite in _opposites_in(token, claim, cited):
            found = cited.tokens[cited.places[opposite][0]]
            if denied != (opposite in cited_denied):
                continue
            if _prefixed(token, found) or _company(claim, place) & _company(cited, cited.places[opposite][0]):
                return f"the claim says “{token.text}”, the cited sentences say “{found.text}”"
    return None


def _opposites_in(token: Token, claim: Reading, cited: Reading) -> Iterator[str]:
    """Roots in the cited sentences that say the opposite, where neither text has both sides."""
    for own, other in OPPOSITES.get(token.root, ()):
        if not own & cited.roots and not other & claim.roots:
            yield from sorted(other & cited.roots)
    for prefix in _PREFIXES:
        bare = token.low.removeprefix(prefix)
        opposite = root(bare) if bare != token.low else root(prefix + token.low)
        if len(bare) > 3 and opposite in cited.roots:
            yield opposite


def _prefixed(token: Token, opposite: Token) -> bool:
    return any(token.low == prefix + opposite.low or opposite.low == prefix + token.low for prefix in _PREFIXES)


def _company(reading: Reading, place: int) -> set[str]:
    """Content words near a place; when the text is short, all of them and the end of the text as one more."""
    near = {token.root for token in reading.window(place, 6) if token.content and token is not reading.tokens[place]}
    return near | {"."} if len(reading.tokens) < 8 else near
