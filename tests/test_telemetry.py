"""Operators see each answer as a line of JSON and as spans; nobody sees a key, and nothing is written unasked."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant import Assistant, telemetry
from assistant.errors import SettingsError
from assistant.settings import load_settings
from tests.model_server import answering, serving

ROOT = Path(__file__).parent.parent
QUESTION = "How much will the wall cost?"
KEY = "sk-test-very-secret-0123456789"


@pytest.fixture(autouse=True)
def restore_logger() -> Iterator[None]:
    logger = logging.getLogger("assistant.answers")
    before, level = list(logger.handlers), logger.level
    yield
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


@pytest.fixture
def data(tmp_path: Path, clean_environment: Path, assistant: Assistant) -> Path:
    shutil.copytree(clean_environment / "store", tmp_path / "store")
    return tmp_path


def ask(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", "ask", QUESTION, "--json"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=90, check=False
    )


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP receiver on 127.0.0.1 and what it has received."""
    received: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests read what was received."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_answer_of_a_model_leaves_one_line_without_question_and_key(data: Path) -> None:
    log = data / "answers.log"
    text = "<<article:4>> {{article:4}}\n<<article:4>> The wall is to cost $4.2 million.\n<<article:4>> It costs $9.\n"
    with serving(answering(text)) as server:
        fixed: dict[str, Any] = {"openai_base_url": server.url, "openai_api_key": KEY, "model": "scripted"}
        assistant = Assistant.open(settings=load_settings(data_dir=data, log=str(log), **fixed))
        answer = assistant.ask(QUESTION)
        Assistant.open(settings=load_settings(data_dir=data, log=str(log), **fixed)).ask(QUESTION)
    first, second = lines(log)
    assert KEY not in log.read_text()
    assert QUESTION not in log.read_text()
    assert first["question_sha256"] == second["question_sha256"]
    assert first["article_version"] == answer.article_version
    assert (first["status"], first["answerer"], first["model"]) == ("answered", "model", "scripted")
    assert first["claims"]["withheld"] == len(answer.withheld) == 1
    assert first["claims"]["quote"] + first["claims"]["paraphrase"] == len(answer.claims)
    assert first["model_calls"] == answer.usage.model_calls > 0
    assert first["input_tokens"] == answer.usage.input_tokens
    assert 0 < first["timings_ms"]["first_claim"] <= first["timings_ms"]["total"]
    assert {"rewrite", "retrieve", "draft", "verify", "first_claim", "total"} == set(first["timings_ms"])
    assert second["model_calls"] == 0


def test_the_steps_of_an_answer_add_up_to_its_whole(assistant: Assistant) -> None:
    timings = dict(assistant.ask(QUESTION).timings_ms)
    total, first = timings.pop("total"), timings.pop("first_claim")
    assert sum(timings.values()) <= total + 1
    assert first <= total


def test_a_question_is_written_only_when_the_operator_wants_it(data: Path) -> None:
    log = data / "answers.log"
    Assistant.open(settings=load_settings(data_dir=data, log=str(log), log_questions=True)).ask(QUESTION)
    assert lines(log)[0]["question"] == QUESTION


def test_nothing_is_written_unasked(clean_environment: Path, assistant: Assistant) -> None:
    done = ask()
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_dash_writes_to_standard_error(clean_environment: Path, assistant: Assistant) -> None:
    done = ask(ASSISTANT_LOG="-")
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["event"] == "answer"
    assert json.loads(done.stdout)["status"] == "answered"


def test_a_log_that_cannot_be_written_is_said_when_the_assistant_is_opened(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_LOG"):
        Assistant.open(settings=load_settings(log=str(tmp_path / "none" / "log")))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full disk to try, /dev/full")
def test_a_full_disk_costs_no_answer_and_no_traceback(clean_environment: Path, assistant: Assistant) -> None:
    done = ask(ASSISTANT_LOG="/dev/full")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["status"] == "answered"


def test_a_rotated_file_is_followed_and_lines_of_threads_stay_whole(data: Path) -> None:
    log = data / "answers.log"
    assistant = Assistant.open(settings=load_settings(data_dir=data, log=str(log)))
    assistant.ask(QUESTION)
    log.rename(data / "answers.log.1")
    threads = [threading.Thread(target=assistant.ask, args=(QUESTION,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(data / "answers.log.1")) == 1
    assert len(lines(log)) == 8


def test_an_applications_own_logger_gets_the_lines(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "assistant.answers"):
        assistant.ask(QUESTION)
    (record,) = (record for record in caplog.records if record.name == "assistant.answers")
    assert json.loads(record.getMessage())["answerer"] == "extractive"


def test_spans_reach_the_collector_before_the_process_ends(clean_environment: Path, assistant: Assistant) -> None:
    with collector() as (url, received):
        done = ask(OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test")
    assert done.returncode == 0
    (resource,) = (resource for request in received for resource in request.resource_spans)
    named = {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes}
    assert named["service.name"] == "article-assistant"
    assert named["deployment.environment"] == "test"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    (whole,) = (span for span in spans if span.name == "answer")
    steps = [span for span in spans if span.name != "answer"]
    assert {span.name for span in steps} == {"rewrite", "retrieve", "draft", "verify"}
    for span in steps:
        assert span.parent_span_id == whole.span_id
        assert span.trace_id == whole.trace_id
        assert whole.start_time_unix_nano <= span.start_time_unix_nano
        assert span.start_time_unix_nano <= span.end_time_unix_nano <= whole.end_time_unix_nano
    attributes = {attribute.key: attribute.value for attribute in whole.attributes}
    assert attributes["status"].string_value == "answered"
    assert QUESTION not in str(received)


def test_a_collector_that_is_down_costs_no_answer(clean_environment: Path, assistant: Assistant) -> None:
    start = time.monotonic()
    done = ask(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "answered"
    assert time.monotonic() - start < 30


def test_without_an_endpoint_no_opentelemetry_is_loaded(clean_environment: Path, assistant: Assistant) -> None:
    script = (
        "import sys; from assistant import Assistant; Assistant.open().ask(sys.argv[1]);"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, QUESTION], cwd=ROOT, capture_output=True, text=True, timeout=90, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_hash_is_the_same_for_every_process_and_for_odd_characters(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    odd = answer.model_copy(update={"question": "\udcff?"})
    assert len(telemetry.fields_of(odd)["question_sha256"]) == 16
    assert telemetry.fields_of(answer)["question_sha256"] == telemetry.fields_of(answer)["question_sha256"]
