"""The commands: exit codes, other people's sets, readers' complaints, drafts for a new article."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from assistant.feedback import Feedback
from evals.__main__ import main
from evals.articles import ROOT, article_folders, read_article
from evals.cases import load_cases
from evals.draft import draft
from evals.errors import EvalsError
from evals.external import ask_parts, figures, read_parts, summary
from evals.parallel import shares
from evals.results import read_run
from evals.subject import AssistantSubject
from tests.evals_parts import SetAnswers, SetArticle, article_of, declining, quoting, write_set


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['evals', '--help']\ntry:\n import evals.__main__ as m; m.main()\nexcept "
        "SystemExit: pass\n"
    )
    code += "assert not {'numpy', 'openai', 'chromadb', 'rich', 'pydantic'} & set(sys.modules), sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "from-feedback" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "grounding", "speed"], "There is no suite speed. There is: grounding,"),
        (["run", "--every", "0"], "--every takes 1 or more"),
        (["run", "--compare", "/nowhere"], "/nowhere is not a run that can be read"),
        (["accept", "--reason", " "], "--reason is empty"),
        (["accept", "--reason", "x", "--run", "/nowhere"], "is not a run that can be read"),
        (["external", "/nowhere.jsonl"], "/nowhere.jsonl cannot be read"),
        (["from-feedback", "--store", "/nowhere.sqlite3"], "There is no feedback in /nowhere.sqlite3 yet"),
        (["draft", "no-such-article"], "No article"),
    ],
)
def test_what_the_user_can_put_right_is_exit_code_2(
    arguments: list[str], said: str, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_lint_of_the_shipped_set_is_clean(own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    assert ": 0 errors" in capsys.readouterr().out


PASSAGES = [
    {"doc_id": "d#0", "title": "Bridge", "text": "It was built in 1931."},
    {"doc_id": "d#1", "title": "", "text": "Other\x0ctext."},
]


def test_related_cases_are_dealt_to_one_process_whatever_their_order() -> None:
    cases = load_cases(ROOT / "evals" / "cases", {n: read_article(f) for n, f in article_folders().items()}, ROOT)
    one, other = shares(cases)
    assert {loaded.id for loaded in one} | {loaded.id for loaded in other} == {loaded.id for loaded in cases}
    assert not {(c.article, c.group) for c in one} & {(c.article, c.group) for c in other}
    again = shares(cases[::-1])
    assert [{loaded.id for loaded in share} for share in again] == [
        {loaded.id for loaded in share} for share in (one, other)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_over_two_processes_has_every_case_in_order_and_the_same_numbers_twice(
    tmp_path: Path, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [main(["run", "smoke", "--out", str(tmp_path / name)]) for name in ("one", "two")]
    assert codes[0] == codes[1]
    assert codes[0] in (0, 1)
    one, two = read_run(tmp_path / "one"), read_run(tmp_path / "two")
    assert [(o.id, o.scores, o.failures) for o in one.observations] == [
        (o.id, o.scores, o.failures) for o in two.observations
    ]
    assert one.digest == two.digest
    assert sum(o.must_pass for o in one.of("case")) >= 10
    assert (tmp_path / "one" / "report.html").is_file()
    assert "Report: " in capsys.readouterr().out


@pytest.mark.timeout(300)
def test_a_sample_is_every_nth_case_by_id_and_cannot_be_accepted(
    tmp_path: Path, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = load_cases(ROOT / "evals" / "cases", {n: read_article(f) for n, f in article_folders().items()}, ROOT)
    main(["run", "citations", "--every", "90", "--out", str(tmp_path)])
    assert {o.id for o in read_run(tmp_path).of("case")} == set(sorted(loaded.id for loaded in cases)[::90])
    assert main(["accept", "--reason", "x", "--run", str(tmp_path)]) == 2
    assert "Only a run of all suites over all cases" in capsys.readouterr().err


ROWS = [
    {"id": "q1", "question": "When was the old bridge built?", "answers": ["1931"], "answerable": True,
     "gold": [{"doc_id": "d#0", "start": 16, "end": 20, "text": "1931"}],
     "context": PASSAGES},
    {"id": "q2", "question": "Who will pay for the bridge?", "answers": [], "answerable": False, "gold": [],
     "context": PASSAGES},
    {"id": "q3", "question": "Anything?", "answers": [], "answerable": False, "gold": [], "context": []},
]  # fmt: skip


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_passages_given_inline_become_an_article_of_their_own(tmp_path: Path) -> None:
    parts = read_parts(write_rows(tmp_path / "set.jsonl", ROWS))
    assert [(part.name, [row.id for row in part.rows]) for part in parts] == [("q1", ["q1", "q2"])]
    assert {name: source.text for name, source in parts[0].documents.items()} == {
        "article": "It was built in 1931.", "passage-1": "Other text.",
    }  # fmt: skip
    assert parts[0].documents["passage-1"].fields["title"] == "d#1"


def test_figures_of_a_set_by_hand(tmp_path: Path) -> None:
    replies = {
        "When was the old bridge built?": lambda article, _: quoting(article, "It was built in 1931."),
        "Who will pay for the bridge?": lambda article, _: declining(article),
    }
    parts = read_parts(write_rows(tmp_path / "set.jsonl", ROWS))
    observations = list(ask_parts(parts, SetAnswers(replies), tmp_path / "scratch"))
    found = figures(observations)
    by_hand = {
        "recall@1": 1.0,
        "right_decline": 1.0,
        "false_decline": 0.0,
        "cites_gold": 1.0,
        "states_answer": 1.0,
        "auroc": 1.0,
        "aurc": 0.25,
    }
    assert {name: found[name]["value"] for name in by_hand} == by_hand
    assert found["cites_gold"]["n"] == 1
    assert summary("set", observations)[0] == (
        "set: 2 questions on 1 sets of documents, 1 answerable; 1 answered, 1 declined, 0 unscored"
    )


def test_paragraphs_of_one_article_become_one_document_and_gold_moves_along(tmp_path: Path) -> None:
    passages = [
        {"doc_id": "B#0", "article": "B", "title": "B", "text": "First paragraph."},
        {"doc_id": "C#0", "article": "C", "title": "C", "text": "Another article."},
        {"doc_id": "B#1", "article": "B", "title": "B", "text": "Built in 1931."},
    ]
    write_rows(tmp_path / "set_corpus.jsonl", passages)
    row = {"id": "q", "question": "?", "answers": ["1931"], "answerable": True, "article": "B", "corpus": "set_corpus",
           "gold": [{"doc_id": "B#1", "start": 9, "end": 13, "text": "1931"}]}  # fmt: skip
    (part,) = read_parts(write_rows(tmp_path / "set.jsonl", [row]))
    text = part.documents["article"].text
    assert text == "First paragraph.\n\nBuilt in 1931."
    (((span,),),) = part.rows[0].gold
    assert text[span.start : span.end] == "1931"


def test_a_set_that_cannot_be_opened_leaves_only_its_own_questions_unscored(tmp_path: Path) -> None:
    class Fragile(SetAnswers):
        def open_briefly(self, folder: Path, like: Path | None = None) -> SetArticle:
            if folder.name == "set-0000":
                raise IndexError("broken text")
            return super().open_briefly(folder, like)

    other = ROWS[1] | {"context": [{"doc_id": "e", "title": "E", "text": "Another text."}]}
    parts = read_parts(write_rows(tmp_path / "set.jsonl", [ROWS[0], other]))
    replies = {"Who will pay for the bridge?": lambda article, _: declining(article)}
    first, second = ask_parts(parts, Fragile(replies), tmp_path / "scratch")
    assert (first.error, first.scores) == ("IndexError: broken text", {})
    assert second.scores["right_decline"] == 1.0
    assert summary("set", [first, second])[0].endswith("0 answered, 1 declined, 1 unscored")


def test_a_row_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalsError, match=r"set.jsonl:1: the row has neither `context` nor `corpus`"):
        read_parts(write_rows(tmp_path / "set.jsonl", [{"id": "q", "question": "?", "answerable": True}]))
    (tmp_path / "bad.jsonl").write_text("{\n")
    with pytest.raises(EvalsError, match=r"bad.jsonl:1: not JSON"):
        read_parts(tmp_path / "bad.jsonl")


def test_the_assistant_answers_a_foreign_set(
    tmp_path: Path, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "set.jsonl", ROWS)
    assert main(["external", str(path), "--json", str(tmp_path / "out.json")]) == 0
    assert "set: 2 questions on 1 sets of documents, 1 answerable" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())["figures"]["recall@1"]["value"] == 1.0


def test_a_complaint_becomes_a_candidate_case_that_loads_once_it_is_edited(
    tmp_path: Path, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = write_set(tmp_path)
    article = article_of(folders["bridge"])
    answer = quoting(article, "It was built in 1931.").model_copy(update={"question": "How old is the bridge?"})
    feedback = Feedback(own_data / "feedback.sqlite3")
    feedback.add(answer, "down", comment="That is the year, not the age: really")
    feedback.add(answer.model_copy(update={"question": "Fine?"}), "up")
    assert main(["from-feedback", "--list"]) == 0
    assert "How old is the bridge?" in capsys.readouterr().out
    out = tmp_path / "candidates.yaml"
    assert main(["from-feedback", "--out", str(out)]) == 0
    (case,) = yaml.safe_load(out.read_text())
    assert case["question"] == "How old is the bridge?"
    assert case["gold"] == [[{"document": "article", "quote": "It was built in 1931."}]]
    assert case["provenance"]["reviewed"] is False
    assert "That is the year" in case["note"]
    (tmp_path / "cases" / "bridge" / "all.yaml").write_text(out.read_text().replace("words that say it", '"1931"'))
    (loaded,) = load_cases(tmp_path / "cases", {"bridge": read_article(folders["bridge"])})
    assert loaded.case.nuggets[0].any == ("1931",)
    assert main(["from-feedback", "--id", "7"]) == 2


def test_a_draft_proposes_both_kinds_and_its_gold_is_verbatim(tmp_path: Path, own_data: Path) -> None:
    out = tmp_path / "draft.yaml"
    assert main(["draft", str(ROOT / "evals" / "articles" / "night-buses"), "--out", str(out), "--limit", "16"]) == 0
    proposed = yaml.safe_load(out.read_text())
    assert 8 <= len(proposed) <= 16
    assert {case["status"] for case in proposed} == {"answered", "abstained"}
    assert not any(case["provenance"]["reviewed"] for case in proposed)
    (tmp_path / "cases" / "night-buses").mkdir(parents=True)
    (tmp_path / "cases" / "night-buses" / "draft.yaml").write_text(out.read_text())
    loaded = load_cases(tmp_path / "cases", {"night-buses": read_article(ROOT / "evals" / "articles" / "night-buses")})
    assert len(loaded) == len(proposed)


def test_drafted_questions_ask_who_when_and_how_many() -> None:
    article = (
        AssistantSubject("extractive", Path("unused")).open_briefly(ROOT / "evals" / "articles" / "night-buses").article
    )
    questions = [case["question"] for case in draft(article, 40)]
    assert any(question.startswith("Who said") for question in questions)
    assert any(question.startswith("When") for question in questions)
    assert any(question.startswith("How m") for question in questions)
    assert len(set(questions)) == len(questions)
