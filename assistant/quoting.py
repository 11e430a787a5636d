"""One version of an article and what answers from it by quoting: scope, search, premises, draft, disagreements."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from assistant import (
    answerability,
    conflicts,
    extractive,
    followups,
    premises,
    questions,
    scope,
    suggestions,
)
from assistant.crossencoder import CrossEncoder, Reading, open_crossencoder
from assistant.embeddings import Embedder, MiniLM
from assistant.extractive import continuing, ranking
from assistant.index import ArticleIndex
from assistant.neighbours import next_sentence
from assistant.retrieval import Retriever
from assistant.schema import Article, Draft, DraftClaim, DraftConflict, Evidence, Question

MAX_SUGGESTIONS = 5
MAX_NEAR = 6
"""Nearest sentences that are looked through for two that disagree about the very thing asked."""

Part = tuple[Question, Sequence[Evidence]]


class Disagreements(NamedTuple):
    """The other sides of what an answer cites, as claims, and what they disagree about."""

    claims: tuple[DraftClaim, ...]
    conflicts: tuple[DraftConflict, ...]


class Quoting:
    """Replaced as a whole when a new version of the article is indexed."""

    def __init__(self, index: ArticleIndex, embeddings: Embedder | None, threshold: float | None) -> None:
        self.index = index
        self._embeddings = embeddings
        self._threshold = answerability.threshold(index.article) if threshold is None else threshold

    @property
    def article(self) -> Article:
        return self.index.article

    @cached_property
    def retriever(self) -> Retriever:
        return Retriever(self.index, self._embeddings)

    @cached_property
    def suggestions(self) -> tuple[str, ...]:
        """Questions that this article answers; each was asked."""
        return tuple(self._answerable())

    def search(self, standalone: str) -> list[Part]:
        """Each part of a question with its evidence; most questions have one part."""
        parts = [questions.analyse(self.retriever.spelt(part)) for part in followups.parts(standalone, self.article)]
        return [(part, self.retriever.search(part)) for part in parts]

    def near(self, text: str) -> list[str]:
        """Ids of the sentences nearest to a text, best first."""
        return [evidence.sentence.id for evidence in self.retriever.search(questions.analyse(text))]

    def after(self, answer: str) -> list[str]:
        """Ids of the sentences that follow those which an answer holds word for word."""
        found = (next_sentence(before, self.article) for before in continuing.shown(answer, self.article))
        return [sentence.id for sentence in found if sentence]

    def draft(self, parts: Sequence[Part], *, read: bool = True) -> Draft:
        """One draft for all parts of a question; without `read` in a tenth of the time, and not as good."""
        drafts = [self._draft_part(question, evidence, read) for question, evidence in parts]
        return drafts[0] if len(drafts) == 1 else extractive.join(drafts)

    def continued(self, draft: Draft, question: Question, asked: str, answer: str) -> Draft:
        """The draft of a follow-up, or the sentence after those of the answer before where that is the better one."""
        before = () if scope.refusal(question, self.article) else continuing.shown(answer, self.article)
        found = continuing.continuation(question, asked, draft, before, self.article)
        if found is None:
            return draft
        claim = DraftClaim(text=found.text, sentences=(found.id,))
        others, disagreed = self.disagreements(question, {found.id})
        return Draft(
            claims=(claim, *others),
            conflicts=disagreed,
            nearest=draft.nearest,
            confidence=max(draft.confidence, self._threshold),
        )

    def disagreements(self, question: Question, cited: Collection[str]) -> Disagreements:
        """What of the cited sentences others contradict, and those others, word for word."""
        sentence_of = self.article.sentence_of
        found = conflicts.find(question, [sentence_of[id_] for id_ in cited], self.article) if cited else ()
        found = tuple(_one_a_document(conflict, cited) for conflict in found)
        others = dict.fromkeys(id_ for conflict in found for id_ in conflict.sentences if id_ not in cited)
        claims = tuple(DraftClaim(text=sentence_of[id_].text, sentences=(id_,)) for id_ in others)
        return Disagreements(claims, found)

    @cached_property
    def _encoder(self) -> CrossEncoder | None:
        """Goes with the embedded model, whose weights it changes; for single documents it adds nothing."""
        if len(self.article.documents) == 1 or not isinstance(self._embeddings, MiniLM):
            return None
        return open_crossencoder(self._embeddings.folder)

    def _read(self, question: Question, candidates: Sequence[ranking.Candidate]) -> Reading | None:
        """The first sentence to be quoted, read together with the question."""
        if not candidates or self._encoder is None:
            return None
        return self._encoder.read(question.text, [candidates[0].sentence], self.article)[0]

    def _draft_part(self, question: Question, evidence: Sequence[Evidence], read: bool = True) -> Draft:
        if refusal := scope.refusal(question, self.article):
            return Draft(status="abstained", missing=refusal)
        candidates = ranking.ranked(question, evidence, self.article)
        first = [candidate.sentence for candidate in candidates]
        if corrected := premises.correct(question, evidence, first, self.article):
            return corrected
        reading = self._read(question, candidates) if read else None
        draft = extractive.draft(
            question,
            evidence,
            candidates,
            self.article,
            answerability.probability(question, evidence, self.article, reading),
            self._threshold,
            answerability.missing_slots(question, evidence),
        )
        if draft.status == "abstained":
            near = [item.sentence for item in evidence[:MAX_NEAR]]
            for conflict in conflicts.asked_about(question, near, self.article):
                # Where the documents disagree about the very thing, both sides are the answer.
                claims = tuple(
                    DraftClaim(text=self.article.sentence_of[id_].text, sentences=(id_,)) for id_ in conflict.sentences
                )
                return Draft(claims=claims, conflicts=(conflict,), confidence=self._threshold)
        cited = dict.fromkeys(id_ for claim in draft.claims for id_ in claim.sentences)
        claims, found = self.disagreements(question, cited)
        if not found and reading and candidates[0].sentence.id in cited:
            claims, found = self._answered_otherwise(question, candidates, reading)
        return draft.model_copy(update={"claims": (*draft.claims, *claims), "conflicts": (*draft.conflicts, *found)})

    def _answered_otherwise(
        self, question: Question, candidates: Sequence[ranking.Candidate], reading: Reading
    ) -> Disagreements:
        """What other documents answer in other figures than the first sentence."""
        first, *others = (candidate.sentence for candidate in candidates)
        rivals = conflicts.rivals(question, first, reading, others)
        if not rivals or self._encoder is None:
            return Disagreements((), ())
        read = self._encoder.read(question.text, rivals, self.article)
        found = conflicts.answered_otherwise(question, first, reading, list(zip(rivals, read, strict=True)))
        if found is None:
            return Disagreements((), ())
        text_of = {sentence.id: sentence.text for sentence in rivals}
        claims = tuple(DraftClaim(text=text_of[id_], sentences=(id_,)) for id_ in found.sentences[1:])
        return Disagreements(claims, (found,))

    def _answerable(self) -> Iterator[str]:
        count = 0
        for candidate in suggestions.candidates(self.article):
            question = questions.analyse(candidate)
            if self._draft_part(question, self.retriever.search(question)).claims:
                yield candidate
                count += 1
                if count == MAX_SUGGESTIONS:
                    return


def _one_a_document(conflict: DraftConflict, cited: Collection[str]) -> DraftConflict:
    """What is cited already, and of each other document the first sentence that speaks for its side."""
    spoken = {id_.rsplit(":", 1)[0] for id_ in conflict.sentences if id_ in cited}
    kept = []
    for id_ in conflict.sentences:
        document = id_.rsplit(":", 1)[0]
        if id_ in cited or document not in spoken:
            kept.append(id_)
            spoken.add(document)
    # Where one document contradicts itself, both of its sentences are the sides.
    return conflict.model_copy(update={"sentences": tuple(kept)}) if len(kept) > 1 else conflict
