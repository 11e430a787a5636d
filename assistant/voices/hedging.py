"""Words that limit a statement: what may be, is alleged, is expected, is unclear."""

import re
from collections.abc import Mapping
from types import MappingProxyType

HEDGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "possible": ("may", "might", "could", "possible", "possibly", "perhaps", "maybe", "potential", "potentially"),
        "likely": (
            "likely", "unlikely", "probable", "probably", "presumably", "expect", "expects", "expected", "anticipated",
            "estimate", "estimates", "estimated", "projected", "forecast to", "predicted", "set to", "due to be",
        ),
        "alleged": (
            "alleged", "allegedly", "alleges", "allege", "accused", "suspected", "reportedly", "purported",
            "purportedly", "supposed", "supposedly", "rumored", "rumoured", "said to be", "believed", "believed to",
            "thought to", "understood to", "it is understood", "claimed", "claims that",
        ),
        "seeming": (
            "appears", "appear", "appeared", "appearing", "apparent", "apparently", "seems", "seem", "seemed",
            "seemingly",
        ),
        "unclear": (
            "unclear", "uncertain", "unknown", "unconfirmed", "unresolved", "undecided", "not clear",
            "not immediately clear", "not certain", "not known", "not yet known", "yet to be", "remains to be seen",
        ),
        "conditional": ("if", "unless", "provided that", "subject to", "pending"),
        "provisional": ("tentative", "tentatively", "provisional", "under review"),
    }
)  # fmt: skip
"""The lexicon, by what each word does to the statement."""

_PHRASES = sorted((phrase for phrases in HEDGES.values() for phrase in phrases), key=len, reverse=True)
_HEDGE = re.compile(rf"\b(?:{'|'.join(phrase.replace(' ', '[ ]+') for phrase in _PHRASES)})\b", re.IGNORECASE)
_NOT_AFTER = {
    "appear": re.compile(r"(?! (?:to|that|likely|unlikely|set|ready|as if)\b)"),
    "could": re.compile(r" not\b|n['\u2019]t\b"),
    "might": re.compile(r" of\b|[.,;:!?]|\Z"),
    "believed": re.compile(r" in\b"),
    "supposed": re.compile(r" to\b"),
    "claimed": re.compile(r" (?:\w+ )?(?:lives|life|responsibility|victory)\b"),
}
"""What follows when the word is not a hedge: appeared in court, could not, the might of."""
_NOT_BEFORE = {
    "if": re.compile(r"\b(?:as|ask|asks|asked|asking|know|knows|knew|wonder|wonders|wondered|see|decide|determine) \Z"),
}
"""What stands before when the word is not a hedge: asked if, as if."""


def hedges(text: str) -> tuple[str, ...]:
    """Hedges of a text in lower case, each once, in order. The month of May and people of that name are none."""
    found: dict[str, None] = {}
    for match in _HEDGE.finditer(text):
        hedge = " ".join(match.group().lower().split())
        if hedge == "may" and match.group()[0] == "M":
            continue
        after = _NOT_AFTER.get("appear" if hedge in {"appears", "appeared", "appearing"} else hedge.split()[0])
        before = _NOT_BEFORE.get(hedge)
        if after and after.match(text, match.end()):
            continue
        if before and before.search(text[max(0, match.start() - 16) : match.start()]):
            continue
        found.setdefault(hedge)
    return tuple(found)
