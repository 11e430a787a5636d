"""The embedded model: all-MiniLM-L6-v2 on this machine's CPU, without a key, a download or a network.

Any model that LangChain can name may take its place.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from assistant import weights
from assistant.errors import EmbeddingsError, SettingsError
from assistant.index import Embedder, Encoded, TokenVectors, Vectors
from assistant.weights import WIDTH

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from tokenizers import Encoding

__all__ = ["Embedder", "Encoded", "LangChainModel", "MiniLM", "open_embeddings"]

_BATCH: Final = 32
_CORES: Final = os.cpu_count() or 1
_questions_at_once = threading.Semaphore(_CORES)
"""A question keeps a core busy; of many at once that share the cores all would be as late as the last."""


class MiniLM:
    """all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957, as fine-tuned by sentence-transformers) for LangChain.

    A virtual subclass of LangChain's `Embeddings`, not a real one: importing `langchain_core` would make each answer on
    the command line wait 0.4 s for the sake of two signatures. Threads may share an instance.
    """

    name: Final = "all-MiniLM-L6-v2"

    def __init__(self) -> None:
        """Check and load the model: 0.25 s, 120 MB.

        Raises EmbeddingsError when a file is missing or is not the one that this program was measured with.
        """
        self.folder: Final = weights.folder()
        self._tokenizer = weights.tokenizer(self.folder)
        # A question is too short to be shared out: two threads take longer over it than one, and twice the processor.
        self._session = weights.session(self.folder, threads=1)
        # Whoever can ask whether this is one of LangChain's Embeddings has imported them already.
        if langchain := sys.modules.get("langchain_core.embeddings"):
            langchain.Embeddings.register(MiniLM)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Sentence vectors (n, 384) and token vectors of n texts, in their order, from one forward pass.

        Sentence vectors are the mean over a text's tokens. Token vectors leave out the markers for start and end, so a
        text without a word has none.
        """
        encodings = [self._tokenizer.encode(weights.encodable(text)) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda i: len(encodings[i]))
        sentence_vectors = np.zeros((len(texts), WIDTH), np.float32)
        token_vectors: list[Vectors] = [np.zeros((0, WIDTH), np.float32)] * (len(texts) or 1)

        def encode_batch(batch: Sequence[int]) -> None:
            for i, hidden in zip(batch, self._hidden_states([encodings[i] for i in batch]), strict=True):
                sentence_vectors[i] = _unit(hidden.mean(axis=0))
                token_vectors[i] = _unit(hidden[1:-1])

        batches = [by_length[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        if len(batches) > 1:
            # A batch a core is faster than all cores for each batch in turn.
            with ThreadPoolExecutor(_CORES) as pool:
                list(pool.map(encode_batch, batches))
        elif batches:
            with _questions_at_once:
                encode_batch(batches[0])
        offsets = np.cumsum([0, *(len(encoding) - 2 for encoding in encodings)], dtype=np.int64)
        tokens = tuple(token for encoding in encodings for token in encoding.tokens[1:-1])
        return Encoded(sentence_vectors, TokenVectors(np.concatenate(token_vectors), offsets, tokens))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Sentence vectors of texts."""
        vectors: list[list[float]] = self.encode(texts).sentence_vectors.tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Sentence vector of a question; this model embeds questions and documents alike."""
        return self.embed_documents([text])[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """`embed_documents` in a thread."""
        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """`embed_query` in a thread."""
        return await asyncio.to_thread(self.embed_query, text)

    def _hidden_states(self, batch: Sequence["Encoding"]) -> Iterator[Vectors]:
        """The last layer for each text of a batch: (its tokens, 384), markers for start and end included."""
        lengths = [len(encoding) for encoding in batch]
        ids = np.zeros((len(batch), max(lengths)), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(batch):
            ids[row, : lengths[row]] = encoding.ids
            mask[row, : lengths[row]] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(["last_hidden_state"], inputs)[0]
        for row, length in enumerate(lengths):
            yield hidden[row, :length]


class LangChainModel:
    """Any other embedding model, under the name by which LangChain opened it."""

    def __init__(self, name: str, embeddings: "Embeddings") -> None:
        self.name: Final = name
        self._embeddings = embeddings

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Sentence vectors (n, width) of n > 0 texts; such models show no token vectors."""
        return Encoded(np.array(self.embed_documents(list(texts)), np.float32), None)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Sentence vectors of texts; raises EmbeddingsError when the provider cannot be reached or refuses."""
        with _provider(self.name):
            vectors = np.array(self._embeddings.embed_documents(texts), np.float32)
        lists: list[list[float]] = _unit(vectors).tolist()
        return lists

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question; raises EmbeddingsError when the provider cannot be reached or refuses."""
        with _provider(self.name):
            vector = np.array(self._embeddings.embed_query(text), np.float32)
        numbers: list[float] = _unit(vector).tolist()
        return numbers


def open_embeddings(name: str) -> Embedder:
    """The embedding model of a setting: `minilm`, or LangChain's name for one, such as `openai:text-embedding-3-small`.

    Raises EmbeddingsError when the embedded model's files are missing or changed, and SettingsError when LangChain does
    not know the name or misses the provider's package or key.
    """
    if name == "minilm":
        return MiniLM()
    from langchain.embeddings import init_embeddings
    from openai import OpenAIError

    # Counting tokens before sending would download a vocabulary, and send numbers that other servers do not understand.
    options: dict[str, Any] = {"check_embedding_ctx_length": False, "timeout": 30} if name.startswith("openai:") else {}
    try:
        embeddings = init_embeddings(name, **options)
    except (ImportError, ValueError, OpenAIError) as error:
        raise SettingsError(
            f"ASSISTANT_EMBEDDINGS={name} cannot be used. Set it to `minilm`, which needs no key, or to a name such as "
            "`openai:text-embedding-3-small`, with its provider's LangChain package installed and its key set. "
            f"LangChain says: {' '.join(str(error).split())}"
        ) from error
    return LangChainModel(name, embeddings)


@contextmanager
def _provider(name: str) -> Iterator[None]:
    from httpx import HTTPError
    from openai import OpenAIError

    try:
        yield
    except (OpenAIError, HTTPError, OSError, ValueError) as error:
        raise EmbeddingsError(
            f"The embedding model {name} did not answer: {error} Check its key and the network and try again, or set "
            "ASSISTANT_EMBEDDINGS=minilm, which needs neither."
        ) from error


def _unit(vectors: Vectors) -> Vectors:
    """Rows divided by their lengths; (width,) or (n, width)."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit
