"""HTML, PDF, Markdown and plain text -> the main text, and the metadata that the document itself states."""

import io
import json
import logging
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from assistant import frontmatter
from assistant.errors import CorpusError
from assistant.frontmatter import shown

MAX_PAGES = 500
MAX_JSON_NODES = 20_000

PUBLISHED = {
    "article:published_time",
    "citation_date",
    "citation_publication_date",
    "date",
    "datepublished",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "dcterms.issued",
    "og:published_time",
    "parsely-pub-date",
    "pubdate",
    "publication_date",
    "publish-date",
    "publishdate",
    "sailthru.date",
}
UPDATED = {"article:modified_time", "datemodified", "dc.date.modified", "dcterms.modified", "og:updated_time"}
"""Names that pages give to the dates in their `meta` elements, lower case."""

_DATE = re.compile(r"\s*(\d{4}(?:[-/]\d\d(?:[-/]\d\d)?)?)(?![-/\d])")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)/(\d\d)/(\d\d)(?=/|-|$)")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d])"
)
_CSS_RULE = re.compile(r"([^{}]{1,300})\{([^{}]*)\}")
_CSS_NAME = re.compile(r"[.#][A-Za-z_][\w-]*")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HEADING = re.compile(r"^#[ \t]+(\S[^\n]*)$", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*$")


@dataclass(frozen=True)
class Extracted:
    """What a document says and what it says about itself."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)
    """Front matter, as far as it is stated; every value can stand in a corpus."""
    notes: tuple[str, ...] = ()
    hints: dict[str, str] = field(default_factory=dict)
    """Guesses at fields that are not stated, to be shown and never to be used."""


def plain(content: bytes, name: str, charset: str | None = None) -> Extracted:
    """Markdown or text, with front matter or without; without, a first heading is the title."""
    text = visible(_decoded(content, name, charset))
    if text.startswith("---\n"):
        parsed = frontmatter.parse(text)
        wrong = [f"{name}:{line}: {what}" for line, what in parsed.problems if not what.startswith("missing field")]
        if wrong:
            raise CorpusError(f"The front matter of {shown(name)} cannot be used:", tuple(wrong))
        return Extracted(parsed.body.strip(), parsed.values())
    heading = _HEADING.search(text)
    return Extracted(text.strip(), {"title": " ".join(heading[1].split())} if heading else {})


def pdf(content: bytes, name: str) -> Extracted:
    """Text and title of a PDF. When the file was made is only a hint at when it was published."""
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise CorpusError(f"{shown(name)} is locked with a password. Add a copy without one.")
        if len(reader.pages) > MAX_PAGES:
            raise CorpusError(f"{shown(name)} has more than {MAX_PAGES} pages. Add a part of it.")
        pages = [page.extract_text() for page in reader.pages]
        about = reader.metadata
        title, author, made = (about.title, about.author, about.creation_date) if about else (None, None, None)
    except (PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError) as error:
        raise _broken_pdf(name) from error
    except (NotImplementedError, TypeError, ValueError) as error:
        raise _broken_pdf(name) from error
    text = visible("\n\n".join(paragraphs(page) for page in pages)).strip()
    if not text:
        raise CorpusError(f"{shown(name)} holds pictures of text, not text. Run it through OCR and add the result.")
    fields = {"title": _line(title), "author": _line(author)}
    hints = {"published": f"{made:%Y-%m-%d}"} if made else {}
    return Extracted(text, _usable(fields), hints=hints)


def html(content: bytes, name: str, url: str | None = None, charset: str | None = None) -> Extracted:
    """The article of a page as a reader sees it, and what the page states about itself.

    `url` is where the page was fetched from; a saved page may state its own.
    """
    import trafilatura
    from trafilatura.utils import load_html

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        tree = load_html(content.decode(charset) if charset else content)
    except (LookupError, UnicodeDecodeError):  # the server is wrong about its page; the page may know better
        tree = load_html(content)
    if tree is None:
        raise CorpusError(f"{shown(name)} is not a page that can be read. Save its text as a .txt file and add that.")
    stated = _stated(tree)
    about = trafilatura.extract_metadata(tree, default_url=url, date_config={"extensive_search": False})
    address = _address(tree, url)
    fields = _usable(
        {
            "title": _line(about.title),
            "publisher": _line(stated.get("publisher") or about.sitename),
            "author": _line(about.author),
            "published": stated.get("published"),
            "updated": stated.get("updated"),
            "url": address,
            "language": _line(tree.get("lang")),
            "kind": "web-page",
        }
    )
    notes, hints = [], {}
    if "publisher" not in fields and address and (host := urlsplit(address).hostname):
        fields["publisher"] = host.removeprefix("www.")
        notes.append(f"The page names no publisher; {fields['publisher']} was taken from its address.")
    if "published" not in fields and address and (day := _URL_DATE.search(urlsplit(address).path)):
        fields |= _usable({"published": "-".join(day.groups())})
        notes.append("The page states no date of publication; it was taken from its address.")
    if "published" not in fields and about.date:
        hints["published"] = about.date
    if fields.get("updated") == fields.get("published"):
        fields.pop("updated", None)
    _drop_hidden(tree)
    found = trafilatura.extract(tree, url=url, include_comments=False, include_tables=True, include_formatting=False)
    text = "\n\n".join(line.strip() for line in visible(found or "").split("\n") if line.strip())
    return Extracted(text, fields, tuple(notes), hints)


def visible(text: str) -> str:
    """Text without characters that a reader never sees: they could carry words that only a machine reads."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def paragraphs(page: str) -> str:
    """Lines of a printed page as paragraphs: one ends at a blank line, or where a short line ends a sentence."""
    lines = [line.strip() for line in page.split("\n")]
    width = max((len(line) for line in lines), default=0)
    blocks: list[str] = [""]
    for line in lines:
        if not line:
            blocks.append("")
        elif blocks[-1].endswith("-") and line[0].islower():
            blocks[-1] = blocks[-1][:-1] + line
        else:
            blocks[-1] = f"{blocks[-1]} {line}".lstrip()
        if len(line) < 0.75 * width and _SENTENCE_END.search(line):
            blocks.append("")
    return "\n\n".join(block for block in blocks if block)


def _decoded(content: bytes, name: str, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8-sig")
    except LookupError:
        return _decoded(content, name, None)
    except UnicodeDecodeError as error:
        raise CorpusError(f"{shown(name)} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.") from error


def _broken_pdf(name: str) -> CorpusError:
    return CorpusError(f"{shown(name)} is not a PDF that can be read. Open it, print it to a new PDF and add that.")


def _line(value: Any) -> str | None:
    return " ".join(visible(str(value)).split()) if value else None


def _usable(fields: dict[str, str | None]) -> dict[str, str]:
    """Only what can stand in a corpus: what a page states about itself can be nonsense."""
    return {
        name: unicodedata.normalize("NFC", value)
        for name, value in fields.items()
        if value and frontmatter.fault(name, value) is None
    }


def _stated(tree: Any) -> dict[str, str]:
    """Dates and publisher as the page's markup states them, dates as precise as they are written."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        for target, names in (("published", PUBLISHED), ("updated", UPDATED)):
            if name in names and (day := _day(element.get("content"))):
                found.setdefault(target, day)
    for key, value in _linked_data(tree):
        if key in ("datePublished", "dateModified") and (day := _day(value)):
            found.setdefault("published" if key == "datePublished" else "updated", day)
        elif key == "publisher" and isinstance(value, dict) and isinstance(value.get("name"), str):
            found.setdefault("publisher", value["name"])
    for element in tree.iter("time"):
        role = (element.get("itemprop") or "").lower()
        # Elsewhere on a page a time may be today's, or another article's.
        meant = role == "datepublished" or element.get("pubdate") is not None or _within_article(element)
        if role != "datemodified" and meant and (day := _day(element.get("datetime"))):
            found.setdefault("published", day)
    return found


def _within_article(element: Any) -> bool:
    return any(ancestor.tag == "article" for ancestor in element.iterancestors())


def _linked_data(tree: Any) -> Iterator[tuple[str, Any]]:
    """All (key, value) pairs of the page's JSON-LD."""
    for element in tree.iter("script"):
        if element.get("type") != "application/ld+json":
            continue
        try:
            waiting = deque([json.loads(element.text or "")])
        except (ValueError, RecursionError):
            continue
        for _ in range(MAX_JSON_NODES):
            if not waiting:
                break
            node = waiting.popleft()
            if isinstance(node, dict):
                yield from node.items()
                waiting.extend(node.values())
            elif isinstance(node, list):
                waiting.extend(node)


def _day(value: Any) -> str | None:
    """`2017-08-03T10:00:00Z` -> `2017-08-03`; a year or a month stays one."""
    match = _DATE.match(value) if isinstance(value, str) else None
    day = match[1].replace("/", "-") if match else None
    return day if day and frontmatter.date_fault(day) is None else None


def _address(tree: Any, url: str | None) -> str | None:
    """The page's own address: what it calls canonical, when that is on the site that it came from."""
    canonical = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    canonical += [meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:url"]
    for candidate in canonical:
        try:
            whole = urljoin(url or "", candidate or "")
            same_site = url is None or urlsplit(whole).hostname == urlsplit(url).hostname
        except ValueError:
            continue
        if same_site and frontmatter.url_fault(whole) is None:
            return str(whole)
    return url


def _drop_hidden(tree: Any) -> None:
    """Take away what a browser does not show: it may hold instructions that no reader would ever see."""
    hidden_names: set[str] = set()
    for style in tree.iter("style"):
        for selectors, rules in _CSS_RULE.findall(style.text or ""):
            if _HIDDEN_STYLE.search(rules.lower()):
                names = (selector.strip() for selector in selectors.split(","))
                hidden_names.update(name for name in names if _CSS_NAME.fullmatch(name))
    doomed = [element for element in tree.iter() if _is_hidden(element, hidden_names)]
    for element in doomed:
        if element.getparent() is not None:
            element.drop_tree()


def _is_hidden(element: Any, hidden_names: set[str]) -> bool:
    if not isinstance(element.tag, str):  # comments and processing instructions
        return True
    if element.tag in ("template", "noscript", "script", "style", "dialog"):
        return True
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").lower() == "true":
        return True
    if _HIDDEN_STYLE.search((element.get("style") or "").lower()):
        return True
    names = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return bool(names & hidden_names)
