"""An article ready to be searched: its sentences and their vectors, in memory; and what makes vectors of texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.schema import Article

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class TokenVectors:
    """Contextual vectors of every token of n texts, one after the other.

    `vectors` is (tokens, width), rows of length 1. Text i owns rows `offsets[i]:offsets[i + 1]`,
    so `offsets` has n + 1 entries.
    `tokens` names each row's token as the model's vocabulary has it.
    """

    vectors: Vectors
    offsets: NDArray[np.int64]
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Encoded:
    """n texts as vectors."""

    sentence_vectors: Vectors
    """(n, width), rows of length 1."""
    token_vectors: TokenVectors | None
    """Each token in its context; `None` for an embedding model that gives only one vector a text."""


class Embedder(Protocol):
    """An embedding model with a name; its `embed_` methods are LangChain's."""

    @property
    def name(self) -> str:
        """What the store remembers: vectors of differently named models are never compared."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Vectors of texts to be searched, in their order."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of texts to be searched, length 1."""

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question, length 1; some models embed questions differently."""


@dataclass(frozen=True)
class ArticleIndex:
    """What the store keeps of one article version and what the retriever reads.

    Row i of every array belongs to the i-th sentence over all documents in order.
    """

    article: Article
    model: str | None
    """Name of the embedding model; `None` when there was none and only words can be compared."""
    sentence_vectors: Vectors | None
    """(sentences, width), rows of length 1."""
    token_vectors: TokenVectors | None
    """`None` for an embedding model that gives only one vector a text."""
