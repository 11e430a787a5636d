"""What was read from a sentence once is not read again: every question meets the same sentences."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Read = TypeVar("Read")

SENTENCES = 8192
"""As many as a long article with its sources has, and the questions beside them."""
SENTENCE_CHARS = 1_000
"""Longer texts are read anew, so that what is kept stays small."""


def remembered(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """A pure function of a text, its results kept for the texts of the length of a sentence it was last given."""
    known = lru_cache(maxsize=SENTENCES)(read)

    @wraps(read)
    def reading(text: str) -> Read:
        return known(text) if len(text) <= SENTENCE_CHARS else read(text)

    return reading
