"""Finds the sentences of an article that bear on a question: exact over all of them, without an approximate index.

Late interaction (Khattab and Zaharia 2020, "ColBERT", arXiv 2004.12832, section 3.2), weighted: for each token of the
question the best cosine to any token of the sentence, averaged with the rarity of the question's token as weight.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant import text
from assistant.index import ArticleIndex, TokenVectors, Vectors
from assistant.schema import Evidence, Question

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from assistant.embeddings import MiniLM

Floats = NDArray[np.float32]


class Retriever:
    """Ranks all sentences of one article version for a question."""

    def __init__(self, index: ArticleIndex, embeddings: "MiniLM | Embeddings | None") -> None:
        self._index = index
        self._embeddings = embeddings
        self._sentences = [(document.id, sentence) for document in index.article.documents for sentence in document.sentences]
        self._words = [[text.stem(word) for word in text.words(sentence.text)] for _, sentence in self._sentences]
        self._lexicon = _Lexicon(self._words)
        self._token_idf = _token_idf(index.token_vectors) if index.token_vectors is not None else {}

    def search(self, question: Question, k: int = 20) -> tuple[Evidence, ...]:
        """The k best sentences, best first, each with the features that the answerability model reads."""
        if not self._sentences:
            return ()
        terms = [text.stem(term) for term in question.terms]
        overlap = self._lexicon.overlap(terms)
        bm25 = self._lexicon.bm25(terms)
        late, cosine = self._similarities(question)
        score = late if late is not None else cosine if cosine is not None else bm25
        best = np.argsort(-score, kind="stable")[:k]
        return tuple(
            Evidence(
                sentence=self._sentences[i][1],
                document=self._sentences[i][0],
                score=float(score[i]),
                features={
                    "bm25": float(bm25[i]),
                    "overlap": float(overlap[i]),
                    **({} if cosine is None else {"cosine": float(cosine[i])}),
                    **({} if late is None else {"late": float(late[i])}),
                },
            )
            for i in best
        )

    def _similarities(self, question: Question) -> tuple[Floats | None, Floats | None]:
        """Late interaction and pooled cosine of every sentence; `None` for what the index or the model lacks."""
        if self._embeddings is None or self._index.sentence_vectors is None:
            return None, None
        if self._index.token_vectors is None or not hasattr(self._embeddings, "encode"):
            vector = np.asarray(self._embeddings.embed_query(question.text), np.float32)
            return None, self._index.sentence_vectors @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        encoded = self._embeddings.encode([question.text])
        cosine = self._index.sentence_vectors @ encoded.sentence_vectors[0]
        asked = encoded.token_vectors
        weights = np.array([self._token_idf.get(token, self._token_idf[""]) for token in asked.tokens], np.float32)
        if not len(weights) or not len(self._index.token_vectors.vectors):
            return None, cosine
        return best_match(asked.vectors, self._index.token_vectors) @ (weights / weights.sum()), cosine


def best_match(asked: Vectors, tokens: TokenVectors) -> Floats:
    """(texts, asked tokens): for each text and each asked token the best cosine to any of the text's tokens."""
    lengths = np.diff(tokens.offsets)
    best = np.full((len(lengths), len(asked)), -1.0, np.float32)
    filled = lengths > 0
    if filled.any():
        best[filled] = np.maximum.reduceat(tokens.vectors @ asked.T, tokens.offsets[:-1][filled], axis=0)
    return best


def _token_idf(tokens: TokenVectors) -> dict[str, float]:
    """Rarity of each token over the texts; under the empty key that of a token that never occurs."""
    frequency: Counter[str] = Counter()
    for start, end in zip(tokens.offsets[:-1], tokens.offsets[1:], strict=True):
        frequency.update(set(tokens.tokens[start:end]))
    n = len(tokens.offsets) - 1
    return {token: _idf(n, count) for token, count in frequency.items()} | {"": _idf(n, 0)}


def _idf(n: int, count: int) -> float:
    return float(np.log(1 + (n - count + 0.5) / (count + 0.5)))


class _Lexicon:
    """BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.4) over stems, in numpy.

    Twenty lines instead of `bm25s`, whose import costs longer than a whole cold answer.
    """

    def __init__(self, texts: Sequence[Sequence[str]], k1: float = 1.2, b: float = 0.75) -> None:
        self._n = len(texts)
        self._rows: dict[str, list[tuple[int, int]]] = {}
        for row, words in enumerate(texts):
            for word, count in Counter(words).items():
                self._rows.setdefault(word, []).append((row, count))
        lengths = np.array([len(words) for words in texts], np.float32)
        self._norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if len(texts) else 1.0, 1.0))
        self._k1 = k1

    def idf(self, word: str) -> float:
        return _idf(self._n, len(self._rows.get(word, ())))

    def bm25(self, terms: Sequence[str]) -> Floats:
        score = np.zeros(self._n, np.float32)
        for term in terms:
            for row, count in self._rows.get(term, ()):
                score[row] += self.idf(term) * count * (self._k1 + 1) / (count + self._norm[row])
        return score

    def overlap(self, terms: Sequence[str]) -> Floats:
        """Share of the question's content words, weighted by rarity, that each text has; 0 without any."""
        found = np.zeros(self._n, np.float32)
        for term in set(terms):
            for row, _ in self._rows.get(term, ()):
                found[row] += self.idf(term)
        return found / max(sum(self.idf(term) for term in set(terms)), 1e-9)
