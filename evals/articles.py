"""Article folders as evals read and write them.

Evals parse the files themselves and do not ask the assistant: whether a citation's quote is really `text[start:end]` is
checked against the file on disk.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.errors import EvalsError

ROOT = Path(__file__).resolve().parent.parent

_DEFAULTS = {
    "kind": "newspaper",
    "publisher": "Eval set",
    "published": "2017-08",
    "language": "en",
    "form": "full",
    "cited_by_article": "background",
}


@dataclass(frozen=True)
class SourceText:
    """One document: its front matter as written, and its body in the form that offsets count in."""

    fields: Mapping[str, str]
    text: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "SourceText":
        """A document given by a case: `text`, and front matter with what is missing filled in."""
        given = {name: str(value) for name, value in fields.items() if name != "text" and value is not None}
        whole = {**_DEFAULTS, "title": given["id"], "url": f"https://example.org/{given['id']}", **given}
        return cls(whole, body(str(fields["text"])))


Documents = Mapping[str, SourceText]
"""Documents of one article by id, the article itself as `article`."""


def body(raw: str) -> str:
    """The text that offsets count in: NFC, line ends `\\n`, without blank lines at the start and the end."""
    lines = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def read_article(folder: Path) -> dict[str, SourceText]:
    """The documents of an article folder. Raises EvalsError that names the file."""
    documents = {}
    for path in [folder / "article.md", *sorted((folder / "sources").glob("*.md"))]:
        head, _, rest = (
            path.read_text(encoding="utf-8").removeprefix("\ufeff").replace("\r\n", "\n").partition("\n---\n")
        )
        fields = yaml.load(head.removeprefix("---"), Loader=yaml.BaseLoader)
        if not head.startswith("---\n") or not isinstance(fields, dict) or "id" not in fields:
            raise EvalsError(f"{path}:1: the front matter is missing or has no id")
        documents[fields["id"]] = SourceText({key: value for key, value in fields.items() if value}, body(rest))
    return documents


CASE_SETS = {
    "cases": ("evals/cases", ("corpus", "evals/articles")),
    "development": ("evals/development/cases", ("evals/development/articles",)),
    "unseen": ("evals/unseen/cases", ("evals/unseen/articles",)),
}
"""Where the cases of a set are, and the articles that they ask about."""


def article_folders(case_set: str = "cases", root: Path = ROOT) -> dict[str, Path]:
    """The article folders of a case set, by name."""
    folders = [path.parent for place in CASE_SETS[case_set][1] for path in sorted((root / place).glob("*/article.md"))]
    return {folder.name: folder for folder in folders}


def write_article(documents: Documents, folder: Path) -> None:
    """Make `folder` hold exactly these documents. Files that are right already are left alone."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    wanted = {
        folder / ("article.md" if name == "article" else f"sources/{name}.md"): text for name, text in documents.items()
    }
    for path in sorted((folder / "sources").glob("*.md")):
        if path not in wanted:
            path.unlink()
    for path, document in wanted.items():
        head = yaml.safe_dump(dict(document.fields), allow_unicode=True, sort_keys=False, width=10_000)
        content = f"---\n{head}---\n\n{document.text}\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")


def edit(document: SourceText, find: str, new: str) -> SourceText:
    """Replace every occurrence of some words; removing a sentence leaves neither a gap nor an empty paragraph."""
    text = document.text
    if new == "":
        for gap in (f" {find}", f"{find} ", f"{find}\n\n", find):
            text = text.replace(gap, "")
    else:
        text = text.replace(find, new)
    return SourceText(document.fields, body(text))
