"""A daily limit on what the model may cost, kept across restarts and processes.

A call first reserves the most that it can cost and afterwards settles for what it did cost, so that many askers at once
cannot overrun the limit together. Days are counted in UTC.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import SettingsError, StoreError

_SHIPPED = Path(__file__).parent / "prices.json"
_PER = 1_000_000
BUSY_SECONDS = 10.0


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / _PER


def read_price(model: str, path: Path | None = None) -> Price | None:
    """The model's price in a file of the form of `prices.json`; None when it is not there.

    Raises SettingsError for a file that cannot be read or has another form.
    """
    file = path or _SHIPPED
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))["models"].get(model)
        return None if entry is None else Price(float(entry["input"]), float(entry["output"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"ASSISTANT_PRICES: {file.name} cannot be used as a list of prices. "
            "Give it the form of assistant/prices.json."
        ) from error


class Budget:
    """What may still be spent today. Safe to share between threads; each call opens the ledger anew."""

    def __init__(self, ledger: Path, daily_limit_usd: float | None, price: Price | None) -> None:
        if daily_limit_usd is not None and price is None:
            raise SettingsError(
                "ASSISTANT_DAILY_BUDGET_USD is set, but the price of the model is not known. "
                "Add the model to assistant/prices.json or name a file of prices with ASSISTANT_PRICES."
            )
        self._ledger = ledger
        self._limit = daily_limit_usd
        self._price = price

    def reserve(self, input_tokens: int, output_tokens: int) -> float | None:
        """Set aside the most that a question can cost. None when today's limit does not allow it.

        Raises StoreError when the ledger cannot be written: what cannot be counted is not spent.
        """
        most = self._price.of(input_tokens, output_tokens) if self._price else 0.0
        if self._limit is None:
            return most
        with self._open() as ledger:
            if self._spent(ledger) + most > self._limit:
                return None
            self._add(ledger, most)
        return most

    def settle(self, reserved: float, input_tokens: int, output_tokens: int) -> float | None:
        """Replace a reservation by the true cost, and give the cost; None for a model without a price."""
        if self._price is None:
            return None
        cost = self._price.of(input_tokens, output_tokens)
        if self._limit is not None:
            with self._open() as ledger:
                self._add(ledger, cost - reserved)
        return cost

    def spent_today(self) -> float:
        """US dollars, reservations included; 0.0 without a limit, when nothing is counted."""
        if self._limit is None:
            return 0.0
        with self._open() as ledger:
            return self._spent(ledger)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._ledger.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._ledger, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                connection.execute("CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, usd REAL NOT NULL)")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The ledger of costs {self._ledger.name} cannot be written. Give the process write permission "
                "and room in ASSISTANT_DATA_DIR; until then no model is asked."
            ) from error

    def _spent(self, ledger: sqlite3.Connection) -> float:
        row = ledger.execute("SELECT usd FROM spent WHERE day = ?", (_today(),)).fetchone()
        return float(row[0]) if row else 0.0

    def _add(self, ledger: sqlite3.Connection, usd: float) -> None:
        ledger.execute(
            "INSERT INTO spent VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET usd = max(0, usd + excluded.usd)",
            (_today(), usd),
        )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
