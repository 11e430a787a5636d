"""The articles that this process answers about: each is opened once and shared by all doors and all readers."""

import threading

from assistant import corpus
from assistant.errors import AssistantError, CorpusError
from assistant.pipeline import Assistant
from assistant.settings import Settings, load_settings

_opened: dict[tuple[str, Settings], Assistant] = {}
_opening = threading.Lock()


def names() -> tuple[str, ...]:
    """Articles that a reader may choose, the operator's own first."""
    settings = load_settings()
    return tuple(dict.fromkeys((settings.article, *corpus.names(settings.corpus_dir))))


def is_open(name: str) -> bool:
    """Whether `opened(name)` returns at once."""
    return (name, load_settings()) in _opened


def opened(name: str) -> Assistant:
    """The assistant of an article, opened and indexed by whoever asks first; the others wait.

    Takes the names of `names()` and nothing else, so a reader's text is never a path. An article that could not be
    opened is tried again at the next call. Raises CorpusError, StoreError, SettingsError.
    """
    key = (name, load_settings())
    if key in _opened:
        return _opened[key]
    known = names()
    if name not in known:
        raise CorpusError(f"There is no article of that name here. There is: {', '.join(known)}.")
    with _opening:
        if key not in _opened:
            _opened[key] = Assistant.open(name, key[1])
        return _opened[key]


def open_early() -> None:
    """Begin to open the operator's article, so that it is there when the first reader comes."""

    def work() -> None:
        try:
            _ = opened(names()[0]).suggestions
        except AssistantError:
            return  # the page tries again and says what is wrong, to the one who can read it

    threading.Thread(target=work, name="open-early", daemon=True).start()
