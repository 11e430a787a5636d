"""The report page: whole without a network, escaped, readable in both schemes and on a phone."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evals import charts, gate, report
from evals.articles import read_article
from evals.cases import load_cases
from evals.console import LINES, show
from evals.errors import EvalsError
from evals.measures import with_passed
from evals.results import Run
from evals.runner import Runner
from evals.suites import load_suites
from tests.evals_parts import CASES, RIGHT, SetAnswers, declining, quoting, write_set

SUITES = load_suites()
EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("report")
    folders = write_set(root, CASES.replace("id: br-miss-001", f"note: {json.dumps(EVIL)}\n  id: br-miss-001"))
    cases = load_cases(root / "cases", {name: read_article(path) for name, path in folders.items()}, root)
    replies = {
        **RIGHT,
        "Who said that there is no choice?": lambda article, _: quoting(
            article, "“We have no choice,” said engineer Ida Moss.", speaker=EVIL
        ),
        "Who will pay for the bridge?": lambda article, _: declining(article).model_copy(update={"text": EVIL}),
    }
    run = Runner(SetAnswers(replies), folders, root / "scratch").run(cases, suites=[suite.name for suite in SUITES])
    with_passed(run.observations)
    return run


@pytest.fixture(scope="module")
def written(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    before = {o.id: dict(o.scores) | {"passed": 1.0} for o in run.of("case")}
    changes = gate.changes(before, run, SUITES)
    findings = [gate.Finding("red", "drop", f"worse {EVIL}", ("br-who-001",)), gate.Finding("note", "baseline", "none")]
    return report.write(run, SUITES, findings, changes, tmp_path_factory.mktemp("out"))


def test_the_page_asks_nothing_of_the_network(written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", page)


def test_everything_foreign_is_escaped(written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    assert "<script>document" not in page
    assert "<img" not in page
    assert page.count("<script>") == 1


def test_every_case_is_there_with_question_answer_expectation_and_reason(written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    for words in (
        "When was the old bridge built?", "<mark>It was built in 1931.</mark>", "Passages that answer", "Ida Moss, is",
        "Risk-coverage curve", "Latency histogram", "The gate is not passed: 1 reason.",
    ):  # fmt: skip
        assert words in page
    assert {"results.json", "junit.xml", "report.html", "summary.md"} == {
        path.name for path in written.parent.iterdir()
    }


def test_a_set_without_a_gate_is_not_said_to_have_passed_one(run: Run, tmp_path: Path) -> None:
    ungated = replace(run, split="all --set unseen")
    page = report.write(ungated, SUITES, [gate.Finding("green", "all", "Nothing to report.")], [], tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "This set has no baseline and no gate." in text
    assert "The gate is passed" not in text
    assert "python -m evals run --split all --set unseen" in text


def test_accepted_figures_go_between_the_marks_of_the_readme_and_nowhere_else(run: Run, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{report.START}\nold\n{report.END}\nbelow\n", encoding="utf-8")
    report.refresh_readme(run, SUITES, readme)
    first = readme.read_text(encoding="utf-8")
    assert first.startswith(
        f"above\n{report.START}\n3 cases: 2 passed (67%), 1 failed, 0 unscored · 1 articles · set · split all\n"
    )
    assert "| Abstention | Right-decline | 1.000 |" in first
    assert "old" not in first
    assert " ms" not in first
    assert first.endswith(f"{report.END}\nbelow\n")
    report.refresh_readme(run, SUITES, readme)
    assert readme.read_text(encoding="utf-8") == first
    readme.write_text("no marks")
    with pytest.raises(EvalsError, match="lacks the marks"):
        report.refresh_readme(run, SUITES, readme)


def test_the_terminal_shows_at_most_forty_lines(run: Run) -> None:
    from rich.console import Console

    console = Console(width=140, record=True, force_terminal=False, file=open("/dev/null", "w"))  # noqa: SIM115
    many = [gate.Finding("red", "drop", f"metric {n} fell", ("br-who-001",)) for n in range(50)]
    show(console, run, SUITES, many, "report.html")
    lines = console.export_text().splitlines()
    assert len(lines) <= LINES
    assert lines[0].startswith("3 cases: 2 passed (67%), 1 failed, 0 unscored")
    assert any("more in the report" in line for line in lines)
    console.file.close()


def test_a_failed_case_on_the_terminal_names_file_line_and_reason(run: Run) -> None:
    text = report.as_text(run.of("case")[1])
    assert "br-who-001  [who-said" in text
    assert "cases/bridge/all.yaml:10" in text
    assert "FAIL: the speaker should be Ida Moss" in text


def test_charts_say_in_words_what_they_show() -> None:
    curve = charts.risk_coverage([(0.5, 0.0), (1.0, 0.25)], (0.5, 0.0), "Curve")
    assert 'role="img"' in curve
    assert "0.25 when every question is answered" in curve
    assert charts.risk_coverage([], None, "Curve") == ""
    bars = charts.histogram([1.0, 2.0, 2.5, 9.0], "ms", "Times", [("p50", 2.0)])
    assert "4 values. p50 2 ms" in bars
    assert charts.histogram([], "ms", "Times") == ""


def test_bins_of_a_histogram_hold_every_value() -> None:
    bars = charts.histogram([0.0, 5.0, 5.0, 10.0, 1000.0], "ms", "Times")
    assert sum(int(count) for count in re.findall(r"ms: (\d+)</title>", bars)) == 5


def test_an_interval_bar_stays_inside_its_box() -> None:
    bar = charts.difference_bar(-0.5, -0.9, -0.1, 0.5, "bad")
    assert all(0 <= float(x) <= 100 for x in re.findall(r'x="([\d.-]+)"', bar))


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").is_file():
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_works_in_a_browser_and_fits_a_phone(browser, written: Path, scheme: str) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(written.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
    assert page.title().startswith("Evals"), "no foreign text has run"
    visible = page.locator("details.case:visible")
    assert set(page.locator("details.case:visible .tag").all_inner_texts()) == {"Failed"}, "what failed is shown first"
    page.get_by_label("Show").select_option("all")
    assert visible.count() == page.locator("details.case").count()
    page.get_by_label("Search").fill("old bridge 1931")
    assert page.locator("output").inner_text().startswith("2 of")
    page.goto(written.as_uri() + "#c-br-number-001")
    assert page.locator("#c-br-number-001").get_attribute("open") is not None, "a link opens its case"
    assert complaints == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(browser, written: Path, scheme: str) -> None:  # type: ignore[no-untyped-def]
    """WCAG AA: 4.5 to 1 for every colour of text on the page's two grounds."""
    page = browser.new_page(color_scheme=scheme)
    page.goto(written.as_uri())
    ratios = page.evaluate("""() => {
        const style = getComputedStyle(document.documentElement);
        const rgb = (name) => { const hex = style.getPropertyValue(name).trim().slice(1);
            return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255); };
        const light = (c) => { const [r, g, b] = c.map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ratio = (a, b) => { const [x, y] = [light(rgb(a)), light(rgb(b))];
            return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
        return Object.fromEntries(["--ink", "--soft", "--faint", "--accent", "--good", "--bad", "--warn"].flatMap((c) =>
            ["--paper", "--card"].map((ground) => [c + ground, ratio(c, ground)])));
    }""")
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    page.close()
