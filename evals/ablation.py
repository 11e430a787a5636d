"""Does the answer rest on its evidence? The same question after the evidence is taken out, or its number changed.

Necessity and sufficiency as in ERASER (DeYoung et al. 2020, ACL), but of the documents and not of a model's input: the
edited article goes through the whole pipeline again, index included.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.schema import Answer
from evals import metrics
from evals.articles import Documents, SourceText, edit
from evals.cases import LoadedCase
from evals.grading import said_by
from evals.metrics import mentions_any

REMOVALS = 15
SWAPS = 10
"""Largest number of cases of each sort in each half of a run (`parallel.PARTS`), chosen by sha256 of the id."""

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")


@dataclass(frozen=True)
class Swap:
    """The documents with one number changed everywhere, and both numbers."""

    documents: Documents
    old: str
    new: str


def chosen(cases: Iterable[LoadedCase], limit: int) -> list[LoadedCase]:
    """At most `limit` cases, the same ones in every run and in every split."""
    return sorted(
        sorted(cases, key=lambda loaded: hashlib.sha256(loaded.id.encode()).hexdigest())[:limit], key=lambda c: c.id
    )


def without_evidence(loaded: LoadedCase, answer: Answer) -> Documents | None:
    """The documents without the sentences that the answer cites and without any gold; `None` if a document vanishes."""
    documents: dict[str, SourceText] = dict(loaded.documents)
    quotes = [(citation.document, citation.quote) for citation in answer.citations]
    quotes += [
        (span.document, loaded.documents[span.document].text[span.start : span.end])
        for facts in loaded.gold
        for fact in facts
        for span in fact
    ]
    for name, quote in quotes:
        documents[name] = edit(documents[name], quote, "")
        if not documents[name].text.strip():
            return None
    return documents


def grade_without(loaded: LoadedCase, answer: Answer) -> list[str]:
    """Right without the evidence: decline, or state every vital nugget from another passage that is really there."""
    vital = [nugget for nugget in loaded.case.nuggets if nugget.vital]
    if answer.status != "answered" or all(mentions_any(said_by(answer), nugget.any) for nugget in vital):
        return []
    return ["the evidence is gone from the documents, and it still answers something else"]


def with_swapped_number(loaded: LoadedCase) -> Swap | None:
    """The documents with a number of the gold changed to another of the same shape; `None` when none is asked for."""
    for fact in (fact for facts in loaded.gold for fact in facts):
        text = loaded.documents[fact[0].document].text[fact[0].start : fact[0].end]
        for old in _NUMBER.findall(text):
            asked = any(mentions_any(old, [alias]) for n in loaded.case.nuggets if n.vital for alias in n.any)
            if not asked or metrics.mentions(loaded.case.question, old):
                continue
            new = other_number(old)
            if any(_whole(new).search(document.text) for document in loaded.documents.values()):
                continue
            changed = {
                name: SourceText(document.fields, _whole(old).sub(new, document.text))
                for name, document in loaded.documents.items()
            }
            return Swap(changed, old, new)
    return None


def grade_swapped(swap: Swap, answer: Answer) -> list[str]:
    """The answer must give the number that the documents now give."""
    if answer.status != "answered":
        return [f"declines once {swap.old} reads {swap.new}"]
    if not metrics.mentions(said_by(answer), swap.new):
        return [f"does not follow the documents from {swap.old} to {swap.new}"]
    return []


def other_number(number: str) -> str:
    """Another number of the same shape: "1,991" to "1,998", "42" to "49"."""
    last = number[-1]
    return number[:-1] + str((int(last) + 7) % 10 or 3)


def _whole(number: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)")
