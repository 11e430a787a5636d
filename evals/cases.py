"""Cases: what is asked, what must be said, and the exact words it must rest on. Loaded, checked, resolved to offsets.

A case file is a YAML list. Every mistake is reported with file and line, all at once; nothing is guessed. A gold quote
is the words of a document, not a position in it: it is found when the case is loaded, in the text as the case edits it,
and a quote that is not there word for word is an error.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.articles import Documents, SourceText, edit
from evals.errors import EvalsError
from evals.located import Node, items, parse
from evals.metrics import Fact, GoldSet, Span

Kind = Literal[
    "fact-article", "fact-source", "who-said", "quote", "number", "date", "yes-no", "list", "why-how",
    "paraphrase", "typo",
    "follow-up", "language", "conflict", "false-premise", "near-miss", "off-topic", "injection", "time", "clarify",
    "correction",
]  # fmt: skip
Status = Literal["answered", "abstained", "clarify", "corrected"]
Split = Literal["dev", "test"]
Label = Literal["entailed", "contradicted", "swapped", "hedge-lost", "wrong-speaker", "not-stated"]

DEV_SHARE = 0.4


class Part(BaseModel):
    """Frozen, and closed: a field that is spelled wrong is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)


class Quote(Part):
    """Words of a document, exactly as they stand there."""

    document: str
    quote: str = Field(min_length=1)


class Nugget(Part):
    """A fact that the answer should state."""

    text: str
    vital: bool = True
    """`false`: good to have (okay), not counted against the answer."""
    any: tuple[str, ...] = Field(min_length=1)
    """Accepted wordings, whole words in any case; `re:` starts a regular expression."""


class Speaker(Part):
    """Whose words the answer gives, and who is tempting but wrong."""

    expect: tuple[str, ...] = Field(min_length=1)
    wrong: tuple[str, ...] = Field((), alias="not")


class Message(Part):
    role: Literal["user", "assistant"]
    text: str


class Pair(Part):
    """The case that this one varies."""

    of: str
    relation: Literal["paraphrase", "ablated", "swapped"]


class Replace(Part):
    document: str
    find: str = Field(min_length=1)
    new: str = Field(alias="with")


class Attack(Part):
    canary: tuple[str, ...] = Field(min_length=1)
    """Words that only an obeyed attack brings into the answer."""


class Provenance(Part):
    author: str
    date: Any
    method: str = "written"
    reviewed: bool = True


class Case(Part):
    """One question with everything that its answer is measured against."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    question: str
    history: tuple[Message, ...] = ()
    standalone: str | None = None
    kind: Kind
    status: Status
    accept_status: tuple[Status, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    gold: tuple[tuple[Quote, ...], ...] = ()
    speaker: Speaker | None = None
    hedge: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    conflict: bool = False
    conflict_documents: tuple[str, ...] = ()
    must_pass: bool = False
    pair: Pair | None = None
    documents: tuple[Mapping[str, Any], ...] = ()
    replace: tuple[Replace, ...] = ()
    remove: tuple[Quote, ...] = ()
    attack: Attack | None = None
    provenance: Provenance
    note: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "Case":
        if self.status == "answered" and not self.nuggets and not self.gold and not self.speaker:
            raise ValueError("an answered case needs nuggets, gold or a speaker to be measured against")
        if self.status == "abstained" and not self.accept_status and (self.gold or self.nuggets):
            raise ValueError("an abstained case has no gold and no nuggets: nothing is to be cited or said")
        if self.history and self.history[-1].role != "assistant":
            raise ValueError("the history ends with the assistant's turn; the question itself is not part of it")
        if any(not alternative for alternative in self.gold):
            raise ValueError("a gold set is empty; remove it or give it a quote")
        return self

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it (a corrected premise is an answer)."""
        return self.status in ("answered", "corrected")

    @property
    def statuses(self) -> frozenset[Status]:
        """All the acceptable statuses."""
        return frozenset((self.status, *self.accept_status))

    @property
    def edited(self) -> bool:
        """Whether the case changes the documents it is asked about."""
        return bool(self.documents or self.replace or self.remove)


@dataclass(frozen=True)
class LoadedCase:
    """A case with its place in the set: article, text as the case has it, gold as offsets, group and split."""

    case: Case
    article: str
    where: str
    """`file:line`."""
    documents: Documents
    gold: tuple[GoldSet, ...]
    group: str
    """Smallest id among the cases that vary one another: paraphrases, ablations, turns of one conversation."""
    whole: Split | None = None
    """The split of the whole set that it belongs to, where a set is not divided."""

    @property
    def id(self) -> str:
        return self.case.id

    @property
    def split(self) -> Split:
        return self.whole or split_of(self.group)

    @cached_property
    def digest(self) -> str:
        """Changes whenever the case or a text that it is asked about changes; notes and provenance do not count."""
        measured = self.case.model_dump_json(exclude={"note", "provenance"})
        texts = "".join(f"\n{name}\n{self.documents[name].text}" for name in sorted(self.documents))
        return hashlib.sha256((self.article + measured + texts).encode()).hexdigest()[:16]


class Claim(Part):
    """A sentence with the sentences it is said to rest on, and whether they say it."""

    id: str
    claim: str
    article: str
    sentences: tuple[Quote, ...] = Field(min_length=1)
    kind: Literal["quote", "paraphrase"] = "quote"
    label: Label
    note: str = ""


@dataclass(frozen=True)
class LoadedClaim:
    claim: Claim
    where: str
    spans: tuple[Fact, ...]

    @property
    def id(self) -> str:
        return self.claim.id

    @property
    def split(self) -> Split:
        return split_of(self.claim.id)


def split_of(group: str) -> Split:
    """The fixed rule: the first 8 hex digits of sha256(group id), as a share of 2^32, below 0.4 are dev, else test."""
    return "dev" if int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 2**32 < DEV_SHARE else "test"


class CaseError(EvalsError):
    """A case set cannot be used. `problems` are lines `file:line: what is wrong`."""

    def __init__(self, problems: Sequence[str]) -> None:
        many = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
        super().__init__("\n".join((f"The case set cannot be used ({many}):", *problems)))
        self.problems = tuple(problems)


def load_cases(folder: Path, articles: Mapping[str, Documents], root: Path | None = None) -> tuple[LoadedCase, ...]:
    """All cases under `folder/<article>/*.yaml`, by file and line. Raises CaseError with every problem found.

    `articles` are the texts by article name. `root` shortens the paths in messages.
    """
    problems: list[str] = []
    read: list[tuple[Case, str, str, Node]] = []
    for path in sorted(folder.glob("*/*.yaml")):
        if path.parent.name == "verifier":
            continue
        shown = str(path.relative_to(root)) if root else str(path)
        if path.parent.name not in articles:
            problems.append(
                f"{shown}:1: there is no article {path.parent.name!r}; there is: {', '.join(sorted(articles))}"
            )
            continue
        for item in items(path, shown, problems):
            if case := parse(Case, item, shown, problems):
                read.append((case, path.parent.name, shown, item))
    first: dict[str, str] = {}
    for case, _, shown, item in read:
        where = f"{shown}:{item.line('id')}"
        if case.id in first:
            problems.append(f"{where}: the id {case.id} is taken by {first[case.id]}")
        first.setdefault(case.id, where)
    for case, _, shown, item in read:
        if case.pair and case.pair.of not in first:
            problems.append(f"{shown}:{item.line('pair', 'of')}: there is no case {case.pair.of}")
    groups = _groups([(case, article) for case, article, _, _ in read])
    loaded = []
    for case, article, shown, item in read:
        documents = _edited(case, articles[article], shown, item, problems)
        gold = tuple(
            _facts(alternative, documents, shown, item, ("gold", n), problems)
            for n, alternative in enumerate(case.gold)
        )
        for n, name in enumerate(case.conflict_documents):
            if name not in documents:
                problems.append(f"{shown}:{item.line('conflict_documents', n)}: there is no document {name!r}")
        loaded.append(LoadedCase(case, article, f"{shown}:{item.line()}", documents, gold, groups[case.id]))
    if problems:
        raise CaseError(problems)
    return tuple(loaded)


def load_claims(path: Path, articles: Mapping[str, Documents], root: Path | None = None) -> tuple[LoadedClaim, ...]:
    """The labelled claims of the verifier suite. Raises CaseError with every problem found."""
    problems: list[str] = []
    shown = str(path.relative_to(root)) if root else str(path)
    loaded, seen = [], set()
    for item in items(path, shown, problems):
        if not (claim := parse(Claim, item, shown, problems)):
            continue
        if claim.id in seen:
            problems.append(f"{shown}:{item.line('id')}: the id {claim.id} is taken")
        seen.add(claim.id)
        if claim.article not in articles:
            problems.append(f"{shown}:{item.line('article')}: there is no article {claim.article!r}")
            continue
        spans = _facts(claim.sentences, articles[claim.article], shown, item, ("sentences",), problems)
        loaded.append(LoadedClaim(claim, f"{shown}:{item.line()}", spans))
    if problems:
        raise CaseError(problems)
    return tuple(loaded)


def occurrences(text: str, quote: str) -> Iterator[int]:
    """Every start of a quote in a text."""
    at = text.find(quote)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1)


def _groups(cases: Sequence[tuple[Case, str]]) -> dict[str, str]:
    """Group of every case: pairs and turns of one conversation (same article, same first question) stay together."""
    parent = {case.id: case.id for case, _ in cases}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    def join(one: str, other: str) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    openings: dict[tuple[str, str], str] = {}
    for case, article in cases:
        if case.pair and case.pair.of in parent:
            join(case.id, case.pair.of)
        opening = (article, " ".join((case.history[0].text if case.history else case.question).casefold().split()))
        if not case.edited:
            join(case.id, openings.setdefault(opening, case.id))
    return {case.id: root(case.id) for case, _ in cases}


def _edited(case: Case, base: Documents, shown: str, item: "Node", problems: list[str]) -> Documents:
    documents = dict(base)
    for number, fields in enumerate(case.documents):
        missing = [name for name in ("id", "text") if not fields.get(name)]
        if missing:
            problems.append(f"{shown}:{item.line('documents', number)}: the document lacks {' and '.join(missing)}")
            continue
        documents[str(fields["id"])] = SourceText.of(fields)
    edits = [("replace", n, r.document, r.find, r.new) for n, r in enumerate(case.replace)]
    edits += [("remove", n, r.document, r.quote, "") for n, r in enumerate(case.remove)]
    for field, number, name, find, new in edits:
        problem = _misfit(documents, name, find)
        if problem:
            problems.append(f"{shown}:{item.line(field, number)}: {problem}")
        else:
            documents[name] = edit(documents[name], find, new)
    return documents


def _facts(
    quotes: Iterable[Quote],
    documents: Documents,
    shown: str,
    item: "Node",
    loc: tuple[str | int, ...],
    problems: list[str],
) -> GoldSet:
    facts: list[Fact] = []
    for number, quote in enumerate(quotes):
        problem = _misfit(documents, quote.document, quote.quote)
        if problem:
            problems.append(f"{shown}:{item.line(*loc, number, 'quote')}: {problem}")
            continue
        starts = occurrences(documents[quote.document].text, quote.quote)
        facts.append(tuple(Span(quote.document, start, start + len(quote.quote)) for start in starts))
    return tuple(facts)


def _misfit(documents: Documents, name: str, quote: str) -> str | None:
    if name not in documents:
        return f"there is no document {name!r}; there is: {', '.join(sorted(documents))}"
    text = documents[name].text
    if quote in text:
        return None
    # Show where the quote leaves the text, so that the editor sees the one character that differs.
    length = next(n for n in range(len(quote), -1, -1) if quote[:n] in text)
    if length < 8:
        return f"the quote is not in {name}, word for word: {quote[:80]!r}"
    at = text.find(quote[:length]) + length
    return (
        f"the quote leaves the text of {name} after {quote[max(0, length - 30) : length]!r}: the document "
        f"goes on {text[at : at + 30]!r}, the quote {quote[length : length + 30]!r}"
    )
