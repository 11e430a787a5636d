"""What is measured: anything that opens an article folder and answers questions about it.

`AssistantSubject` is the real one. Tests pass objects of the same form: a fake with set answers, or a saboteur that
spoils real ones.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from assistant.embeddings import open_embeddings
from assistant.index import ArticleIndex, Embedder
from assistant.schema import Answer, Article, DraftClaim, Turn, Verdict
from assistant.settings import Settings, load_settings
from assistant.store import Store
from assistant.store.indexing import Progress, index_article
from evals.metrics import Span

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.fluent import Fluent
    from assistant.retrieval import Retriever

Answerer = Literal["auto", "extractive", "model"]


class Opened(Protocol):
    """One article, open."""

    @property
    def article(self) -> Article: ...

    def ask(self, question: str, history: Sequence[Turn]) -> Answer: ...

    def search(self, question: str, k: int) -> Sequence[Span]:
        """Sentences found for a standalone question, best first."""

    def check(self, claim: DraftClaim) -> Verdict:
        """What the verifier says of a proposed claim."""

    def refresh(self) -> None:
        """Read the folder again; it was changed."""


class Subject(Protocol):
    """What evals can measure."""

    @property
    def answerer(self) -> str:
        """Name under which results are kept; results of two answerers are never compared as one."""

    def open(self, folder: Path) -> Opened: ...

    def open_briefly(self, folder: Path, like: Path | None = None) -> Opened:
        """The same answers as `open` gives, without keeping an index; `like` is an open article it is a copy of."""


class AssistantSubject:
    """The assistant through its public door. Its store is one of its own, so a reader's index is never touched."""

    def __init__(self, answerer: Answerer, data_dir: Path, *, reread: bool = False) -> None:
        """`reread`: what reads the text may have changed since it was stored, and is part of what is measured."""
        asked = load_settings(answerer=answerer)
        resolved = "model" if answerer == "model" or (answerer == "auto" and asked.model_configured) else "extractive"
        self._fixed = {"answerer": resolved, "data_dir": data_dir, "chroma_url": None}
        self._data_dir = data_dir
        self._reread = reread
        self.answerer = f"model {asked.model}" if resolved == "model" else "extractive"

    def open(self, folder: Path) -> "OpenedAssistant":
        from assistant import Assistant

        opened = Assistant.open(folder, self._settings(folder), reread=self._reread)
        return OpenedAssistant(opened, self._kept(folder))

    def open_briefly(self, folder: Path, like: Path | None = None) -> "OpenedAssistant":
        from assistant import Assistant

        store = MemoryStore(self._kept(like).index if like else None)
        assistant = Assistant(folder, self._settings(folder), store, self._embeddings, self._fluent)
        assistant.index()
        return OpenedAssistant(assistant, _Kept(store, folder.name, self._embeddings))

    def _settings(self, folder: Path) -> Settings:
        # An article in the corpus folder is kept in the store named here, whatever its parent.
        return load_settings(corpus_dir=folder.parent, **self._fixed)

    def _kept(self, folder: Path) -> "_Kept":
        return _Kept(Store(self._data_dir / "store", None), folder.name, self._embeddings)

    @cached_property
    def _fluent(self) -> "Fluent | None":
        if self.answerer == "extractive":
            return None
        from assistant.fluent import Fluent

        return Fluent.open(load_settings(**self._fixed))

    @cached_property
    def _embeddings(self) -> Embedder:
        return open_embeddings(load_settings().embeddings)


class MemoryStore(Store):
    """One article version after another, in memory: an edited article is asked a few questions and thrown away."""

    def __init__(self, original: ArticleIndex | None) -> None:
        """`original` gives the vectors of the sentences that were not edited."""
        self._original = original
        self._current: ArticleIndex | None = None

    def version(self, name: str) -> str | None:
        return self._current.article.version if self._current else None

    def current(self, name: str, embedder: Embedder | None = None) -> ArticleIndex | None:
        return self._current

    def build(self, article: Article, embedder: Embedder | None, progress: Progress | None = None) -> ArticleIndex:
        self._current = index_article(article, embedder, self._original, progress)
        return self._current


class _Kept:
    """Where an article's index can be read."""

    def __init__(self, store: Store, name: str, embeddings: Embedder) -> None:
        self._store, self._name, self.embeddings = store, name, embeddings

    @property
    def index(self) -> ArticleIndex | None:
        return self._store.current(self._name, self.embeddings)


class OpenedAssistant:
    """An open `Assistant`, with its retriever and its verifier beside it for the suites that measure those alone."""

    def __init__(self, assistant: "Assistant", kept: _Kept) -> None:
        self._assistant = assistant
        self._kept = kept
        self._retriever: Retriever | None = None

    @property
    def article(self) -> Article:
        return self._assistant.article

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        return self._assistant.ask(question, history)

    def search(self, question: str, k: int) -> Sequence[Span]:
        from assistant.questions import analyse
        from assistant.retrieval import Retriever

        if self._retriever is None:
            index = self._kept.index
            if index is None:
                raise AssertionError("an article that is open has an index")
            self._retriever = Retriever(index, self._kept.embeddings)
        found = self._retriever.search(analyse(question), k)
        return [Span(e.document, e.sentence.start, e.sentence.end) for e in found]

    def check(self, claim: DraftClaim) -> Verdict:
        from assistant import verifier

        return verifier.check(claim, self.article)

    def refresh(self) -> None:
        self._assistant.index()
        self._retriever = None
