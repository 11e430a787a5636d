"""Verbs of saying, by what must follow them for a sentence to tell what is said, in all their forms."""

from collections.abc import Iterator, Mapping
from typing import Literal

Form = Literal["base", "finite", "participle", "gerund"]

_VERBS = {
    "say": "say",
    "clause": (
        "write state add argue believe warn conclude report announce note claim insist contend assert allege explain "
        "acknowledge admit concede reply respond answer testify tweet post estimate recommend stress emphasize "
        "emphasise complain recall maintain declare disclose confirm caution promise pledge vow demand think feel hope "
        "fear expect worry repeat reiterate counter observe remark advise lament joke quip agree doubt dispute deny "
        "mention speculate proclaim continue shout cry yell exclaim swear object reason point suggest"
    ),
    "tell": "tell assure remind inform",
    "ask": "ask wonder",
    "name": "call label dub brand term deem pronounce",
    "describe": "describe characterize characterise portray depict denounce dismiss hail",
    "accuse": "accuse fault attribute",
    "blame": "blame predict",
    "read": "read",
    "put": "put",
}
"""By complement: anything; a clause; a listener and a clause; a question; a predicate; `as`; a thing; a quotation."""
_IRREGULAR = {
    "say": "said said", "tell": "told told", "write": "wrote written", "think": "thought thought", "feel": "felt felt",
    "read": "read read", "put": "put put", "swear": "swore sworn", "quip": "quipped quipped", "dub": "dubbed dubbed",
    "admit": "admitted admitted", "label": "labelled labelled",
}  # fmt: skip


def _inflected() -> Iterator[tuple[str, tuple[str, Form]]]:
    for kind, verbs in _VERBS.items():
        for verb in verbs.split():
            silent = verb.removesuffix("e")
            regular = verb[:-1] + "ied" if verb[-2:] in {"fy", "ly", "ny", "ry"} else silent + "ed"
            past, participle = _IRREGULAR.get(verb, f"{regular} {regular}").split()
            third = regular[:-1] + "s" if regular.endswith("ied") else verb + ("es" if verb.endswith("s") else "s")
            yield verb, (kind, "base")
            yield silent + "ing", (kind, "gerund")
            yield participle, (kind, "participle")
            yield past, (kind, "finite")
            yield third, (kind, "finite")


FORMS: Mapping[str, tuple[str, Form]] = {**dict(_inflected()), "labeled": ("name", "finite")}
"""Complement and grammatical form of every form of every verb."""
