"""Proposed cases for an article that has none: what its sentences answer, and near misses that they do not.

Answerable: a sentence of one clause with a number, a date or a speaker, asked about in its own words. Unanswerable: the
same question with a name of another document, or a slot that no sentence fills. Rules only, so every proposal is
marked unreviewed, and a person throws away what reads badly; that is quicker than writing.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.schema import Article, Sentence
from evals.from_feedback import write_candidates
from evals.metrics import fold
from evals.subject import AssistantSubject

if TYPE_CHECKING:
    from rich.console import Console

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"(?:,? (?:on|in|since|until)) ((?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?(?:{_MONTH})(?: \d{{1,2}})?"
    r"(?:, (?:19|20)\d\d)?|(?:19|20)\d\d)\b"
)
_NUMBER = r"(?P<number>\$?\d+(?:,\d{3})*(?:\.\d+)?(?: (?:million|billion|percent))?)"
_ABOUT = r"(?:about |roughly |more than |nearly |at least |only )?"
_SUBJECT = r"(?P<subject>(?!For |In |On |At |No )(?:The |An? |[A-Z])[\w’'-]*(?: [\w’'-]+){0,5}?)"
_BASE = {
    "accepted": "accept", "adopted": "adopt", "announced": "announce", "approved": "approve", "arrested": "arrest",
    "asked": "ask", "began": "begin", "bought": "buy", "built": "build", "called": "call", "carried": "carry",
    "caught": "catch", "closed": "close", "confirmed": "confirm", "counted": "count", "cut": "cut", "drew": "draw",
    "ended": "end", "estimated": "estimate", "fell": "fall", "filed": "file", "found": "find", "gave": "give",
    "got": "get", "granted": "grant", "held": "hold", "issued": "issue", "joined": "join", "killed": "kill",
    "launched": "launch", "left": "leave", "lost": "lose", "made": "make", "measured": "measure", "met": "meet",
    "moved": "move", "opened": "open", "ordered": "order", "paid": "pay", "passed": "pass", "published": "publish",
    "received": "receive", "recorded": "record", "rejected": "reject", "released": "release", "reported": "report",
    "returned": "return", "ruled": "rule", "selected": "select", "sent": "send", "served": "serve", "signed": "sign",
    "sold": "sell", "spent": "spend", "started": "start", "stopped": "stop", "took": "take", "visited": "visit",
    "voted": "vote", "won": "win", "wrote": "write",
}  # fmt: skip
_VERB = f"(?P<verb>{'|'.join(_BASE)})"
_DATED = re.compile(rf"^{_SUBJECT} (?P<verb>was|were|is|will|{'|'.join(_BASE)}) (?P<rest>[^,;“”]*)$")
_COUNTED = re.compile(rf"^{_SUBJECT} {_VERB} {_ABOUT}{_NUMBER} (?P<noun>[a-z]{{3,}}s)\b(?P<rest>[^,;“”]*)")
_AMOUNT = re.compile(rf"^{_SUBJECT} (?P<verb>was|were|is) {_ABOUT}{_NUMBER}\b(?! [a-z]+s\b)[^;“”]*$")
_TOLD = re.compile(
    r"^(?P<who>(?:[A-Z][\w’'.-]* ){0,3}[A-Z][\w’'-]+)(?P<role>, [^,]{3,60},)? (?:(?:said|says|wrote|writes)(?: "
    r"that)?|told (?:[\w’'-]+ ){1,5}?that)"
    r" (?P<what>[^“”;]{15,160}?)[.]$"
)
_QUOTED = re.compile(
    r"“(?P<what>[^“”]{15,160}?)[,.]”,? (?:said )?(?P<who>(?:[A-Z][\w’'.-]* ){0,3}[A-Z][\w’'-]+)(?: said| wrote|[,.])"
)
_NAME = re.compile(r"\b[A-Z][\w’-]+(?: [A-Z][\w’-]+)+\b")
_MAX_CHARS = 260
_PRONOUNS = frozenset(
    [
        "he",
        "she",
        "it",
        "they",
        "this",
        "that",
        "these",
        "those",
        "we",
        "i",
        "you",
        "there",
        "what",
        "who",
        "his",
        "her",
        "its",
        "their",
        "our",
    ]
)
_GAPS = (
    ("How old is {name}?", ("years old", "aged")),
    ("Where was {name} born?", ("born",)),
    ("How much does {name} earn?", ("salary", "earns")),
    ("Whom did {name} succeed in the post?", ("succeeded", "replaced", "took over")),
)
"""Slots that a name may have, and words that would show that a document fills them."""


@dataclass(frozen=True)
class Proposal:
    """A question that a sentence answers with these words, or that nothing answers when there is no sentence."""

    question: str
    kind: str
    answer: str | None
    document: str | None
    sentence: Sentence | None


def run_draft(options: argparse.Namespace, console: "Console", data_dir: Path) -> int:
    """The command: propose cases for an article and write them as unreviewed candidates."""
    from assistant import corpus
    from assistant.settings import load_settings

    folder = corpus.find(options.article, load_settings().corpus_dir)
    opened = AssistantSubject("extractive", data_dir).open_briefly(folder)
    cases = draft(opened.article, options.limit)
    out = options.out or data_dir / "candidates" / f"{folder.name}.yaml"
    write_candidates(
        cases,
        out,
        (
            f"Proposed for {folder.name} by rules. Read each one, delete or correct it, set `reviewed: true`,",
            f"and move it into evals/cases/{folder.name}/. `python -m evals lint` says what is still wrong.",
        ),
    )
    declines = sum(case["status"] == "abstained" for case in cases)
    console.print(
        f"{len(cases)} proposals ({declines} to be declined) in {out}; none counts until you accept it.", markup=False
    )
    return 0


def draft(article: Article, limit: int) -> list[dict[str, Any]]:
    """At most `limit` cases: three answerable for each one that is not, spread over the documents."""
    able, unable = list(_spread(_answerable(article))), list(_unanswerable(article))
    declines = min(len(unable), max(1, limit // 4)) if limit > 1 else 0
    chosen = able[: limit - declines] + unable[:declines]
    return [_case(article, number, proposal) for number, proposal in enumerate(chosen, 1)]


def _spread(proposals: Iterator[Proposal]) -> Iterator[Proposal]:
    """One of each document in turn, so that a long document does not crowd out the others."""
    by_document: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        by_document.setdefault(proposal.document or "", []).append(proposal)
    while any(by_document.values()):
        for waiting in by_document.values():
            if waiting:
                yield waiting.pop(0)


def _answerable(article: Article) -> Iterator[Proposal]:
    for document in article.documents:
        for sentence in document.sentences:
            if len(sentence.text) <= _MAX_CHARS:
                yield from _said(document.id, sentence)
                yield from _dated(document.id, sentence)
                yield from _counted(document.id, sentence)


def _said(document: str, sentence: Sentence) -> Iterator[Proposal]:
    """Who said these words?"""
    told, quoted = _TOLD.match(sentence.text), _QUOTED.search(sentence.text)
    if told and told["who"].lower() not in _PRONOUNS:
        yield Proposal(f"Who said that {_lowered(told['what'])}?", "who-said", told["who"], document, sentence)
    elif quoted and quoted["who"].lower() not in _PRONOUNS:
        yield Proposal(f"Who said “{quoted['what']}”?", "quote", quoted["who"], document, sentence)


def _dated(document: str, sentence: Sentence) -> Iterator[Proposal]:
    """When did it happen? Only where the date is the last thing that the clause says."""
    date = next((m for m in _DATE.finditer(sentence.text) if sentence.text[m.end() :].strip(" .”") == ""), None)
    clause = _DATED.match(sentence.text[: date.start()]) if date else None
    if date and clause and clause["subject"].split()[0].lower() not in _PRONOUNS:
        subject, verb, rest = _lowered(clause["subject"]), clause["verb"], clause["rest"]
        words = f"When did {subject} {_BASE[verb]} {rest}" if verb in _BASE else f"When {verb} {subject} {rest}"
        yield Proposal(f"{words.strip()}?", "date", date[1], document, sentence)


def _counted(document: str, sentence: Sentence) -> Iterator[Proposal]:
    """How many, how much?"""
    counted, amount = _COUNTED.match(sentence.text), _AMOUNT.match(sentence.text)
    found = counted or amount
    if not found or found["subject"].split()[0].lower() in _PRONOUNS:
        return
    subject = _lowered(found["subject"])
    if counted:
        rest = counted["rest"].rstrip(" .")
        question = f"How many {counted['noun']} did {subject} {_BASE[counted['verb']]}{rest}?"
    else:
        question = f"How much {found['verb']} {subject}?"
    yield Proposal(question, "number", found["number"], document, sentence)


def _lowered(text: str) -> str:
    """The start of a sentence as it reads inside one: names keep their capital."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in (*_PRONOUNS, "the", "a", "an", "no", "some", "most") else text


def _unanswerable(article: Article) -> Iterator[Proposal]:
    """Slots that no document fills for a name they mention; and a name put into a question about another."""
    said = fold(" ".join(document.text for document in article.documents))
    answerable = list(_answerable(article))
    people = list(
        dict.fromkeys(p.answer for p in answerable if p.kind in ("who-said", "quote") and p.answer and " " in p.answer)
    )
    for number, name in enumerate(people):
        form, words = _GAPS[number % len(_GAPS)]
        if not any(word in said for word in words):
            yield Proposal(form.format(name=name), "near-miss", None, None, None)
    for number, proposal in enumerate(answerable):
        named = _NAME.search(proposal.question)
        others = [name for name in people if name not in (proposal.sentence.text if proposal.sentence else "")]
        if named and others and proposal.kind in ("date", "number"):
            swapped = proposal.question.replace(named[0], others[number % len(others)])
            yield Proposal(swapped, "near-miss", None, None, None)


def _case(article: Article, number: int, proposal: Proposal) -> dict[str, Any]:
    case: dict[str, Any] = {
        "id": f"draft-{re.sub(r'[^a-z0-9]+', '-', article.name.lower())}-{number:03}",
        "question": proposal.question,
        "kind": proposal.kind,
        "status": "answered" if proposal.sentence else "abstained",
    }
    if proposal.sentence:
        said = proposal.answer or proposal.sentence.text
        case["nuggets"] = [{"text": said, "vital": True, "any": [said]}]
        case["gold"] = [[{"document": proposal.document, "quote": proposal.sentence.text}]]
        if proposal.kind in ("who-said", "quote"):
            case["speaker"] = {"expect": [said]}
    case["provenance"] = {"author": "draft", "date": article.article.published, "method": "rules", "reviewed": False}
    return case
