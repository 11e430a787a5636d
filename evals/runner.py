"""Asks every case and measures what comes back. Edited articles are written to a scratch folder and read from there."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from assistant.schema import Answer, DraftClaim, Turn, json_of
from evals import ablation, metrics
from evals.articles import Documents, write_article
from evals.cases import Case, LoadedCase, LoadedClaim
from evals.grading import facts_cited, grade
from evals.results import Observation, Probe, Run
from evals.subject import Opened, Subject

T = TypeVar("T")
Progress = Callable[[int, int], None]
Extra = Literal["retrieval", "standalone", "ablation", "claims"]
"""What is measured besides asking each case once."""

SEARCH_DEPTH = 20


class Runner:
    """Runs one subject over one case set. `folders` are the article folders by name; `scratch` is an empty folder."""

    def __init__(self, subject: Subject, folders: Mapping[str, Path], scratch: Path) -> None:
        self._subject = subject
        self._folders = folders
        self._scratch = scratch
        self._originals: dict[str, Opened] = {}
        self._edited: dict[str, Opened] = {}
        self._standing: dict[str, Documents] = {}
        self._answers: dict[str, Answer] = {}

    def run(
        self,
        cases: Sequence[LoadedCase],
        claims: Sequence[LoadedClaim] = (),
        *,
        suites: Sequence[str] = (),
        split: str = "all",
        extras: Collection[Extra] = ("retrieval", "standalone", "ablation", "claims"),
        progress: Progress | None = None,
    ) -> Run:
        """Ask all cases, then the extras. An error while asking is recorded with its case and does not end the run."""
        started = time.perf_counter()
        todo = len(cases) + ("claims" in extras and len(claims))
        observations: list[Observation] = []
        for done, loaded in enumerate(cases, 1):
            observation = self._ask(loaded)
            if "retrieval" in extras:
                self._search(loaded, observation)
            observations.append(observation)
            if progress:
                progress(done, todo)
        by_id = {observation.id: observation for observation in observations}
        self._compare_pairs(cases, by_id)
        if "standalone" in extras:
            observations += self._standalone(cases, by_id)
        if "ablation" in extras:
            observations += self._ablations(cases, by_id)
        if "claims" in extras:
            observations += [self._check(claim) for claim in claims]
            if progress:
                progress(todo, todo)
        return Run(
            answerer=self._subject.answerer,
            suites=tuple(suites),
            split=split,
            digest=digest_of(observations),
            observations=tuple(observations),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - started, 2),
        )

    def _ask(self, loaded: LoadedCase) -> Observation:
        observation = _blank(loaded, "case")
        opened = self._open(loaded.article, loaded.documents if loaded.case.edited else None, observation)
        if opened and (answer := measure_answer(opened, loaded.case.question, loaded.case.history, observation)):
            self._answers[loaded.id] = answer
            grade(loaded, answer, observation)
        return observation

    def _search(self, loaded: LoadedCase, observation: Observation) -> None:
        """Ranking metrics on the articles as they are; of the question as it stands alone, without the rewriting."""
        if not loaded.gold or not loaded.case.answerable or loaded.case.edited or observation.error:
            return
        opened = self._open(loaded.article, None, observation)
        if opened is None:
            return
        question = loaded.case.standalone or loaded.case.question
        ranked = attempt(observation, lambda: opened.search(question, SEARCH_DEPTH))
        if ranked is None:
            return
        values = {f"recall@{k}": metrics.recall_at(ranked, loaded.gold, k) for k in (1, 3, 5, 10)}
        values["recall@2000ch"] = metrics.recall_within(ranked, loaded.gold)
        values["mrr@10"] = metrics.reciprocal_rank(ranked, loaded.gold)
        values["map@10"] = metrics.average_precision(ranked, loaded.gold)
        values["ndcg@10"] = metrics.ndcg(ranked, loaded.gold)
        observation.scores.update({name: value for name, value in values.items() if value is not None})

    def _compare_pairs(self, cases: Sequence[LoadedCase], by_id: Mapping[str, Observation]) -> None:
        """A paraphrase must get the same status and the same facts as the case that it varies."""
        of_id = {loaded.id: loaded for loaded in cases}
        for loaded in cases:
            pair, observation = loaded.case.pair, by_id[loaded.id]
            if pair is None:
                continue
            mine, theirs = self._answers.get(loaded.id), self._answers.get(pair.of)
            if mine is None:
                continue
            if pair.relation != "paraphrase":
                observation.scores["follows_edit"] = float(observation.passed)
            elif theirs is None:
                observation.unscored["consistent"] = f"{pair.of} was not asked"
            else:
                same = mine.status == theirs.status and facts_cited(mine, loaded.gold) == facts_cited(
                    theirs, of_id[pair.of].gold
                )
                observation.scores["consistent"] = float(same)
                if not same:
                    observation.remarks.append(f"another answer than to {pair.of}")

    def _standalone(self, cases: Sequence[LoadedCase], by_id: Mapping[str, Observation]) -> list[Observation]:
        """Follow-ups once more, as the question stands alone: what the conversation costs."""
        found = []
        for loaded in cases:
            if not loaded.case.history or not loaded.case.standalone:
                continue
            observation = _blank(loaded, "standalone")
            observation.question, observation.history = loaded.case.standalone, []
            opened = self._open(loaded.article, loaded.documents if loaded.case.edited else None, observation)
            if opened and (answer := measure_answer(opened, loaded.case.standalone, (), observation)):
                grade(loaded, answer, observation)
                asked = by_id[loaded.id]
                asked.scores["followup"] = float(asked.passed)
                asked.scores["followup_gap"] = float(observation.passed) - float(asked.passed)
            found.append(observation)
        return found

    def _ablations(self, cases: Sequence[LoadedCase], by_id: Mapping[str, Observation]) -> list[Observation]:
        able = [
            loaded
            for loaded in cases
            if loaded.case.answerable and not loaded.case.edited and loaded.gold and by_id[loaded.id].passed
            and any(nugget.vital for nugget in loaded.case.nuggets) and self._answers[loaded.id].claims
        ]  # fmt: skip
        found = []
        for loaded in ablation.chosen(able, ablation.REMOVALS):
            if documents := ablation.without_evidence(loaded, self._answers[loaded.id]):
                observation, answer = self._again(loaded, "removed", documents)
                if answer:
                    observation.failures += ablation.grade_without(loaded, answer)
                    observation.scores["removal_respected"] = float(observation.passed)
                found.append(observation)
        swaps = {loaded.id: swap for loaded in able if (swap := ablation.with_swapped_number(loaded))}
        for loaded in ablation.chosen((loaded for loaded in able if loaded.id in swaps), ablation.SWAPS):
            observation, answer = self._again(loaded, "swapped", swaps[loaded.id].documents)
            if answer:
                observation.failures += ablation.grade_swapped(swaps[loaded.id], answer)
                observation.scores["swap_followed"] = float(observation.passed)
            found.append(observation)
        return found

    def _again(self, loaded: LoadedCase, probe: Probe, documents: Documents) -> tuple[Observation, Answer | None]:
        observation = _blank(loaded, probe)
        opened = self._open(loaded.article, documents, observation)
        answer = measure_answer(opened, loaded.case.question, loaded.case.history, observation) if opened else None
        return observation, answer

    def _check(self, loaded: LoadedClaim) -> Observation:
        claim = loaded.claim
        observation = Observation(
            id=claim.id, probe="claim", case=claim.id, article=claim.article, kind=claim.label, split=loaded.split,
            group=claim.id, where=loaded.where, digest=_digest([claim.model_dump_json(exclude={"note"})]),
            question=claim.claim, expected={"label": claim.label, "cited": [quote.quote for quote in claim.sentences]},
        )  # fmt: skip
        opened = self._open(claim.article, None, observation)
        if opened is None:
            return observation
        ids = tuple(
            sentence.id
            for fact in loaded.spans
            for document in opened.article.documents
            for sentence in document.sentences
            if metrics.overlap(metrics.Span(document.id, sentence.start, sentence.end), fact[0]) * 2
            >= sentence.end - sentence.start
        )
        proposed = DraftClaim(text=claim.claim, sentences=ids, kind=claim.kind)
        verdict = attempt(observation, lambda: opened.check(proposed))
        if verdict is None:
            return observation
        if claim.label != "entailed":
            observation.scores["bad_claim_refused"] = float(not verdict.supported)
            if verdict.supported:
                observation.failures.append(f"the verifier lets a claim pass that is {claim.label}")
        elif claim.kind == "quote":
            observation.scores["quote_accepted"] = float(verdict.supported)
            if not verdict.supported:
                observation.failures.append(f"the verifier refuses a word-for-word quote: {verdict.reason}")
        else:
            # Without a judge a paraphrase is withheld by design: reported, not held against it.
            observation.scores["paraphrase_accepted"] = float(verdict.supported)
        if verdict.reason:
            observation.remarks.append(f"withheld: {verdict.reason}")
        return observation

    def _open(self, article: str, documents: Documents | None, observation: Observation) -> Opened | None:
        """The article as it is, or with these documents in its place; a failure is the observation's error."""
        if documents is None:
            return attempt(observation, lambda: self._original(article))
        return attempt(observation, lambda: self._changed(article, documents))

    def _original(self, article: str) -> Opened:
        if article not in self._originals:
            self._originals[article] = self._subject.open(self._folders[article])
        return self._originals[article]

    def _changed(self, article: str, documents: Documents) -> Opened:
        if self._standing.get(article) != documents:
            self._standing.pop(article, None)
            folder = self._scratch / article
            write_article(documents, folder)
            if article in self._edited:
                self._edited[article].refresh()
            else:
                self._original(article)
                self._edited[article] = self._subject.open_briefly(folder, self._folders[article])
            self._standing[article] = documents
        return self._edited[article]


def measure_answer(opened: Opened, question: str, history: Iterable[object], observation: Observation) -> Answer | None:
    """Ask, and keep the answer and its time in the observation; `None` when that raised."""
    turns = [Turn.model_validate(message, from_attributes=True) for message in history]
    started = time.perf_counter()
    answer = attempt(observation, lambda: opened.ask(question, turns))
    if answer is not None:
        observation.wall_ms = round((time.perf_counter() - started) * 1000, 2)
        observation.answer = json_of(answer)
    return answer


def attempt(observation: Observation, action: Callable[[], T]) -> T | None:
    """What `action` returns; `None` when it raised: the observation has the error, no score, and the gate is red."""
    try:
        return action()
    except Exception as error:
        observation.error = f"{type(error).__name__}: {error}"
        observation.unscored["all"] = observation.error
        return None


def _blank(loaded: LoadedCase, probe: Probe) -> Observation:
    case = loaded.case
    return Observation(
        id=case.id if probe == "case" else f"{case.id}~{probe}", probe=probe, case=case.id, article=loaded.article,
        kind=case.kind, split=loaded.split, group=loaded.group, where=loaded.where, digest=loaded.digest,
        question=case.question, must_pass=case.must_pass and probe == "case",
        history=[message.model_dump() for message in case.history], expected=_expected(loaded, case),
    )  # fmt: skip


def _expected(loaded: LoadedCase, case: Case) -> dict[str, object]:
    wanted: dict[str, object] = {"status": sorted(case.statuses)}
    if case.nuggets:
        wanted["nuggets"] = [{"text": nugget.text, "vital": nugget.vital} for nugget in case.nuggets]
    if case.gold:
        wanted["gold"] = [[quote.model_dump() for quote in alternative] for alternative in case.gold]
    if case.speaker:
        wanted["speaker"] = list(case.speaker.expect)
    if case.hedge:
        wanted["hedge"] = list(case.hedge)
    if case.conflict:
        wanted["conflict"] = list(case.conflict_documents)
    if case.note:
        wanted["note"] = case.note
    return wanted


def digest_of(observations: Iterable[Observation]) -> str:
    """One digest of all the cases and claims that were measured."""
    return _digest(observation.digest for observation in observations if observation.probe in ("case", "claim"))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
