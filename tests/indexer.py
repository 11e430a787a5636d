"""Index small invented articles in processes of their own, which can be raced, limited and killed.

    python -m tests.indexer DIRECTORY

reads lines `NAME EDITION SENTENCES`, builds each article, and says `done VERSION` or `StoreError: …` on a line; in
between it says `embedded N` as it goes.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from assistant.embeddings import MiniLM
from assistant.errors import StoreError
from assistant.index import ArticleIndex, Embedder
from assistant.schema import Article, Document, Sentence
from assistant.store import Store

# Each process is a new one, forked from one that has imported what takes seconds and has opened nothing.
fresh = multiprocessing.get_context("forkserver")
fresh.set_forkserver_preload(["tests.indexer", "langchain_chroma", "onnxruntime", "tokenizers"])


def article(name: str, edition: str = "first", sentences: int = 6) -> Article:
    """An article and one source; a third of their sentences are the same in every edition."""
    documents = []
    for id_ in ("article", "minutes"):
        texts = [f"Wall {i} of {id_} is {i} km{f' in {edition}' if i % 3 else ''}." for i in range(sentences // 2)]
        parts, start = [], 0
        for number, text in enumerate(texts, 1):
            parts.append(Sentence(id=f"{id_}:{number}", start=start, end=start + len(text), text=text))
            start += len(text) + 1
        documents.append(
            Document(
                id=id_,
                kind="article",
                title="Walls",
                publisher="The Courier",
                published="2023-11",
                url="https://courier.example",
                text=" ".join(texts),
                sentences=tuple(parts),
            )
        )
    return Article(name=name, version=f"{name} {edition} {sentences}", documents=tuple(documents))


def assert_whole(store: Store, embedder: Embedder, name: str, versions: set[str]) -> ArticleIndex:
    """What answers is one of the versions, all of it, and Chroma gives every vector back as it was computed."""
    index = store.current(name, embedder)
    assert index is not None
    assert index.article.version in versions
    texts = [sentence.text for sentence in index.article.sentence_of.values()]
    encoded = embedder.encode(texts)
    assert index.sentence_vectors is not None
    np.testing.assert_allclose(index.sentence_vectors, encoded.sentence_vectors, atol=1e-5)
    assert index.token_vectors is not None
    assert encoded.token_vectors is not None
    assert index.token_vectors.tokens == encoded.token_vectors.tokens
    np.testing.assert_array_equal(index.token_vectors.offsets, encoded.token_vectors.offsets)
    np.testing.assert_allclose(index.token_vectors.vectors, encoded.token_vectors.vectors, atol=1e-3)
    rows = store.vectorstore(name, embedder).get(include=["embeddings", "documents"])
    assert dict(zip(rows["ids"], rows["documents"], strict=True)) == {
        sentence.id: sentence.text for sentence in index.article.sentence_of.values()
    }
    vectors = dict(zip(rows["ids"], rows["embeddings"], strict=True))
    found = np.array([vectors[id_] for id_ in index.article.sentence_of])
    np.testing.assert_allclose(found, encoded.sentence_vectors, atol=1e-5)
    return index


class Indexer:
    """A process that indexes."""

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self._connection, other = fresh.Pipe()
        self._process = fresh.Process(target=_index, args=(directory, url, other))
        self._process.start()
        other.close()
        assert self.says() == "ready"

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def start(self, name: str, edition: str, sentences: int = 6) -> None:
        self._connection.send(f"{name} {edition} {sentences}")

    def says(self) -> str:
        return str(self._connection.recv())

    def outcome(self) -> str:
        while (line := self.says()).startswith("embedded"):
            pass
        return line

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL
        self._connection.close()
        self._process.close()


def _index(directory: Path, url: str | None, connection: Connection) -> None:
    lines = iter(connection.recv, None)
    _serve(directory, url, lines, connection.send)


def _serve(directory: Path, url: str | None, lines: Iterable[str], say: Callable[[str], None]) -> None:
    embedder, store = MiniLM(), Store(directory, url)
    say("ready")
    for line in lines:
        name, edition, sentences = line.split()
        try:
            wanted = article(name, edition, int(sentences))
            index = store.build(wanted, embedder, lambda done, _: say(f"embedded {done}"))
            say(f"done {index.article.version}")
        except StoreError as error:
            say(f"StoreError: {error}")


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), None, sys.stdin, lambda line: print(line, flush=True))
