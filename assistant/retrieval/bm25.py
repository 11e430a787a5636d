"""BM25 over the words of one article, in numpy.

Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.4. A few lines
instead of `bm25s`, whose import takes longer than a whole cold answer.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def rarity(texts: int, having: int) -> float:
    """Inverse document frequency of what `having` of so many texts have; never negative."""
    return float(np.log(1 + (texts - having + 0.5) / (having + 0.5)))


class Lexicon:
    """Which text has which word how often."""

    def __init__(self, texts: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75) -> None:
        self._rows: dict[str, list[tuple[int, int]]] = {}
        for row, words in enumerate(texts):
            for word, count in Counter(words).items():
                self._rows.setdefault(word, []).append((row, count))
        lengths = np.array([len(words) for words in texts], np.float32)
        mean = float(lengths.mean()) if len(texts) else 0.0
        self._norm = k1 * (1 - b + b * lengths / max(mean, 1.0))
        self._k1 = k1

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word."""
        return rarity(len(self._norm), len(self._rows.get(word, ())))

    def scores(self, words: Sequence[str]) -> Floats:
        """BM25 of every text for the words of a question."""
        scores = np.zeros(len(self._norm), np.float32)
        for word in words:
            for row, count in self._rows.get(word, ()):
                scores[row] += self.rarity(word) * count * (self._k1 + 1) / (count + self._norm[row])
        return scores
