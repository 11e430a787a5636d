"""The day's limit holds across threads, processes and restarts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.budget import Budget, Price, read_price
from assistant.errors import SettingsError, StoreError

PRICE = Price(input=1.0, output=2.0)


def test_a_price_is_for_a_million_tokens() -> None:
    assert PRICE.of(1_000_000, 500_000) == pytest.approx(2.0)


def test_without_a_limit_nothing_is_counted(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "ledger", None, PRICE)
    reserved = budget.reserve(1_000_000, 0)
    assert reserved is not None
    assert reserved == pytest.approx(1.0)
    assert budget.settle(reserved, 500_000, 0) == pytest.approx(0.5)
    assert not (tmp_path / "ledger").exists()


def test_a_model_without_a_price_costs_nobody_knows_what(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "ledger", None, None)
    assert budget.settle(budget.reserve(10, 10) or 0.0, 10, 10) is None


def test_the_limit_is_kept_and_what_was_not_used_is_given_back(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "ledger", 1.5, PRICE)
    first = budget.reserve(1_000_000, 0)
    assert first is not None
    assert budget.reserve(1_000_000, 0) is None
    budget.settle(first, 200_000, 0)
    assert budget.spent_today() == pytest.approx(0.2)
    assert budget.reserve(1_000_000, 0) is not None


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    Budget(tmp_path / "ledger", 1.0, PRICE).reserve(900_000, 0)
    assert Budget(tmp_path / "ledger", 1.0, PRICE).reserve(200_000, 0) is None


def test_processes_at_once_cannot_overrun_the_limit_together(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assistant.budget import Budget, Price\n"
        "budget = Budget(Path(sys.argv[1]), 10.0, Price(1.0, 1.0))\n"
        "print(sum(budget.reserve(1_000_000, 0) is not None for _ in range(8)))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "ledger")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        for _ in range(4)
    ]
    granted = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(granted) == 10


def test_a_limit_needs_a_price(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_PRICES"):
        Budget(tmp_path / "ledger", 1.0, None)


def test_a_ledger_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="ASSISTANT_DATA_DIR"):
        Budget(tmp_path / "file" / "ledger", 1.0, PRICE).reserve(1, 1)


def test_shipped_prices_are_read_and_others_are_not_there() -> None:
    price = read_price("gpt-4.1-mini")
    assert price is not None
    assert price.output > price.input > 0
    assert read_price("my-own-model") is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"models": {"m": {"input": "free"}}}', '{"models": {"m": 3}}', '{"models": []}']
)
def test_a_file_of_another_form_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match="ASSISTANT_PRICES"):
        read_price("m", file)


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"models": {"mine": {"input": 0, "output": 0}}}))
    assert read_price("mine", file) == Price(0.0, 0.0)
