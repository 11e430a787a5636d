"""A small article, a few cases and an assistant with set answers, for the tests of evals."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.schema import Answer, Article, Citation, Claim, Document, DraftClaim, Sentence, Turn, Verdict
from evals.articles import read_article
from evals.metrics import Span

ARTICLE = """---
id: article
kind: article
title: The bridge
publisher: The Gazette
published: 2024-03-01
url: https://example.org/bridge
language: en
form: full
---

The old bridge will close on March 4. It was built in 1931. “We have no choice,” said engineer Ida Moss.

The council has not decided who will pay.
"""
SOURCE = """---
id: report
kind: report
title: Engineer's report
publisher: City of Vale
published: 2024-02-20
url: https://example.org/report
language: en
form: full
cited_by_article: described
---

The bridge may fail within two years. Repairs would cost $4.2 million.
"""
PROVENANCE = "provenance: {author: editor, date: 2026-11-24}"
CASES = f"""
- id: br-number-001
  question: When was the old bridge built?
  kind: number
  status: answered
  must_pass: true
  nuggets: [{{text: "1931", any: ["1931"]}}]
  gold: [[{{document: article, quote: "It was built in 1931."}}]]
  {PROVENANCE}
- id: br-who-001
  question: Who said that there is no choice?
  kind: who-said
  status: answered
  nuggets: [{{text: "Ida Moss", any: ["Moss"]}}]
  gold: [[{{document: article, quote: "“We have no choice,” said engineer Ida Moss."}}]]
  speaker: {{expect: ["Ida Moss"], not: ["council"]}}
  {PROVENANCE}
- id: br-miss-001
  question: Who will pay for the bridge?
  kind: near-miss
  status: abstained
  {PROVENANCE}
"""


def write_set(root: Path, cases: str = CASES) -> dict[str, Path]:
    """Write the article and the cases below `root`; returns the article folders by name."""
    folder = root / "articles" / "bridge"
    (folder / "sources").mkdir(parents=True)
    (folder / "article.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "sources" / "report.md").write_text(SOURCE, encoding="utf-8")
    (root / "cases" / "bridge").mkdir(parents=True)
    (root / "cases" / "bridge" / "all.yaml").write_text(cases, encoding="utf-8")
    return {"bridge": folder}


def article_of(folder: Path) -> Article:
    """The folder as an `Article`, one sentence for every full stop."""
    documents = []
    for name, source in read_article(folder).items():
        sentences, start = [], 0
        for number, part in enumerate(source.text.replace("\n\n", "\n ").split(". "), 1):
            end = min(len(source.text), start + len(part) + 1)
            sentences.append(Sentence(id=f"{name}:{number}", start=start, end=end, text=source.text[start:end]))
            start = end + 1
        known = {key: value for key, value in source.fields.items() if key in Document.model_fields}
        documents.append(Document(**known, text=source.text, sentences=tuple(sentences)))
    return Article(name=folder.name, version=str(hash(tuple(d.text for d in documents))), documents=tuple(documents))


def quoting(article: Article, quote: str, *, document: str = "article", speaker: str | None = None) -> Answer:
    """An answer that quotes these words, or declines when they are not there."""
    source = article.document_of[document]
    if quote not in source.text:
        return declining(article)
    start = source.text.index(quote)
    citation = Citation(
        number=1, document=document, kind=source.kind, title=source.title, publisher=source.publisher,
        published=source.published, url=source.url, form=source.form, sentences=(f"{document}:1",), start=start,
        end=start + len(quote), quote=quote, prefix=source.text[max(0, start - 20) : start],
        suffix=source.text[start + len(quote) : start + len(quote) + 20], speaker=speaker,
    )  # fmt: skip
    claim = Claim(text=quote, kind="quote", citations=(1,), speaker=speaker, voice="quoted" if speaker else "document")
    return answer(article, text=f"{quote} [1]", claims=(claim,), citations=(citation,), confidence=0.9)


def declining(article: Article) -> Answer:
    """An answer that declines."""
    return answer(article, status="abstained", text="The documents do not say.", missing="Who pays.", confidence=0.1)


def answer(article: Article, **fields: Any) -> Answer:
    """An answer of the article's, to any question."""
    whole = {"question": "?", "standalone_question": "?", "status": "answered"} | fields
    return Answer(article=article.name, article_version=article.version, **whole)


Reply = Callable[[Article, str], Answer]

RIGHT: Mapping[str, Reply] = {
    "When was the old bridge built?": lambda article, _: quoting(article, "It was built in 1931."),
    "Who said that there is no choice?": lambda article, _: quoting(
        article, "“We have no choice,” said engineer Ida Moss.", speaker="Ida Moss"
    ),
    "Who will pay for the bridge?": lambda article, _: declining(article),
}


class SetAnswers:
    """A subject that gives set replies by question, and remembers what it was asked."""

    answerer = "set"

    def __init__(self, replies: Mapping[str, Reply] = RIGHT) -> None:
        self.replies = replies
        self.asked: list[tuple[str, str]] = []

    def open(self, folder: Path) -> "SetArticle":
        return SetArticle(self, folder)

    def open_briefly(self, folder: Path, like: Path | None = None) -> "SetArticle":
        return SetArticle(self, folder)


class SetArticle:
    def __init__(self, subject: SetAnswers, folder: Path) -> None:
        self._subject, self._folder = subject, folder
        self.article = article_of(folder)

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        self._subject.asked.append((self.article.name, question))
        return self._subject.replies[question](self.article, question)

    def search(self, question: str, k: int) -> Sequence[Span]:
        return [Span("article", s.start, s.end) for s in self.article.article.sentences][:k]

    def check(self, claim: DraftClaim) -> Verdict:
        supported = claim.text in self.article.article.text
        return Verdict(supported=supported, reason=None if supported else "other words")

    def refresh(self) -> None:
        self.article = article_of(self._folder)
