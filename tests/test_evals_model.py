"""Evals of a model: every case is asked through it, and its cost and its first claim are reported."""

from pathlib import Path
from typing import Any

import pytest

from evals.measures import MEASURES
from evals.results import Observation
from evals.runner import measure_answer
from evals.subject import AssistantSubject
from tests.model_server import answering, serving

QUESTION = "How much will the wall cost?"


@pytest.fixture
def asked(tmp_path: Path, harbour: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Observation]:
    """One question to the article as it is, and to a copy that is opened briefly, as edited ones are."""
    monkeypatch.setenv("ASSISTANT_MODEL", "gpt-4.1-mini")
    found = {}
    with serving(answering("<<article:4>> {{article:4}}\n")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        subject = AssistantSubject("model", tmp_path)
        assert subject.answerer == "model gpt-4.1-mini"
        for how, opened in (("kept", subject.open(harbour)), ("brief", subject.open_briefly(harbour))):
            found[how] = observation(how)
            (tmp_path / "cache.sqlite3").unlink(missing_ok=True)
            measure_answer(opened, QUESTION, (), found[how])
    return found


def observation(id_: str) -> Observation:
    return Observation(
        id=id_, probe="case", case=id_, article="harbour-wall", kind="single", split="dev", group=id_, where="here",
        digest="x", question=QUESTION,
    )  # fmt: skip


def test_an_edited_article_is_asked_through_the_model_too(asked: dict[str, Observation]) -> None:
    for found in asked.values():
        assert found.error is None
        assert found.answer
        assert found.answer["answerer"] == "model"
        assert found.answer["usage"]["model_calls"] == 1


def test_tokens_cost_and_time_to_the_first_claim_are_measured(asked: dict[str, Observation]) -> None:
    values: dict[str, Any] = {}
    for name in ("input_tokens", "output_tokens", "model_calls", "cost_usd", "first_claim_ms"):
        value = MEASURES[name].value(list(asked.values()))
        assert value is not None
        values[name] = value.mean
    assert (values["input_tokens"], values["output_tokens"], values["model_calls"]) == (100, 10, 1)
    assert values["cost_usd"] == pytest.approx((100 * 0.4 + 10 * 1.6) / 1_000_000)
    assert 0 < values["first_claim_ms"] < 60_000


def test_without_a_claim_there_is_no_time_to_the_first() -> None:
    assert MEASURES["first_claim_ms"].value([observation("a")]) is None
