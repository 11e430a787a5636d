"""What is wrong with a case set that loads: cases that cannot tell a good answer from a bad one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evals import metrics
from evals.cases import LoadedCase

MUST_PASS_LIMIT = 25
NEAR = 0.85
"""Shared share of words from which two questions of one article are near-duplicates."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Problem:
    """`error` must be put right; `warning` may be meant."""

    level: Literal["error", "warning"]
    where: str
    case: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.case}: {self.text}"


def lint(cases: Sequence[LoadedCase]) -> list[Problem]:
    """All problems, in the order of the files."""
    found = [problem for loaded in cases for problem in (*_patterns(loaded), *_gold(loaded))]
    found += _duplicates(cases)
    chosen = [loaded for loaded in cases if loaded.case.must_pass]
    if len(chosen) > MUST_PASS_LIMIT:
        last = chosen[MUST_PASS_LIMIT]
        found.append(
            Problem("error", last.where, last.id, f"{len(chosen)} cases must pass; {MUST_PASS_LIMIT} is the limit")
        )
    return found


def _patterns(loaded: LoadedCase) -> Iterable[Problem]:
    case = loaded.case
    named = [("nugget", pattern) for nugget in case.nuggets for pattern in nugget.any]
    named += [("forbid", pattern) for pattern in case.forbid]
    named += [("hedge", word) for word in case.hedge]
    named += [("canary", word) for word in (case.attack.canary if case.attack else ())]
    for field, pattern in named:
        try:
            metrics.mentions("", pattern)
        except re.error as error:
            yield Problem("error", loaded.where, case.id, f"{field} {pattern!r} is not a regular expression: {error}")
            return
    vital = [nugget for nugget in case.nuggets if nugget.vital]
    for nugget in vital:
        leaks = [alias for alias in nugget.any if metrics.mentions(case.question, alias)]
        if leaks and case.kind not in ("yes-no", "false-premise", "quote", "conflict", "correction"):
            yield Problem(
                "warning", loaded.where, case.id, f"the question itself matches {leaks[0]!r}: echoing it would score"
            )
    for pattern in case.forbid:
        for span in (span for facts in loaded.gold for fact in facts for span in fact):
            if metrics.mentions(loaded.documents[span.document].text[span.start : span.end], pattern):
                yield Problem("error", loaded.where, case.id, f"forbid {pattern!r} matches the gold in {span.document}")
                break


def _gold(loaded: LoadedCase) -> Iterable[Problem]:
    case = loaded.case
    if case.answerable and case.status == "answered" and not case.gold:
        yield Problem("warning", loaded.where, case.id, "no gold: its citations cannot be measured")
    if not case.gold:
        return
    texts = [
        " ".join(loaded.documents[fact[0].document].text[fact[0].start : fact[0].end] for fact in facts)
        for facts in loaded.gold
    ]
    try:
        lost = [
            n.text for n in case.nuggets if n.vital and not any(metrics.mentions_any(text, n.any) for text in texts)
        ]
    except re.error:
        return
    for text in lost:
        yield Problem(
            "error", loaded.where, case.id, f"no gold set states the vital nugget {text!r} in an accepted wording"
        )
    if case.hedge and not any(metrics.mentions_any(text, case.hedge) for text in texts):
        yield Problem("error", loaded.where, case.id, "no gold set has the hedge")


def _duplicates(cases: Sequence[LoadedCase]) -> Iterable[Problem]:
    words = [Counter(_WORD.findall(metrics.fold(loaded.case.question))) for loaded in cases]
    for later, loaded in enumerate(cases):
        for earlier, other in enumerate(cases[:later]):
            if (
                other.article != loaded.article
                or other.group == loaded.group
                or loaded.case.history
                or other.case.history
            ):
                continue
            if loaded.case.edited or other.case.edited:
                continue
            both = (words[later] & words[earlier]).total()
            if both >= NEAR * max(words[later].total(), words[earlier].total()):
                yield Problem(
                    "warning", loaded.where, loaded.id, f"asks nearly what {other.id} asks; if meant, pair them"
                )
                break
