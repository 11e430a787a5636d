"""A run as files: results.json, junit.xml, and one page that needs no network."""

from collections.abc import Sequence
from pathlib import Path

from evals.console import headline, headline_values, met
from evals.errors import EvalsError
from evals.gate import Change, Finding
from evals.junit import write_junit
from evals.page import page
from evals.results import Observation, Run, write_run
from evals.statistics import Interval
from evals.suites import Suite

README = Path(__file__).resolve().parent / "README.md"
START, END = "<!-- figures of the accepted run -->", "<!-- end of figures -->"


def write(run: Run, suites: Sequence[Suite], findings: Sequence[Finding], changes: Sequence[Change], out: Path) -> Path:
    """Write all files into `out` and return the path of the page."""
    out.mkdir(parents=True, exist_ok=True)
    write_run(run, out / "results.json")
    write_junit(run, out / "junit.xml")
    (out / "summary.md").write_text(f"{headline(run)}\n\n{summary(run, suites)}\n", encoding="utf-8")
    path = out / "report.html"
    path.write_text(page(run, suites, findings, changes), encoding="utf-8")
    return path


def summary(run: Run, suites: Sequence[Suite]) -> str:
    """The gated metrics and those with a target as a Markdown table, for a pull request; no times, they differ."""
    lines = ["| suite | metric | all | 95 % | n | test | 95 % | n | target |", "|---|---|---|---|---|---|---|---|---|"]
    for suite in suites:
        for measure, value, test in headline_values(suite, run):
            if measure.unit == "ms" or suite.must_pass:
                continue
            target = suite.targets.get(measure.name)
            goal = "" if target is None else f"{'≥' if measure.better == 'higher' else '≤'} {target:g}"
            if test is not None and target is not None:
                goal += " met" if met(measure, test.mean, target) else " **missed**"
            cells = [*_cells(value), *(_cells(test) if test else ("", "", "")), goal]
            lines.append(f"| {suite.title} | {measure.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(value: Interval) -> tuple[str, str, str]:
    return f"{value.mean:.3f}", f"{value.low:.2f} to {value.high:.2f}", str(value.n)


def refresh_readme(run: Run, suites: Sequence[Suite], path: Path = README) -> None:
    """Put the figures of an accepted run into the README, between its two marks, so that none is typed by hand."""
    text = path.read_text(encoding="utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise EvalsError(f"{path.name} lacks the marks {START} and {END}, between which the figures go.")
    figures = f"{headline(run).rpartition(' · ')[0]}\n\n{summary(run, suites)}"
    path.write_text(f"{before}{START}\n{figures}\n{END}{after}", encoding="utf-8")


def as_text(observation: Observation) -> str:
    """An observation that is not passed, for a terminal."""
    lines = [f"\n{observation.id}  [{observation.kind}, {observation.split}]  {observation.where}"]
    lines += [f"  {turn['role'][:9]:>9}: {turn['text']}" for turn in observation.history]
    lines.append(f"   question: {observation.question}")
    answer = observation.answer
    if answer:
        lines.append(f"     answer: {answer['status']} ({answer['confidence']:.2f}) {answer['text']}")
        cited = ", ".join(f"{c['document']}[{c['start']}:{c['end']}]" for c in answer["citations"])
        lines += [f"      cites: {cited}"] if cited else []
    lines += (
        [f"   expected: {', '.join(observation.expected.get('status', []))}"] if observation.probe != "claim" else []
    )
    for gold in observation.expected.get("gold", [])[:3]:
        lines.append("       gold: " + " + ".join(f"{quote['document']}: {quote['quote']}" for quote in gold))
    lines += [f"       FAIL: {failure}" for failure in (*observation.failures, *filter(None, [observation.error]))]
    lines += [f"     remark: {remark}" for remark in observation.remarks]
    return "\n".join(lines)
