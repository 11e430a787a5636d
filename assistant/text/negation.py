"""What a sentence denies: the words that stand under a negation or a verb of denial. Pure functions over strings."""

import re

from assistant.text import STOP_WORDS, words
from assistant.text.lexicon import NEGATORS, root
from assistant.text.remembered import remembered

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLAUSE_END = re.compile(
    r"[,;:—–()“”\"]|\b(?:but|because|since|although|though|while|whereas|which|who|when|where|after|before"
    r"|unless|if)\b",
    re.I,
)
_SCOPE = 8
_NO_LATER = re.compile(r"\bno (?:later|matter|doubt|sooner|more|less|fewer)\b", re.I)
_ENDED = re.compile(
    r"\b(?:g[ai]ven? up|gave up|giving up|rescind(?:ed|s)?|revoke[ds]?|abandon(?:ed|s)?|abolish(?:ed|es)?"
    r"|repealed|scrapped)\b",
    re.I,
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just|merely|simply|least|immediately)\b", re.I)
_DENIES = re.compile(
    r"(?:den(?:y|ies|ied)|reject(?:s|ed)?|refut(?:es|ed)|disput(?:es|ed)|dismiss(?:es|ed)|refus(?:es|ed)"
    r"|disavow(?:s|ed)?|rebut(?:s|ted)?)"
)


@remembered
def denied(text: str) -> frozenset[str]:
    """Roots of the content words that the text denies: of "it is not a grant program" `grant` and `program`.

    Reaches from the negation to the end of its clause, at most eight words, and twice as far after "denied that".
    """
    found: set[str] = set()
    for start, reach in _reaches(text):
        found.update(root(word) for word in words(text[start : start + 400])[:reach] if word not in STOP_WORDS)
    return frozenset(found)


@remembered
def affirmed(text: str) -> frozenset[str]:
    """Roots of the content words that the text does not deny."""
    return frozenset(root(word) for word in words(text) if word not in STOP_WORDS) - denied(text)


def denies(text: str) -> bool:
    """Whether anything is denied at all."""
    return bool(_reaches(text))


def _reaches(text: str) -> list[tuple[int, int]]:
    """(where what is denied begins, how many words it may take) for each negation."""
    skip = [match.span() for pattern in (_NO_LATER, _NOT_ONLY) for match in pattern.finditer(text)]
    found = []
    for match in _WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        hard = word in NEGATORS or word.endswith("n't") or word in {"none", "nor", "nobody", "neither"}
        soft = bool(_DENIES.fullmatch(word))
        if not (hard or soft) or any(start <= match.start() < end for start, end in skip):
            continue
        end = _CLAUSE_END.search(text, min(match.end() + 1, len(text)))
        length = len(_WORD.findall(text[match.end() : end.start() if end else len(text)]))
        found.append((match.end(), min(length, _SCOPE if hard else 2 * _SCOPE)))
    for match in _ENDED.finditer(text):
        # What was given up is so no more: as good as denied.
        found.append((match.end(), _SCOPE // 2))
    return found
