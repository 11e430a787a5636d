"""Token vectors of a question laid against those of many sentences. Pure functions over arrays.

A match is (sentences, asked tokens): for each sentence and each token of the question the best cosine to any token of
the sentence, as in late interaction (Khattab and Zaharia 2020, "ColBERT", arXiv 2004.12832, section 3.2).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.index import TokenVectors, Vectors

Floats = NDArray[np.float32]

PREVIOUS = 0.9
FOLLOWING = 0.6
"""What a match in the neighbouring sentence is worth: pronouns point backwards more often than forwards."""
_FEW = 3
_LOWEST = -1.0


def best_match(asked: Vectors, tokens: TokenVectors) -> Floats:
    """The match of (asked tokens, width) with each text of `tokens`; -1 for a text without tokens."""
    best = np.full((len(tokens.offsets) - 1, len(asked)), _LOWEST, np.float32)
    filled = np.diff(tokens.offsets) > 0
    if filled.any():
        best[filled] = np.maximum.reduceat(tokens.vectors @ asked.T, tokens.offsets[:-1][filled], axis=0)
    return best


def with_neighbours(match: Floats, passages: NDArray[np.int64]) -> Floats:
    """The match when a sentence may borrow, at a discount, what the sentences beside it in its passage match."""
    together = (passages[1:] == passages[:-1])[:, None]
    widened = match.copy()
    np.maximum(widened[1:], np.where(together, match[:-1] * PREVIOUS, _LOWEST), out=widened[1:])
    np.maximum(widened[:-1], np.where(together, match[1:] * FOLLOWING, _LOWEST), out=widened[:-1])
    return widened


def over_passages(match: Floats, passages: NDArray[np.int64]) -> Floats:
    """The match of each sentence's whole passage."""
    starts = np.flatnonzero(np.r_[True, passages[1:] != passages[:-1]])
    best: Floats = np.maximum.reduceat(match, starts, axis=0)[passages - passages[0]]
    return best


def passages_of(paragraphs: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """A passage number for each sentence, from its (document, paragraph): short paragraphs join the next."""
    numbers: list[int] = []
    number = length = 0
    for i, (document, paragraph) in enumerate(paragraphs):
        before = paragraphs[i - 1] if i else (document, paragraph)
        if document != before[0] or (paragraph != before[1] and length >= _FEW):
            number, length = number + 1, 0
        numbers.append(number)
        length += 1
    return np.array(numbers, np.int64)


def word_groups(tokens: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Words with the places of their pieces: `de ##tain ##er` is one word of three."""
    groups: list[tuple[str, list[int]]] = []
    for place, token in enumerate(tokens):
        if token.startswith("##") and groups:
            word, places = groups[-1]
            groups[-1] = (word + token[2:], [*places, place])
        else:
            groups.append((token, [place]))
    return groups
