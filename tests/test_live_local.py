"""A real model, small and mostly wrong, answers through the whole assistant: the guarantees hold, however it writes.

Not about eloquence. On busy cores the first token may take a minute, hence the time-outs.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant, Turn, verifier
from assistant.schema import ClaimEvent, DoneEvent, DraftClaim
from assistant.settings import load_settings
from tests.local_model import ROOT, missing, serving_local

pytestmark = [
    pytest.mark.live_local,
    pytest.mark.timeout(1_200),
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]
QUESTIONS = (
    ("How much will the wall cost?", ()),
    ("Who voted against the wall?", ()),
    ("and when does it start?", (Turn(role="user", text="What did the council approve?"),)),
)
PATIENCE: dict[str, Any] = {"deadline_seconds": 400.0, "model_timeout_seconds": 300.0}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with serving_local() as (url, _):
        yield url


@pytest.fixture
def data(tmp_path: Path, clean_environment: Path, assistant: Assistant) -> Path:
    shutil.copytree(clean_environment / "store", tmp_path / "store")
    return tmp_path


def opened(url: str, data: Path, **settings: Any) -> Assistant:
    fixed = {"openai_base_url": url, "model": "smollm2", "answerer": "model", "data_dir": data, **PATIENCE}
    return Assistant.open(settings=load_settings(**{**fixed, **settings}))


def believing(claim: str, sentences: Any) -> bool:
    return True


def unverified(assistant: Assistant, answer: Answer) -> list[str]:
    """Claims that are shown though no sentence is quoted and a check refuses them, and citations that are not exact."""
    found = []
    of_number = {citation.number: citation for citation in answer.citations}
    for citation in (*answer.citations, *answer.nearest):
        if assistant.article.document_of[citation.document].text[citation.start : citation.end] != citation.quote:
            found.append(citation.quote)
    for claim in answer.claims:
        ids = tuple(id_ for number in claim.citations for id_ in of_number[number].sentences)
        draft = DraftClaim(text=claim.text, sentences=ids, kind=claim.kind)
        # A quotation needs no judge; a paraphrase was judged, and the checks must have let it pass as well.
        judge = believing if claim.kind == "paraphrase" else None
        if not verifier.check(draft, assistant.article, None, judge).supported:
            found.append(claim.text)
    return found


def test_answers_of_a_real_model_hold_the_guarantees(served: str, data: Path) -> None:
    assistant = opened(served, data)
    for question, history in QUESTIONS:
        events = list(assistant.stream(question, history))
        done = events[-1]
        assert isinstance(done, DoneEvent)
        answer = done.answer
        told = f"{question} -> {answer.answerer}, {len(answer.claims)} claims, {len(answer.withheld)} withheld"
        print(f"\n{told}, {answer.usage}, {answer.notice}, {dict(answer.timings_ms)}")
        assert unverified(assistant, answer) == []
        assert [event.claim for event in events if isinstance(event, ClaimEvent)] == list(answer.claims)
        # The model was asked and counted what it read: this is no fallback of an endpoint that did not work.
        assert answer.usage.model_calls >= 1
        assert answer.usage.input_tokens > 300
        assert not any(f"{kind}" in str(answer.notice) for kind in ("reached", "refused", "failed", "too long"))


def test_doctor_finds_it(served: str, clean_environment: Path, assistant: Assistant) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "doctor"],
        cwd=ROOT,
        env={
            **os.environ,
            "OPENAI_BASE_URL": served,
            "ASSISTANT_MODEL": "smollm2",
            "ASSISTANT_DEADLINE_SECONDS": "300",
            "ASSISTANT_MODEL_TIMEOUT_SECONDS": "300",
        },
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert "smollm2 answered in" in done.stdout, done.stdout
    assert done.returncode == 0


def test_a_server_that_is_killed_mid_answer_ends_in_the_quoting_answer(data: Path) -> None:
    with serving_local() as (url, process):
        assistant = opened(url, data)

        def kill() -> None:
            while not any(thread.name == "model" for thread in threading.enumerate()):
                time.sleep(0.01)
            time.sleep(1.0)  # it reads the prompt by now
            process.send_signal(signal.SIGKILL)

        threading.Thread(target=kill).start()
        answer = assistant.ask("How long will the wall be?")
    assert answer.answerer == "extractive"
    assert "quotes the documents instead" in str(answer.notice)
    assert answer.claims
    assert unverified(assistant, answer) == []
