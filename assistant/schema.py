"""The nouns. Values only: frozen, validated, without behaviour beyond properties.

Offsets count Unicode code points in `Document.text`, and `text[start:end]` is always the words themselves.
A `Draft` is what an answerer proposes; only the verifier turns one into claims, and only those into an `Answer`.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Voice = Literal["document", "quoted", "reported"]
"""Whose words a sentence is: the document's own, a speaker's word for word, or a speaker's as the document tells it."""

QuestionType = Literal[
    "who", "when", "where", "how-many", "how-much", "why", "how", "yes-no", "list", "who-said", "definition", "what"
]


class Noun(BaseModel):
    """Frozen, closed, and documented by the docstring under each field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True, serialize_by_alias=True
    )


class Sentence(Noun):
    """The atom of evidence."""

    id: str
    """`document:n`, n counting from 1 in the document."""
    start: int
    end: int
    text: str
    """Exactly `document.text[start:end]`."""
    voice: Voice = "document"
    speaker: str | None = None
    """Who says it, as named in the document; `None` for the document's own voice or when unknown."""
    hedges: tuple[str, ...] = ()
    """Words that limit the statement: may, alleged, expected, unclear."""
    paragraph: int = 0
    """Number of the block of text, counting from 0."""


class Document(Noun):
    """The article or one of its sources, with its text and where it comes from."""

    id: str
    kind: str
    title: str
    publisher: str
    author: str | None = None
    published: str
    """As precise as it was given: `2017`, `2017-08` or `2017-08-03`."""
    updated: str | None = None
    url: str
    language: str = "en"
    form: Literal["full", "brief"] = "full"
    """`brief`: a summary in our own words of a source that cannot be shipped."""
    cited_by_article: Literal["quoted", "described", "background", "later"] | None = None
    text: str
    sentences: tuple[Sentence, ...] = ()


class Article(Noun):
    """One article and its sources: everything that an answer may rest on."""

    name: str
    version: str
    """sha256 over all documents; changes when any text or metadata changes."""
    documents: tuple[Document, ...]
    """The article first, then the sources in the order of their file names."""

    @property
    def article(self) -> Document:
        return self.documents[0]

    @cached_property
    def document_of(self) -> Mapping[str, Document]:
        """Documents by id."""
        return {document.id: document for document in self.documents}

    @cached_property
    def sentence_of(self) -> Mapping[str, Sentence]:
        """Sentences by id."""
        return {sentence.id: sentence for document in self.documents for sentence in document.sentences}


class Turn(Noun):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


class Question(Noun):
    """What a standalone question asks for."""

    text: str
    type: QuestionType
    focus: str | None = None
    """The noun asked for: `cities` in "Which cities got letters?"; `None` when there is none."""
    terms: tuple[str, ...] = ()
    """Content words, lower case, in order, without the question words."""
    names: tuple[str, ...] = ()
    """Proper names as written, numbers and dates included: what an answer must be about."""


class Evidence(Noun):
    """A sentence as it bears on one question."""

    sentence: Sentence
    document: str
    """Id of the document."""
    score: float
    """Rank score of the retriever, higher is better."""
    features: Mapping[str, float] = {}
    """What the answerability model reads: similarities, overlaps, type matches; each named."""


class DraftClaim(Noun):
    """A sentence that an answerer proposes, and what it says supports it."""

    text: str
    sentences: tuple[str, ...]
    """Ids of the sentences that are said to support it."""
    kind: Literal["quote", "paraphrase"] = "quote"


class DraftConflict(Noun):
    """Sentences that cannot all be true, as an answerer found them."""

    sentences: tuple[str, ...]
    about: str


class Draft(Noun):
    """Proposed, unverified. No door can show one."""

    claims: tuple[DraftClaim, ...] = ()
    """Empty when the answerer abstains or asks back."""
    status: Literal["answered", "abstained", "clarify"] = "answered"
    premise: Literal["corrected"] | None = None
    conflicts: tuple[DraftConflict, ...] = ()
    missing: str | None = None
    """What the documents do not say, or what is asked back; a whole sentence for the reader."""
    nearest: tuple[str, ...] = ()
    """Sentence ids of the nearest passages, shown with an abstention."""
    confidence: float = 0.0
    answerer: Literal["extractive", "model"] = "extractive"


class Verdict(Noun):
    """What the verifier says of one proposed claim."""

    supported: bool
    reason: str | None = None
    """Why not, for a person to read; `None` when supported."""


class Claim(Noun):
    """One sentence of an answer, verified."""

    text: str
    kind: Literal["quote", "paraphrase"]
    citations: tuple[int, ...]
    """Numbers of the citations that support it; never empty."""
    speaker: str | None = None
    voice: Voice = "document"


class Citation(Noun):
    """The exact characters that support a claim, and whose they are."""

    number: int
    document: str
    kind: str
    title: str
    publisher: str
    published: str
    url: str
    form: Literal["full", "brief"]
    sentences: tuple[str, ...]
    start: int
    end: int
    quote: str
    """Exactly `document.text[start:end]`."""
    prefix: str
    suffix: str
    speaker: str | None = None
    voice: Voice = "document"


class Conflict(Noun):
    """Citations that disagree; no winner is picked."""

    citations: tuple[int, ...]
    about: str


class Withheld(Noun):
    """A proposed claim that was not shown, and why."""

    text: str
    reason: str


class Usage(Noun):
    """What an answer cost."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    model_calls: int = 0


class Answer(Noun):
    """Everything that a door may show. Its JSON is a contract."""

    schema_: Literal[1] = Field(1, alias="schema")
    article: str
    article_version: str
    question: str
    standalone_question: str
    status: Literal["answered", "abstained", "clarify"]
    premise: Literal["corrected"] | None = None
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    missing: str | None = None
    nearest: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float = 0.0
    answerer: Literal["extractive", "model"] = "extractive"
    model: str | None = None
    notice: str | None = None
    usage: Usage = Usage()
    timings_ms: Mapping[str, float] = {}


class ClaimEvent(Noun):
    """One verified claim with its citations, as soon as it is verified."""

    type: Literal["claim"] = "claim"
    claim: Claim
    citations: tuple[Citation, ...]


class NoticeEvent(Noun):
    """Something the reader should know before the answer is whole."""

    type: Literal["notice"] = "notice"
    text: str


class DoneEvent(Noun):
    """The whole answer; always the last event."""

    type: Literal["done"] = "done"
    answer: Answer


Event = Annotated[ClaimEvent | NoticeEvent | DoneEvent, Field(discriminator="type")]


def json_of(noun: Noun) -> dict[str, Any]:
    """The JSON form of a noun, as the contract has it."""
    return noun.model_dump(mode="json", by_alias=True)
