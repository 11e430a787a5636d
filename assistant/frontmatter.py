"""One Markdown file as text <-> its fields and its body; what is wrong with it, by line.

    ---
    title: The budget
    published: 2023-11
    ---

    The budget was adopted.

A problem is `(line, "what is wrong; how to put it right")`, lines counting from 1.
"""

import difflib
import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from assistant.schema import Document

FIELDS = tuple(name for name in Document.model_fields if name not in ("text", "sentences"))
REQUIRED = tuple(name for name in FIELDS if Document.model_fields[name].is_required())
CHOICES: Mapping[str, tuple[str, ...]] = {
    "form": ("full", "brief"),
    "cited_by_article": ("quoted", "described", "background", "later"),
}
MAX_FIELD_CHARS = 2_000
MAX_SHOWN_CHARS = 120

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"([1-9]\d{3})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)

# Both loaders give plain strings, so no date or number is ever guessed; libyaml's is ten times faster where it exists.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Problem = tuple[int, str]


@dataclass
class Parsed:
    """What one file says; to be used only when it has no problems."""

    fields: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """Field -> (value, line); the value is `None` when it is no text, which is then already a problem."""
    body: str = ""
    """All that follows the front matter, as it stands in the file."""
    body_line: int = 1
    """Line of the `---` that closes the front matter."""
    problems: list[Problem] = field(default_factory=list)

    def values(self) -> dict[str, str]:
        return {name: value for name, (value, _) in self.fields.items() if value is not None}


def parse(text: str) -> Parsed:
    """Fields and body of a file, given as text with "\\n" line ends, and all that is wrong with its front matter."""
    parsed = Parsed()
    fences = list(_FENCE.finditer(text))
    if not fences or fences[0].start() != 0:
        parsed.problems.append((1, "no front matter; begin the file with a line --- and fields such as title"))
        return parsed
    if len(fences) == 1:
        parsed.problems.append((1, "the front matter that begins here is never closed; add a line --- after it"))
        return parsed
    parsed.body = text[fences[1].end() :]
    parsed.body_line = text.count("\n", 0, fences[1].start()) + 1
    if _read_fields(text[fences[0].end() + 1 : fences[1].start()], parsed):
        _check_fields(parsed)
    return parsed


def dump(fields: Mapping[str, str], body: str) -> str:
    """A file that `parse` reads back as the same fields and the same body, blank lines around it aside."""
    header = "".join(
        f"{name}: {_scalar(fields[name])}\n" for name in sorted(fields, key=FIELDS.index) if fields.get(name)
    )
    return f"---\n{header}---\n\n{body.strip()}\n"


def fault(name: str, value: str) -> str | None:
    """What is wrong with one field and how to put it right, or `None`."""
    if name not in FIELDS:
        close = difflib.get_close_matches(name[:100], FIELDS, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known fields are {', '.join(FIELDS)}"
        return f"unknown field {shown(name)}; {advice}"
    if not value:
        return f"field {name} is empty; " + ("fill it in" if name in REQUIRED else "fill it in or remove the line")
    if len(value) > MAX_FIELD_CHARS:
        return f"field {name} has {len(value)} characters, at most {MAX_FIELD_CHARS} are allowed; shorten it"
    if name == "id" and not _ID.fullmatch(value):
        return f"bad id {shown(value)}; use up to 100 letters, digits, dots, - and _, beginning with a letter or digit"
    if name in ("published", "updated") and (wrong := date_fault(value)):
        return f"bad date {shown(value)} in {name}: {wrong}"
    if name == "url" and (wrong := url_fault(value)):
        return f"bad URL {shown(value)}: {wrong}"
    if name == "language" and not _LANGUAGE.fullmatch(value):
        return f"bad language {shown(value)}; write a code such as en or pt-BR"
    choices = CHOICES.get(name)
    if choices and value not in choices:
        return f"bad {name} {shown(value)}; write one of {', '.join(choices)}"
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


def shown(value: str) -> str:
    """A value as a message shows it: on one line, not too long, without characters that a terminal obeys."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)
    return f'"{text[:MAX_SHOWN_CHARS]}…"' if len(text) > MAX_SHOWN_CHARS else f'"{text}"'


def _read_fields(header: str, parsed: Parsed) -> bool:
    """Fill `parsed.fields`; False when the front matter cannot be read at all."""
    tabs = [line for line, text in enumerate(header.split("\n"), start=2) if "\t" in text]
    if tabs:
        parsed.problems.extend((line, "tab in the front matter; use spaces") for line in tabs)
        return False
    try:
        root = yaml.compose(header, Loader=_Loader)
    except yaml.YAMLError as error:
        parsed.problems.append(_yaml_problem(error, header.count("\n") + 1))
        return False
    if root is not None and not isinstance(root, yaml.MappingNode):
        parsed.problems.append((2, "front matter is not a list of fields; write one `name: value` a line"))
        return False
    for key, value in root.value if root is not None else ():
        line = key.start_mark.line + 2
        name = key.value if isinstance(key, yaml.ScalarNode) else None
        text = value.value if isinstance(value, yaml.ScalarNode) else None
        if name is None or text is None:
            parsed.problems.append((line, "a field is one name and one value; write lists and groups as one text"))
        elif name in parsed.fields:
            parsed.problems.append((line, f"field {shown(name)} is given twice; keep one"))
        if name is not None:
            clean = None if text is None else unicodedata.normalize("NFC", " ".join(text.split()))
            parsed.fields.setdefault(name, (clean, line))
    return True


def _yaml_problem(error: yaml.YAMLError, last: int) -> Problem:
    # A quote that is never closed is noticed at the end of the file; the mistake is where it opens.
    opened = "quoted" in (getattr(error, "context", None) or "")
    mark = getattr(error, "context_mark" if opened else "problem_mark", None)
    reason = getattr(error, "problem", None) or "cannot be read"
    line = min(mark.line + 2, last) if mark is not None else 1
    return line, f"front matter is not YAML ({reason}); put a value that contains : or # or a quote in quotes"


def _check_fields(parsed: Parsed) -> None:
    for name in REQUIRED:
        if name not in parsed.fields:
            parsed.problems.append((1, f"missing field {name}; add a line `{name}: …` to the front matter"))
    for name, (value, line) in parsed.fields.items():
        if value is not None and (wrong := fault(name, value)):
            parsed.problems.append((line, wrong))


def _scalar(value: str) -> str:
    """A value on one line, in quotes only where YAML needs them."""
    text: str = yaml.safe_dump(value, allow_unicode=True, width=10 * MAX_FIELD_CHARS)
    # Dates and numbers are read as text here, so they need no quotes.
    return value if _DATE.fullmatch(value) else text.removesuffix("\n").removesuffix("\n...").strip()
