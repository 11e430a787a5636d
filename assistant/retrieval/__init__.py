"""Finds the sentences of an article that bear on a question: exact over all of them, without an approximate index.

A sentence's score is late interaction with its passage as context: the best cosine of each token of the question to any
token of the sentence, or at a discount of its neighbours, weighted by rarity; plus what its passage covers and a little
BM25. Each part's gain is in `evals/README.md`; `python -m evals.retrieval_study` measures them again.
"""

from collections import Counter
from functools import cached_property

import numpy as np

from assistant.index import ArticleIndex, Embedder, Encoded, TokenVectors, Vectors
from assistant.retrieval import alignment, signals
from assistant.retrieval.alignment import Floats
from assistant.retrieval.bm25 import Lexicon, rarity
from assistant.schema import Evidence, Question
from assistant.text import spelling
from assistant.text.lexicon import root

PASSAGE_WEIGHT = 0.4
BM25_WEIGHT = 0.01
KEPT_QUESTIONS = 64


class Retriever:
    """Ranks all sentences of one article version for a question."""

    def __init__(self, index: ArticleIndex, embeddings: Embedder | None) -> None:
        self._index = index
        self._embeddings = embeddings
        self._kept: dict[str, Encoded] = {}
        documents = index.article.documents
        self._rows = [(place, sentence) for place, document in enumerate(documents) for sentence in document.sentences]
        self._readings = [signals.Reading.of(sentence.text) for _, sentence in self._rows]
        self._lexicon = Lexicon([[root(word) for word in reading.words] for reading in self._readings])
        self._passages = alignment.passages_of([(place, sentence.paragraph) for place, sentence in self._rows])

    def search(self, question: Question, k: int = 20) -> tuple[Evidence, ...]:
        """The k best sentences, best first, each with the signals that the answerability model weighs.

        An index without token vectors is searched by BM25 and pooled cosine together, one without any by BM25 alone.
        """
        if not self._rows:
            return ()
        documents = self._index.article.documents
        terms = [root(term) for term in question.terms]
        asked = signals.ask(question, {term: self._lexicon.rarity(term) for term in terms})
        bm25 = self._lexicon.scores(terms)
        matches, cosine = self._compare(question)
        if matches is not None:
            covered = matches.window + PASSAGE_WEIGHT * matches.passage
            score = covered @ matches.weights + BM25_WEIGHT * bm25
        elif cosine is not None:
            score = _fused(bm25, cosine)
        else:
            score = bm25
        best = np.argsort(-score, kind="stable")[:k]
        features = [self._lexical(asked, row) for row in best]
        mean, spread = float(score.mean()), max(float(score.std()), 1e-6)
        for found, row in zip(features, best, strict=True):
            found |= {"bm25": float(bm25[row]), "sentences": float(np.log1p(len(self._rows)))}
            found["standout"] = (float(score[row]) - mean) / spread
            if cosine is not None:
                found["cosine"] = float(cosine[row])
                found["passage_cosine"] = float(cosine[self._passages == self._passages[row]].mean())
        if matches is not None:
            said = [(self._passage_roots[self._passages[row]], self._article_roots) for row in best]
            for found, more in zip(features, signals.aligned(matches, best, said), strict=True):
                found |= more
        return tuple(
            Evidence(
                sentence=self._rows[row][1],
                document=documents[self._rows[row][0]].id,
                score=float(score[row]),
                features=found,
            )
            for row, found in zip(best, features, strict=True)
        )

    def _lexical(self, asked: signals.Asked, row: int) -> dict[str, float]:
        here = self._readings[row]
        alone = row == 0 or self._passages[row - 1] != self._passages[row]
        window = here.roots if alone else here.roots | self._readings[row - 1].roots
        return signals.lexical(asked, here, window, self._passage_roots[self._passages[row]], self._article_roots)

    def _compare(self, question: Question) -> tuple[signals.Matches | None, Floats | None]:
        """Token matches and pooled cosine of every sentence; `None` for what the index or the model lacks."""
        vectors, tokens = self._index.sentence_vectors, self._index.token_vectors
        if self._embeddings is None or vectors is None:
            return None, None
        if tokens is None or not len(tokens.vectors):
            return None, vectors @ np.asarray(self._embeddings.embed_query(question.text), np.float32)
        encoded = self._encoded(self.spelt(question.text))
        vector, asked = encoded.sentence_vectors[0], encoded.token_vectors
        if asked is None or not len(asked.vectors):
            return None, vectors @ vector
        weights = np.array([self._weight(token) for token in asked.tokens], np.float32)
        match = alignment.best_match(asked.vectors, tokens)
        matches = signals.Matches(
            groups=alignment.word_groups(asked.tokens),
            weights=weights / max(float(weights.sum()), 1e-6),
            here=match,
            window=alignment.with_neighbours(match, self._passages),
            passage=alignment.over_passages(match, self._passages),
            article=match.max(axis=0),
            title=self._titles_matched(asked.vectors),
        )
        return matches, vectors @ vector

    def spelt(self, text: str) -> str:
        """The question in small letters where it was shouted, and with misspelt words as the article spells them.

        Where words alone are compared, they stay as they are spelt.
        """
        text = spelling.lowered(text)
        encoded = self._encoded(text) if self._embeddings is not None else None
        if encoded is None or encoded.token_vectors is None:
            return text
        pieces = alignment.word_groups(encoded.token_vectors.tokens)
        return spelling.corrected(text, self._words, {word for word, places in pieces if len(places) == 1})

    def _encoded(self, text: str) -> Encoded:
        """Vectors of a question, ending as the model has seen questions end; the last few are kept."""
        asked = text.rstrip()
        asked = asked if asked.endswith(("?", ".", "!")) else asked + "?"
        if asked not in self._kept:
            if len(self._kept) >= KEPT_QUESTIONS:
                self._kept.clear()
            assert self._embeddings is not None
            self._kept[asked] = self._embeddings.encode([asked])
        return self._kept[asked]

    def _titles_matched(self, asked: Vectors) -> Floats:
        """(sentences, asked tokens): the match of the title of each sentence's document."""
        if self._titles is None:
            return np.full((len(self._rows), len(asked)), -1, np.float32)
        return alignment.best_match(asked, self._titles)[[place for place, _ in self._rows]]

    def _weight(self, token: str) -> float:
        weight = self._token_rarity.get(token, self._token_rarity[""])
        return weight * signals.LIGHT if token in signals.ASKING or token == "?" else weight

    @cached_property
    def _titles(self) -> TokenVectors | None:
        titles = [document.title for document in self._index.article.documents]
        return self._embeddings.encode(titles).token_vectors if self._embeddings is not None else None

    @cached_property
    def _token_rarity(self) -> dict[str, float]:
        return _token_rarity(self._index.token_vectors) if self._index.token_vectors is not None else {"": 1.0}

    @cached_property
    def _words(self) -> Counter[str]:
        return Counter(word for reading in self._readings for word in reading.words)

    @cached_property
    def _passage_roots(self) -> dict[int, frozenset[str]]:
        roots: dict[int, set[str]] = {}
        for passage, reading in zip(self._passages.tolist(), self._readings, strict=True):
            roots.setdefault(passage, set()).update(reading.roots)
        return {passage: frozenset(found) for passage, found in roots.items()}

    @cached_property
    def _article_roots(self) -> frozenset[str]:
        return frozenset().union(*(reading.roots for reading in self._readings))


def _fused(first: Floats, second: Floats) -> Floats:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of two scorings."""
    total = np.zeros(len(first), np.float32)
    for scores in (first, second):
        ranks = np.empty(len(scores), np.float32)
        ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores), dtype=np.float32)
        total += np.float32(1) / (np.float32(60) + ranks)
    return total


def _token_rarity(tokens: TokenVectors) -> dict[str, float]:
    """Rarity of each token over the sentences; under the empty key that of a token that never occurs."""
    frequency: Counter[str] = Counter()
    for start, end in zip(tokens.offsets[:-1], tokens.offsets[1:], strict=True):
        frequency.update(set(tokens.tokens[start:end]))
    n = len(tokens.offsets) - 1
    return {token: rarity(n, count) for token, count in frequency.items()} | {"": rarity(n, 0)}
