"""A run from asking to gate, with an assistant of set answers: what is scored, what is not, what stops a release."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals import gate
from evals.articles import read_article
from evals.cases import LoadedCase, load_cases
from evals.errors import EvalsError
from evals.junit import write_junit
from evals.measures import MEASURES, with_passed
from evals.results import Run, read_run, write_run
from evals.runner import Runner
from evals.suites import load_suites
from tests.evals_parts import RIGHT, Reply, SetAnswers, declining, quoting, write_set

SUITES = load_suites()


class Bench:
    """The small set, ready to be run with any replies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders = write_set(root)
        articles = {name: read_article(path) for name, path in self.folders.items()}
        self.cases: tuple[LoadedCase, ...] = load_cases(root / "cases", articles, root)
        self.baseline = root / "baseline.json"
        self.runs = 0

    def run(self, **replies: Reply) -> Run:
        questions = {
            "built": "When was the old bridge built?",
            "said": "Who said that there is no choice?",
            "pay": "Who will pay for the bridge?",
        }
        subject = SetAnswers({**RIGHT, **{questions[name]: reply for name, reply in replies.items()}})
        self.runs += 1
        run = Runner(subject, self.folders, self.root / f"scratch-{self.runs}").run(
            self.cases, suites=[suite.name for suite in SUITES]
        )
        with_passed(run.observations)
        return run

    def findings(self, run: Run) -> list[gate.Finding]:
        return gate.judge_run(run, SUITES, gate.read_baseline(self.baseline), complete=True)

    def accept(self, run: Run, reason: str = "first") -> None:
        gate.accept(run, SUITES, reason, self.baseline)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def red(findings: list[gate.Finding]) -> dict[str, tuple[str, ...]]:
    return {finding.rule: finding.cases for finding in findings if finding.level == "red"}


def test_right_answers_pass_and_score(bench: Bench) -> None:
    run = bench.run()
    assert [(o.id, o.failures) for o in run.of("case")] == [
        ("br-number-001", []),
        ("br-who-001", []),
        ("br-miss-001", []),
    ]
    scores = {o.id: o.scores for o in run.of("case")}
    assert scores["br-number-001"]["citation_precision"] == scores["br-number-001"]["character_f1"] == 1.0
    assert scores["br-who-001"]["speaker_accuracy"] == 1.0
    assert scores["br-miss-001"]["right_decline"] == 1.0
    assert "citation_precision" not in scores["br-miss-001"]


def test_the_same_run_twice_gives_the_same_numbers(bench: Bench) -> None:
    def numbers(run: Run) -> list[object]:
        return [(o.id, o.scores, o.failures, o.digest) for o in run.observations]

    first, second = bench.run(), bench.run()
    assert numbers(first) == numbers(second)
    assert first.digest == second.digest


def test_a_decline_is_recall_zero_but_has_no_citations_to_be_precise(bench: Bench) -> None:
    o = bench.run(built=lambda article, _: declining(article)).of("case")[0]
    assert o.failures == ["expected answered, got abstained"]
    assert (o.scores["vital_recall"], o.scores["false_decline"], o.scores["correct"]) == (0.0, 1.0, 0.0)
    assert "citation_precision" not in o.scores


def test_a_crash_is_unscored_counted_and_red(bench: Bench) -> None:
    def crash(article: object, question: str) -> None:
        raise KeyError("lost")

    run = bench.run(built=crash)  # type: ignore[arg-type]  # the point is that it returns nothing
    o = run.of("case")[0]
    assert o.error == "KeyError: 'lost'"
    assert o.scores == {}
    assert MEASURES["correct"].value(run.of("case")) is not None, "the others still have their average"
    assert red(bench.findings(run))["invariant"] == ("br-number-001",)


def test_a_citation_that_is_not_the_text_there_breaks_an_invariant(bench: Bench) -> None:
    def shifted(article, question):  # type: ignore[no-untyped-def]
        honest = quoting(article, "It was built in 1931.")
        moved = honest.citations[0].model_copy(update={"start": honest.citations[0].start + 1})
        return honest.model_copy(update={"citations": (moved,)})

    run = bench.run(built=shifted)
    assert run.of("case")[0].scores["span_exactness"] == 0.0
    assert red(bench.findings(run))["invariant"] == ("br-number-001",)


def test_wrong_words_speaker_and_forbidden_values_are_said_in_words(bench: Bench) -> None:
    run = bench.run(
        built=lambda article, _: quoting(article, "The old bridge will close on March 4."),
        said=lambda article, _: quoting(article, "“We have no choice,” said engineer Ida Moss.", speaker="the council"),
    )
    built, said, _ = run.of("case")
    assert built.failures == ["does not state: 1931", "cites none of the passages that answer it"]
    assert said.failures == ["gives the words of Ida Moss to the council"]
    assert said.scores["misattribution"] == 1.0


def test_a_must_pass_flip_is_red_and_named(bench: Bench) -> None:
    bench.accept(bench.run())
    findings = bench.findings(bench.run(built=lambda article, _: declining(article)))
    assert ("must pass", ("br-number-001",)) in [(f.rule, f.cases) for f in findings if f.level == "red"]
    assert "passed in the baseline and fails now" in next(f.text for f in findings if f.rule == "must pass")


def test_a_drop_of_too_few_cases_is_inconclusive_and_not_no_change(bench: Bench) -> None:
    bench.accept(bench.run())
    findings = bench.findings(bench.run(said=lambda article, _: declining(article)))
    assert not red(findings)
    drop = next(f for f in findings if f.level == "inconclusive" and f.text.startswith("grounding: Cases passed"))
    assert drop.cases == ("br-who-001",)


def test_no_change_has_no_drops(bench: Bench) -> None:
    bench.accept(bench.run())
    assert [f.level for f in bench.findings(bench.run())] == ["green"]


def test_a_drop_of_many_cases_is_red_after_holm(bench: Bench) -> None:
    run = bench.run()
    many = [replace(run.of("case")[0], id=f"br-{n}", group=f"br-{n}", must_pass=False) for n in range(30)]
    before = {o.id: dict(o.scores) for o in many}
    for o in many[:12]:
        o.scores = o.scores | {"citation_precision": 0.0}
    worse = replace(run, observations=tuple(many))
    baseline = gate.Baseline("set", ("x",), {o.id: {"digest": o.digest, "scores": before[o.id]} for o in many})
    findings = gate.judge_run(worse, SUITES, baseline, complete=True)
    drop = next(f for f in findings if f.level == "red")
    assert drop.text.startswith("citations: Citation precision 1.000 to 0.600")
    assert drop.cases == tuple(f"br-{n}" for n in range(12))


def test_missing_and_changed_cases_are_red_and_new_ones_are_told(bench: Bench) -> None:
    run = bench.run()
    bench.accept(run)
    fewer = replace(run, observations=run.observations[1:])
    assert red(bench.findings(fewer)) == {"case set": ("br-number-001",)}
    changed = replace(run, observations=(replace(run.observations[0], digest="other"), *run.observations[1:]))
    assert red(bench.findings(changed)) == {"case set": ("br-number-001",)}
    more = replace(run, observations=(*run.observations, replace(run.observations[0], id="br-new-001")))
    assert [(f.level, f.cases) for f in bench.findings(more)] == [("note", ("br-new-001",))]


def test_the_baseline_is_byte_stable_and_keeps_the_reasons(bench: Bench) -> None:
    bench.accept(bench.run(), "first")
    first = bench.baseline.read_bytes()
    bench.accept(bench.run(), "first")
    assert bench.baseline.read_bytes() == first
    bench.accept(bench.run(), "second")
    content = json.loads(bench.baseline.read_text())
    assert content["reasons"] == ["first", "second"]
    assert "ms" not in content["cases"]["br-number-001"]["scores"]
    assert list(content["cases"]) == sorted(content["cases"])


def test_a_baseline_that_is_not_one_says_what_to_do(bench: Bench) -> None:
    bench.baseline.write_text("{}")
    with pytest.raises(EvalsError, match="restore it from version control"):
        gate.read_baseline(bench.baseline)


def test_flips_are_named_both_ways(bench: Bench) -> None:
    good, bad = bench.run(), bench.run(said=lambda article, _: declining(article))
    assert gate.flips(gate.scores_of(good), bad) == (("br-who-001",), ())
    assert gate.flips(gate.scores_of(bad), good) == ((), ("br-who-001",))


def test_evidence_taken_out_and_numbers_swapped(bench: Bench) -> None:
    stubborn = bench.run()
    assert {o.case: o.scores["removal_respected"] for o in stubborn.of("removed")} == {
        "br-number-001": 1.0,
        "br-who-001": 1.0,
    }
    assert [o.failures for o in stubborn.of("swapped")] == [["declines once 1931 reads 1938"]]

    def follows(article, question):  # type: ignore[no-untyped-def]
        sentence = next(
            (s for s in ("It was built in 1931.", "It was built in 1938.") if s in article.article.text), None
        )
        return quoting(article, sentence) if sentence else declining(article)

    run = bench.run(built=follows)
    assert {o.case: o.scores.get("removal_respected") for o in run.of("removed")}["br-number-001"] == 1.0
    assert [(o.case, o.scores["swap_followed"]) for o in run.of("swapped")] == [("br-number-001", 1.0)]


def test_a_run_survives_its_file(bench: Bench, tmp_path: Path) -> None:
    run = bench.run()
    write_run(run, tmp_path / "results.json")
    assert read_run(tmp_path) == run
    with pytest.raises(EvalsError, match="is not a run that can be read"):
        read_run(tmp_path / "none")


def test_junit_has_every_case_with_its_place(bench: Bench, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    run = bench.run(built=lambda article, _: declining(article).model_copy(update={"text": "No \x00 <b>"}))
    write_junit(run, tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    first = suite[0]
    assert (first.get("name"), first.get("classname"), first.get("line")) == ("br-number-001", "bridge.number", "2")
    assert "expected answered, got abstained" in (first[1].get("message") or "")


def test_every_suite_names_metrics_that_exist_and_none_is_lost() -> None:
    used = {name for suite in SUITES for name in suite.metrics}
    assert used | {"judge_support", "judge_correct"} == set(MEASURES)
    assert {suite.name for suite in SUITES} >= {
        "retrieval", "grounding", "citations", "abstention", "attribution", "conflict", "follow-up", "language",
        "injection", "verifier", "robustness", "ablation", "cost",
    }  # fmt: skip
