"""Chat about one news article that a reader can trust: every sentence cited, every citation exact."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# onnxruntime reads this once, when it is first imported, and opens a connection without it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# So does numpy. More threads for products as small as ours wait for one another: 11 ms where one takes 1.4.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from assistant.errors import (
        AnswererError,
        AssistantError,
        CorpusError,
        EmbeddingsError,
        QuestionError,
        SettingsError,
        StoreError,
    )
    from assistant.pipeline import Assistant
    from assistant.schema import Answer, Citation, Claim, Turn
    from assistant.settings import Settings

__all__ = [
    "Answer",
    "AnswererError",
    "Assistant",
    "AssistantError",
    "Citation",
    "Claim",
    "CorpusError",
    "EmbeddingsError",
    "QuestionError",
    "Settings",
    "SettingsError",
    "StoreError",
    "Turn",
]

_HOME = {
    "Answer": "assistant.schema",
    "Assistant": "assistant.pipeline",
    "Citation": "assistant.schema",
    "Claim": "assistant.schema",
    "Settings": "assistant.settings",
    "Turn": "assistant.schema",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `--help` costs no model and no database."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, "assistant.errors")), name)
