"""The way of a question: rewrite, retrieve, draft, verify, compose. The one place where the parts are put together."""

import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant import corpus, telemetry
from assistant.asking import Asking
from assistant.embeddings import Embedder, open_embeddings
from assistant.errors import AnswererError, EmbeddingsError, QuestionError, SettingsError, StoreError
from assistant.quoting import Quoting
from assistant.schema import Answer, Article, ClaimEvent, DoneEvent, Event, NoticeEvent, Turn
from assistant.settings import Settings, load_settings
from assistant.standing import store_directory
from assistant.store import Store

if TYPE_CHECKING:
    from assistant.fluent import Fluent

Progress = Callable[[int, int], None]

MAX_TURNS = 20
MAX_TURN_CHARS = 4_000
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


class Assistant:
    """Answers questions about one article. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        store: Store,
        embeddings: Embedder | None,
        fluent: "Fluent | None" = None,
        notice: str | None = None,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._store = store
        self._embeddings = embeddings
        self._fluent = fluent
        self._notice = notice
        self._lock = threading.Lock()
        self._quoting: Quoting | None = None

    @classmethod
    def open(
        cls,
        article: str | Path | None = None,
        settings: Settings | None = None,
        *,
        progress: Progress | None = None,
        reread: bool = False,
    ) -> Self:
        """Open an article by name or folder and index what is new; see `index` for `reread`.

        `progress(done, total)` is called with sentences embedded.
        Raises CorpusError for a folder that cannot be used, SettingsError for a setting that cannot be kept and
        StoreError for an index that cannot be written.
        """
        settings = settings or load_settings()
        telemetry.write_lines(settings.log)
        folder = corpus.find(str(article or settings.article), settings.corpus_dir)
        notice = None
        embeddings: Embedder | None = None
        try:
            embeddings = _embeddings(settings.embeddings)
        except EmbeddingsError as error:
            notice = f"{error} Answers are found by words alone until then."
        store = Store(store_directory(folder, settings), settings.chroma_url)
        assistant = cls(folder, settings, store, embeddings, _open_fluent(settings), notice)
        assistant.index(progress, reread=reread)
        return assistant

    def index(self, progress: Progress | None = None, *, reread: bool = True) -> None:
        """Bring the store up to the folder's text.

        Without `reread`, text is read anew only when the files have changed since; with it also when only this
        package's way of reading has. Nothing that was embedded before is embedded again.
        """
        name = self._folder.name
        model = self._embeddings.name if self._embeddings else None
        index = None if reread else self._store.current(name, self._embeddings)
        if index is None or index.article.version != corpus.version(self._folder) or index.model != model:
            # Only text that is read anew pays for the readers.
            from assistant import screening, voices

            loaded = corpus.load(self._folder)
            documents = tuple(screening.screen(voices.label(document)) for document in loaded.documents)
            labelled = loaded.model_copy(update={"documents": documents})
            index = self._store.build(labelled, self._embeddings, progress)
        self._quoting = Quoting(index, self._embeddings, self._settings.threshold)

    @property
    def article(self) -> Article:
        """The article as it is indexed now."""
        return self._current().article

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions that this article answers; each was asked."""
        return self._current().suggestions

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
        asking = Asking(self._current(), asked, turns, self._notice)
        return self._told(asking, self._by_model(asking, self._fluent) if self._fluent else self._by_quoting(asking))

    def _told(self, asking: Asking, events: Iterator[Event]) -> Iterator[Event]:
        """The same events, and of the answer what operators want to know."""
        for event in events:
            if isinstance(event, ClaimEvent):
                asking.shown()
            elif isinstance(event, DoneEvent):
                telemetry.answered(event.answer, asking.began, asking.steps, self._settings.log_questions)
            yield event

    def _by_quoting(self, asking: Asking) -> Iterator[Event]:
        if asking.notice:
            yield NoticeEvent(text=asking.notice)
        asking.lap("rewrite")
        yield from asking.quote()
        yield DoneEvent(answer=asking.answer())

    def _by_model(self, asking: Asking, fluent: "Fluent") -> Iterator[Event]:
        """Verified claims of the model; when it fails, the documents' own sentences, and it is said."""
        until = time.monotonic() + self._settings.deadline_seconds
        if asking.notice:
            yield NoticeEvent(text=asking.notice)
        try:
            yield from fluent.answer(asking, until)
        except (AnswererError, StoreError) as error:
            stands = bool(asking.composer.cited)
            rest = (
                "What it had written until then is verified." if stands else "This answer quotes the documents instead."
            )
            asking.notice = f"{error} {rest}"
            yield NoticeEvent(text=asking.notice)
            yield from asking.quote()
        answer = asking.answer(fluent.model.name)
        fluent.keep(asking, answer)
        yield DoneEvent(answer=answer)

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

    def _current(self) -> Quoting:
        """What answers now; takes up a version that another process has indexed since."""
        with self._lock:
            quoting = self._quoting
            name = self._folder.name
            if quoting is None or self._store.version(name) not in (None, quoting.article.version):
                index = self._store.current(name, self._embeddings)
                if index is None:
                    raise StoreError(
                        f"The index of {name} was taken away or damaged. Run `python -m assistant index {name}`."
                    )
                quoting = self._quoting = Quoting(index, self._embeddings, self._settings.threshold)
        return quoting


@cache
def _embeddings(name: str) -> Embedder:
    """One model for the process, however many articles it has open."""
    return open_embeddings(name)


def _open_fluent(settings: Settings) -> "Fluent | None":
    """The model, where one is wanted and configured. Raises SettingsError where one is wanted and not configured."""
    if settings.answerer == "extractive" or (settings.answerer == "auto" and not settings.model_configured):
        return None
    if not settings.model_configured:
        raise SettingsError(
            "A model is wanted, but none is configured. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your "
            "own, or answer without a model (ASSISTANT_ANSWERER=extractive)."
        )
    # Imported here, because quoting needs none of it and it takes seconds.
    from assistant.fluent import Fluent

    return Fluent.open(settings)
