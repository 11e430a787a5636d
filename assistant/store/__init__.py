"""Where article versions are kept. The only file that knows Chroma.

    directory/<article>/writer.lock       one writer at a time; names its process
    directory/<article>/current.json      the pointer: which build answers
    directory/<article>/<build>/chroma/   a Chroma folder with this build's one collection
    directory/<article>/<build>/…         the same as a plain file, which answers are made from (builds.py)

A version is built beside the one that answers, the pointer is switched in one step, and the old build is dropped: a
crash at any moment leaves the last good version. Each build has a Chroma folder to itself, because two processes that
write one folder break it silently, and because Chroma never frees what a dropped collection took on disk.

With a Chroma server, the collections and the pointers live there for all machines to see; the directory keeps copies.
"""

import errno
import hashlib
import logging
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import numpy as np
from pydantic import ValidationError

from assistant.errors import SettingsError, StoreError
from assistant.index import ArticleIndex, Embedder, Vectors
from assistant.schema import Article, Sentence
from assistant.store.builds import (
    Pointer,
    read_pointer,
    read_pointers,
    read_snapshot,
    sweep,
    write_pointer,
    write_snapshot,
)
from assistant.store.indexing import Progress, index_article
from assistant.store.writing import explained, explanation, writer

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

_log = logging.getLogger(__name__)
_FORMAT: Final = 1
"""Raise it when a snapshot or a collection changes its form: everything is then built again."""
_ROWS: Final = 1_000
"""Rows sent to Chroma at once; one by one is 60 times slower."""
_ROOM: Final = 2_000_000
"""With fewer bytes free, whatever Chroma says is the full disk's doing."""
_REGISTRY: Final = "article-pointers"
_ABANDONED: Final = 3_600.0
"""Seconds after which a build on a server that does not answer belongs to nobody."""

_COPY_ANSWERS: Final = "%s Until then the copy on this machine answers."


class Store:
    """Article versions on this machine, or on a Chroma server with copies on this machine.

    Threads and processes may share a directory. Every method raises StoreError, with what to do about it, when the
    directory, the disk or the server does not play along.
    """

    def __init__(self, directory: Path, url: str | None = None, *, patience: float = 600.0) -> None:
        """`url` names a Chroma server; `patience` is how many seconds to wait for another process that indexes."""
        self._directory = directory.absolute()
        self._server = _Server(url) if url else None
        self._patience = patience

    def names(self) -> tuple[str, ...]:
        """The articles that can answer, sorted."""
        with explained(self._directory):
            pointers = read_pointers(self._directory)
        if self._server:
            try:
                pointers = self._server.pointers()
            except StoreError as error:
                if not pointers:
                    raise
                _log.warning(_COPY_ANSWERS, error)
        return tuple(sorted(pointer.name for pointer in pointers))

    def version(self, name: str) -> str | None:
        """The version of the article that answers now: 0.1 ms, or one request to the server."""
        pointer = self._pointer(name)
        return pointer.version if pointer else None

    def current(self, name: str, embedder: Embedder | None = None) -> ArticleIndex | None:
        """The index that answers now; `None` when there is none, or when it is damaged and has to be built again.

        `embedder` matters where only the server has the version: token vectors are not kept there but made anew.
        """
        pointer = self._pointer(name)
        while pointer:
            index = self._read(pointer) or self._fetch(pointer, embedder)
            standing = pointer if index else self._pointer(name)
            if standing == pointer:
                return index
            pointer = standing  # another version was switched to, and this one dropped, while it was being read
        return None

    def build(self, article: Article, embedder: Embedder | None, progress: Progress | None = None) -> ArticleIndex:
        """Store a version of an article and let it answer from now on; nothing is done when it already does.

        Only sentences that the version before did not have are embedded, and `progress(done, total)` counts those.
        Without an embedder only the words are stored, unless this version's vectors are there already.
        """
        content = hashlib.sha256(f"{_FORMAT} {article.model_dump_json()}".encode()).hexdigest()
        folder = self._folder(article.name)
        with writer(folder / "writer.lock", self._patience):
            standing = self._server.pointer(folder.name) if self._server else self._pointer(article.name)
            with explained(self._directory):
                sweep(folder, standing, read_pointer(folder))
            previous = self.current(article.name, embedder) if standing else None
            if standing and previous and standing.answers(content, embedder):
                return previous
            index = index_article(article, embedder, previous, progress)
            build = f"{folder.name}-{content[:12]}-{secrets.token_hex(4)}"
            tokens = index.token_vectors is not None
            pointer = Pointer(article.name, article.version, index.model, tokens, content, build)
            with explained(self._directory):
                self._publish(index, pointer, standing)
                sweep(folder, pointer)
        return self._read(pointer) or index

    def vectorstore(self, name: str, embedder: Embedder) -> "Chroma":
        """The version that answers now as LangChain's vector store, one document a sentence, for your own retrievers.

        It ends with that version: ask again when `version` changes.
        """
        from langchain_chroma import Chroma
        from langchain_core.embeddings import Embeddings

        pointer = self._pointer(name)
        if pointer is None or pointer.model != embedder.name:
            raise StoreError(f"{name!r} is not indexed with {embedder.name}. Run `python -m assistant index` first.")
        # The embedder has the methods; its class spares the answering path the import.
        Embeddings.register(type(embedder))
        build = self._folder(name) / pointer.build
        with _ServerErrors(self._server.url) if self._server else _local_errors(build):
            return Chroma(
                client=self._server.client if self._server else _open(build),
                collection_name=pointer.build,
                embedding_function=cast("Embeddings", embedder),
                create_collection_if_not_exists=False,
            )

    def _folder(self, name: str) -> Path:
        """An article's folder: readable for people, short enough for Chroma's names, and its own whatever the name."""
        readable = re.sub(r"[^a-z0-9]+", "-", name.lower())[:24].strip("-") or "article"
        return self._directory / f"{readable}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}"

    def _pointer(self, name: str) -> Pointer | None:
        folder = self._folder(name)
        with explained(self._directory):
            copy = read_pointer(folder)
        if self._server is None:
            return copy
        try:
            return self._server.pointer(folder.name)
        except StoreError as error:
            if copy is None:
                raise
            _log.warning(_COPY_ANSWERS, error)
            return copy

    def _read(self, pointer: Pointer) -> ArticleIndex | None:
        with explained(self._directory):
            return read_snapshot(self._folder(pointer.name) / pointer.build)

    def _publish(self, index: ArticleIndex, pointer: Pointer, standing: Pointer | None) -> None:
        """Write a build whole, then point to it."""
        folder = self._folder(pointer.name)
        build = folder / pointer.build
        try:
            write_snapshot(index, build)
            if self._server:
                self._server.publish(index, pointer, standing, folder.name)
            elif index.sentence_vectors is not None:
                with _local_errors(build), closing(_open(build)) as client:
                    _add(client, index, pointer)
            write_pointer(pointer, folder)
        except BaseException:
            shutil.rmtree(build, ignore_errors=True)
            raise

    def _fetch(self, pointer: Pointer, embedder: Embedder | None) -> ArticleIndex | None:
        """A version that another machine put on the server; a copy of it stays here for the next time."""
        folder = self._folder(pointer.name)
        index = self._server.fetch(pointer, folder.name) if self._server else None
        if index and pointer.tokens:
            if embedder is None or embedder.name != pointer.model:
                return index  # not whole, so no copy
            index = index_article(index.article, embedder)
        if index:
            try:
                write_snapshot(index, folder / pointer.build)
                write_pointer(pointer, folder)
            except OSError as error:
                _log.warning("No copy of %r can be kept in %s: %s.", pointer.name, folder, error.strerror)
        return index


class _Server:
    """A Chroma server: the builds' collections, and a registry with one row an article and one a build.

    No lock spans machines, so no two builds share a collection, and each has its row before it has its collection. A
    build that does not answer is dropped by the one that replaced it, or by the article's next build after an hour.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or parts.scheme not in ("http", "https") or parts.path.strip("/"):
            raise SettingsError(f"CHROMA_URL={url} is not the address of a server. Use one like http://127.0.0.1:8000.")
        self.url = url
        self._host = host
        self._ssl = parts.scheme == "https"
        self._port = port or (443 if self._ssl else 8000)

    @cached_property
    def client(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings

        # Chroma's own client would wait minutes for a machine that is not there.
        socket.create_connection((self._host, self._port), timeout=5).close()
        settings = Settings(anonymized_telemetry=False)
        return chromadb.HttpClient(host=self._host, port=self._port, ssl=self._ssl, settings=settings)

    @cached_property
    def _registry(self) -> "Collection":
        return self.client.get_or_create_collection(_REGISTRY, embedding_function=None)

    def pointer(self, key: str) -> Pointer | None:
        """Which build answers for the article with this folder name; one request."""
        with _ServerErrors(self.url):
            rows = self._registry.get(ids=[key], include=["metadatas"])["metadatas"]
        return _from_row(rows[0]) if rows else None

    def pointers(self) -> list[Pointer]:
        """The pointers of all articles."""
        with _ServerErrors(self.url):
            rows = self._registry.get(where={"state": "current"}, include=["metadatas"])["metadatas"] or []
        return [pointer for row in rows if (pointer := _from_row(row))]

    def publish(self, index: ArticleIndex, pointer: Pointer, standing: Pointer | None, key: str) -> None:
        """Add a build's collection, switch the article's row to it, and drop what no longer answers."""
        row = {**asdict(pointer), "model": pointer.model or "", "state": "current"}
        with _ServerErrors(self.url):
            self._put(pointer.build, {"state": "build", "article": key, "since": time.time()})
            _add(self.client, index, pointer)
            self._put(key, row, index.article.model_dump_json())
            self._sweep(key, standing.build if standing else None)

    def fetch(self, pointer: Pointer, key: str) -> ArticleIndex | None:
        """A build's index from its rows, without token vectors; `None` when it was replaced or is not whole."""
        from chromadb.errors import NotFoundError

        vectors: dict[str, Vectors] = {}
        with _ServerErrors(self.url):
            found = self._registry.get(ids=[key], include=["metadatas", "documents"])
            try:
                if pointer.model:
                    vectors = _vectors(self.client.get_collection(pointer.build, embedding_function=None))
            except NotFoundError:
                return None
        if not found["metadatas"] or not found["documents"] or _from_row(found["metadatas"][0]) != pointer:
            return None
        try:
            article = Article.model_validate_json(found["documents"][0])
            rows = np.stack([vectors[id_] for id_ in article.sentence_of]) if pointer.model else None
        except (ValidationError, KeyError):
            _log.warning("%r on %s is damaged or of another release and has to be built again.", pointer.name, self.url)
            return None
        return ArticleIndex(article, pointer.model, rows, None)

    def _put(self, id_: str, row: dict[str, Any], document: str = "") -> None:
        # A row must have a vector; nobody searches these by theirs.
        self._registry.upsert(ids=[id_], embeddings=np.ones((1, 1), np.float32), metadatas=[row], documents=[document])

    def _sweep(self, key: str, replaced: str | None) -> None:
        from chromadb.errors import NotFoundError

        pointer = self.pointer(key)
        rows = self._registry.get(where={"article": key}, include=["metadatas"])
        for build, row in zip(rows["ids"], rows["metadatas"] or [], strict=True):
            abandoned = time.time() - cast("float", row["since"]) > _ABANDONED
            if (build == replaced or abandoned) and pointer and build != pointer.build:
                with suppress(NotFoundError):
                    self.client.delete_collection(build)
                self._registry.delete(ids=[build])


class _ServerErrors(AbstractContextManager[None]):
    """Turn what Chroma's client raises into a StoreError that names the fix.

    A class, because the client raises a bare `Exception` for an answer that is not Chroma's own, such as a proxy's, and
    only a class can tell that from all that derives from it.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        reason = str(error)[:300]
        if isinstance(error, OSError | HTTPError) or (isinstance(error, ValueError) and "connect" in reason):
            raise StoreError(
                f"The Chroma server {self._url} cannot be reached ({reason}). Start it, correct CHROMA_URL, or unset "
                "CHROMA_URL to keep the index on this machine."
            ) from error
        if isinstance(error, ChromaError | ValueError) or type(error) is Exception:
            raise StoreError(
                f"The Chroma server {self._url} refused ({reason}). See its log, then try again."
            ) from error


@contextmanager
def _local_errors(build: Path) -> Iterator[None]:
    """Turn what a Chroma folder raises into a StoreError that names the fix."""
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        reason = str(error)
        directory = build.parent.parent
        if re.search("permission denied|read-?only", reason, re.IGNORECASE):
            raise explanation(errno.EACCES, reason, directory) from error
        if re.search("disk is full|disk I/O", reason) or shutil.disk_usage(directory).free < _ROOM:
            raise explanation(errno.ENOSPC, reason, directory) from error
        raise StoreError(
            f"The Chroma folder in {build} is damaged ({reason}). Delete {build.parent} and run `python -m assistant "
            "index`; the article's own files are not touched by that."
        ) from error


def _open(build: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    return cast("Client", chromadb.PersistentClient(build / "chroma", settings=Settings(anonymized_telemetry=False)))


def _add(client: "ClientAPI", index: ArticleIndex, pointer: Pointer) -> None:
    """Make a build's collection: one row a sentence."""
    from langchain_chroma import Chroma

    if index.sentence_vectors is None:
        return
    computed = _Computed()
    chroma = Chroma(
        client=client,
        collection_name=pointer.build,
        embedding_function=cast("Embeddings", computed),
        collection_configuration={"hnsw": {"space": "cosine"}},
    )
    sentences = tuple(index.article.sentence_of.values())
    for start in range(0, len(sentences), _ROWS):
        batch = sentences[start : start + _ROWS]
        computed.vectors = index.sentence_vectors[start : start + _ROWS].tolist()
        chroma.add_texts(
            [sentence.text for sentence in batch],
            [_metadata(index.article, sentence) for sentence in batch],
            [sentence.id for sentence in batch],
        )


class _Computed:
    """Stands where LangChain wants an embedding model, for vectors that are there already."""

    vectors: list[list[float]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.vectors


def _metadata(article: Article, sentence: Sentence) -> dict[str, str | int]:
    """What a retriever outside this program needs to cite a sentence."""
    document = article.document_of[sentence.id.rpartition(":")[0]]
    return {
        "document": document.id,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published,
        "url": document.url,
        "form": document.form,
        "start": sentence.start,
        "end": sentence.end,
        "voice": sentence.voice,
        "speaker": sentence.speaker or "",
    }


def _vectors(collection: "Collection") -> dict[str, Vectors]:
    """All vectors of a collection, by sentence id."""
    vectors: dict[str, Vectors] = {}
    for start in range(0, collection.count(), _ROWS):
        rows = collection.get(limit=_ROWS, offset=start, include=["embeddings"])
        vectors.update(zip(rows["ids"], np.asarray(rows["embeddings"], np.float32), strict=True))
    return vectors


def _from_row(row: Mapping[str, Any]) -> Pointer | None:
    fields = {field: value for field, value in row.items() if field != "state"}
    return Pointer.parse({**fields, "model": fields.get("model") or None})
