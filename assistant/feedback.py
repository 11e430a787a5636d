"""What readers say of answers: thumbs and comments in one SQLite file, written by any number of processes."""

import json
import sqlite3
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from assistant.errors import QuestionError, StoreError
from assistant.schema import Answer, Turn, json_of

Rating = Literal["up", "down"]

MAX_COMMENT_CHARS = 2_000
BUSY_SECONDS = 5.0
"""How long a write waits for another process."""

_PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, created TEXT NOT NULL, article TEXT NOT NULL, article_version TEXT NOT NULL,
    question TEXT NOT NULL, history TEXT NOT NULL, answer TEXT NOT NULL,
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), comment TEXT NOT NULL, app_version TEXT NOT NULL
)
"""
_COLUMNS = "created, article, article_version, question, history, answer, rating, comment, app_version"


class Row(NamedTuple):
    """One rated answer; `history` and `answer` are JSON, `created` is UTC in ISO 8601."""

    id: int
    created: str
    article: str
    article_version: str
    question: str
    history: str
    answer: str
    rating: Rating
    comment: str
    app_version: str


class Feedback:
    """The file at `path`, made on first use. Every call opens and closes it, so threads and processes may share one.

    All methods raise StoreError when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, answer: Answer, rating: Rating, *, history: Sequence[Turn] = (), comment: str = "") -> int:
        """Keep a rating of `answer`, given in the conversation `history`; returns the id of its row."""
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            answer.article,
            answer.article_version,
            answer.question,
            json.dumps([json_of(turn) for turn in history], ensure_ascii=False),
            json.dumps(json_of(answer), ensure_ascii=False),
            rating,
            _bounded(comment),
            _app_version(),
        )
        with self._open() as database:
            cursor = database.execute(f"INSERT INTO feedback ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", row)
            # SQLite gives every inserted row an id.
            return cursor.lastrowid or 0

    def revise(self, id_: int, rating: Rating, comment: str) -> None:
        """Replace rating and comment of a row: the reader thought again."""
        with self._open() as database:
            database.execute(
                "UPDATE feedback SET rating = ?, comment = ? WHERE id = ?", (rating, _bounded(comment), id_)
            )

    def withdraw(self, id_: int) -> None:
        """Remove a row: the reader took the rating back."""
        with self._open() as database:
            database.execute("DELETE FROM feedback WHERE id = ?", (id_,))

    def rows(self) -> tuple[Row, ...]:
        """All ratings, oldest first."""
        with self._open() as database:
            return tuple(
                Row(*values) for values in database.execute(f"SELECT id, {_COLUMNS} FROM feedback ORDER BY id")
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as database:
                # A reader never waits for a writer, and a crash loses no finished write.
                database.execute("PRAGMA journal_mode=WAL")
                with database:
                    database.execute(_SCHEMA)
                    yield database
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The feedback cannot be stored in {self.path} ({error}). {_remedy(str(error))}"
            ) from error


def _remedy(problem: str) -> str:
    if "locked" in problem:
        return "Another program holds the file: close it and try again."
    if "malformed" in problem or "not a database" in problem:
        return "The file is damaged: move it away, and a new one is made."
    if any(word in problem for word in ("full", "No space", "I/O")):
        return "The disk is full or failing: make room and try again."
    return "Make the folder writable, or set ASSISTANT_DATA_DIR to one that is."


def _bounded(comment: str) -> str:
    comment = comment.strip()
    if len(comment) > MAX_COMMENT_CHARS:
        raise QuestionError(f"The comment has {len(comment):,} characters; at most {MAX_COMMENT_CHARS:,} are kept.")
    return comment


@lru_cache(maxsize=1)
def _app_version() -> str:
    return str(tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]["version"])
