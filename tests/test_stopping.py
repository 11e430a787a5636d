"""A reader who leaves, and a deadline that passes, end the work: no thread and no connection stays behind."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from assistant import Assistant, Turn
from assistant.schema import ClaimEvent
from assistant.settings import load_settings
from tests.model_server import Reply, Script, Use, serving, yes

QUESTION = "How much will the wall cost and how long will it be?"
SOON = 3.0
"""Seconds; on a quiet machine it takes a few milliseconds."""


@pytest.fixture
def data(tmp_path: Path, clean_environment: Path, assistant: Assistant) -> Path:
    shutil.copytree(clean_environment / "store", tmp_path / "store")
    return tmp_path


def opened(url: str, data: Path, **settings: Any) -> Assistant:
    fixed = {"openai_base_url": url, "model": "scripted", "answerer": "model", "data_dir": data}
    patient = {"deadline_seconds": 30.0, "model_timeout_seconds": 60.0}
    return Assistant.open(settings=load_settings(**{**fixed, **patient, **settings}))


def readers() -> int:
    return sum(thread.name == "model" for thread in threading.enumerate())


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(Reply(["more "], pause=0.02, endless=True), id="a model that never stops"),
        pytest.param(Reply([" "], pause=600.0), id="a model that falls silent"),
        pytest.param(Reply([""], pause=0.1, endless=True), id="a server that sends signs of life and no words"),
    ],
)
def test_closing_the_stream_ends_thread_and_connection(data: Path, after: Reply) -> None:
    first = "<<article:4>> {{article:4}}\n"
    reply = Reply([first, *after.text], pause=after.pause, endless=after.endless)
    with serving(lambda use, body: reply) as server:
        events = cast("Any", opened(server.url, data).stream(QUESTION))
        assert isinstance(next(events), ClaimEvent)
        assert readers() == 1
        assert server.busy == 1
        events.close()
        assert within(SOON, lambda: readers() == 0)
        if after.pause < 1:  # a handler that sleeps notices only when it writes
            assert within(SOON, lambda: server.busy == 0)


@pytest.mark.parametrize("slow", ["judge", "rewrite"])
def test_a_deadline_holds_for_every_call_and_leaves_nothing_behind(data: Path, slow: Use) -> None:
    def script(use: Use, body: dict[str, Any]) -> Reply:
        if use == slow:
            # Bytes come all the time, so that no timeout of a socket is met.
            return Reply(trickle=0.05)
        return yes(use, body) if use == "judge" else Reply("<<article:4>> The wall is to cost $4.2 million.\n")

    history = [Turn(role="user", text="What was approved?"), Turn(role="assistant", text="A wall. [1]")]
    with serving(script) as server:
        assistant = opened(server.url, data, deadline_seconds=2.0)
        start = time.monotonic()
        answer = assistant.ask(QUESTION, history if slow == "rewrite" else ())
        assert time.monotonic() - start < 2.0 + SOON
        assert server.count(slow) == 1
        assert within(SOON, lambda: readers() == 0 and server.busy == 0)
    assert answer.claims
    assert all(claim.kind == "quote" for claim in answer.claims)


def test_a_connection_that_was_broken_off_is_not_used_again(data: Path) -> None:
    script: Script = lambda use, body: Reply(["<<article:4>> {{article:4}}\n", "x"], pause=0.05, endless=True)  # noqa: E731
    with serving(script) as server:
        assistant = opened(server.url, data)
        for _ in range(3):
            events = cast("Any", assistant.stream(QUESTION))
            assert isinstance(next(events), ClaimEvent)
            events.close()
        assert within(SOON, lambda: readers() == 0)
        server.script = lambda use, body: Reply("<<article:4>> {{article:4}}\n")
        answer = assistant.ask(QUESTION)
    assert answer.answerer == "model"
    assert answer.notice is None
