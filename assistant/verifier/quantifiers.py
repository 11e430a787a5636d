"""Of how many, and of which exactly: `some`, `all`, `only`, `acting`, `second-largest` that a paraphrase must keep.

`changed` compares a claim with its cited sentences and returns why it refuses. It never grants support. Linear.
"""

from assistant.text.lexicon import (
    ALL,
    EXCLUSIVE,
    FREQUENCY,
    MODALS,
    MOST,
    NEGATORS,
    PRIVATIVE,
    SOME,
    SWEEPING,
    UNREALISED,
    root_set,
)
from assistant.verifier.tokens import Reading

_PARTIAL = SOME | MOST | FREQUENCY
_PRECISE = frozenset(("only", "solely", "exclusively", "sole"))
_FORMERLY = frozenset(("ex", "previous", "previously", "past", "once", "until", "then", "formerly"))
_SELF_NAMING = root_set("call describe consider declare identify label say claim")
_ORDINALS = frozenset(("second", "third", "fourth", "fifth", "sixth", "2nd", "3rd", "4th", "5th"))


def changed(claim: Reading, cited: Reading) -> str | None:
    """Why the claim speaks of more, fewer or others than the cited sentences; None when no word shows it."""
    return _part_grown(claim, cited) or _part_lost(claim, cited) or _only(claim, cited) or _modifier(claim, cited)


def _part_lost(claim: Reading, cited: Reading) -> str | None:
    if claim.words & _PARTIAL or any(token.low[0].isdigit() for token in claim.tokens):
        return None
    for place, token in enumerate(cited.tokens):
        if token.low in _PARTIAL:
            scope = cited.after(place, 3)
            noun = cited.head(scope)
            if noun and noun.root in claim.roots and noun.root in cited.only_at(scope):
                return f"the cited sentences say “{token.text}” of “{noun.text}”; the claim does not"
    return None


def _part_grown(claim: Reading, cited: Reading) -> str | None:
    partial = cited.words & _PARTIAL
    whole = claim.words & (ALL - {"any"})
    if whole and not cited.words & ALL:
        if partial:
            return f"the claim says “{min(whole)}”; the cited sentences say “{min(partial)}”"
        if whole & SWEEPING and not cited.words & NEGATORS:
            return f"the claim says “{min(whole & SWEEPING)}”; the cited sentences do not"
    most = claim.words & MOST
    if most and partial and not cited.words & (MOST | ALL):
        return f"the claim says “{min(most)}”; the cited sentences say “{min(partial)}”"
    return None


def _only(claim: Reading, cited: Reading) -> str | None:
    added = claim.words & _PRECISE
    if added and not cited.words & EXCLUSIVE:
        return f"the claim says “{min(added)}”; the cited sentences do not"
    if claim.words & EXCLUSIVE or any(token.negates for token in claim.tokens):
        return None
    for place, token in enumerate(cited.tokens):
        if token.low in _PRECISE and not (place and cited.tokens[place - 1].low == "indeed"):
            head = cited.head(cited.after(place, 3))
            if head and head.root in claim.roots:
                return f"the cited sentences say “{token.text} {head.text}”; the claim leaves “{token.text}” out"
    return None


def _modifier(claim: Reading, cited: Reading) -> str | None:
    """`acting`, `former`, `self-professed`, `second` largest: left out, the word after them says something else."""
    for place, token in enumerate(cited.tokens):
        rest = cited.tokens[place + 1 : place + 5]
        if token.low in PRIVATIVE:
            head = next((t for t in rest if t.low not in PRIVATIVE), None)
        elif token.low in _ORDINALS and rest and rest[0].low.endswith(("est", "most")):
            head = rest[0]
        else:
            continue
        if head is None or head.clause != token.clause or head.root not in claim.roots or token.root in claim.roots:
            continue
        if token.low == "former" and claim.words & _FORMERLY:
            continue
        if token.low in {"professed", "proclaimed"} and claim.roots & _SELF_NAMING:
            continue
        if token.low in {"proposed", "planned", "draft"} and (claim.words & MODALS or claim.roots & UNREALISED):
            continue
        if len(cited.places[head.root]) == 1:
            return f"the cited sentences say “{token.text} {head.text}”; the claim leaves “{token.text}” out"
    return None
