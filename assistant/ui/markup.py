"""The article and the conversation as HTML: all text escaped, each sentence a span whose id is the sentence's own.

A citation is a chip: a link to its sentence, with a card that says whose words they are. Only strings here; the page
arranges them, `ui.css` gives them their look and `ui.js` what links alone cannot do.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from urllib.parse import quote, urlencode

from assistant import render
from assistant.schema import Answer, Article, Citation, Claim, Conflict, Document, Sentence
from assistant.text.dates import readable_date

_MARKERS = re.compile(r" ?(?:\[\d+\])+")
_HEADING = re.compile(r"\s*#{1,6}\s*\Z")
_FRAGMENT_WORDS = 8
"""Words at each end of a quotation that find it on the page of its publisher."""


WELCOME = (
    '<p class="lead">Answers are quoted from the article and its sources, each sentence with a number that leads to '
    "the place it comes from. What they do not say is not answered.</p>"
)
DESK_TITLE = '<h2 class="desk-title" id="ask">Ask this article</h2>'
SKIP_LINK = '<a class="skip" href="#ask">Skip to the questions</a>'
BACK_LINK = '<a class="back" href="#ask">Back to the answer</a>'
"""Shown on small screens, where the article and the answer are far apart."""
COPY_BUTTON = '<button type="button" class="copy">Copy</button>'
WORKING = '<p class="working">Reading the article and its sources …</p>'
STOPPED = '<p class="aside stopped">Stopped.</p>'
"""Shown under an answer that is not whole; hidden while the page is still working on it."""


def article(of: Article) -> str:
    """The article as its readers know it, and its sources below, closed."""
    document = of.article
    sources = of.documents[1:]
    parts = [
        f'<article class="story" lang="{_text(document.language)}" dir="auto">',
        f'<header><p class="kicker">{_text(document.publisher)}</p><h1>{_text(document.title)}</h1>',
        f'<p class="dateline">{_dateline(document)}</p></header>',
        *_paragraphs(document),
        "</article>",
    ]
    if sources:
        parts.append('<section class="sources" aria-labelledby="sources"><h2 id="sources">Sources</h2>')
        if any(source.form == "brief" for source in sources):
            parts.append(
                '<p class="hint">A <span class="brief">brief</span> is a summary in our own words of a source '
                "that cannot be reproduced here.</p>"
            )
        parts.extend(_source(source) for source in sources)
        parts.append("</section>")
    return "".join(parts)


def question(text: str) -> str:
    """What the reader asked."""
    return f'<h3 class="question"><span class="unseen">You asked: </span><span dir="auto">{_text(text)}</span></h3>'


def fault(text: str) -> str:
    """What went wrong, line by line, and what to do."""
    lines = "".join(f"<p>{_text(line)}</p>" for line in text.splitlines() if line.strip())
    return f'<div class="fault">{lines}</div>'


def note(text: str) -> str:
    """Something to know beside the answer."""
    return f'<p class="note">{_text(text)}</p>'


def aside(text: str) -> str:
    """A quiet line."""
    return f'<p class="aside">{_text(text)}</p>'


def label(text: str) -> str:
    """Heads a few buttons."""
    return f'<p class="label">{_text(text)}</p>'


def claims(of: Sequence[Claim], citations: Mapping[int, Citation], key: str, *, on_page: bool = True) -> str:
    """Verified sentences with their chips, those of one voice under its name.

    `key` makes the ids of this answer its own; `on_page` says whether the article stands on the same page.
    """
    parts = []
    numbered = enumerate(of)
    for said_by, group in groupby(numbered, lambda item: _said_by(item[1], citations)):
        if said_by:
            parts.append(f'<p class="says">{said_by}</p>')
        for index, claim in group:
            chips = "".join(_chip(citations[number], f"{key}-{index}-{number}", on_page) for number in claim.citations)
            css = "claim quoted" if said_by else "claim"
            parts.append(f'<p class="{css}" dir="auto"><span>{_text(claim.text)}</span>&#8288;{chips}</p>')
    return "".join(parts)


def answer(of: Answer, key: str, *, on_page: bool = True) -> str:
    """A whole answer: what it says, or that nothing can be said, and everything a reader should know about it."""
    citations = {citation.number: citation for citation in of.citations}
    parts = []
    if of.standalone_question != of.question:
        parts.append(f'<p class="aside">Understood as: {_text(of.standalone_question)}</p>')
    if of.notice:
        parts.append(note(of.notice))
    if of.premise == "corrected":
        parts.append(
            '<p class="premise"><strong>Premise corrected.</strong> '
            "The question assumes something that the documents contradict.</p>"
        )
    if of.status == "answered":
        parts.append(claims(_flow(of, citations), citations, key, on_page=on_page))
    else:
        parts.append(_refusal(of, key, on_page))
    parts.extend(
        _conflict(conflict, citations, f"{key}-c{index}", on_page) for index, conflict in enumerate(of.conflicts)
    )
    if of.withheld:
        parts.append(_withheld(of))
    return f'<div class="answer" id="answer-{key}">{"".join(parts)}</div>'


def footer(of: Answer, link: str) -> str:
    """How the answer was made, and a link that asks its question again."""
    if of.status != "answered":
        made = ""
    elif of.answerer == "model":
        made = f"Worded by {_text(of.model or 'a language model')}, each sentence checked. "
    else:
        made = "Quoted word for word. "
    return f'<p class="aside">{made}<a class="copy-link" href="{_text(link)}">Copy link to this question</a></p>'


def spoken(of: Answer) -> str:
    """The answer as a screen reader should say it, once."""
    if of.status != "answered":
        return f"No answer. {of.text}" if of.status == "abstained" else of.text
    count = len(of.citations)
    return f"{_MARKERS.sub('', of.text)} {count} {'citation' if count == 1 else 'citations'}."


def question_link(text: str, article_name: str) -> str:
    """An address on this server that opens the article and asks the question."""
    return "?" + urlencode({"article": article_name, "q": text}, quote_via=quote)


def _text(text: str) -> str:
    return html.escape(render.clean(text))


def _paragraphs(document: Document) -> Iterator[str]:
    """The document's text from first to last character, its sentences in spans."""
    end = 0
    for _, group in groupby(document.sentences, lambda sentence: sentence.paragraph):
        sentences = list(group)
        before = document.text[end : sentences[0].start]
        tag = "h2" if _HEADING.match(before) else "p"
        inner = "" if tag == "h2" else _text(before)
        for sentence in sentences:
            if sentence is not sentences[0]:
                inner += _between(document.text[end : sentence.start])
            inner += _sentence(sentence)
            end = sentence.end
        yield f'<{tag} dir="auto">{inner}</{tag}>'
    if rest := _text(document.text[end:]):
        yield f"<p>{rest}</p>"


def _between(text: str) -> str:
    return f" {_text(text)} " if text.strip() else " "


def _sentence(sentence: Sentence) -> str:
    return f'<span class="sentence" id="{html.escape(sentence.id)}" tabindex="-1">{_text(sentence.text)}</span>'


def _dateline(document: Document) -> str:
    parts = [f'<time datetime="{_text(document.published)}">{readable_date(document.published)}</time>']
    if document.author:
        parts.insert(0, f"By {_text(document.author)}")
    if document.updated:
        parts.append(f"Updated {readable_date(document.updated)}")
    if url := render.link(document.url):
        parts.append(f'<a href="{_text(url)}" target="_blank">Original</a>')
    return " · ".join(parts)


def _source(document: Document) -> str:
    brief = '<span class="brief">brief</span>' if document.form == "brief" else ""
    url = render.link(document.url)
    original = f'<a href="{_text(url)}" target="_blank">Open the original</a>' if url else ""
    by = f"By {_text(document.author)}. " if document.author else ""
    return (
        f'<details class="source"><summary><span class="source-title">{_text(document.title)}</span> '
        f'<span class="source-from">{_text(document.publisher)}, {readable_date(document.published)} {brief}</span>'
        f'</summary><div class="source-text" lang="{_text(document.language)}">{"".join(_paragraphs(document))}'
        f'<p class="hint">{by}{original}</p></div></details>'
    )


def _flow(of: Answer, citations: Mapping[int, Citation]) -> Sequence[Claim]:
    """The claims that stand in the answer itself; what another document says against them stands in the panel only."""
    against = set()
    for conflict in of.conflicts:
        if len(of.claims) == len(conflict.citations) == 2:
            return ()  # the panel is the answer
        documents = {number: citations[number].document for number in conflict.citations}
        first = documents[min(documents)]
        against |= {number for number, document in documents.items() if document != first}
    return [claim for claim in of.claims if not against.issuperset(claim.citations)]


def _said_by(claim: Claim, citations: Mapping[int, Citation]) -> str:
    """Whose words a quotation is; nothing for a sentence in the answer's own words, which says it itself."""
    if claim.kind == "paraphrase":
        return ""
    return _attribution(citations[claim.citations[0]])


def _attribution(citation: Citation) -> str:
    """Whose words, and for a source also of when."""
    if citation.document == "article":
        return _voice(citation)
    return f"{_voice(citation)}, {readable_date(citation.published)}{_brief(citation)}"


def _voice(citation: Citation) -> str:
    """`The article`, or `Lena Brandt, quoted in the article`."""
    words = render.voice(citation) + ("the article" if citation.document == "article" else citation.publisher)
    return _text(words[0].upper() + words[1:])


def _brief(citation: Citation) -> str:
    return ' <span class="brief">brief</span>' if citation.form == "brief" else ""


def _chip(citation: Citation, id_: str, on_page: bool) -> str:
    where = "the article" if citation.document == "article" else f"{citation.title}, {citation.publisher}"
    label = f"Citation {citation.number}: {where}, {readable_date(citation.published)}"
    target = _target(citation, on_page)
    sentences = _text(" ".join(citation.sentences))
    tag, link = ("a", target) if target else ("span", 'tabindex="0" role="note"')  # a card can be read without a link
    brief = f' <span class="card-note">{_text(render.BRIEF).capitalize()}.</span>' if citation.form == "brief" else ""
    return (
        f'<span class="chip-box"><{tag} class="chip" {link} data-sentences="{sentences}" aria-label="{_text(label)}" '
        f'aria-describedby="card-{id_}">{citation.number}</{tag}>'
        f'<span class="card" role="tooltip" id="card-{id_}">'
        f'<span class="card-voice">{_voice(citation)}</span> '
        f'<span class="card-quote" dir="auto">{_text(citation.quote)}</span> '
        f'<span class="card-source">{_text(render.source(citation))}</span>{brief}</span></span>'
    )


def _target(citation: Citation, on_page: bool) -> str:
    """Attributes of a chip's link: the sentence on this page, else in the original; empty when there is no address."""
    if on_page:
        return f'href="#{html.escape(citation.sentences[0])}"'
    url = render.link(citation.url)
    if not url:
        return ""
    if citation.form == "full" and "#" not in url:
        url += f"#:~:text={_fragment(citation.quote)}"
    return f'href="{_text(url)}" target="_blank"'


def _fragment(words: str) -> str:
    """A text fragment (URL fragment text directives, WICG) that finds the quotation by its ends."""
    parts = words.split()
    ends = [parts] if len(parts) <= 2 * _FRAGMENT_WORDS else [parts[:_FRAGMENT_WORDS], parts[-_FRAGMENT_WORDS:]]
    return ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)


def _refusal(of: Answer, key: str, on_page: bool) -> str:
    heading = "Please say which" if of.status == "clarify" else "Not answered"
    parts = [f'<p class="refusal-heading">{heading}</p><p dir="auto">{_text(of.missing or of.text)}</p>']
    if of.nearest:
        what = "Nearest passage, which does" if len(of.nearest) == 1 else "Nearest passages, which do"
        parts.append(f'<p class="says">{what} not answer it</p>')
    parts.extend(
        f'<blockquote class="nearest" dir="auto">{_text(citation.quote)}&#8288;'
        f"{_chip(citation, f'{key}-n-{citation.number}', on_page)}"
        f'<p class="by">{_attribution(citation)}</p></blockquote>'
        for citation in of.nearest
    )
    return f'<div class="refusal">{"".join(parts)}</div>'


def _conflict(conflict: Conflict, citations: Mapping[int, Citation], key: str, on_page: bool) -> str:
    sides = "".join(_side(citations[number], f"{key}-{number}", on_page) for number in conflict.citations)
    return (
        f'<section class="conflict" aria-label="The documents disagree"><p class="conflict-heading">'
        f'The documents disagree about {_text(conflict.about)}</p><div class="sides">{sides}</div></section>'
    )


def _side(citation: Citation, id_: str, on_page: bool) -> str:
    return (
        f'<figure class="side"><figcaption><span class="side-voice">{_voice(citation)}</span> '
        f"<span>{readable_date(citation.published)}{_brief(citation)}</span></figcaption>"
        f'<blockquote dir="auto">{_text(citation.quote)}&#8288;{_chip(citation, id_, on_page)}</blockquote></figure>'
    )


def _withheld(of: Answer) -> str:
    count = len(of.withheld)
    what = "One sentence was withheld" if count == 1 else f"{count} sentences were withheld"
    reasons = "".join(f"<li>{_text(item.reason)}</li>" for item in of.withheld)
    return f'<details class="withheld"><summary>{what}</summary><ul>{reasons}</ul></details>'
