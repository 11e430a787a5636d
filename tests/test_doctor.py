"""`doctor` says of every part whether it works and what to do where it does not, and shows no key."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from tests.model_server import Reply, Use, serving

KEY = "sk-test-very-secret-0123456789"
pytestmark = pytest.mark.usefixtures("assistant")
Captured = pytest.CaptureFixture[str]


def shown(capsys: Captured) -> str:
    """Standard output, after a look at both streams for the key."""
    written = capsys.readouterr()
    assert KEY not in written.out + written.err
    return written.out


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ASSISTANT_MODEL", "scripted")
    monkeypatch.setenv("ASSISTANT_DEADLINE_SECONDS", "5")
    return monkeypatch


def examined(capsys: Captured) -> tuple[int, dict[str, dict[str, Any]]]:
    code = main(["doctor", "--json"])
    return code, {finding["part"]: finding for finding in json.loads(shown(capsys))}


def test_without_a_key_everything_works_and_is_said_in_words(capsys: Captured) -> None:
    assert main(["doctor"]) == 0
    out = shown(capsys)
    assert "FIX" not in out
    assert "quotations only" in out
    assert "all-MiniLM-L6-v2" in out
    assert "Everything works." in out


def test_a_working_endpoint_is_tried_once_and_named_without_its_key(
    capsys: Captured, environment: pytest.MonkeyPatch
) -> None:
    with serving(lambda use, body: Reply("yes")) as server:
        environment.setenv("OPENAI_BASE_URL", server.url.replace("http://", f"http://reader:{KEY}@") + f"?key={KEY}")
        code, found = examined(capsys)
    assert code == 0
    assert "a key (not shown)" in found["answerer"]["says"]
    assert server.url in found["answerer"]["says"]
    assert "answered in" in found["endpoint"]["says"]
    assert len(server.requests) == 1
    assert server.requests[0][1]["max_tokens"] < 20


@pytest.mark.parametrize(
    ("reply", "says", "fix"),
    [
        (Reply(f"bad key {KEY}", status=401), "refused the key", "OPENAI_API_KEY"),
        (Reply(status=403), "refused the key", "OPENAI_API_KEY"),
        (Reply(status=404), "does not know the model", "ASSISTANT_MODEL"),
        (Reply(status=400), "HTTP 400", "chat model"),
        (Reply(status=429, headers={"x-should-retry": "false"}), "limit", "credit"),
        (Reply(status=500, headers={"x-should-retry": "false"}), "HTTP 500", "log"),
        (Reply(raw=b"<html>", headers={"Content-Type": "text/html"}), "cannot be read", "/v1"),
        (Reply(delay=30.0), "too long", "ASSISTANT_DEADLINE_SECONDS"),
    ],
)
def test_an_endpoint_that_fails_is_named_with_its_fix(
    capsys: Captured, environment: pytest.MonkeyPatch, reply: Reply, says: str, fix: str
) -> None:
    environment.setenv("ASSISTANT_DEADLINE_SECONDS", "2" if reply.delay else "10")

    def script(use: Use, body: dict[str, Any]) -> Reply:
        return reply

    with serving(script) as server:
        environment.setenv("OPENAI_BASE_URL", server.url)
        code, found = examined(capsys)
    assert code == 2
    assert [part for part, finding in found.items() if not finding["ok"]] == ["endpoint"]
    assert says in found["endpoint"]["says"]
    assert fix in found["endpoint"]["fix"]


def test_a_server_that_is_not_there(capsys: Captured, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert main(["doctor"]) == 2
    out = shown(capsys)
    assert "cannot be reached" in out
    assert "Start the server" in out
    assert "1 of 8 parts need you" in out


def test_a_model_that_is_wanted_and_not_configured(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_ANSWERER", "model")
    code, found = examined(capsys)
    assert code == 2
    assert "OPENAI_API_KEY" in found["answerer"]["says"]


def test_a_data_folder_that_cannot_be_written(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "file" / "data"))
    code, found = examined(capsys)
    assert code == 2
    assert not found["data folder"]["ok"]
    assert "ASSISTANT_DATA_DIR" in found["data folder"]["says"]


def test_an_article_that_was_never_indexed_is_no_fault(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path))
    code, found = examined(capsys)
    assert code == 0
    assert "not built yet" in found["index"]["says"]
    assert not (tmp_path / "store").exists()


def test_an_article_that_is_not_there(capsys: Captured) -> None:
    assert main(["doctor", "no-such-article"]) == 2
    assert "FIX  article" in shown(capsys)


def test_a_budget_for_a_model_without_a_price(capsys: Captured, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ASSISTANT_DAILY_BUDGET_USD", "5")
    with serving(lambda use, body: Reply("yes")) as server:
        environment.setenv("OPENAI_BASE_URL", server.url)
        code, found = examined(capsys)
    assert code == 2
    assert "prices" in found["budget"]["says"]


def test_a_log_that_cannot_be_written_and_a_collector_with_a_password(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://me:{KEY}@127.0.0.1:4318")
    code, found = examined(capsys)
    assert code == 0
    assert "spans to http://127.0.0.1:4318" in found["logs"]["says"]
    monkeypatch.setenv("ASSISTANT_LOG", str(tmp_path / "no-folder" / "log"))
    code, found = examined(capsys)
    assert code == 2
    assert "ASSISTANT_LOG" in found["logs"]["says"]
