"""A folder of Markdown files with front matter -> an `Article`; or what is wrong with the folder, file and line named.

    <name>/article.md        the article, `id: article`
    <name>/sources/*.md      its sources

Every problem is one line `path:line: what is wrong; how to put it right`, and all are listed, not only the first.
"""

import difflib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant import frontmatter
from assistant.errors import CorpusError
from assistant.frontmatter import shown
from assistant.schema import Article, Document, Sentence
from assistant.text import normalise, split_sentences

MAX_BYTES = 2_000_000
"""Largest document, in bytes of its file."""
MAX_DOCUMENTS = 500

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def load(path: Path) -> Article:
    """Read the article folder at `path`, with its sentences split but not yet labelled with voices.

    Raises `CorpusError` with all problems.
    """
    documents = _documents(path)
    return Article(
        name=path.resolve().name,
        version=_version(documents),
        documents=tuple(_split(document) for document in documents),
    )


def version(path: Path) -> str:
    """`load(path).version`, without splitting a sentence; raises like `load`."""
    return _version(_documents(path))


def files(path: Path) -> Mapping[str, Path]:
    """File of each document by its id; raises like `load`."""
    return {document.id: file for file, document in _sound(path)}


def check(path: Path) -> tuple[str, ...]:
    """Everything that is wrong with the article folder at `path`; empty when it is sound."""
    return _read(path)[1]


def read_document(path: Path) -> Document:
    """One document with its sentences; raises `CorpusError` with all problems of its file."""
    problems: list[str] = []
    document = _parse(path, problems, {})
    if document is None or problems:
        raise CorpusError(f"{path} is not a document that can be used:", tuple(problems))
    return _split(document)


def names(root: Path) -> tuple[str, ...]:
    """Names of the folders under `root` that hold an article, sorted."""
    try:
        return tuple(sorted(folder.name for folder in root.iterdir() if (folder / "article.md").is_file()))
    except OSError:
        return ()


def folders(root: Path) -> tuple[str, ...]:
    """Names of all folders under `root`, hidden ones aside, whether or not they hold an article, sorted."""
    try:
        return tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")))
    except OSError:
        return ()


def find(name_or_path: str, root: Path) -> Path:
    """Folder of an article: a name under `root`, or the path of any folder of the same shape.

    Raises `CorpusError` that lists what there is. A door that takes names from strangers compares them with
    `names(root)` first, because any path of this machine is accepted here.
    """
    known = names(root)
    if name_or_path in known:
        return root / name_or_path
    path = Path(name_or_path).expanduser()
    try:
        if name_or_path.strip() and "\0" not in name_or_path:
            if path.is_dir():
                return path
            if path.name == "article.md" and path.is_file():
                return path.parent
    except OSError:
        pass  # a name too long for a file system is simply not there
    close = difflib.get_close_matches(name_or_path[:200], known, n=1, cutoff=0.5)
    there = f"There is: {', '.join(known)}" if known else f"There is none under {root}"
    hint = f" Did you mean {close[0]}?" if close else ""
    raise CorpusError(
        f"No article {shown(name_or_path)}.{hint} {there}; a folder with an article.md may also be given."
    )


def _documents(path: Path) -> tuple[Document, ...]:
    return tuple(document for _, document in _sound(path))


def _sound(path: Path) -> tuple[tuple[Path, Document], ...]:
    documents, problems = _read(path)
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
        raise CorpusError(f"The article folder {path} cannot be used ({count}):", problems)
    return documents


def _version(documents: tuple[Document, ...]) -> str:
    fields = [document.model_dump(exclude={"sentences"}) for document in documents]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _split(document: Document) -> Document:
    sentences = tuple(
        Sentence(
            id=f"{document.id}:{number}",
            start=start,
            end=end,
            text=document.text[start:end],
            paragraph=paragraph,
        )
        for number, (start, end, paragraph) in enumerate(split_sentences(document.text), start=1)
    )
    return document.model_copy(update={"sentences": sentences})


def _read(path: Path) -> tuple[tuple[tuple[Path, Document], ...], tuple[str, ...]]:
    """Files with their documents, sentences not yet split, the article first; and all problems of the folder."""
    problems: list[str] = []
    try:
        documents = _scan(path, problems)
    except OSError as error:
        problems.append(f"{path}:1: cannot be read ({error.strerror or error}); check the path and its permissions")
        return (), tuple(problems)
    return documents, tuple(problems)


def _scan(path: Path, problems: list[str]) -> tuple[tuple[Path, Document], ...]:
    main = path / "article.md"
    if not path.is_dir():
        problems.append(f"{path}:1: is not a folder; give the folder that holds article.md")
        return ()
    if not main.exists():
        problems.append(f"{main}:1: missing; a folder is an article only with an article.md")
        return ()
    files = [main, *_sources(path, problems)]
    if len(files) > MAX_DOCUMENTS:
        problems.append(f"{path}:1: {len(files)} documents, at most {MAX_DOCUMENTS} are allowed; split the folder")
        files = files[:MAX_DOCUMENTS]
    documents: list[tuple[Path, Document]] = []
    seen: dict[str, Path] = {}
    for file in files:
        if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(path)):
            problems.append(f"{file}:1: points out of the folder; put the file itself here, not a link")
            continue
        document = _parse(file, problems, seen)
        if document is not None:
            documents.append((file, document))
    return tuple(documents)


def _sources(path: Path, problems: list[str]) -> Iterator[Path]:
    folder = path / "sources"
    if not folder.exists():
        return
    if not folder.is_dir():
        problems.append(f"{folder}:1: is not a folder; sources are files in a folder of this name")
        return
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.startswith("."):
            continue
        if file.suffix == ".md":
            yield file
        else:
            problems.append(f"{file}:1: is not a source; remove it, or turn it into one: python -m assistant add")


def _parse(path: Path, problems: list[str], seen: dict[str, Path]) -> Document | None:
    """One document without sentences, or `None` with at least one more problem; `seen` maps ids to their files."""
    text = _text(path, problems)
    if text is None:
        return None
    parsed = frontmatter.parse(text)
    found = list(parsed.problems)
    body = normalise(parsed.body)
    if not body and parsed.body_line > 1:
        found.append((parsed.body_line, "empty body; the text goes below this line"))
    value, line = parsed.fields.get("id", (None, 0))
    if value is not None and frontmatter.fault("id", value) is None and (wrong := _id_fault(path, value, seen)):
        found.append((line, wrong))
    problems.extend(f"{path}:{line}: {what}" for line, what in sorted(found, key=lambda problem: problem[0]))
    if found:
        return None
    return Document.model_validate(parsed.values() | {"text": body})


def _text(path: Path, problems: list[str]) -> str | None:
    """The file as text with "\\n" line ends, or `None` and a problem."""
    try:
        if not path.is_file():
            problems.append(f"{path}:1: is not a file; a document is a Markdown file")
            return None
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        problems.append(f"{path}:1: cannot be read ({error.strerror or error}); check the file and its permissions")
        return None
    if len(raw) > MAX_BYTES:
        problems.append(f"{path}:1: larger than {MAX_BYTES // 1_000_000} MB; shorten it or split it")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(f"{path}:{line}: not UTF-8 (byte 0x{raw[error.start]:02X}); save the file with encoding UTF-8")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        problems.append(f"{path}:{line}: control character U+{ord(control[0]):04X}; remove it")
        return None
    return text


def _id_fault(path: Path, value: str, seen: dict[str, Path]) -> str | None:
    is_article = path.name == "article.md" and path.parent.name != "sources"
    if is_article and value != "article":
        return f"the id of article.md is {shown(value)}; write `id: article`"
    if value == "article" and not is_article:
        return "the id article belongs to article.md; give this source another"
    if value in seen:
        return f"duplicate id {shown(value)}, which is also that of {seen[value]}; give one of them another"
    seen[value] = path
    return None


def fingerprint(value: str) -> str:
    """A short name for any text, fit for a file name; equal texts have equal names."""
    return hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()[:16]
