"""An `Answer` as Markdown and as plain text. Text of documents and models is data here: escaped, never obeyed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from assistant.schema import Answer, Citation
from assistant.text.dates import readable_date

Style = Literal["text", "marker", "label", "quote", "link", "note", "warning"]
Segment = tuple[Style, str]

BRIEF = "brief: a summary in our own words of a source that cannot be shipped"

_MARKER = re.compile(r"\[(\d{1,6})\]")
_ESCAPED_MARKER = re.compile(r"\\\[(\d{1,6})\\\]")
# Everything that means something inside a line of Markdown, GitHub's and Streamlit's extensions included.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~$:&@]")
_MARKDOWN_START = re.compile(r"^([-+=#]|\d{1,9}(?=[.)]))")
_BARE_LINK = re.compile(r"\bwww\.", re.IGNORECASE)
_URL_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&+,;=%]")


def clean(text: str) -> str:
    """Text on one line without the characters that a terminal or a text direction obeys."""
    visible = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or (unicodedata.category(char) not in ("Cc", "Cs") and not _turns(char))
    )
    return " ".join("".join(visible).split())


def escape(text: str) -> str:
    """Text as Markdown that shows as exactly that text, on one line."""
    line = _MARKDOWN.sub(r"\\\g<0>", clean(text))
    line = _BARE_LINK.sub(lambda match: match[0][:-1] + "\\.", line)
    return _MARKDOWN_START.sub(lambda match: _escaped_start(match[0]), line)


def voice(citation: Citation) -> str:
    """Whose words a citation quotes: `Lena Brandt, quoted in `; empty when they are the document's own."""
    if citation.voice == "document":
        return ""
    told = "quoted in" if citation.voice == "quoted" else "as reported in"
    return f"{citation.speaker or 'Speaker not named'}, {told} "


def source(citation: Citation) -> str:
    """Title, publisher and date of the cited document: `Why I voted no, The Varnholm Courier, November 18, 2023`."""
    return f"{citation.title}, {citation.publisher}, {readable_date(citation.published)}"


def segments(answer: Answer) -> Iterator[Segment]:
    """The answer for a terminal, piece by piece, each with what it is; joined they are `to_text`."""
    yield from _marked(clean(answer.text), answer)
    yield "text", "\n"
    for conflict in answer.conflicts:
        sides = " and ".join(f"[{number}]" for number in conflict.citations)
        yield "warning", f"\nThe documents disagree about {clean(conflict.about)}: compare {sides}.\n"
    if answer.withheld:
        yield "note", f"\n{_withheld(answer)}\n"
        yield from (("note", f"  - {clean(item.reason)}\n") for item in answer.withheld)
    if answer.nearest:
        yield "note", "\nNearest passages, which do not answer it:\n"
    for citation in answer.citations or answer.nearest:
        yield from _cited(citation)
    if answer.suggestions and answer.status != "answered":
        yield "note", "\nYou could ask:\n"
        yield from (("text", f"  - {clean(question)}\n") for question in answer.suggestions)


def to_text(answer: Answer) -> str:
    """The answer as plain text: what it says, then what it cites."""
    return "".join(text for _, text in segments(answer))


def to_markdown(answer: Answer) -> str:
    """The answer as Markdown: what it says, its markers linked, then a numbered list of what it cites."""
    parts = [_linked(answer)]
    if answer.notice:
        parts.append(f"*Note: {escape(answer.notice)}*")
    for conflict in answer.conflicts:
        sides = " and ".join(_reference(number, answer) for number in conflict.citations)
        parts.append(f"**The documents disagree** about {escape(conflict.about)}: compare {sides}.")
    if answer.withheld:
        reasons = "\n".join(f"- {escape(item.reason)}" for item in answer.withheld)
        parts.append(f"*{_withheld(answer)}*\n\n{reasons}")
    if answer.nearest:
        parts.append("Nearest passages, which do not answer it:")
    cited = answer.citations or answer.nearest
    if cited:
        parts.append("\n".join(_item(citation) for citation in cited))
    if answer.suggestions and answer.status != "answered":
        parts.append("You could ask:\n\n" + "\n".join(f"- {escape(question)}" for question in answer.suggestions))
    return "\n\n".join(parts).rstrip() + "\n"


def conversation_markdown(turns: Iterable[tuple[str, Answer]], title: str | None = None) -> str:
    """Questions and their answers as one Markdown document, each answer with its own list of citations."""
    parts = [f"# {escape(title)}\n"] if title else []
    parts.extend(f"## {escape(question)}\n\n{to_markdown(answer)}" for question, answer in turns)
    return "\n".join(parts)


def link(url: str) -> str | None:
    """A URL that is safe as the target of a Markdown link; `None` when it is no web address."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    return _URL_UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), url)


def _turns(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")


def _escaped_start(start: str) -> str:
    # A number is not escapable, but the point behind it is.
    return f"{start}\\" if start.isdecimal() else f"\\{start}"


def _marked(text: str, answer: Answer) -> Iterator[Segment]:
    known = {citation.number for citation in answer.citations}
    last = 0
    for match in _MARKER.finditer(text):
        if int(match[1]) in known:
            yield "text", text[last : match.start()]
            yield "marker", match[0]
            last = match.end()
    yield "text", text[last:]


def _linked(answer: Answer) -> str:
    """The text of the answer as Markdown, each of its markers a link to what it cites."""
    known = {citation.number for citation in answer.citations}
    return _ESCAPED_MARKER.sub(
        lambda match: _reference(int(match[1]), answer) if int(match[1]) in known else match[0], escape(answer.text)
    )


def _reference(number: int, answer: Answer) -> str:
    url = next((link(citation.url) for citation in answer.citations if citation.number == number), None)
    return f"[\\[{number}\\]]({url})" if url else f"\\[{number}\\]"


def _withheld(answer: Answer) -> str:
    count = len(answer.withheld)
    return "One sentence was withheld:" if count == 1 else f"{count} sentences were withheld:"


def _cited(citation: Citation) -> Iterator[Segment]:
    yield "marker", f"\n[{citation.number}] "
    yield "label", f"{clean(voice(citation) + source(citation))}\n"
    if citation.form == "brief":
        yield "note", f"    {BRIEF}\n"
    yield "quote", f"    > {clean(citation.quote)}\n"
    yield "link", f"    {clean(citation.url)}\n"


def _item(citation: Citation) -> str:
    brief = f" *({BRIEF})*" if citation.form == "brief" else ""
    url = link(citation.url)
    title = f"[{escape(citation.title)}]({url})" if url else escape(citation.title)
    who = f"{escape(voice(citation))} " if voice(citation) else ""
    where = f"{who}{title}, {escape(citation.publisher)}, {readable_date(citation.published)}"
    indent = " " * (len(str(citation.number)) + 2)
    return f"{citation.number}. {where}{brief}\n\n{indent}> {escape(citation.quote)}\n"
