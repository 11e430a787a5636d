"""Ratings are kept whatever else is going on, and what goes wrong is said with its remedy."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import QuestionError, StoreError
from assistant.feedback import MAX_COMMENT_CHARS, Feedback
from assistant.schema import Answer, Turn

ANSWER = Answer(
    article="harbour-wall",
    article_version="v1",
    question="Was it “$5”? 🌊",
    standalone_question="Was it $5?",
    status="abstained",
    text="The documents do not say.",
    missing="The documents do not say.",
)
WRITER = """
import sys
from pathlib import Path
from assistant.feedback import Feedback
from assistant.schema import Answer
answer = Answer.model_validate_json(sys.argv[2])
for number in range(25):
    Feedback(Path(sys.argv[1])).add(answer, "up", comment=f"{sys.argv[3]} {number}")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made on first use" / "feedback.sqlite3"


def test_a_row_holds_the_rating_and_everything_rated(path: Path) -> None:
    history = (Turn(role="user", text="Hello?"), Turn(role="assistant", text="…"))
    id_ = Feedback(path).add(ANSWER, "down", history=history, comment="  Wrong: it's ';DROP TABLE feedback;--  ")
    (row,) = Feedback(path).rows()
    assert (row.id, row.article, row.article_version, row.question) == (id_, "harbour-wall", "v1", ANSWER.question)
    assert json.loads(row.history) == [{"role": "user", "text": "Hello?"}, {"role": "assistant", "text": "…"}]
    assert Answer.model_validate(json.loads(row.answer)) == ANSWER
    assert (row.rating, row.comment) == ("down", "Wrong: it's ';DROP TABLE feedback;--")
    assert row.created.endswith("+00:00")
    assert row.app_version.count(".") == 2


def test_columns_are_those_that_others_read(path: Path) -> None:
    Feedback(path).add(ANSWER, "up")
    with sqlite3.connect(path) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(feedback)")]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
    assert " ".join(columns) == (
        "id created article article_version question history answer rating comment app_version"
    )


def test_a_reader_may_think_again_and_take_it_back(path: Path) -> None:
    feedback = Feedback(path)
    kept, other = feedback.add(ANSWER, "up"), feedback.add(ANSWER, "up")
    feedback.revise(kept, "down", "On reflection")
    feedback.withdraw(other)
    assert [(row.id, row.rating, row.comment) for row in feedback.rows()] == [(kept, "down", "On reflection")]


def test_a_comment_without_end_is_refused(path: Path) -> None:
    with pytest.raises(QuestionError, match=r"2,001 characters; at most 2,000"):
        Feedback(path).add(ANSWER, "up", comment="x" * (MAX_COMMENT_CHARS + 1))
    assert Feedback(path).rows() == ()


def test_processes_write_at_once_and_lose_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), ANSWER.model_dump_json(), name]) for name in "abcd"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    comments = sorted(row.comment for row in Feedback(path).rows())
    assert comments == sorted(f"{name} {number}" for name in "abcd" for number in range(25))


def test_a_damaged_file_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but somebody's diary" * 40)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged: move it away"):
        Feedback(path).add(ANSWER, "up")
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="ASSISTANT_DATA_DIR"):
        Feedback(tmp_path / "file" / "feedback.sqlite3").add(ANSWER, "up")


def test_another_program_that_holds_the_file_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.feedback.BUSY_SECONDS", 0.05)
    Feedback(path).add(ANSWER, "up")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="close it and try again"):
        Feedback(path).add(ANSWER, "up")
    holder.close()
    assert len(Feedback(path).rows()) == 1


def test_a_full_disk_is_named_and_nothing_is_lost(path: Path) -> None:
    Feedback(path).add(ANSWER, "up")
    # No file of that process may grow: as near to a full disk as a test can come without a disk of its own.
    limit = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    )
    command = [sys.executable, "-c", limit + WRITER, str(path), ANSWER.model_dump_json(), "a"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "StoreError" in result.stderr
    assert "make room" in result.stderr
    assert len(Feedback(path).rows()) == 1
