"""Index small invented articles, here or in processes of their own that can be raced, locked out and killed.

    python -m tests.indexer DIRECTORY [URL]

Says `ready`, then reads lines `NAME EDITION SENTENCES`, builds each, and says `done VERSION` or `StoreError: …`; in
between it says `embedded N` as it goes. The line `import` lets it import all that indexing needs.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from assistant.embeddings import MiniLM
from assistant.errors import StoreError
from assistant.index import ArticleIndex, Embedder
from assistant.schema import Article, Document, Sentence
from assistant.store import Store

ROOT = Path(__file__).parent.parent


def article(name: str, edition: str = "first", sentences: int = 6) -> Article:
    """An article and one source; a third of its sentences stay the same in every edition."""
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
    vectors = dict(zip(rows["ids"], rows["embeddings"], strict=True))
    assert dict(zip(rows["ids"], rows["documents"], strict=True)) == {
        sentence.id: sentence.text for sentence in index.article.sentence_of.values()
    }
    found = np.array([vectors[id_] for id_ in index.article.sentence_of])
    np.testing.assert_allclose(found, encoded.sentence_vectors, atol=1e-5)
    return index


class Indexer:
    """This module as a process of its own."""

    def __init__(self, directory: Path, url: str | None = None) -> None:
        command = [sys.executable, "-m", "tests.indexer", str(directory), *([url] if url else [])]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def warm_up(self) -> None:
        """Wait until what follows is indexing and not importing."""
        assert self.process.stdin is not None
        print("import", file=self.process.stdin, flush=True)
        assert (self.says(), self.says()) == ("ready", "imported")

    def start(self, name: str, edition: str, sentences: int = 6) -> None:
        assert self.process.stdin is not None
        print(name, edition, sentences, file=self.process.stdin, flush=True)

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def outcome(self) -> str:
        while (line := self.says()).startswith("embedded"):
            pass
        return line

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def main(directory: Path, url: str | None) -> None:
    embedder = MiniLM()
    store = Store(directory, url)
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "import\n":
            import_module("langchain_chroma")
            print("imported", flush=True)
            continue
        name, edition, sentences = line.split()
        try:
            index = store.build(
                article(name, edition, int(sentences)), embedder, lambda done, _: print("embedded", done, flush=True)
            )
            print("done", index.article.version, flush=True)
        except StoreError as error:
            print(f"StoreError: {error}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
