"""Follow-up questions made standalone by rules: what "it" or "there" stands for is taken from the conversation."""

import re
from collections.abc import Sequence

from assistant.schema import Article, Turn
from assistant.text import names

_OPENING = re.compile(r"^(?:and|but|so|ok(?:ay)?|then)\b[\s,]*", re.I)
_PRONOUN = re.compile(r"\b(?:it|they|them|he|him|she|that|those|these|there)\b", re.I)


def standalone(question: str, history: Sequence[Turn], article: Article) -> str:
    """The question as it would be asked alone; unchanged when that is not safe to say."""
    asked = [turn.text for turn in history if turn.role == "user"]
    bare = _OPENING.sub("", question.strip())
    if not asked or not (_PRONOUN.search(bare) or bare != question.strip() or len(bare.split()) < 4):
        return question
    missing = [name for name in names(asked[-1]) if name.casefold() not in question.casefold()]
    subject = ", ".join(missing) or asked[-1].rstrip("?")
    return f"{bare.rstrip('?')} ({subject})?"
