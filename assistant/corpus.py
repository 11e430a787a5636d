"""A folder of Markdown files with front matter -> an `Article`; or what is wrong with the folder, file and line named.

    <name>/article.md        the article, `id: article`
    <name>/sources/*.md      its sources

Every problem is one line `path:line: what is wrong; how to put it right`, and all are listed, not only the first.
"""

import difflib
import hashlib
import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from assistant.errors import CorpusError
from assistant.schema import Article, Document, Sentence
from assistant.text import normalise, split_sentences

MAX_BYTES = 2_000_000
"""Largest document, in bytes of its file."""
MAX_DOCUMENTS = 500
MAX_FIELD_CHARS = 2_000

FIELDS = tuple(name for name in Document.model_fields if name not in ("text", "sentences"))
REQUIRED = tuple(name for name in FIELDS if Document.model_fields[name].is_required())

CHOICES: Mapping[str, tuple[str, ...]] = {
    "form": ("full", "brief"),
    "cited_by_article": ("quoted", "described", "background", "later"),
}

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"([1-9]\d{3})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# Both loaders give plain strings, so no date or number is ever guessed; libyaml's is ten times faster where it exists.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def load(path: Path) -> Article:
    """Read the article folder at `path`, with its sentences split but not yet labelled with voices.

    Raises `CorpusError` with all problems.
    """
    documents = _sound(path)
    return Article(
        name=path.resolve().name,
        version=_version(documents),
        documents=tuple(_split(document) for document in documents),
    )


def version(path: Path) -> str:
    """`load(path).version`, without splitting a sentence; raises like `load`."""
    return _version(_sound(path))


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
        f"No article {_shown(name_or_path)}.{hint} {there}; a folder with an article.md may also be given."
    )


def _sound(path: Path) -> tuple[Document, ...]:
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


def _read(path: Path) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """Documents without sentences, the article first, and all problems of the folder."""
    problems: list[str] = []
    try:
        documents = _scan(path, problems)
    except OSError as error:
        problems.append(f"{path}:1: cannot be read ({error.strerror or error}); check the path and its permissions")
        return (), tuple(problems)
    return documents, tuple(problems)


def _scan(path: Path, problems: list[str]) -> tuple[Document, ...]:
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
    documents: list[Document] = []
    seen: dict[str, Path] = {}
    for file in files:
        if not file.resolve().is_relative_to(path.resolve()):
            problems.append(f"{file}:1: points out of the folder; put the file itself here, not a link")
            continue
        document = _parse(file, problems, seen)
        if document is not None:
            documents.append(document)
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
    before = len(problems)
    text = _text(path, problems)
    if text is None:
        return None
    fences = list(_FENCE.finditer(text))
    if not fences or fences[0].start() != 0:
        problems.append(f"{path}:1: no front matter; begin the file with a line --- and fields such as title")
        return None
    if len(fences) == 1:
        problems.append(f"{path}:1: the front matter that begins here is never closed; add a line --- after it")
        return None
    header = text[fences[0].end() + 1 : fences[1].start()]
    fields = _fields(path, header, problems)
    body = normalise(text[fences[1].end() :])
    if not body:
        line = text.count("\n", 0, fences[1].start()) + 1
        problems.append(f"{path}:{line}: empty body; the text goes below this line")
    if fields is not None:
        _check_fields(path, fields, problems, seen)
    if fields is None or len(problems) > before:
        return None
    return Document.model_validate({name: value for name, (value, _) in fields.items()} | {"text": body})


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


def _fields(path: Path, header: str, problems: list[str]) -> dict[str, tuple[str, int]] | None:
    """Field -> (value, line of the file); `None` when the front matter cannot be read at all."""
    tabs = [number for number, line in enumerate(header.split("\n"), start=2) if "\t" in line]
    if tabs:
        problems.extend(f"{path}:{line}: tab in the front matter; use spaces" for line in tabs)
        return None
    try:
        root = yaml.compose(header, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be read"
        line = min(mark.line, header.count("\n")) + 2 if mark is not None else 1
        problems.append(
            f"{path}:{line}: front matter is not YAML ({reason}); put a value that contains : or # or a quote in quotes"
        )
        return None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        problems.append(f"{path}:2: front matter is not a list of fields; write one `name: value` a line")
        return None
    fields: dict[str, tuple[str, int]] = {}
    for key, value in root.value:
        line = key.start_mark.line + 2
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            problems.append(f"{path}:{line}: a field is one name and one value; write lists and groups as one text")
        elif key.value in fields:
            problems.append(f"{path}:{line}: field {_shown(key.value)} is given twice; keep one")
        else:
            fields[key.value] = (unicodedata.normalize("NFC", " ".join(value.value.split())), line)
    return fields


def _check_fields(
    path: Path, fields: Mapping[str, tuple[str, int]], problems: list[str], seen: dict[str, Path]
) -> None:
    for name in REQUIRED:
        if name not in fields:
            problems.append(f"{path}:1: missing field {name}; add a line `{name}: …` to the front matter")
    for name, (value, line) in fields.items():
        fault = _fault(name, value)
        if fault is None and name == "id":
            fault = _id_fault(path, value, seen)
        if fault is not None:
            problems.append(f"{path}:{line}: {fault}")


def _id_fault(path: Path, value: str, seen: dict[str, Path]) -> str | None:
    is_article = path.name == "article.md" and path.parent.name != "sources"
    if is_article and value != "article":
        return f"the id of article.md is {_shown(value)}; write `id: article`"
    if value == "article" and not is_article:
        return "the id article belongs to article.md; give this source another"
    if value in seen:
        return f"duplicate id {_shown(value)}, which is also that of {seen[value]}; give one of them another"
    seen[value] = path
    return None


def _fault(name: str, value: str) -> str | None:
    """What is wrong with one field of the front matter and how to put it right, or `None`."""
    if name not in FIELDS:
        close = difflib.get_close_matches(name[:100], FIELDS, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known fields are {', '.join(FIELDS)}"
        return f"unknown field {_shown(name)}; {advice}"
    if not value:
        return f"field {name} is empty; " + ("fill it in" if name in REQUIRED else "fill it in or remove the line")
    if len(value) > MAX_FIELD_CHARS:
        return f"field {name} has {len(value)} characters, at most {MAX_FIELD_CHARS} are allowed; shorten it"
    if name == "id" and not _ID.fullmatch(value):
        return f"bad id {_shown(value)}; use up to 100 letters, digits, dots, - and _, beginning with a letter or digit"
    if name in ("published", "updated") and (wrong := date_fault(value)):
        return f"bad date {_shown(value)} in {name}: {wrong}"
    if name == "url" and (wrong := url_fault(value)):
        return f"bad URL {_shown(value)}: {wrong}"
    if name == "language" and not _LANGUAGE.fullmatch(value):
        return f"bad language {_shown(value)}; write a code such as en or pt-BR"
    choices = CHOICES.get(name)
    if choices and value not in choices:
        return f"bad {name} {_shown(value)}; write one of {', '.join(choices)}"
    return None


def date_fault(value: str) -> str | None:
    """Why `value` is not a day, month or year that exists, or `None` when it is."""
    match = _DATE.fullmatch(value)
    if not match:
        return "write it as precisely as it is known: 2017, 2017-08 or 2017-08-03"
    year, month, day = (int(part) if part else None for part in match.groups())
    if month is not None and not 1 <= month <= 12:
        return f"there is no month {month}; write a month from 01 to 12"
    if year is not None and month is not None and day is not None:
        last = monthrange(year, month)[1]
        if not 1 <= day <= last:
            return f"there is no such day; {value[:7]} has days 01 to {last}"
    return None


def url_fault(value: str) -> str | None:
    """Why `value` is not the address of a page on the web, or `None` when it is."""
    if any(char.isspace() or not char.isprintable() for char in value):
        return "it contains a space or an invisible character; write %20 for a space"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it cannot be read; copy it again from the browser"
    if parts.scheme not in ("http", "https"):
        return "only http:// and https:// addresses can be opened by a reader"
    if not host:
        return "it names no site; copy it again from the browser"
    return None


def _shown(value: str) -> str:
    """A value as a message shows it: on one line, not too long, without characters that a terminal obeys."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def fingerprint(value: str) -> str:
    """A short name for any text, fit for a file name; equal texts have equal names."""
    return hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()[:16]
