"""What the store has of an article folder, told without the model or any part that answers: the quick look."""

from pathlib import Path

from assistant import corpus
from assistant.embeddings import MiniLM
from assistant.schema import Article
from assistant.settings import Settings
from assistant.store import Store


def store_directory(folder: Path, settings: Settings) -> Path:
    """One store for the corpus, and one for each other folder of articles, so that equal names never meet."""
    parent = folder.resolve().parent
    if parent == settings.corpus_dir.resolve():
        return settings.data_dir / "store"
    return settings.data_dir / "elsewhere" / corpus.fingerprint(str(parent))


def standing(folder: Path, settings: Settings) -> Article | None:
    """The indexed article, when it is that of the folder's files as they are; None when the index must be looked into.

    Only of an index on this machine's disk and by the embedded model: others cannot be told apart without opening them.
    """
    if settings.chroma_url or settings.embeddings != "minilm":
        return None
    index = Store(store_directory(folder, settings), None).current(folder.name)
    if index is None or index.model != MiniLM.name or index.article.version != corpus.version(folder):
        return None
    return index.article
