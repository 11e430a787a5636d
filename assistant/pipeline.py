"""The way of a question: rewrite, retrieve, draft, verify, compose. The one place where the parts are put together."""

import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from assistant import (
    answerability,
    conflicts,
    corpus,
    extractive,
    followups,
    premises,
    questions,
    scope,
    screening,
    suggestions,
    verifier,
    voices,
)
from assistant.composition import Composer
from assistant.embeddings import Embedder, open_embeddings
from assistant.errors import EmbeddingsError, QuestionError
from assistant.index import ArticleIndex
from assistant.retrieval import Retriever
from assistant.schema import Answer, Article, DoneEvent, Draft, DraftClaim, Event, Evidence, NoticeEvent, Question, Turn
from assistant.settings import Settings, load_settings
from assistant.store import Store

Progress = Callable[[int, int], None]

MAX_TURNS = 20
MAX_TURN_CHARS = 4_000
MAX_SUGGESTIONS = 4
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


class Assistant:
    """Answers questions about one article. Safe to share between threads."""

    def __init__(
        self, folder: Path, settings: Settings, store: Store, embeddings: Embedder | None, notice: str | None = None
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._store = store
        self._embeddings = embeddings
        self._notice = notice
        self._lock = threading.Lock()
        self._stand: _Stand | None = None

    @classmethod
    def open(
        cls, article: str | Path | None = None, settings: Settings | None = None, *, progress: Progress | None = None
    ) -> Self:
        """Open an article by name or folder and index what is new.

        `progress(done, total)` is called with sentences embedded.
        Raises CorpusError for a folder that cannot be used and StoreError for an index that cannot be written.
        """
        settings = settings or load_settings()
        folder = corpus.find(str(article or settings.article), settings.corpus_dir)
        notice = None
        embeddings: Embedder | None = None
        try:
            embeddings = open_embeddings(settings.embeddings)
        except EmbeddingsError as error:
            notice = f"{error} Answers are found by words alone until then."
        store = Store(_store_directory(folder, settings), settings.chroma_url)
        assistant = cls(folder, settings, store, embeddings, notice)
        assistant.index(progress)
        return assistant

    def index(self, progress: Progress | None = None) -> bool:
        """Bring the store up to the folder's text; True when anything had to be built."""
        version = corpus.version(self._folder)
        name = self._folder.name
        model = self._embeddings.name if self._embeddings else None
        index = self._store.current(name)
        built = index is None or index.article.version != version or index.model != model
        if index is None or built:
            loaded = corpus.load(self._folder)
            documents = tuple(screening.screen(voices.label(document)) for document in loaded.documents)
            labelled = loaded.model_copy(update={"documents": documents})
            index = self._store.build(labelled, self._embeddings, progress)
        self._stand = _Stand(index, self._embeddings)
        return built

    @property
    def article(self) -> Article:
        """The article as it is indexed now."""
        return self._current().index.article

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions that this article answers; each was asked."""
        stand = self._current()
        with self._lock:
            if stand.suggestions is None:
                stand.suggestions = tuple(self._answerable(stand))
        return stand.suggestions

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question; `history` is the conversation before it, oldest first.

        Raises QuestionError for text that is no question: empty, too long, not characters.
        """
        for event in self.stream(question, history):
            if isinstance(event, DoneEvent):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """The answer as it comes about: verified claims, notices, and last the whole answer."""
        asked = self._asked(question)
        turns = [turn.model_copy(update={"text": turn.text[:MAX_TURN_CHARS]}) for turn in history[-MAX_TURNS:]]
        stand = self._current()
        return self._extractive(stand, asked, turns, _Clock())

    def _extractive(self, stand: "_Stand", asked: str, turns: Sequence[Turn], clock: "_Clock") -> Iterator[Event]:
        article = stand.index.article
        if self._notice:
            yield NoticeEvent(text=self._notice)
        real = scope.real_part(asked)
        standalone = followups.standalone(real, turns, article) if turns else real
        parts = [questions.analyse(part) for part in followups.parts(standalone, article)]
        clock.lap("rewrite")
        found = [(part, stand.retriever.search(part)) for part in parts]
        clock.lap("retrieve")
        draft = self._draft(found, article)
        clock.lap("draft")
        composer = Composer(article)
        for claim in draft.claims:
            verdict = verifier.check(claim, article)
            if verdict.supported:
                yield composer.add(claim)
            else:
                composer.withhold(claim.text, verdict.reason or "not supported by the cited sentences")
        clock.lap("verify")
        answer = composer.answer(
            draft,
            question=asked,
            standalone_question=standalone,
            suggestions=[s for s in self.suggestions if s.casefold() not in (asked.casefold(), standalone.casefold())][
                :MAX_SUGGESTIONS
            ],
            notice=self._notice,
            timings_ms=clock.laps(),
        )
        yield DoneEvent(answer=answer)

    def _draft(self, parts: Sequence[tuple[Question, Sequence[Evidence]]], article: Article) -> Draft:
        """One draft for all parts of a question; most questions have one."""
        drafts = [self._draft_part(question, evidence, article) for question, evidence in parts]
        return drafts[0] if len(drafts) == 1 else extractive.join(drafts)

    def _draft_part(self, question: Question, evidence: Sequence[Evidence], article: Article) -> Draft:
        if refusal := scope.refusal(question, article):
            return Draft(status="abstained", missing=refusal)
        if corrected := premises.correct(question, evidence, article):
            return corrected
        draft = extractive.draft(
            question,
            evidence,
            article,
            answerability.probability(question, evidence),
            self._threshold,
            answerability.missing_slots(question, evidence),
        )
        return _with_conflicts(draft, question, article)

    @property
    def _threshold(self) -> float:
        fixed = self._settings.threshold
        return answerability.THRESHOLD if fixed is None else fixed

    def _answerable(self, stand: "_Stand") -> Iterator[str]:
        article = stand.index.article
        count = 0
        for candidate in suggestions.candidates(article):
            question = questions.analyse(candidate)
            if self._draft_part(question, stand.retriever.search(question), article).claims:
                yield candidate
                count += 1
                if count > MAX_SUGGESTIONS:
                    return

    def _asked(self, question: str) -> str:
        # Invisible characters carry instructions that a reader never sees; line breaks are space.
        visible = "".join(
            " " if c.isspace() else c for c in question if c.isspace() or unicodedata.category(c) not in _INVISIBLE
        )
        asked = re.sub(r" +", " ", unicodedata.normalize("NFC", visible)).strip()
        if not asked:
            raise QuestionError("The question is empty. Type a question about the article.")
        if len(asked) > self._settings.max_question_chars:
            raise QuestionError(
                f"The question has {len(asked):,} characters; at most {self._settings.max_question_chars:,} are read. "
                "Ask a shorter question."
            )
        return asked

    def _current(self) -> "_Stand":
        """What answers now; takes up a version that another process has indexed since."""
        with self._lock:
            stand = self._stand
            name = self._folder.name
            if stand is None or self._store.version(name) not in (None, stand.index.article.version):
                index = self._store.current(name)
                if index is None:
                    raise AssertionError("an opened assistant has an index")
                stand = self._stand = _Stand(index, self._embeddings)
        return stand


class _Stand:
    """One version of the article with what answers from it; replaced as a whole when a new version is there."""

    def __init__(self, index: ArticleIndex, embeddings: Embedder | None) -> None:
        self.index = index
        self._embeddings = embeddings
        self.suggestions: tuple[str, ...] | None = None

    @cached_property
    def retriever(self) -> Retriever:
        return Retriever(self.index, self._embeddings)


class _Clock:
    """Milliseconds by step, and in total."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._laps[step] = round((now - self._last) * 1_000, 2)
        self._last = now

    def laps(self) -> dict[str, float]:
        return {**self._laps, "total": round((time.perf_counter() - self._start) * 1_000, 2)}


def _with_conflicts(draft: Draft, question: Question, article: Article) -> Draft:
    """Add the other side of each disagreement that the answer touches."""
    cited = [article.sentence_of[id_] for claim in draft.claims for id_ in claim.sentences]
    found = conflicts.find(question, cited, article) if cited else ()
    if not found:
        return draft
    have = {sentence.id for sentence in cited}
    others = dict.fromkeys(id_ for conflict in found for id_ in conflict.sentences if id_ not in have)
    claims = [DraftClaim(text=article.sentence_of[id_].text, sentences=(id_,)) for id_ in others]
    return draft.model_copy(update={"claims": (*draft.claims, *claims), "conflicts": (*draft.conflicts, *found)})


def _store_directory(folder: Path, settings: Settings) -> Path:
    """One store for the corpus, and one for each other folder of articles, so that equal names never meet."""
    parent = folder.resolve().parent
    if parent == settings.corpus_dir.resolve():
        return settings.data_dir / "store"
    return settings.data_dir / "elsewhere" / corpus.fingerprint(str(parent))
