"""What operators may watch: one line of JSON for each answer, and OpenTelemetry spans. Quiet unless it is asked for.

`ASSISTANT_LOG` names a file (or `-` for standard error) for the lines; an application that has this package inside may
set up the logger `assistant.answers` by itself instead. Spans go where `OTEL_EXPORTER_OTLP_ENDPOINT` says. Neither
holds a key, or a text of an article or an answer; of a question only its hash, unless `ASSISTANT_LOG_QUESTIONS=1`.
"""

import hashlib
import json
import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import SettingsError
from assistant.schema import Answer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SERVICE = "article-assistant"
FLUSH_MILLISECONDS = 2_000
_HASH_CHARS = 16
_answers = logging.getLogger("assistant.answers")
_opening = threading.Lock()


class Step(Protocol):
    """A part of the work, from and to on the clock of time.time_ns."""

    @property
    def name(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class _File(WatchedFileHandler):
    """Lines at the end of a file that several processes share and that may be rotated away."""

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk costs lines of the log, never an answer, and no traceback for each of them."""


def write_lines(to: str | None) -> None:
    """Send the lines to a file, or to standard error for `-`; once in a process. None changes nothing.

    Raises SettingsError for a file that cannot be written.
    """
    if to is None:
        return
    with _opening:
        if any(handler.name == to for handler in _answers.handlers):
            return
        try:
            handler = logging.StreamHandler(sys.stderr) if to == "-" else _opened(Path(to))
        except OSError as error:
            raise SettingsError(
                f"ASSISTANT_LOG={to} cannot be written ({error.strerror}). Name a file in a folder that this process "
                "may write, or - for standard error."
            ) from error
        handler.name = to
        handler.setFormatter(logging.Formatter("%(message)s"))
        _answers.addHandler(handler)
        _answers.setLevel(logging.INFO)


def answered(answer: Answer, began: int, steps: Sequence[Step], with_question: bool) -> None:
    """An answer was given. `began` and the steps are on the clock of time.time_ns."""
    if _answers.isEnabledFor(logging.INFO):
        _answers.info("%s", json.dumps(fields_of(answer, with_question), ensure_ascii=False))
    if any(os.environ.get(name) for name in ENDPOINTS):
        _send(answer, began, steps)


def flush() -> None:
    """Send the spans that wait; for a process that is about to end without Python's own way out."""
    if _provider.cache_info().currsize:
        _provider().force_flush(FLUSH_MILLISECONDS)


def fields_of(answer: Answer, with_question: bool = False) -> dict[str, Any]:
    """What is told about an answer."""
    kinds = Counter(claim.kind for claim in answer.claims)
    question = {"question": answer.question, "standalone_question": answer.standalone_question} if with_question else {}
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": "answer",
        "question_sha256": hashlib.sha256(answer.question.encode("utf-8", "replace")).hexdigest()[:_HASH_CHARS],
        **question,
        "article": answer.article,
        "article_version": answer.article_version,
        "status": answer.status,
        "answerer": answer.answerer,
        "model": answer.model,
        "notice": answer.notice,
        "claims": {"quote": kinds["quote"], "paraphrase": kinds["paraphrase"], "withheld": len(answer.withheld)},
        "confidence": answer.confidence,
        **answer.usage.model_dump(),
        "timings_ms": dict(answer.timings_ms),
    }


def _opened(path: Path) -> _File:
    return _File(path, encoding="utf-8", errors="backslashreplace")


def _send(answer: Answer, began: int, steps: Sequence[Step]) -> None:
    """A span for the answer and one below it for each step, in hindsight: a generator cannot hold a span open."""
    from opentelemetry.trace import set_span_in_context

    tracer = _provider().get_tracer("assistant")
    end = max([began, *(step.end for step in steps)])
    attributes = {name: value for name, value in fields_of(answer).items() if isinstance(value, str | int | float)}
    whole = tracer.start_span("answer", start_time=began, attributes=attributes)
    context = set_span_in_context(whole)
    for step in steps:
        tracer.start_span(step.name, context, start_time=step.start).end(step.end)
    whole.end(end)


@cache
def _provider() -> "TracerProvider":
    """Our own, so that spans of an application around us go where they went before. Takes half a second to import."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = OTELResourceDetector().detect()
    provider = TracerProvider(resource=Resource({SERVICE_NAME: SERVICE}).merge(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
