"""The command line as people and programs meet it: what goes where, and with which code it ends."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import httpx
import pytest

from assistant import Assistant, corpus
from assistant.cli import main
from assistant.schema import Answer

ROOT = Path(__file__).parent.parent
QUESTION = "How long is the wall?"
UNANSWERABLE = "How many engineers work for the port authority?"
SHIPPED = corpus.names(ROOT / "corpus")

# The fixture indexes the article once; the commands below then find it in the data folder that they share.
pytestmark = pytest.mark.usefixtures("assistant")

Captured = pytest.CaptureFixture[str]


def start(*arguments: str | bytes, **options: Any) -> subprocess.Popen[bytes]:
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [sys.executable, "-m", "assistant", *arguments]
    return cast("subprocess.Popen[bytes]", subprocess.Popen(command, cwd=ROOT, **options))


def run(*arguments: str | bytes, **options: Any) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command in a process of its own."""
    content = options.pop("input", None)
    if content is not None:
        options["stdin"] = subprocess.PIPE
    with start(*arguments, **options) as process:
        out, err = process.communicate(content, timeout=60)
        return process.returncode, (out or b"").decode(), (err or b"").decode()


def run_in_terminal(command: Sequence[str], **environment: str) -> tuple[int, str]:
    """Exit code and all output of a command that believes itself in a terminal, 100 columns wide."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux says so that the other end was closed
                break
            if not piece:
                break
            shown += piece
        process.wait(timeout=60)
    os.close(ours)
    return process.returncode, shown.decode()


def jsonl(*lines: object) -> bytes:
    return b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)


# --- ask


def test_an_answer_is_all_of_the_output_when_piped() -> None:
    code, out, err = run("ask", QUESTION)
    assert (code, err) == (0, "")
    assert "1.3 km long" in out
    assert re.search(r"^\[1\] .+, .+\d{4}$", out, re.MULTILINE)
    assert "\x1b" not in out


def test_an_abstention_is_a_success(capsys: Captured) -> None:
    assert main(["ask", UNANSWERABLE]) == 0
    assert "Nearest passages, which do not answer it:" in capsys.readouterr().out


def test_json_is_the_answer_of_the_contract(capsys: Captured, assistant: Assistant) -> None:
    assert main(["ask", QUESTION, "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    data = json.loads(out)
    answer = Answer.model_validate(data)
    assert (data["schema"], data["article"], data["status"]) == (1, "harbour-wall", "answered")
    assert answer.article_version == assistant.article.version
    for cited in answer.citations:
        assert assistant.article.document_of[cited.document].text[cited.start : cited.end] == cited.quote


def test_words_without_quotes_are_one_question(capsys: Captured) -> None:
    assert main(["ask", "--json", *QUESTION.split()]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == QUESTION


def test_any_folder_is_an_article(article_copy: Path, capsys: Captured) -> None:
    assert main(["ask", QUESTION, "--json", "--article", str(article_copy)]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "answered"


def test_a_change_of_the_article_is_noticed(article_copy: Path, capsys: Captured) -> None:
    for length in ("1.3 km", "1.7 km"):
        for file in (article_copy / "article.md", article_copy / "sources" / "engineering-report.md"):
            file.write_text(file.read_text("utf-8").replace("1.3 km", length), "utf-8")
        assert main(["ask", QUESTION, "--article", str(article_copy)]) == 0
        assert f"{length} long" in capsys.readouterr().out


@pytest.mark.parametrize("wrapped", [False, True], ids=["a list", "an object"])
def test_a_history_makes_a_follow_up_whole(tmp_path: Path, capsys: Captured, wrapped: bool) -> None:
    turns = [
        {"role": "user", "text": "Who called the vote overdue?"},
        {"role": "assistant", "text": "Ana Ruiz, a shop owner, called the vote “overdue.”"},
    ]
    file = tmp_path / "history.json"
    file.write_text(json.dumps({"history": turns} if wrapped else turns), "utf-8")
    assert main(["ask", "and where is her bakery?", "--json", "--history", str(file)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["question"] == "and where is her bakery?"
    assert data["standalone_question"] != data["question"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[", "Not JSON"),
        (b"{}", 'The history is not a list of {"role"'),
        (b'[{"role": "system", "text": "x"}]', "turn 1, role: "),
        (b'[{"role": "user", "text": "x"}, {"role": "user"}]', "turn 2, text: "),
        (b'["x"]', "turn 1: "),
        (b"\xff", "Not UTF-8"),
        (b"[" * 100_000, "Not JSON|too many brackets"),
        (b" " * 5_000_001, "is larger than 5 MB"),
    ],
)
def test_a_history_that_cannot_be_used(tmp_path: Path, capsys: Captured, content: bytes, says: str) -> None:
    file = tmp_path / "history.json"
    file.write_bytes(content)
    assert main(["ask", QUESTION, "--history", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.search(says, captured.err)
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("", id="empty"),
        pytest.param(" \t\n", id="blank"),
        pytest.param("x" * 10_000, id="10,000 characters"),
        pytest.param("\x00\x1b\x07", id="control characters"),
        pytest.param("\u200b\u202e", id="invisible characters"),
    ],
)
def test_a_question_that_is_none_is_refused_with_a_line(capsys: Captured, question: str) -> None:
    assert main(["ask", question]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("The question ")


@pytest.mark.parametrize(
    "question",
    [
        "\U0001f30a\U0001f30a\U0001f30a",
        "Kdo hlasoval proti?",
        "谁投了反对票?",
        "<b>who</b> voted?",
        "who\x00 voted\ud800?",
        "\ufffd",
    ],
)
def test_odd_characters_are_no_trouble(capsys: Captured, question: str) -> None:
    assert main(["ask", question, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] in ("answered", "abstained", "clarify")


def test_bytes_that_are_no_text_are_no_trouble() -> None:
    code, out, err = run("ask", b"who voted \xff\xfe against?", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["question"] == "who voted against?"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_output_encoding_does(encoding: str) -> None:
    code, out, err = run("ask", "Who called the vote overdue?", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert (code, err) == (0, "")
    assert "overdue" in out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_output_encoding(encoding: str) -> None:
    code, out, _ = run("ask", "Who called it “overdue”?", "--json", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert code == 0
    assert json.loads(out)["question"] == "Who called it “overdue”?"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", QUESTION, "--batch", "x.jsonl"],
        ["ask", "--batch", "x.jsonl", "--history", "x.json"],
        ["ask", QUESTION, "--answerer", "magic"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "http"],
        ["explain"],
        [],
    ],
)
def test_wrong_usage_says_what_is_right(capsys: Captured, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_an_unknown_article_is_answered_with_what_there_is(capsys: Captured) -> None:
    assert main(["ask", QUESTION, "--article", "harbor-wall"]) == 2
    assert "Did you mean harbour-wall?" in capsys.readouterr().err


def test_a_setting_that_is_wrong_is_named(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_ANSWERER", "magic")
    assert main(["ask", QUESTION]) == 2
    assert "ASSISTANT_ANSWERER" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "file" / "data"))
    assert main(["ask", QUESTION]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(tmp_path / "file") in captured.err
    assert "Internal error" not in captured.err


# --- in a terminal


def test_a_terminal_gets_colours() -> None:
    code, shown = run_in_terminal([sys.executable, "-m", "assistant", "ask", QUESTION])
    assert code == 0
    assert "\x1b[" in shown
    assert "1.3 km long" in re.sub(r"\x1b\[[0-9;]*m", "", shown)


def test_no_color_is_respected() -> None:
    code, shown = run_in_terminal([sys.executable, "-m", "assistant", "ask", QUESTION], NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown), "bold may stay, colours may not"


PROGRESS = """
import sys
from assistant.cli import terminal
terminal.PATIENCE_SECONDS = float(sys.argv[1])
with terminal.progress("Indexing wall") as step:
    for done in range(4):
        step(done, 3)
"""


def test_long_work_shows_a_bar_and_takes_it_away() -> None:
    code, shown = run_in_terminal([sys.executable, "-c", PROGRESS, "0"])
    assert code == 0
    assert "Indexing wall" in shown
    assert "3/3" in shown


def test_short_work_shows_none() -> None:
    assert run_in_terminal([sys.executable, "-c", PROGRESS, "60"]) == (0, "")


def test_no_bar_where_nobody_watches() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRESS, "0"], cwd=ROOT, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


# --- batch


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def answers(capsys: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_batch_answers_in_order(batch: Path, capsys: Captured, article_copy: Path) -> None:
    history = [{"role": "user", "text": "Who called the vote overdue?"}]
    batch.write_bytes(
        jsonl(
            {"id": "b", "question": QUESTION},
            b"\n  \n",
            {"id": 1, "question": UNANSWERABLE, "history": []},
            {"id": "é", "question": "where is her bakery?", "history": history, "article": str(article_copy)},
            {"id": 1, "question": QUESTION, "history": None, "article": None, "kind": "the caller's own"},
        )
    )
    assert main(["ask", "--batch", str(batch), "--json"]) == 0
    found = answers(capsys)
    assert [line["id"] for line in found] == ["b", 1, "é", 1]
    assert [line["status"] for line in found[:2]] == ["answered", "abstained"]
    assert found[0]["question"] == QUESTION
    for line in found:
        del line["id"]
        Answer.model_validate(line)


def test_an_answer_of_a_batch_is_that_of_one_question(batch: Path, capsys: Captured) -> None:
    batch.write_bytes(jsonl({"id": 1, "question": QUESTION}))
    main(["ask", "--batch", str(batch), "--json"])
    (one,) = answers(capsys)
    main(["ask", QUESTION, "--json"])
    (other,) = answers(capsys)
    del one["id"], one["timings_ms"], other["timings_ms"]
    assert one == other


BAD_LINES = [
    pytest.param(b"{", None, "QuestionError", "Not JSON", id="broken"),
    pytest.param(b"[1]", None, "QuestionError", "not an object", id="a list"),
    pytest.param(b'{"id": "x\xff"}', None, "QuestionError", "Not UTF-8", id="not UTF-8"),
    pytest.param(b'{"question": "Who?"}', None, "QuestionError", "The id is missing", id="no id"),
    pytest.param(
        b'{"id": true, "question": "Who?"}', None, "QuestionError", "The id is missing", id="an id that is none"
    ),
    pytest.param(b'{"id": NaN, "question": "Who?"}', None, "QuestionError", "The id is missing", id="not a number"),
    pytest.param(b'{"id": 7}', 7, "QuestionError", "The question is missing", id="no question"),
    pytest.param(
        b'{"id": 7, "question": 5}', 7, "QuestionError", "The question is missing", id="a number for a question"
    ),
    pytest.param(b'{"id": 7, "question": ""}', 7, "QuestionError", "The question is empty", id="empty question"),
    pytest.param(
        b'{"id": 7, "question": "Who?", "history": "x"}', 7, "QuestionError", "The history is not", id="history"
    ),
    pytest.param(
        b'{"id": 7, "question": "Who?", "article": 5}', 7, "QuestionError", "The article is not", id="article"
    ),
    pytest.param(
        b'{"id": 7, "question": "Who?", "article": "moon"}', 7, "CorpusError", "No article", id="unknown article"
    ),
    pytest.param(b'{"id": 7, "a": ' + b"[" * 100_000, None, "QuestionError", "Not JSON|brackets", id="deep"),
    pytest.param(b'{"id": ' + b"9" * 5_000 + b"}", None, "QuestionError", "too long a number", id="long number"),
]


@pytest.mark.parametrize(("line", "identity", "kind", "says"), BAD_LINES)
def test_a_bad_line_gives_an_error_in_its_place_and_the_batch_goes_on(
    batch: Path, capsys: Captured, line: bytes, identity: object, kind: str, says: str
) -> None:
    batch.write_bytes(
        jsonl({"id": "a", "question": QUESTION}) + line + b"\n" + jsonl({"id": "z", "question": QUESTION})
    )
    assert main(["ask", "--batch", str(batch), "--json"]) == 2
    first, bad, last = answers(capsys)
    assert (first["status"], last["status"]) == ("answered", "answered")
    assert bad["id"] == identity
    assert bad["error"]["type"] == kind
    assert bad["error"]["line"] == 2
    assert re.search(says, bad["error"]["message"])


def test_an_article_that_is_wrong_fails_its_lines_only(batch: Path, capsys: Captured, article_copy: Path) -> None:
    (article_copy / "article.md").write_text("no front matter", "utf-8")
    lines = [{"id": n, "question": QUESTION} | ({"article": str(article_copy)} if n % 2 else {}) for n in range(4)]
    batch.write_bytes(jsonl(*lines))
    assert main(["ask", "--batch", str(batch), "--json"]) == 2
    assert [line.get("status", "error") for line in answers(capsys)] == ["answered", "error", "answered", "error"]


@pytest.mark.parametrize("path", ["nowhere.jsonl", ".", "a\0b"])
def test_a_batch_that_cannot_be_read_is_named(capsys: Captured, path: str) -> None:
    assert main(["ask", "--batch", path, "--json"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def read_line(stream: IO[bytes] | None, seconds: float = 60.0) -> bytes:
    assert stream is not None
    ready, _, _ = select.select([stream], [], [], seconds)
    assert ready, "nothing came"
    return stream.readline()


def test_a_batch_answers_as_it_is_asked() -> None:
    with start("ask", "--batch", "-", "--json", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for number in range(3):
            process.stdin.write(jsonl({"id": number, "question": QUESTION}))
            process.stdin.flush()
            assert json.loads(read_line(process.stdout))["id"] == number
        process.stdin.close()
        assert process.wait(60) == 0


# --- endings


def test_a_reader_who_leaves_ends_it_quietly() -> None:
    with start("ask", "--batch", "-", "--json", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(jsonl({"id": 1, "question": QUESTION}))
        process.stdin.flush()
        read_line(process.stdout)
        process.stdout.close()
        process.stdin.write(jsonl({"id": 2, "question": QUESTION}))
        process.stdin.close()
        assert process.wait(60) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_an_interruption_ends_it_quietly() -> None:
    with start("ask", "--batch", "-", "--json", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(jsonl({"id": 1, "question": QUESTION}))
        process.stdin.flush()
        read_line(process.stdout)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("arguments", [("ask", QUESTION), ("check",), ("index",)])
def test_a_full_disk_is_named(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        code, _, err = run(*arguments, stdout=full)
    assert code == 2
    assert err == "The output cannot be written: No space left on device. Make room and run it again.\n"


def test_an_error_that_nobody_foresaw_is_one_line(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("two\nlines")

    monkeypatch.setattr("json.dumps", broken)
    assert main(["ask", QUESTION, "--json"]) == 3
    assert capsys.readouterr().err.startswith("Internal error (LookupError: two lines). Please report it; ")
    monkeypatch.setenv("ASSISTANT_DEBUG", "1")
    with pytest.raises(LookupError):
        main(["ask", QUESTION, "--json"])


# --- index, check


def test_an_index_that_is_up_to_date_is_told_without_what_answers(article_copy: Path, tmp_path: Path) -> None:
    env = {**os.environ, "ASSISTANT_CORPUS_DIR": str(article_copy.parent), "ASSISTANT_DATA_DIR": str(tmp_path / "data")}
    first = run("index", env=env)
    script = (
        "import sys; from assistant.cli import main; code = main(sys.argv[1:])\n"
        "print(code, sorted({'onnxruntime', 'chromadb', 'assistant.pipeline'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, "index"], env=env, cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (first[1], "0 []\n")
    assert run("index", "--reread", env=env)[:2] == (0, first[1])


def test_index_says_what_there_is(capsys: Captured, article_copy: Path) -> None:
    assert main(["index"]) == 0
    assert re.fullmatch(r"harbour-wall: indexed, 7 documents, \d+ sentences\n", capsys.readouterr().out)
    assert main(["index", str(article_copy), "moon", "harbour-wall"]) == 2
    captured = capsys.readouterr()
    assert captured.out.count("harbour-wall: indexed") == 2, "the others are indexed all the same"
    assert 'No article "moon"' in captured.err


def test_check_of_sound_folders(capsys: Captured, harbour: Path) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith(f"{harbour}: sound, 7 documents (3 of them briefs), ")
    assert main(["check", str(harbour)]) == 0


@pytest.mark.parametrize("named", [True, False], ids=["one", "all"])
def test_check_names_file_and_line(
    article_copy: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(article_copy.parent))
    file = article_copy / "sources" / "brandt-letter.md"
    file.write_text(file.read_text("utf-8").replace("2023-11-18\n", "2023-11-31\n", 1), "utf-8")
    (article_copy.parent / "empty").mkdir()
    assert main(["check", "harbour-wall"] if named else ["check"]) == 2
    out = capsys.readouterr().out
    assert f'{file}:7: bad date "2023-11-31" in published: ' in out
    assert (f"{article_copy.parent / 'empty' / 'article.md'}:1: missing; " in out) == (not named)


def test_check_of_nothing(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(tmp_path))
    for command in ("check", "index"):
        assert main([command]) == 2
        assert f"There is no article under {tmp_path}" in capsys.readouterr().err


def test_the_shipped_corpus_is_sound(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(ROOT / "corpus"))
    assert main(["check"]) == 0
    assert capsys.readouterr().out.count(": sound, ") == len(SHIPPED) > 0


# --- add


def note(tmp_path: Path, text: str = "# The pumps\n\nThe pumps cost $400,000.\n") -> str:
    file = tmp_path / "pumps.md"
    file.write_text(text, "utf-8")
    return str(file)


GIVEN = ["--publisher", "The Courier", "--published", "2023-12", "--url", "https://courier.example/pumps"]


def test_what_is_added_can_be_asked(article_copy: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["add", str(article_copy), note(tmp_path), *GIVEN]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{article_copy / 'sources' / 'the-pumps.md'}\n")
    assert "\n  published: 2023-12\n" in out
    assert "characters of text\n" in out
    assert main(["check", str(article_copy)]) == 0
    assert main(["ask", "How much do the pumps cost?", "--article", str(article_copy)]) == 0
    assert "The pumps cost $400,000." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (GIVEN[:2], "does not say its published and url. Add it with --published … --url …"),
        ([*GIVEN, "--published", "soon"], '--published: bad date "soon"'),
        ([*GIVEN, "--id", "brandt-letter"], "There is a source brandt-letter already"),
        ([*GIVEN, "--cited-by-article", "maybe"], "--cited-by-article: bad cited_by_article"),
    ],
)
def test_what_cannot_be_added_changes_nothing(
    article_copy: Path, tmp_path: Path, capsys: Captured, extra: list[str], says: str
) -> None:
    before = sorted(path.name for path in article_copy.rglob("*"))
    assert main(["add", str(article_copy), note(tmp_path), *extra]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert sorted(path.name for path in article_copy.rglob("*")) == before


def test_one_of_several_that_fails_adds_none(article_copy: Path, tmp_path: Path, capsys: Captured) -> None:
    before = sorted(path.name for path in article_copy.rglob("*"))
    assert (
        main(["add", str(article_copy), note(tmp_path), "nowhere.txt", "--publisher", "P", "--published", "2023"]) == 2
    )
    assert sorted(path.name for path in article_copy.rglob("*")) == before
    with pytest.raises(SystemExit):
        main(["add", str(article_copy), note(tmp_path), "b.txt", "--title", "T"])
    assert "belong to one document" in capsys.readouterr().err


def test_a_folder_that_is_wrong_already_gets_no_source(article_copy: Path, tmp_path: Path, capsys: Captured) -> None:
    (article_copy / "sources" / "budget.md").write_text("no front matter", "utf-8")
    assert main(["add", str(article_copy), note(tmp_path), *GIVEN]) == 2
    assert "budget.md:1: no front matter" in capsys.readouterr().err
    assert not (article_copy / "sources" / "the-pumps.md").exists()


def test_a_source_is_replaced_when_that_is_meant(article_copy: Path, tmp_path: Path, capsys: Captured) -> None:
    for text, extra in (("# The pumps\n\nOld.\n", []), ("# The pumps\n\nNew.\n", ["--replace"])):
        assert main(["add", str(article_copy), note(tmp_path, text), *GIVEN, *extra]) == 0
    assert "New." in (article_copy / "sources" / "the-pumps.md").read_text("utf-8")


def test_this_machine_is_not_fetched_from_unless_that_is_meant(article_copy: Path, capsys: Captured) -> None:
    assert main(["add", str(article_copy), "http://127.0.0.1:1/x", *GIVEN]) == 2
    assert "--allow-private" in capsys.readouterr().err
    assert main(["add", str(article_copy), "http://127.0.0.1:1/x", "--allow-private", *GIVEN]) == 2
    assert "cannot be fetched" in capsys.readouterr().err


# --- serve


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_busy_port_is_named(capsys: Captured) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    err = capsys.readouterr().err
    assert (
        err
        == f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose another with --port or --host.\n"
    )


def test_a_host_that_is_none_is_named(capsys: Captured) -> None:
    assert main(["serve", "--host", "no such host", "--port", "0"]) == 2
    assert "Cannot listen on no such host" in capsys.readouterr().err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server that has just started, with everything still to be indexed."""
    with start("serve", "--port", "0", env={**os.environ, "ASSISTANT_DATA_DIR": str(tmp_path)}) as process:
        try:
            line = read_line(process.stderr).decode()
            match = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+) \(Ctrl-C ends it\)\n", line)
            assert match, line
            yield process, match[1]
        finally:
            process.terminate()


def test_the_page_is_served(served: tuple[subprocess.Popen[bytes], str]) -> None:
    _, url = served
    page = httpx.get(url, timeout=30)
    assert page.status_code == 200
    assert "<title>" in page.text
    assert httpx.get(f"{url}/_stcore/health", timeout=30).text == "ok"


@pytest.mark.parametrize("seconds", [0.0, 1.0, 2.5])
def test_an_interruption_ends_the_server_quietly_whatever_it_does(
    served: tuple[subprocess.Popen[bytes], str], seconds: float
) -> None:
    process, _ = served
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert process.stderr is not None
    assert process.stderr.read() == b""
