"""Whether a run may be released: invariants, must-pass cases, floors, and paired drops against the committed baseline.

The baseline holds each case's score, so that a change is found case by case. A drop that too few cases carry to be told
from chance is called inconclusive, which is not the same as no change.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.errors import EvalsError
from evals.measures import MEASURES, Measure
from evals.results import Observation, Run, clusters
from evals.statistics import cluster_bootstrap, detectable, holm, mcnemar_drop, sign_flip_drop
from evals.suites import Suite

ALPHA = 0.05
MARGIN = 0.03
"""Two runs are called the same when the interval of their difference lies within this."""
BASELINE = Path(__file__).resolve().parent / "baseline.json"

Level = Literal["red", "inconclusive", "note", "green"]


@dataclass(frozen=True)
class Finding:
    """One thing the gate says, and the cases it says it of."""

    level: Level
    rule: str
    text: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One metric in two runs, on the cases that both have."""

    suite: str
    measure: Measure
    n: int
    before: float
    after: float
    low: float
    high: float
    p_drop: float
    worse: tuple[str, ...]
    better: tuple[str, ...]

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Baseline:
    """What was accepted: each case's digest and scores, and why."""

    answerer: str
    reasons: tuple[str, ...]
    cases: Mapping[str, Mapping[str, Any]]


def judge_run(run: Run, suites: Sequence[Suite], baseline: Baseline | None, complete: bool) -> list[Finding]:
    """All findings, the worst first. `complete`: every case was asked, so that a missing one is a fault."""
    findings = [*_invariants(run), *_must_pass(run, baseline), *_floors(run, suites, complete)]
    if baseline is None:
        findings.append(Finding("note", "baseline", "There is no baseline yet; `accept --reason` writes one."))
    elif baseline.answerer != run.answerer:
        findings.append(
            Finding(
                "note", "baseline", f"The baseline is of {baseline.answerer!r}; not compared with {run.answerer!r}."
            )
        )
    else:
        findings += _same_set(run, baseline, complete)
        findings += _drops(changes(before_of(baseline, run), run, suites))
    order: dict[Level, int] = {"red": 0, "inconclusive": 1, "note": 2, "green": 3}
    return sorted(findings, key=lambda finding: order[finding.level]) or [Finding("green", "all", "Nothing to report.")]


def _invariants(run: Run) -> list[Finding]:
    found = []
    crashed = tuple(o.id for o in run.observations if o.error)
    if crashed:
        found.append(Finding("red", "invariant", "asking raised an error", crashed))
    broken = tuple(o.id for o in run.observations if any(f.startswith("invariant:") for f in o.failures))
    if broken:
        first = next(f for o in run.observations for f in o.failures if f.startswith("invariant:"))
        found.append(Finding("red", "invariant", first.removeprefix("invariant: "), broken))
    return found


def _must_pass(run: Run, baseline: Baseline | None) -> list[Finding]:
    failed = [o for o in run.of("case") if o.must_pass and not o.passed]
    flipped = tuple(
        o.id for o in failed if baseline and baseline.cases.get(o.id, {}).get("scores", {}).get("passed") == 1
    )
    still = tuple(o.id for o in failed if o.id not in flipped)
    found = []
    if flipped:
        found.append(Finding("red", "must pass", "it passed in the baseline and fails now", flipped))
    if still:
        found.append(Finding("red", "must pass", "it must never fail, and it fails", still))
    return found


def _floors(run: Run, suites: Sequence[Suite], complete: bool) -> list[Finding]:
    found = []
    for suite in suites:
        selected = suite.observations(run)
        for name, floor in sorted(suite.floors.items()):
            if floor in (0.0, 1.0):
                pool = selected
            elif complete and run.split in ("all", "test"):
                pool = [o for o in selected if o.split == "test"]
            else:
                continue
            measure = MEASURES[name]
            value = measure.value(pool)
            if value and (value.mean < floor if measure.better == "higher" else value.mean > floor):
                below = tuple(o.id for o in pool if _misses(o, measure, floor))
                text = f"{suite.name}: {measure.title} is {value.mean:.3f} (n {value.n}), the floor is {floor:g}"
                found.append(Finding("red", "floor", text, below))
    return found


def _misses(observation: Observation, measure: Measure, floor: float) -> bool:
    score = observation.scores.get(measure.name)
    return score is not None and (score < floor if measure.better == "higher" else score > floor)


def _same_set(run: Run, baseline: Baseline, complete: bool) -> list[Finding]:
    now = {o.id: o.digest for o in run.observations if o.probe in ("case", "claim")}
    found = []
    missing = tuple(sorted(set(baseline.cases) - set(now))) if complete and run.split == "all" else ()
    changed = tuple(
        sorted(i for i, digest in now.items() if i in baseline.cases and baseline.cases[i]["digest"] != digest)
    )
    new = tuple(sorted(set(now) - set(baseline.cases)))
    if missing:
        found.append(
            Finding("red", "case set", "in the baseline and not in the set; `accept` if that is meant", missing)
        )
    if changed:
        found.append(
            Finding("red", "case set", "the case or its documents changed; `accept` if that is meant", changed)
        )
    if new:
        found.append(
            Finding("note", "case set", f"{len(new)} new cases are not in the baseline; `accept` adds them", new)
        )
    return found


def _drops(found: Sequence[Change]) -> list[Finding]:
    adjusted = holm({f"{change.suite}: {change.measure.name}": change.p_drop for change in found})
    findings = []
    for change in found:
        name = f"{change.suite}: {change.measure.name}"
        loss = -change.difference if change.measure.better == "higher" else change.difference
        said = (
            f"{change.suite}: {change.measure.title} {change.before:.3f} to {change.after:.3f} "
            f"({change.difference:+.3f}, 95 % {change.low:+.3f} to {change.high:+.3f}; {len(change.worse)} worse, "
            f"{len(change.better)} better of {change.n}; p {adjusted[name]:.3g} after Holm)"
        )
        worst = change.low < -MARGIN if change.measure.better == "higher" else change.high > MARGIN
        if loss > 0 and adjusted[name] < ALPHA:
            findings.append(Finding("red", "drop", said, change.worse))
        elif change.worse and (loss > 0 or worst):
            need = f"; {change.n} pairs show a change of about {detectable(change.n) * 100:.1f} points"
            findings.append(Finding("inconclusive", "drop", said + need, change.worse))
        elif change.better:
            findings.append(Finding("note", "gain", said, change.better))
    return findings


def changes(before: Mapping[str, Mapping[str, float]], run: Run, suites: Sequence[Suite]) -> list[Change]:
    """Paired changes of every gated metric; `before` is scores by case id."""
    found = []
    for suite in suites:
        selected = suite.observations(run)
        for name in suite.gated:
            pairs = [o for o in selected if name in o.scores and name in before.get(o.id, {})]
            if pairs:
                found.append(_change(suite.name, MEASURES[name], pairs, [before[o.id][name] for o in pairs]))
    return found


def _change(suite: str, measure: Measure, now: Sequence[Observation], before: Sequence[float]) -> Change:
    after = [o.scores[measure.name] for o in now]
    sign = 1 if measure.better == "higher" else -1
    # Scores are kept to four places, so a smaller difference is rounding.
    gains = [sign * (a - b) if abs(a - b) > 5e-5 else 0.0 for a, b in zip(after, before, strict=True)]
    worse = tuple(o.id for o, gain in zip(now, gains, strict=True) if gain < 0)
    better = tuple(o.id for o, gain in zip(now, gains, strict=True) if gain > 0)
    units = clusters(now)
    binary = all(value in (0.0, 1.0) for value in (*after, *before))
    alone = len(set(units)) == len(units)
    p = mcnemar_drop(len(worse), len(better)) if binary and alone else sign_flip_drop(gains, units)
    low, high = cluster_bootstrap([sign * gain for gain in gains], units) if worse or better else (0.0, 0.0)
    return Change(suite, measure, len(now), sum(before) / len(now), sum(after) / len(now), low, high, p, worse, better)


def before_of(baseline: Baseline, run: Run) -> dict[str, dict[str, float]]:
    """Baseline scores of the cases that have not changed since."""
    now = {o.id: o.digest for o in run.observations}
    return {
        name: dict(case["scores"]) for name, case in baseline.cases.items() if now.get(name) in (None, case["digest"])
    }


def scores_of(run: Run) -> dict[str, dict[str, float]]:
    """Scores by case id, for comparing two runs."""
    return {o.id: o.scores for o in run.observations}


def flips(before: Mapping[str, Mapping[str, float]], run: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the cases broken and fixed since."""
    both = [o for o in run.observations if "passed" in o.scores and "passed" in before.get(o.id, {})]
    broken = tuple(o.id for o in both if before[o.id]["passed"] == 1 and not o.passed)
    return broken, tuple(o.id for o in both if before[o.id]["passed"] == 0 and o.passed)


def read_baseline(path: Path = BASELINE) -> Baseline | None:
    """The committed baseline; `None` when there is none. Raises EvalsError for a file that is not one."""
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Baseline(content["answerer"], tuple(content["reasons"]), content["cases"])
    except (ValueError, KeyError, TypeError) as error:
        raise EvalsError(f"{path.name} cannot be read ({error}); restore it from version control") from error


def accept(run: Run, suites: Sequence[Suite], reason: str, path: Path = BASELINE) -> Baseline:
    """Make the run the baseline. The same run and reason give the same bytes: no times, sorted, four places."""
    gated = {name for suite in suites for name in suite.gated}
    old = read_baseline(path)
    reasons = old.reasons if old else ()
    if not reasons or reasons[-1] != reason:
        reasons = (*reasons, reason)
    cases = {
        o.id: {"digest": o.digest, "scores": {n: round(v, 4) for n, v in sorted(o.scores.items()) if n in gated}}
        for o in run.observations
        if o.probe in ("case", "claim")
    }
    content = {"schema": 1, "answerer": run.answerer, "reasons": list(reasons), "cases": cases}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return Baseline(run.answerer, reasons, cases)
