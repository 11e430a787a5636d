"""What the API counts, for Prometheus. Counts and times only: no question, no answer, no address."""

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from assistant.schema import Answer

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_registry = CollectorRegistry()
_answers = Counter("assistant_answers", "Answers given", ["status", "answerer"], registry=_registry)
_failures = Counter("assistant_failures", "Requests that ended in a fault", ["kind"], registry=_registry)
_claims = Counter("assistant_claims", "Claims by verdict", ["verdict"], registry=_registry)
_whole = Histogram("assistant_answer_seconds", "Time to the whole answer", buckets=_SECONDS, registry=_registry)
_first = Histogram("assistant_first_claim_seconds", "Time to the first claim", buckets=_SECONDS, registry=_registry)
_asking = Gauge("assistant_asking", "Questions being answered", multiprocess_mode="livesum", registry=_registry)


def answered(answer: Answer, seconds: float) -> None:
    """An answer was given, after so long with waiting."""
    _answers.labels(answer.status, answer.answerer).inc()
    _whole.observe(seconds)
    _claims.labels("shown").inc(len(answer.claims))
    _claims.labels("withheld").inc(len(answer.withheld))


def first_claim(seconds: float) -> None:
    """A stream has sent its first claim."""
    _first.observe(seconds)


def failed(kind: str) -> None:
    """A request ended in a fault; `kind` is the name of its error."""
    _failures.labels(kind).inc()


def asking(number: int) -> None:
    """So many questions are being answered."""
    _asking.set(number)


def exposition() -> bytes:
    """All counts in Prometheus' format; of all workers where PROMETHEUS_MULTIPROC_DIR names a folder they share."""
    registry = _registry
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
