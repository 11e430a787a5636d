"""A run as files: results.json, junit.xml, and one page that needs no network."""

from collections.abc import Sequence
from pathlib import Path

from evals.gate import Change, Finding
from evals.junit import write_junit
from evals.page import page
from evals.results import Observation, Run, write_run
from evals.suites import Suite


def write(run: Run, suites: Sequence[Suite], findings: Sequence[Finding], changes: Sequence[Change], out: Path) -> Path:
    """Write all files into `out` and return the path of the page."""
    out.mkdir(parents=True, exist_ok=True)
    write_run(run, out / "results.json")
    write_junit(run, out / "junit.xml")
    path = out / "report.html"
    path.write_text(page(run, suites, findings, changes), encoding="utf-8")
    return path


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
