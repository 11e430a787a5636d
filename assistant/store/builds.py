"""An article's builds on this machine's disk, read without Chroma or LangChain.

folder/current.json           the pointer: which build answers
folder/<build>/snapshot.npz   its sentences and vectors: JSON and arrays, uncompressed; last the sha256 of all that
"""

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from assistant.index import ArticleIndex, Embedder, TokenVectors
from assistant.schema import Article

_log = logging.getLogger(__name__)
_POINTER: Final = "current.json"
_SNAPSHOT: Final = "snapshot.npz"
_DIGEST: Final = 32
_BUILD: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,60}[a-z0-9]")


@dataclass(frozen=True)
class Pointer:
    """Which build answers for an article."""

    name: str
    version: str
    model: str | None
    tokens: bool
    """Whether the model gives token vectors."""
    content: str
    """sha256 of the article with its sentences and their labels, so that better labels of the same text are noticed."""
    build: str
    """Name of the build's folder and of its collection."""

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self | None:
        """`None` when these are not the fields of a pointer, or would point out of its folder."""
        try:
            pointer = cls(**fields)
            return pointer if _BUILD.fullmatch(pointer.build) else None
        except TypeError:
            return None

    def answers(self, content: str, embedder: Embedder | None) -> bool:
        """Whether nothing has to be built. Vectors of a model that is missing today are kept for tomorrow."""
        return self.content == content and (embedder is None or self.model == embedder.name)


def read_pointer(folder: Path) -> Pointer | None:
    """`None` when there is none, or it is damaged."""
    try:
        fields = json.loads((folder / _POINTER).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        fields = None
    pointer = Pointer.parse(fields) if isinstance(fields, dict) else None
    if pointer is None:
        _log.warning("%s is damaged; the article has to be indexed again.", folder / _POINTER)
    return pointer


def write_pointer(pointer: Pointer, folder: Path) -> None:
    """Switch to a build in one step."""
    _replace(folder / _POINTER, json.dumps(asdict(pointer)).encode())


def read_pointers(directory: Path) -> list[Pointer]:
    """The pointers of all folders in a directory."""
    pointers = [read_pointer(path.parent) for path in directory.glob(f"*/{_POINTER}")]
    return [pointer for pointer in pointers if pointer]


def write_snapshot(index: ArticleIndex, build: Path) -> None:
    """Write a build's index, whole or not at all.

    Token vectors are kept in half precision, which halves the file and moves no cosine by more than 0.0005.
    """
    build.mkdir(parents=True, exist_ok=True)
    members: dict[str, NDArray[Any]] = {
        "article": _packed(index.article.model_dump(mode="json")),
        "model": _packed(index.model),
    }
    if index.sentence_vectors is not None:
        members["sentence_vectors"] = index.sentence_vectors
    if index.token_vectors is not None:
        members["token_vectors"] = index.token_vectors.vectors.astype(np.float16)
        members["token_offsets"] = index.token_vectors.offsets
        members["tokens"] = _packed(index.token_vectors.tokens)
    archive = BytesIO()
    np.savez(archive, allow_pickle=False, **members)
    _replace(build / _SNAPSHOT, archive.getvalue() + hashlib.sha256(archive.getbuffer()).digest())


def read_snapshot(build: Path) -> ArticleIndex | None:
    """A build's index; `None` when there is no such build, or it is damaged or of another release."""
    path = build / _SNAPSHOT
    try:
        content = memoryview(path.read_bytes())
    except FileNotFoundError:
        return None
    archive, digest = content[:-_DIGEST], content[-_DIGEST:]
    if hashlib.sha256(archive).digest() != digest:
        _log.warning("%s is damaged and has to be built again.", path)
        return None
    try:
        with np.load(BytesIO(archive), allow_pickle=False) as members:
            return _index(members)
    except (KeyError, ValueError):
        _log.warning("%s is of another release and has to be built again.", path)
        return None


def sweep(folder: Path, *pointers: Pointer | None) -> None:
    """Remove builds that none of these points to, and what killed writers left."""
    kept = {pointer.build for pointer in pointers if pointer}
    for child in folder.iterdir():
        if child.is_dir() and child.name not in kept:
            shutil.rmtree(child, ignore_errors=True)
        elif child.suffix == ".tmp":
            child.unlink(missing_ok=True)


def _index(members: Mapping[str, NDArray[Any]]) -> ArticleIndex:
    article = Article.model_validate_json(members["article"].tobytes())
    model = json.loads(members["model"].tobytes())
    token_vectors = None
    if "token_vectors" in members:
        vectors = members["token_vectors"].astype(np.float32)
        tokens = tuple(json.loads(members["tokens"].tobytes()))
        token_vectors = TokenVectors(vectors, members["token_offsets"], tokens)
    return ArticleIndex(article, model, members.get("sentence_vectors"), token_vectors)


def _packed(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step; it is on the disk before this returns."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
