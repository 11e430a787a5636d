"""One question on its way: what was asked, what was found, what was verified, and how long each step took."""

import re
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from assistant import followups, scope, verifier
from assistant.composition import Composer
from assistant.quoting import Part, Quoting
from assistant.schema import Answer, ClaimEvent, Draft, DraftClaim, Sentence, Turn, Usage

MAX_SUGGESTIONS = 4
MODEL_EVIDENCE = 14
CARRIED_EVIDENCE = 4
"""Sentences shown to a model: the nearest to the question, and the nearest to the answer before a follow-up;
beside them what follows on that answer in its document."""
_MARKERS = re.compile(r"\[\d{1,3}\]")


class Step(NamedTuple):
    """A part of the work, from and to on the clock of time.time_ns."""

    name: str
    start: int
    end: int


class Asking:
    """Lives for one question. Claims enter only through the verifier."""

    def __init__(self, quoting: Quoting, asked: str, turns: Sequence[Turn], notice: str | None) -> None:
        self.quoting = quoting
        self.notice = notice
        self.turns = turns
        self.real = scope.real_part(asked)
        """The question without what only gives orders."""
        self.standalone = followups.standalone(self.real, turns, quoting.article) if turns else self.real
        self.composer = Composer(quoting.article)
        self.usage = Usage()
        self._asked = asked
        self._parts: list[Part] | None = None
        self._draft = Draft()
        self._stored: Answer | None = None
        self.steps: list[Step] = []
        self.began = self._last = time.time_ns()
        self._start = time.perf_counter()
        self._first_claim: float | None = None

    def lap(self, name: str) -> None:
        """A step has ended; the next begins now."""
        now = time.time_ns()
        self.steps.append(Step(name, self._last, now))
        self._last = now

    def shown(self) -> None:
        """A claim leaves for the reader."""
        if self._first_claim is None:
            self._first_claim = self._elapsed()

    @property
    def parts(self) -> list[Part]:
        """The parts of the standalone question, each with its evidence."""
        if self._parts is None:
            self._parts = self.quoting.search(self.standalone)
            self.lap("retrieve")
        return self._parts

    @property
    def refused(self) -> bool:
        """Whether no part is a question about the article."""
        return all(scope.refusal(question, self.quoting.article) for question, _ in self.parts)

    def quote(self) -> Iterator[ClaimEvent]:
        """Answer with the documents' own sentences, after those claims that are there already."""
        self._draft = self._drafted(read=True)
        self.lap("draft")
        cited = self.composer.cited
        if cited and not self._draft.claims:
            # A model broke off, and there is nothing to add: what stands is the model's.
            self._draft = self._draft.model_copy(update={"answerer": "model"})
        yield from self._verified([claim for claim in self._draft.claims if not set(claim.sentences) <= set(cited)])

    def evidence(self) -> list[Sentence]:
        """What a model is shown, in the order of the documents."""
        article = self.quoting.article
        ids = {evidence.sentence.id for _, found in self.parts for evidence in found[:MODEL_EVIDENCE]}
        for turn in self.turns[-1:]:
            ids.update(self.quoting.near(_MARKERS.sub("", turn.text))[:CARRIED_EVIDENCE])
            ids.update(self.quoting.after(turn.text))
        return [sentence for id_, sentence in article.sentence_of.items() if id_ in ids]

    @cached_property
    def offline(self) -> Draft:
        """What quoting would answer at a glance; it knows of premises and of what is missing where a model answers."""
        return self._drafted(read=False)

    def _drafted(self, *, read: bool) -> Draft:
        draft = self.quoting.draft(self.parts, read=read)
        if len(self.parts) > 1 or self.standalone == self.real:
            return draft
        return self.quoting.continued(draft, self.parts[0][0], self.real, self.turns[-1].text)

    def close(self) -> Iterator[ClaimEvent]:
        """A model has written all its claims: add the other side of what they touch, or what is missing."""
        offline = self.offline
        if not self.composer.cited:
            self._draft = offline.model_copy(update={"claims": (), "status": "abstained", "answerer": "model"})
            return
        question = self.parts[0][0]
        claims, conflicts = self.quoting.disagreements(question, self.composer.cited)
        premise = offline.premise if self._touches(offline) else None
        self._draft = offline.model_copy(
            update={"status": "answered", "premise": premise, "conflicts": conflicts, "answerer": "model"}
        )
        yield from self._verified(claims)

    def replay(self, stored: Answer) -> Iterator[ClaimEvent]:
        """Give the claims of an answer that was given, and verified, before."""
        self._stored = stored
        citation_of = {citation.number: citation for citation in stored.citations}
        for claim in stored.claims:
            yield ClaimEvent(claim=claim, citations=tuple(citation_of[number] for number in claim.citations))

    def answer(self, model: str | None = None) -> Answer:
        """The whole answer."""
        timings = self._timings()
        if self._stored:
            return self._stored.model_copy(
                update={"question": self._asked, "usage": self.usage, "timings_ms": timings, "notice": self.notice}
            )
        same = (self._asked.casefold(), self.standalone.casefold())
        return self.composer.answer(
            self._draft,
            question=self._asked,
            standalone_question=self.standalone,
            suggestions=[s for s in self.quoting.suggestions if s.casefold() not in same][:MAX_SUGGESTIONS],
            model=model if self._draft.answerer == "model" else None,
            notice=self.notice,
            usage=self.usage,
            timings_ms=timings,
        )

    def _timings(self) -> dict[str, float]:
        """Milliseconds of each step, to the first claim, and in all; a step that came again is added up."""
        timings: dict[str, float] = {}
        for step in self.steps:
            timings[step.name] = round(timings.get(step.name, 0.0) + (step.end - step.start) / 1e6, 2)
        if self._first_claim is not None:
            timings["first_claim"] = self._first_claim
        return {**timings, "total": self._elapsed()}

    def _elapsed(self) -> float:
        return round((time.perf_counter() - self._start) * 1_000, 2)

    def _touches(self, draft: Draft) -> bool:
        cited = set(self.composer.cited)
        return any(cited.intersection(claim.sentences) for claim in draft.claims)

    def _verified(self, claims: Sequence[DraftClaim]) -> Iterator[ClaimEvent]:
        for claim in claims:
            verdict = verifier.check(claim, self.quoting.article)
            if verdict.supported:
                yield self.composer.add(claim)
            else:
                self.composer.withhold(claim.text, verdict.reason or "not supported by the cited sentences")
        self.lap("verify")
