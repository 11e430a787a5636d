"""Answers and verdicts that a model has given before: instant and free for what every reader asks.

Keys hold everything that an answer depends on, so a new version of the article, another model or a changed prompt never
meets an old answer. A cache that cannot be read or written is none: it costs money, never an answer.
"""

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from assistant.schema import Answer

MAX_ROWS = 5_000
BUSY_SECONDS = 5.0
_log = logging.getLogger(__name__)


def key_of(*parts: str) -> str:
    """A key over all parts, whose borders count."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class Cache:
    """A small table on disk, shared by processes. The oldest rows leave first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # SQLite lets writers who meet sleep for up to a tenth of a second at a time; a write takes a thousandth.
        self._writing = threading.Lock()

    def answer(self, key: str) -> Answer | None:
        """The stored answer; None when there is none, or none that today's schema takes."""
        stored = self._get("answer:" + key)
        if stored is None:
            return None
        try:
            return Answer.model_validate_json(stored)
        except ValidationError:
            return None

    def keep_answer(self, key: str, answer: Answer) -> None:
        self._put("answer:" + key, answer.model_dump_json(by_alias=True))

    def verdict(self, claim: str, sentences: Sequence[str], model: str) -> bool | None:
        """What the judge said of this claim and these sentences; None when it was not asked."""
        stored = self._get("verdict:" + key_of(model, claim, *sentences))
        return None if stored is None else stored == "true"

    def keep_verdict(self, claim: str, sentences: Sequence[str], model: str, supported: bool) -> None:
        self._put("verdict:" + key_of(model, claim, *sentences), "true" if supported else "false")

    def _get(self, key: str) -> str | None:
        if not self._path.is_file():
            return None
        try:
            with closing(self._connect()) as table:
                row = table.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            _log.warning("the answer cache cannot be read: %s", type(error).__name__)
            return None
        return str(row[0]) if row else None

    def _put(self, key: str, value: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._writing, closing(self._connect()) as table:
                table.execute("INSERT OR REPLACE INTO kept (key, value) VALUES (?, ?)", (key, value))
                table.execute(
                    "DELETE FROM kept WHERE rowid <= (SELECT max(rowid) FROM kept) - ?",
                    (MAX_ROWS,),
                )
                table.commit()
        except (sqlite3.Error, OSError) as error:
            _log.warning("the answer cache cannot be written: %s", type(error).__name__)

    def _connect(self) -> sqlite3.Connection:
        table = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            # Waiting for the disk would make readers wait; what a power cut loses is asked again.
            table.execute("PRAGMA synchronous = OFF")
            # Also before reading: another process may just have made the file.
            table.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except sqlite3.Error:
            table.close()
            raise
        return table
