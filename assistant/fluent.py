"""The way of a model's answer: each line is held back until it is whole and verified, and only then leaves as a claim.

A line that fails is repaired once with a better sentence, else replaced by the first sentence that it cites, word for
word, else withheld with its reason. Lines that close while the judge is busy wait and are judged together, so the first
claim comes as early as it can and an answer takes few calls.
"""

import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Self

from assistant import prompts, verifier
from assistant.asking import Asking
from assistant.budget import Budget, read_price
from assistant.cache import Cache, key_of
from assistant.errors import AnswererError
from assistant.llm import Endpoint, LanguageModel, Meter
from assistant.llm.connection import Connection
from assistant.llm.lines import Line, LineReader
from assistant.schema import Answer, ClaimEvent, DraftClaim, Verdict
from assistant.settings import Settings
from assistant.text import content_words, stem

_FILL = re.compile(r"\{\{\s*([\w.-]{1,80}:\d{1,5})\s*\}\}")
_DIRECT = re.compile(r"[“\"]([^“”\"\n]{3,400})[”\"]")
REPAIR_WORDS = 0.6
"""Least share of a claim's content words that another sentence must hold to take its place as the evidence."""
MAX_INPUT_TOKENS = 12_000
MAX_OUTPUT_TOKENS = 2_500
"""Most that one question can take, all its calls together; what a budget sets aside."""

LANGUAGE = "the language of the question"


@dataclass
class Proposal:
    """A line on its way through the verifier."""

    written: str
    claim: DraftClaim | None
    reason: str = ""
    """Why the line as written may not be shown."""


class Fluent:
    """A model's way of answering: its endpoint, what it may cost, and what it has answered before."""

    def __init__(self, model: LanguageModel, budget: Budget, cache: Cache) -> None:
        self.model = model
        self._cache = cache
        self._budget = budget

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Raises SettingsError for a budget that cannot be kept."""
        price = read_price(settings.model, settings.prices)
        budget = Budget(settings.data_dir / "budget.sqlite3", settings.daily_budget_usd, price)
        return cls(LanguageModel(endpoint_of(settings)), budget, Cache(settings.data_dir / "cache.sqlite3"))

    def answer(self, asking: Asking, until: float) -> Iterator[ClaimEvent]:
        """Verified claims, put into the asking as they come, and paid for.

        `until` is on the clock of time.monotonic. Raises AnswererError when the model fails or time or money is up;
        claims that were given before stay good.
        """
        if not asking.turns and (stored := self._cache.answer(self._key(asking))):
            yield from asking.replay(stored)
            return
        reserved = self._budget.reserve(MAX_INPUT_TOKENS, MAX_OUTPUT_TOKENS)
        if reserved is None:
            raise AnswererError("Today's limit for the model is reached.")
        meter = Meter()
        try:
            yield from self._written(asking, meter, until)
        finally:
            cost = self._budget.settle(reserved, meter.input_tokens, meter.output_tokens)
            asking.usage = meter.usage(cost)

    def keep(self, asking: Asking, answer: Answer) -> None:
        """Store what the model answered, for the next reader who asks the same."""
        if answer.answerer == "model" and answer.notice is None:
            self._cache.keep_answer(self._key(asking), answer)

    def _written(self, asking: Asking, meter: Meter, until: float) -> Iterator[ClaimEvent]:
        article = asking.quoting.article
        if asking.turns:
            rewritten = self.model.rewrite(asking.real, asking.turns, article, meter, until)
            asking.standalone = rewritten or asking.standalone
        asking.lap("rewrite")
        if asking.turns and (stored := self._cache.answer(self._key(asking))):
            yield from asking.replay(stored)
            return
        if asking.refused:
            yield from asking.quote()
            return
        evidence = asking.evidence()
        shown = {sentence.id for sentence in evidence}
        verify = _Verification(self.model, self._cache, asking, shown, meter, until)
        with _Reading(self.model.claim_lines(asking.standalone, evidence, article, LANGUAGE, meter)) as reading:
            for lines in reading.batches(until):
                asking.lap("draft")
                yield from verify(lines)
                asking.lap("verify")
                # While the model writes on; sooner, it would hold up what others are about to ask the model.
                _ = asking.offline
        asking.lap("draft")
        if not asking.composer.cited and not reading.declined:
            raise AnswererError("The model wrote no sentence that could be verified.")
        yield from asking.close()

    def _key(self, asking: Asking) -> str:
        """Everything that an answer depends on."""
        texts = (template.template for name in ("answer", "judge") for template in prompts.load(name)[2:])
        return key_of(asking.quoting.article.version, asking.standalone, self.model.name, *texts)


def endpoint_of(settings: Settings) -> Endpoint:
    """The endpoint that is configured."""
    return Endpoint(
        model=settings.model,
        api_key=settings.openai_api_key.get_secret_value() if settings.openai_api_key else None,
        base_url=settings.openai_base_url,
        timeout=settings.model_timeout_seconds,
    )


class _Verification:
    def __init__(
        self, model: LanguageModel, cache: Cache, asking: Asking, shown: set[str], meter: Meter, until: float
    ) -> None:
        self._model = model
        self._cache = cache
        self._asking = asking
        self._article = asking.quoting.article
        self._shown = shown
        self._meter = meter
        self._until = until
        self._given: set[str] = set()

    def __call__(self, lines: Sequence[Line]) -> Iterator[ClaimEvent]:
        proposals = [self._proposal(line) for line in lines]
        verdicts = self._check([proposal.claim for proposal in proposals if proposal.claim])
        failed = []
        for proposal in proposals:
            if proposal.claim and not (verdict := verdicts[proposal.claim]).supported:
                proposal.reason = verdict.reason or "the cited sentences do not support it"
                failed.append(proposal)
        repairs = {id(proposal): self._repairs(proposal) for proposal in failed}
        verdicts |= self._check([repair for found in repairs.values() for repair in found])
        for proposal in proposals:
            for claim in (proposal.claim, *repairs.get(id(proposal), ()), self._verbatim(proposal)):
                if claim and (claim in verdicts or claim.kind == "quote") and self._supported(claim, verdicts):
                    if claim.text not in self._given:
                        self._given.add(claim.text)
                        yield self._asking.composer.add(claim)
                    break
            if proposal.reason:
                self._asking.composer.withhold(proposal.written, proposal.reason)

    def _supported(self, claim: DraftClaim, verdicts: dict[DraftClaim, Verdict]) -> bool:
        verdict = verdicts.get(claim) or verifier.check(claim, self._article, self._shown)
        return verdict.supported

    def _proposal(self, line: Line) -> Proposal:
        ids = list(line.ids)
        for id_ in _FILL.findall(line.text):
            if id_ not in self._shown:
                return Proposal(line.text, None, f"it quotes {id_}, which was not among the sentences given")
            ids.append(id_)
        whole = _FILL.fullmatch(line.text)
        if whole:
            sentence = self._article.sentence_of[whole[1]]
            return Proposal(sentence.text, DraftClaim(text=sentence.text, sentences=(sentence.id,)))
        text = _FILL.sub(lambda match: self._quotation(match[1]), line.text)
        sentences = tuple(dict.fromkeys(ids))
        only = self._article.sentence_of.get(sentences[0]) if len(sentences) == 1 else None
        kind = "quote" if only and only.text == text else "paraphrase"
        return Proposal(text, DraftClaim(text=text, sentences=sentences, kind=kind))

    def _quotation(self, id_: str) -> str:
        """The sentence's own direct quotation where it has one, else the sentence, in quotation marks."""
        text = self._article.sentence_of[id_].text
        direct = _DIRECT.search(text)
        return f"“{direct[1] if direct else text}”"

    def _check(self, claims: Sequence[DraftClaim]) -> dict[DraftClaim, Verdict]:
        """Verdicts on all; what no mechanical check refuses goes to the judge in one call."""
        asked: dict[tuple[str, tuple[str, ...]], bool | None] = {}

        def collect(claim: str, sentences: Sequence[str]) -> bool | None:
            asked[claim, tuple(sentences)] = self._cache.verdict(claim, sentences, self._model.name)
            return asked[claim, tuple(sentences)]

        verdicts = {claim: verifier.check(claim, self._article, self._shown, collect) for claim in claims}
        open_ = [pair for pair, verdict in asked.items() if verdict is None]
        if not open_:
            return verdicts
        for pair, supported in zip(open_, self._model.judge(open_, self._meter, self._until), strict=True):
            asked[pair] = supported
            if supported is not None:
                self._cache.keep_verdict(pair[0], pair[1], self._model.name, supported)

        def judged(claim: str, sentences: Sequence[str]) -> bool | None:
            return asked.get((claim, tuple(sentences)))

        return {claim: verifier.check(claim, self._article, self._shown, judged) for claim in claims}

    def _repairs(self, proposal: Proposal) -> list[DraftClaim]:
        """The same words with the sentences before those that it cites, where `she` is named; or with another alone.

        The other is the nearest, and holds most of the claim's words: a repair mends a wrong id, and finds nothing that
        a claim about something else could rest on.
        """
        assert proposal.claim
        text, cited = proposal.claim.text, [id_ for id_ in proposal.claim.sentences if id_ in self._shown]
        wider = tuple(dict.fromkeys(near for id_ in cited for near in (_before(id_), id_) if near in self._shown))
        other = next((id_ for id_ in self._asking.quoting.near(text) if id_ in self._shown and id_ not in cited), None)
        words = _stems(text)
        if other and len(words & _stems(self._article.sentence_of[other].text)) < REPAIR_WORDS * len(words):
            other = None
        found = [ids for ids in (wider, (other,) if other else ()) if ids and ids != proposal.claim.sentences]
        return [proposal.claim.model_copy(update={"sentences": ids}) for ids in found]

    def _verbatim(self, proposal: Proposal) -> DraftClaim | None:
        """The first sentence that a failed line cites."""
        if not proposal.reason or not proposal.claim:
            return None
        for id_ in proposal.claim.sentences:
            if id_ in self._shown:
                return DraftClaim(text=self._article.sentence_of[id_].text, sentences=(id_,))
        return None


def _before(id_: str) -> str:
    """Id of the sentence before, should there be one."""
    document, _, number = id_.rpartition(":")
    return f"{document}:{int(number) - 1}"


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content_words(text)}


class _Reading:
    """Reads the model in a thread of its own, so that judging and reading go on side by side."""

    def __init__(self, stream: Generator[str]) -> None:
        self._stream = stream
        self._lines: queue.SimpleQueue[Line | AnswererError | None] = queue.SimpleQueue()
        self._connection = Connection()
        self._stopped = threading.Event()
        self._reader = LineReader()
        self._thread = threading.Thread(target=self._read, name="model", daemon=True)

    def __enter__(self) -> "_Reading":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._connection.stop()

    def batches(self, until: float) -> Iterator[list[Line]]:
        """All lines that have closed since the last batch, at least one."""
        while True:
            batch: list[Line] = []
            end: AnswererError | None = None
            done = False
            try:
                item = self._lines.get(timeout=max(0.0, until - time.monotonic()))
                while True:
                    if isinstance(item, Line):
                        batch.append(item)
                    else:
                        end, done = item, True
                        break
                    item = self._lines.get_nowait()
            except queue.Empty:
                if not batch:
                    raise AnswererError("The model took too long.") from None
            if batch:
                yield batch
            if end:
                raise end
            if done:
                return

    @property
    def declined(self) -> bool:
        """Whether the model said that the sentences do not answer."""
        return self._reader.declined

    def _read(self) -> None:
        try:
            with self._connection, closing(self._stream):
                for chunk in self._stream:
                    for line in self._reader.feed(chunk):
                        self._lines.put(line)
                    if self._stopped.is_set():
                        return
            for line in self._reader.end():
                self._lines.put(line)
            self._lines.put(None)
        except AnswererError as error:
            self._lines.put(error)
