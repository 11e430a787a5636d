"""The metrics by name: what each one means, which way is better, how it is averaged over observations.

The definitions are in `metrics.py` and `grading.py`; here is what a reader of a report needs to know of them.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from evals import metrics
from evals.results import Observation, clusters
from evals.statistics import SEED, Interval, interval

Better = Literal["higher", "lower"]
Unit = Literal["share", "number", "ms", "tokens", "usd"]


@dataclass(frozen=True)
class Measure:
    """A metric as reports show it."""

    name: str
    title: str
    better: Better
    meaning: str
    gamed_by: str = ""
    """Who scores well on it without being good; what it must be read beside."""
    unit: Unit = "share"
    whole: Callable[[Sequence[Observation]], float | None] | None = None
    """For a metric of a whole set (a curve, a percentile); otherwise it is the mean of the observations' scores."""

    def value(self, observations: Sequence[Observation]) -> Interval | None:
        """Its value with a 95 % interval over these observations; `None` when none of them has it."""
        if self.whole is None:
            having = [o for o in observations if self.name in o.scores]
            return interval([o.scores[self.name] for o in having], clusters(having)) if having else None
        found = self.whole(observations)
        if found is None:
            return None
        n = sum(1 for o in observations if o.probe == "case" and o.answer)
        if self.name in _RESAMPLED:
            low, high = _resampled(self.whole, [o for o in observations if "loss" in o.scores])
            return Interval(found, low, high, n, "cluster bootstrap")
        return Interval(found, found, found, n, "none")

    def unscored(self, observations: Sequence[Observation]) -> int:
        """How many observations should have it and could not be measured."""
        return sum(1 for o in observations if self.name in o.unscored)


def _resampled(
    whole: Callable[[Sequence[Observation]], float | None], observations: Sequence[Observation]
) -> tuple[float, float]:
    """Interval of a metric that is not a mean: the whole metric on each drawn set of clusters, 300 times."""
    names = clusters(observations)
    by_name: dict[str, list[Observation]] = {}
    for name, observation in zip(names, observations, strict=True):
        by_name.setdefault(name, []).append(observation)
    order = sorted(by_name)
    generator = np.random.default_rng(SEED)
    found = []
    for _ in range(300):
        drawn = [o for row in generator.integers(0, len(order), len(order)) for o in by_name[order[row]]]
        if (value := whole(drawn)) is not None:
            found.append(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _judged(observations: Sequence[Observation]) -> tuple[list[float], list[float]]:
    having = [o for o in observations if "loss" in o.scores]
    return [o.scores["confidence"] for o in having], [o.scores["loss"] for o in having]


def _aurc(observations: Sequence[Observation]) -> float | None:
    return metrics.aurc(*_judged(observations))


def _auroc(observations: Sequence[Observation]) -> float | None:
    having = [o for o in observations if "loss" in o.scores]
    return metrics.auroc(
        [o.scores["confidence"] for o in having], [o.scores.get("right_decline") is None for o in having]
    )


def _calibration(observations: Sequence[Observation]) -> float | None:
    confidences, losses = _judged(observations)
    return metrics.calibration_error(confidences, [1 - loss for loss in losses])


def _abstention_precision(observations: Sequence[Observation]) -> float | None:
    """Right declines / declines."""
    right = [o.scores["right_decline"] for o in observations if "right_decline" in o.scores]
    wrong = [o.scores["false_decline"] for o in observations if "false_decline" in o.scores]
    return sum(right) / (sum(right) + sum(wrong)) if sum(right) + sum(wrong) else None


def _timing(share: float) -> Callable[[Sequence[Observation]], float | None]:
    return lambda observations: metrics.percentile(
        [o.wall_ms for o in observations if o.probe == "case" and o.answer], share
    )


def _first_claim(observations: Sequence[Observation]) -> float | None:
    answers = [o.answer for o in observations if o.probe == "case" and o.answer]
    found = [float(a["timings_ms"]["first_claim"]) for a in answers if "first_claim" in a.get("timings_ms", {})]
    return metrics.percentile(found, 0.5)


def _usage(observations: Sequence[Observation], field: str) -> list[float]:
    answers = [o.answer for o in observations if o.probe == "case" and o.answer]
    return [float(answer["usage"][field]) for answer in answers if answer["usage"].get(field) is not None]


def _mean_usage(field: str) -> Callable[[Sequence[Observation]], float | None]:
    def of(observations: Sequence[Observation]) -> float | None:
        values = _usage(observations, field)
        return sum(values) / len(values) if values else None

    return of


def _cost_per_correct(observations: Sequence[Observation]) -> float | None:
    """All that was paid / cases passed: an answer that is cheap and wrong is not cheap."""
    paid, passed = _usage(observations, "cost_usd"), sum(o.passed for o in observations if o.probe == "case")
    return sum(paid) / passed if paid and passed else None


_RESAMPLED = {"aurc", "auroc", "calibration_error", "abstention_precision"}

_WHOLE: Mapping[str, Callable[[Sequence[Observation]], float | None]] = {
    "abstention_precision": _abstention_precision,
    "aurc": _aurc,
    "auroc": _auroc,
    "calibration_error": _calibration,
    "p50_ms": _timing(0.5),
    "p95_ms": _timing(0.95),
    "first_claim_ms": _first_claim,
    "input_tokens": _mean_usage("input_tokens"),
    "output_tokens": _mean_usage("output_tokens"),
    "model_calls": _mean_usage("model_calls"),
    "cost_usd": _mean_usage("cost_usd"),
    "cost_per_correct": _cost_per_correct,
}
"""Metrics of a whole set; every other metric is the mean of the observations' scores."""


def _load() -> dict[str, Measure]:
    table = tomllib.loads((Path(__file__).resolve().parent / "measures.toml").read_text(encoding="utf-8"))
    return {name: Measure(name=name, whole=_WHOLE.get(name), **fields) for name, fields in table.items()}


MEASURES = _load()


def with_passed(observations: Sequence[Observation]) -> None:
    """Write `passed` among the scores, so that it is averaged, compared and gated like the others."""
    for observation in observations:
        if observation.probe in ("case", "claim") and not observation.error:
            observation.scores["passed"] = float(observation.passed)
