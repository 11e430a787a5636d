"""A page or a file -> a source of an article: its main text, and its metadata as the document itself states it.

What a document does not state is asked for and never made up; the day of adding it is nobody's date of publication.
"""

import dataclasses
import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from assistant import frontmatter
from assistant.errors import CorpusError
from assistant.frontmatter import shown
from assistant.ingest import formats
from assistant.ingest.fetching import MAX_BYTES, fetch
from assistant.ingest.formats import Extracted

HTML, PDF, TEXT = "html", "pdf", "text"
MEDIA = {
    "text/html": HTML,
    "application/xhtml+xml": HTML,
    "application/pdf": PDF,
    "text/plain": TEXT,
    "text/markdown": TEXT,
}
SUFFIXES = {
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".md": TEXT,
    ".markdown": TEXT,
    ".txt": TEXT,
    ".text": TEXT,
}
MAX_TEXT_BYTES = 1_900_000
"""Longest text, in UTF-8; with its front matter it stays below what a corpus accepts."""

MAX_SLUG_CHARS = 60

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}:", re.IGNORECASE)
_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """A source ready to be written."""

    origin: str
    """The address or path that was given."""
    fields: dict[str, str]
    """Front matter, complete and checked."""
    text: str
    notes: tuple[str, ...] = ()
    """What the person who adds it should know and check."""


def read(origin: str, given: Mapping[str, str], *, allow_private: bool = False) -> Found:
    """Read a web address or a file; `given` fields go before what the document says.

    Raises CorpusError that names what cannot be read, or which fields have to be given.
    """
    for name, value in given.items():
        if fault := frontmatter.fault(name, value):
            raise CorpusError(f"--{name.replace('_', '-')}: {fault}.")
    extracted = _from_web(origin, allow_private) if _SCHEME.match(origin) else _from_file(Path(origin))
    if not extracted.text:
        raise CorpusError(f"{shown(origin)} holds no text that can be read. Save its text as a .txt file and add that.")
    if len(extracted.text.encode()) > MAX_TEXT_BYTES:
        raise CorpusError(f"The text of {shown(origin)} is longer than {MAX_TEXT_BYTES:,} bytes. Add a part of it.")
    fields = {"kind": "document", "language": "en", "form": "full", **extracted.fields, **given}
    if not fields.get("id"):
        fields["id"] = _slug(fields.get("title", ""), fields.get("url", origin))
    _require(origin, fields, extracted)
    stated = {name: fields[name] for name in frontmatter.FIELDS if fields.get(name)}
    return Found(origin, stated, extracted.text, extracted.notes)


def write(found: Sequence[Found], folder: Path, ids: Mapping[str, Path], *, replace: bool = False) -> tuple[Path, ...]:
    """Write sources into an article's folder, all of them or none; `ids` are the documents that it has already.

    Raises CorpusError when an id is taken (unless `replace`) or the folder cannot be written to.
    """
    paths = [_place(source, folder, ids, replace) for source in found]
    if twice := {path.name for path in paths if paths.count(path) > 1}:
        raise CorpusError(f"Two of these would both be {twice.pop()}. Add them one at a time, each with its own --id.")
    staged: list[Path] = []
    before: dict[Path, bytes | None] = {}
    done: list[Path] = []
    try:
        before = {path: path.read_bytes() if path.exists() else None for path in paths}
        (folder / "sources").mkdir(exist_ok=True)
        for source, path in zip(found, paths, strict=True):
            # Hidden, so that nothing reads it before it is whole.
            temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            staged.append(temporary)
            with temporary.open("wb") as file:
                file.write(frontmatter.dump(source.fields, source.text).encode())
                file.flush()
                os.fsync(file.fileno())
        for temporary, path in zip(staged, paths, strict=True):
            temporary.replace(path)
            done.append(path)
    except OSError as error:
        for path in done:
            _restore(path, before[path])
        reason = error.strerror or str(error)
        raise CorpusError(f"{folder / 'sources'} cannot be written to: {reason}. Nothing was added.") from error
    finally:
        for temporary in staged:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return tuple(paths)


def _from_web(origin: str, allow_private: bool) -> Extracted:
    fetched = fetch(origin, allow_private=allow_private)
    media = MEDIA.get(fetched.media_type) or (None if fetched.media_type else _sniffed(fetched.content))
    if media is None:
        kind = shown(fetched.media_type or "unknown")
        raise CorpusError(f"{shown(origin)} is of type {kind}. HTML, PDF, Markdown and text can be added.")
    extracted = _extract(media, fetched.content, origin, fetched.url, fetched.charset)
    return dataclasses.replace(extracted, fields={"url": fetched.url} | extracted.fields)


def _from_file(path: Path) -> Extracted:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CorpusError(f"{shown(str(path))} cannot be read: {reason}. Check the path.") from error
    if len(content) > MAX_BYTES:
        raise CorpusError(f"{shown(str(path))} is larger than {MAX_BYTES // 1_000_000} MB. Add a part of it.")
    media = SUFFIXES.get(path.suffix.lower()) or _sniffed(content)
    if media is None:
        raise CorpusError(f"{shown(path.name)} is of no known type. HTML, PDF, Markdown and text can be added.")
    return _extract(media, content, str(path), None, None)


def _extract(media: str, content: bytes, name: str, url: str | None, charset: str | None) -> Extracted:
    if media == HTML:
        return formats.html(content, name, url, charset)
    return formats.pdf(content, name) if media == PDF else formats.plain(content, name, charset)


def _sniffed(content: bytes) -> str | None:
    start = content[:1_024].lstrip().lower()
    if start.startswith(b"%pdf-"):
        return PDF
    return HTML if start.startswith((b"<!doctype html", b"<html")) else None


def _require(origin: str, fields: Mapping[str, str], extracted: Extracted) -> None:
    missing = [name for name in frontmatter.REQUIRED if not fields.get(name)]
    if not missing:
        return
    options = " ".join(f"--{name} …" for name in missing)
    lines = [f"{shown(origin)} does not say its {' and '.join(missing)}. Add it with {options}"]
    lines += [f"It may be {extracted.hints[name]}: check it." for name in missing if name in extracted.hints]
    raise CorpusError("\n".join(lines))


def _slug(title: str, origin: str) -> str:
    """A short id: the words of the title, else the end of the address."""
    for text in (title, PurePosixPath(urlsplit(origin).path).stem):
        letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
        words = [word for word in _NO_SLUG.split(letters) if word]
        slug = ""
        for word in words:
            if slug and len(slug) + len(word) >= MAX_SLUG_CHARS:
                break
            slug = f"{slug}-{word}" if slug else word[:MAX_SLUG_CHARS]
        if slug:
            return slug if slug != "article" else "article-source"
    return f"source-{hashlib.sha256(origin.encode()).hexdigest()[:8]}"


def _place(source: Found, folder: Path, ids: Mapping[str, Path], replace: bool) -> Path:
    id_ = source.fields["id"]
    taken = ids.get(id_)
    if id_ == "article":
        raise CorpusError("The id article belongs to article.md. Give this source another with --id.")
    if taken is not None and not replace:
        raise CorpusError(f"There is a source {id_} already, {taken}. Use --replace, or give another with --id.")
    path = taken or folder / "sources" / f"{id_}.md"
    if taken is None and path.exists():
        raise CorpusError(f"There is a file {path} already, for another source. Give this one another with --id.")
    return path


def _restore(path: Path, content: bytes | None) -> None:
    with suppress(OSError):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
