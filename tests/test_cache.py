"""A cache saves calls; it never costs an answer."""

from pathlib import Path

import pytest

from assistant import cache
from assistant.cache import Cache, key_of
from assistant.schema import Answer

ANSWER = Answer(
    article="harbour",
    article_version="1",
    question="How long is it?",
    standalone_question="How long is it?",
    status="abstained",
    text="The documents do not say.",
    missing="The documents do not say.",
)


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache")
    kept.keep_answer("key", ANSWER)
    assert Cache(tmp_path / "cache").answer("key") == ANSWER
    assert kept.answer("another") is None


def test_borders_between_the_parts_of_a_key_count() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")


@pytest.mark.parametrize("supported", [True, False])
def test_a_verdict_belongs_to_claim_sentences_and_model(tmp_path: Path, supported: bool) -> None:
    kept = Cache(tmp_path / "cache")
    kept.keep_verdict("It is long.", ["It is 4 km long."], "judge", supported)
    assert kept.verdict("It is long.", ["It is 4 km long."], "judge") is supported
    assert kept.verdict("It is long.", ["It is 4 km long."], "other") is None
    assert kept.verdict("It is long.", ["It is 5 km long."], "judge") is None


def test_an_answer_of_another_schema_is_none(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "cache")
    kept._put("answer:key", '{"schema": 0}')
    assert kept.answer("key") is None


def test_a_damaged_file_is_no_cache(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache").write_bytes(b"not a database" * 100)
    kept = Cache(tmp_path / "cache")
    kept.keep_answer("key", ANSWER)
    assert kept.answer("key") is None
    assert "cache" in caplog.text


def test_a_file_without_its_table_yet_is_an_empty_cache(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache").touch()
    assert Cache(tmp_path / "cache").answer("key") is None
    assert not caplog.text


def test_the_oldest_leave_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_ROWS", 3)
    kept = Cache(tmp_path / "cache")
    for number in range(5):
        kept.keep_answer(str(number), ANSWER)
    assert [number for number in range(5) if kept.answer(str(number))] == [2, 3, 4]
