"""`python -m evals`: run the suites, hold the gate, keep the case set.

Exit codes: 0 done, 1 the gate is not passed, 2 you can put it right (the message says how), 3 the fault is ours.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from evals.cases import LoadedCase, LoadedClaim
    from evals.results import Run
    from evals.suites import Suite

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, do what it says, and return the exit code."""
    options = _parser().parse_args(arguments)
    if options.command is None:
        options = _parser().parse_args(["run"])
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    commands = {
        "run": _run, "accept": _accept, "lint": _lint, "external": _external,
        "from-feedback": _from_feedback, "draft": _draft,
    }  # fmt: skip
    from assistant.errors import AssistantError
    from evals.errors import EvalsError

    try:
        return commands[options.command](options, console)
    except AssistantError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except (EvalsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except Exception:  # Python's own exit code would be 1, which says that a gate was missed
        traceback.print_exc()
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run = commands.add_parser("run", help="run suites (all when none is named) and judge the result")
    run.add_argument("suites", nargs="*", metavar="SUITE", help="names of files in evals/suites")
    _common(run)
    run.add_argument("--split", choices=("dev", "test", "all"), default="all", help="which cases (default: all)")
    _case_set(run)
    run.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth of them, in the order of ids")
    run.add_argument("--compare", type=Path, metavar="RUN", help="folder or results.json of another run")
    run.add_argument("--failures", action="store_true", help="print every case that is not passed")
    run.add_argument(
        "--judge", metavar="MODEL", help="also ask this model, at OPENAI_BASE_URL, about support and correctness"
    )
    accept = commands.add_parser("accept", help="make the last full run the baseline")
    accept.add_argument("--reason", required=True, help="why the change is meant; kept in the baseline")
    accept.add_argument("--run", type=Path, metavar="DIR", help="the run to accept (default: the last one)")
    lint = commands.add_parser("lint", help="check a case set")
    _case_set(lint)
    external = commands.add_parser("external", help="run a question set that was written elsewhere")
    external.add_argument("file", type=Path, metavar="FILE.jsonl")
    external.add_argument("--limit", type=int, metavar="N", help="only the first N questions, whole articles first")
    external.add_argument(
        "--corpus", type=Path, metavar="FILE", help="file of the passages, when the rows name none beside them"
    )
    external.add_argument("--json", type=Path, metavar="OUT", help="also write the figures and every row")
    external.add_argument("--answerer", choices=("auto", "extractive", "model"), default="extractive")
    feedback = commands.add_parser("from-feedback", help="turn readers' complaints into candidate cases")
    feedback.add_argument("--store", type=Path, metavar="FILE", help="feedback file (default: the app's)")
    feedback.add_argument(
        "--id", type=int, action="append", dest="ids", metavar="N", help="only these; may be repeated"
    )
    feedback.add_argument("--list", action="store_true", help="only show what there is")
    feedback.add_argument(
        "--out", type=Path, metavar="FILE", help="candidate file (default: .assistant/evals/candidates)"
    )
    draft = commands.add_parser("draft", help="propose cases for an article, for a person to review")
    draft.add_argument("article", help="name or folder of an article")
    draft.add_argument("--out", type=Path, metavar="FILE", help="candidate file (default: .assistant/evals/candidates)")
    draft.add_argument("--limit", type=int, default=40, metavar="N", help="at most so many cases (default: 40)")
    return parser


def _case_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        choices=("cases", "development", "unseen"),
        default="cases",
        help="the case set: the gated one, the one to work on, or the one that nobody worked on (default: cases)",
    )


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--answerer", choices=("auto", "extractive", "model"), default="extractive")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the report goes (default: .assistant/evals/last)"
    )


def data_dir() -> Path:
    """Where evals keep their index, their last run and what a judge said; never the reader's own store."""
    from assistant.settings import load_settings

    return load_settings().data_dir / "evals"


def _run(options: argparse.Namespace, console: "Console") -> int:
    from evals import console as terminal
    from evals import gate, report
    from evals.errors import EvalsError
    from evals.results import read_run

    if options.every < 1:
        raise EvalsError("--every takes 1 or more.")
    suites, wanted = _chosen(options.suites)
    before = read_run(options.compare) if options.compare else None
    baseline = gate.read_baseline() if options.set == "cases" else None
    cases, claims = _set(options.split, options.set)
    if options.every > 1:
        cases = sorted(cases, key=lambda loaded: loaded.id)[:: options.every]
    complete = len(wanted) == len(suites) and options.every == 1
    run = _measure(options, console, wanted, cases, claims)
    findings = gate.judge_run(run, wanted, baseline, complete)
    out = options.out or data_dir() / ("last" if options.set == "cases" else options.set)
    changes = gate.changes(gate.scores_of(before), run, wanted) if before else []
    if before is None and baseline and baseline.answerer == run.answerer:
        changes = gate.changes(gate.before_of(baseline, run), run, wanted)
    page = report.write(run, wanted, findings, changes, out)
    terminal.show(console, run, wanted, findings, str(page))
    if before:
        terminal.show_changes(console, changes, *gate.flips(gate.scores_of(before), run))
    if options.failures:
        for observation in run.observations:
            if not observation.passed:
                console.print(report.as_text(observation), markup=False, soft_wrap=True)
    return int(any(finding.level == "red" for finding in findings))


def _measure(
    options: argparse.Namespace,
    console: "Console",
    wanted: Sequence["Suite"],
    cases: Sequence["LoadedCase"],
    claims: Sequence["LoadedClaim"],
) -> "Run":
    from rich.progress import Progress

    from evals.articles import article_folders
    from evals.measures import with_passed
    from evals.parallel import run_parts

    ids = {loaded.id for suite in wanted for loaded in suite.cases(cases)}
    extras = {extra for suite in wanted for extra in suite.extras}
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("asking", total=None)
        run = run_parts(
            [loaded for loaded in cases if loaded.id in ids],
            claims,
            answerer=options.answerer,
            data_dir=data_dir(),
            suites=[suite.name for suite in wanted],
            split=_asked(options),
            extras=extras,
            folders=article_folders(options.set),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    with_passed(run.observations)
    if options.judge:
        from evals.judge import Judge, judge_run

        run = judge_run(run, Judge(options.judge, data_dir() / "judge"), claims)
    return run


def _asked(options: argparse.Namespace) -> str:
    """Which cases, as the words after `--split` that ask for them again."""
    case_set = "" if options.set == "cases" else f" --set {options.set}"
    return f"{options.split}{case_set}" + (f" --every {options.every}" if options.every > 1 else "")


def _chosen(names: Sequence[str]) -> tuple[Sequence["Suite"], Sequence["Suite"]]:
    from evals.errors import EvalsError
    from evals.suites import load_suites

    suites = load_suites()
    unknown = set(names) - {suite.name for suite in suites}
    if unknown:
        there = ", ".join(suite.name for suite in suites)
        raise EvalsError(f"There is no suite {', '.join(sorted(unknown))}. There is: {there}.")
    return suites, [suite for suite in suites if not names or suite.name in names]


def _set(split: str, case_set: str = "cases") -> tuple[Sequence["LoadedCase"], Sequence["LoadedClaim"]]:
    from evals.articles import CASE_SETS, article_folders, read_article
    from evals.cases import load_cases, load_claims

    articles = {name: read_article(folder) for name, folder in article_folders(case_set).items()}
    folder = ROOT / CASE_SETS[case_set][0]
    cases = load_cases(folder, articles, ROOT)
    if case_set != "cases":
        cases = tuple(replace(case, whole="test" if case_set == "unseen" else "dev") for case in cases)
    path = folder / "verifier" / "claims.yaml"
    claims = load_claims(path, articles, ROOT) if path.is_file() else ()
    if split == "all":
        return cases, claims
    return [case for case in cases if case.split == split], [claim for claim in claims if claim.split == split]


def _accept(options: argparse.Namespace, console: "Console") -> int:
    from evals import gate, report
    from evals.errors import EvalsError
    from evals.results import read_run
    from evals.suites import load_suites

    if not options.reason.strip():
        raise EvalsError("--reason is empty. Say in a few words why the change is meant: it stays in the baseline.")
    run, suites = read_run(options.run or data_dir() / "last"), load_suites()
    cases, claims = _set("all")
    now = {case.id: case.digest for case in cases}
    if run.split != "all" or set(run.suites) != {suite.name for suite in suites}:
        raise EvalsError("Only a run of all suites over all cases can be accepted. Run `python -m evals` first.")
    if {o.id: o.digest for o in run.of("case")} != now or {o.id for o in run.of("claim")} != {c.id for c in claims}:
        raise EvalsError("The case set changed since that run. Run `python -m evals` again, look, then accept.")
    old = gate.read_baseline()
    if old and old.answerer == run.answerer:
        broken, fixed = gate.flips({name: dict(case["scores"]) for name, case in old.cases.items()}, run)
        for name, ids in (("Broken", broken), ("Fixed", fixed)):
            console.print(f"{name} ({len(ids)}): {', '.join(ids) or '-'}", markup=False)
    new = gate.accept(run, suites, options.reason)
    report.refresh_readme(run, suites)
    console.print(f"Accepted {len(new.cases)} cases: {options.reason}", markup=False)
    return 0


def _lint(options: argparse.Namespace, console: "Console") -> int:
    from evals.lint import lint

    cases, claims = _set("all", options.set)
    problems = lint(cases)
    for problem in problems:
        console.print(str(problem), markup=False, soft_wrap=True)
    errors = sum(problem.level == "error" for problem in problems)
    console.print(
        f"{len(cases)} cases, {len(claims)} claims: {errors} errors, {len(problems) - errors} warnings", markup=False
    )
    return 2 if errors else 0


def _external(options: argparse.Namespace, console: "Console") -> int:
    from evals.external import run_external

    return run_external(options, console, data_dir())


def _from_feedback(options: argparse.Namespace, console: "Console") -> int:
    from evals.from_feedback import run_from_feedback

    return run_from_feedback(options, console, data_dir())


def _draft(options: argparse.Namespace, console: "Console") -> int:
    from evals.draft import run_draft

    return run_draft(options, console, data_dir())


if __name__ == "__main__":
    sys.exit(main())
