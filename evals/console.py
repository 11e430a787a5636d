"""A run on the terminal: at most forty lines, the weakest kinds and the gate's findings named."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.gate import Change, Finding
from evals.measures import Measure
from evals.results import Run
from evals.statistics import Interval
from evals.suites import Suite

LINES = 40
_COLOUR = {"red": "bold red", "inconclusive": "yellow", "note": "dim", "green": "green"}


def show(console: Console, run: Run, suites: Sequence[Suite], findings: Sequence[Finding], report: str) -> None:
    """Print the counts, a table of the metrics that are gated or have a target, and the gate."""
    console.print(Text(headline(run)), style="bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name, justify in (("suite", "left"), ("metric", "left"), ("value", "right"), ("95 %", "right"), ("n", "right")):
        table.add_column(name, justify="left" if justify == "left" else "right", no_wrap=True)
    table.add_column("test", justify="right", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    rows = 0
    for suite in suites:
        if suite.must_pass:
            continue
        first = True
        for measure, value, test in headline_values(suite, run):
            target = suite.targets.get(measure.name)
            table.add_row(suite.title if first else "", *_row(measure, value, test, target))
            first, rows = False, rows + 1
    console.print(table)
    if run.judge:
        console.print(Text(judged(run)))
    weak = ", ".join(f"{kind} {rate.mean:.2f} (n {rate.n})" for kind, rate in by_kind(run)[:5])
    console.print(Text(f"Weakest kinds: {weak}" if weak else "No cases."))
    room = LINES - rows - 6
    for finding in findings[: max(3, room)]:
        console.print(
            finding_line(finding, console.width), style=_COLOUR[finding.level], no_wrap=True, overflow="ellipsis"
        )
    left = len(findings) - max(3, room)
    if left > 0:
        console.print(Text(f"and {left} more in the report"), style="dim")
    console.print(Text(f"Report: {report}"))


def headline(run: Run) -> str:
    """What was measured, and first of all what was not."""
    cases = run.of("case")
    unscored = [o for o in run.observations if o.error or o.unscored]
    passed = sum(o.passed for o in cases)
    share = f" ({passed / len(cases):.0%})" if cases else ""
    return (
        f"{len(cases)} cases: {passed} passed{share}, {len(cases) - passed} failed, {len(unscored)} unscored · "
        f"{len(run.articles)} articles · {run.answerer} · split {run.split} · {run.seconds:.0f} s"
    )


def headline_values(suite: Suite, run: Run) -> list[tuple[Measure, Interval, Interval | None]]:
    """Metrics of a suite worth a line: gated, with a target or a floor that is not plain; over all, and over test."""
    selected = suite.observations(run)
    test = [o for o in selected if o.split == "test"]
    found = []
    for measure in suite.measures:
        wanted = measure.name in suite.gated or measure.name in suite.targets
        if not wanted and (suite.gated or suite.targets):
            continue
        if (value := measure.value(selected)) is not None and (value.mean or measure.unit not in ("usd", "tokens")):
            found.append((measure, value, measure.value(test)))
    return found


def judged(run: Run) -> str:
    """What the judge says, and beside it how often it is right where the truth is known."""
    from evals.measures import MEASURES

    judge = run.judge or {}
    worth = judge["agreement"]
    said = [
        f"{measure.title} {value.mean:.2f} (n {value.n})"
        for name in ("judge_support", "judge_correct")
        for measure in (MEASURES[name],)
        if (value := measure.value(run.of("case")))
    ]
    return (
        f"Judge {judge['model']}: {', '.join(said) or 'nothing to judge'}; agrees with {worth['agree']} of "
        f"{worth['n']} "
        f"labelled claims (kappa {worth['kappa']}), {judge['unscored']} replies unscored"
    )


def by_kind(run: Run) -> list[tuple[str, Interval]]:
    """Pass rate of each kind of case, the weakest first."""
    from evals.measures import MEASURES

    rates = []
    for kind in sorted({o.kind for o in run.of("case")}):
        value = MEASURES["passed"].value([o for o in run.of("case") if o.kind == kind])
        if value:
            rates.append((kind, value))
    return sorted(rates, key=lambda rate: (rate[1].mean, rate[0]))


def amount(measure: Measure, value: float) -> str:
    """A value in its unit."""
    if measure.unit == "ms":
        return f"{value:.0f} ms"
    if measure.unit == "tokens":
        return f"{value:.0f}"
    if measure.unit == "usd":
        return f"${value:.4f}"
    return f"{value:.3f}"


def met(measure: Measure, value: float, target: float) -> bool:
    """Whether a target is reached."""
    return value >= target - 1e-9 if measure.better == "higher" else value <= target + 1e-9


def finding_line(finding: Finding, width: int) -> Text:
    """One finding on one line, with as many of its cases as fit."""
    named = f": {', '.join(finding.cases)}" if finding.cases else ""
    return Text(f"{finding.level.upper()} {finding.rule}: {finding.text}{named}"[: max(60, width)])


def show_changes(console: Console, found: Sequence[Change], broken: Sequence[str], fixed: Sequence[str]) -> None:
    """The paired difference to another run, and the cases that flipped either way."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("suite", "metric", "before", "after", "difference", "95 %", "n", "worse", "better"):
        table.add_column(name, justify="left" if name in ("suite", "metric") else "right", no_wrap=True)
    for change in found:
        interval = f"{change.low:+.3f} … {change.high:+.3f}"
        numbers = (f"{change.before:.3f}", f"{change.after:.3f}", f"{change.difference:+.3f}", interval)
        counts = (str(change.n), str(len(change.worse)), str(len(change.better)))
        table.add_row(change.suite, change.measure.title, *numbers, *counts)
    console.print(table)
    for name, ids in (("Broken", broken), ("Fixed", fixed)):
        console.print(Text(f"{name} ({len(ids)}): {', '.join(ids) or '-'}"))


def _row(measure: Measure, value: Interval, test: Interval | None, target: float | None) -> tuple[str | Text, ...]:
    width = "" if value.method == "none" else f"{value.low:.2f}–{value.high:.2f}"
    shown: Text | str = ""
    if target is not None:
        sign = "≥" if measure.better == "higher" else "≤"
        # A target is about the test split; a run of dev says nothing of it.
        shown = f"{sign} {target:g}"
        if test is not None:
            reached = met(measure, test.mean, target)
            shown = Text(f"{shown} {'met' if reached else 'MISSED'}", style="green" if reached else "red")
    tested = amount(measure, test.mean) if test else ""
    return measure.title, amount(measure, value.mean), width, str(value.n), tested, shown
