"""The HTTP API: its contract, who may use it, what it does when things go wrong. On the invented article."""

import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant import Assistant, Settings, api
from assistant.api import guard
from assistant.api.answering import MAX_ASKING, Answering, Busy, Late, _jobs
from assistant.errors import SettingsError
from assistant.feedback import Feedback
from assistant.schema import Answer, DoneEvent, Event, NoticeEvent
from assistant.settings import load_settings

ROOT = Path(__file__).parent.parent
QUESTION = "When does construction start?"
ANSWER = "Construction starts in March."
NEWS = "https://news.example"


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(guarded(rate_limit="10000/minute", embed_origins=NEWS)) as client:
        yield client


def guarded(**settings: object) -> Starlette:
    """The API with other settings of its guard."""
    return Starlette(routes=api.routes(), middleware=guard.middleware(load_settings(**settings)), lifespan=api.lifespan)


def ask(client: TestClient, **body: Any) -> Any:
    return client.post("/api/v1/ask", json={"question": QUESTION, **body})


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def assert_problem(response: Any, status: int, words: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert sorted(body) == ["detail", "status", "title", "type"]
    assert body["status"] == status
    assert words in body["detail"]
    assert str(ROOT) not in response.text


# --- asking


def test_an_answer_as_json_is_the_one_of_the_assistant(client: TestClient, assistant: Assistant) -> None:
    response = ask(client)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    got = Answer.model_validate_json(response.content)
    assert got.model_copy(update={"timings_ms": {}}) == assistant.ask(QUESTION).model_copy(update={"timings_ms": {}})
    assert response.json()["schema"] == 1
    assert ANSWER in got.text


def test_a_stream_sends_each_claim_and_ends_with_the_whole_answer(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    *before, (last, answer) = events_of(response.text)
    assert last == "done"
    claims = [data["claim"] for name, data in before if name == "claim"]
    assert claims == answer["claims"] != []
    assert [c for name, data in before if name == "claim" for c in data["citations"]] == answer["citations"]
    assert Answer.model_validate(answer).status == "answered"


def test_a_follow_up_is_read_with_its_history(client: TestClient) -> None:
    history = [{"role": "user", "text": "How long is the wall?"}, {"role": "assistant", "text": "It is 1.3 km long."}]
    got = ask(client, question="And when does its construction start?", history=history, article="harbour-wall").json()
    assert got["question"] == "And when does its construction start?"
    assert got["standalone_question"] != ""


def test_articles_are_listed_and_read(client: TestClient, assistant: Assistant) -> None:
    listed = client.get("/api/v1/articles").json()["articles"]
    assert [item["name"] for item in listed] == ["harbour-wall"]
    article = client.get("/api/v1/articles/harbour-wall").json()
    assert sorted(article) == ["documents", "name", "suggestions", "text", "title", "version"]
    assert article["title"] == listed[0]["title"]
    assert article["text"] == assistant.article.article.text
    assert article["version"] == assistant.article.version
    assert article["suggestions"] == list(assistant.suggestions) != []
    assert [document["id"] for document in article["documents"]] == list(assistant.article.document_of)
    some = client.get("/api/v1/articles/harbour-wall?fields=title,suggestions").json()
    assert sorted(some) == ["suggestions", "title"]
    assert_problem(client.get("/api/v1/articles/harbour-wall?fields=secrets"), 422, "'secrets' is none of name")


def test_a_rating_is_stored_with_the_answer_as_it_was_given(client: TestClient, clean_environment: Path) -> None:
    answer = ask(client).json()
    body = {"question": QUESTION, "rating": "down", "comment": "Which year?", "answer": answer}
    response = client.post("/api/v1/feedback", json=body)
    assert response.status_code == 201
    asked_again = client.post("/api/v1/feedback", json={"question": QUESTION, "rating": "up"})
    rows = {row.id: row for row in Feedback(clean_environment / "feedback.sqlite3").rows()}
    row = rows[response.json()["id"]]
    assert (row.rating, row.comment, json.loads(row.answer)) == ("down", "Which year?", answer)
    assert json.loads(rows[asked_again.json()["id"]].answer)["text"] == answer["text"]


# --- what cannot be answered


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param({"question": ""}, 422, "question: String should have at least 1 char", id="empty"),
        pytest.param({"question": " \u200b\n"}, 422, "The question is empty", id="invisible"),
        pytest.param({"question": "x" * 2_001}, 422, "at most 2,000", id="long"),
        pytest.param({"question": "x" * 20_001}, 422, "question: String should have at most", id="very long"),
        pytest.param({"question": 7}, 422, "question: Input should be a valid string", id="number"),
        pytest.param({"query": "x"}, 422, "question: Field required", id="misspelt"),
        pytest.param({"question": "x", "history": [{"role": "system", "text": "x"}]}, 422, "history.0.role", id="role"),
        pytest.param({"question": "x", "article": "nope"}, 404, "There is: harbour-wall", id="unknown article"),
        pytest.param({"question": "x", "article": "../../etc"}, 404, "no article of that name", id="a path"),
        pytest.param({"question": "x", "article": str(ROOT)}, 404, "no article of that name", id="an absolute path"),
        pytest.param([], 422, "body", id="a list"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_cannot_be_asked_is_refused_with_what_to_do(
    client: TestClient, body: Any, status: int, words: str, accept: str
) -> None:
    assert_problem(client.post("/api/v1/ask", json=body, headers={"Accept": accept}), status, words)


def test_a_body_that_is_no_json_is_refused(client: TestClient) -> None:
    as_json = {"Content-Type": "application/json"}
    for content in (b"{", b"\xff\xfe", b'{"question": "\\ud800"}'):
        assert_problem(client.post("/api/v1/ask", content=content, headers=as_json), 400, "body:")
    assert_problem(client.post("/api/v1/ask", data={"question": "x"}), 415, "application/json")


def test_unknown_addresses_and_methods_are_problems(client: TestClient) -> None:
    assert_problem(client.get("/api/v2/ask"), 404, "/api/v1/openapi.json")
    assert_problem(client.get("/api/v1/articles/nope"), 404, "There is: harbour-wall")
    response = client.request("DELETE", "/api/v1/ask")
    assert_problem(response, 405, "takes POST only")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("answer", "words"),
    [({"text": "x"}, "answer.article: Field required"), ({"article": "other"}, "about another article")],
)
def test_a_rating_of_another_answer_is_refused(client: TestClient, answer: dict[str, Any], words: str) -> None:
    whole = {**ask(client).json(), **answer} if "article" in answer else answer
    body = {"question": QUESTION, "rating": "up", "answer": whole}
    assert_problem(client.post("/api/v1/feedback", json=body), 422, words)


def test_a_fault_of_the_server_is_told_without_its_details(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = load_settings(data_dir=tmp_path / "file")
    monkeypatch.setattr(api, "load_settings_once", lambda: settings)
    response = client.post("/api/v1/feedback", json={"question": QUESTION, "rating": "up"})
    assert_problem(response, 503, "not yours to put right")
    assert response.headers["retry-after"] == "5"
    assert str(tmp_path) in caplog.text


def test_what_nobody_foresaw_is_a_problem_too() -> None:
    async def broken(request: Request) -> Response:
        raise ZeroDivisionError("secret")

    app = Starlette(routes=[Route("/api/broken", broken)], middleware=guard.middleware(load_settings()))
    response = TestClient(app, raise_server_exceptions=False).get("/api/broken")
    assert_problem(response, 500, "not yours to put right")
    assert "secret" not in response.text
    assert response.headers["x-request-id"]


# --- who may ask


def test_a_listed_origin_passes_the_preflight_and_reads_the_answer(client: TestClient) -> None:
    preflight = client.options(
        "/api/v1/ask",
        headers={
            "Origin": NEWS,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == NEWS
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in preflight.headers
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"Origin": NEWS})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == NEWS
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", f"{NEWS}.evil.example", "http://news.example", "null"])
def test_an_unlisted_origin_is_refused(client: TestClient, origin: str) -> None:
    preflight = client.options("/api/v1/ask", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"Origin": origin})
    assert_problem(response, 403, "EMBED_ORIGINS")
    assert "access-control-allow-origin" not in response.headers


def test_the_servers_own_origin_needs_no_listing(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"Origin": "http://testserver"})
    assert response.status_code == 200


def test_frames_are_for_listed_origins_only(client: TestClient) -> None:
    assert client.get("/healthz").headers["content-security-policy"] == f"frame-ancestors 'self' {NEWS}"
    assert client.get("/healthz").headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "origin", ["news.example", "https://news.example/path", "*", "https://*.example", "https://a.example;b", "ftp://a"]
)
def test_what_is_no_origin_is_found_at_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match=r"EMBED_ORIGINS: .* Write it as https://news.example"):
        guard.allowed_origins(origin)


def test_request_ids_are_kept_or_made(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"
    made = client.get("/healthz", headers={"X-Request-ID": "a b\x7f" * 40}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert client.post("/api/v1/ask", json={}).headers["x-request-id"] != made


# --- how often and how much


def test_each_client_has_its_own_rate() -> None:
    app = guarded(rate_limit="2/minute")
    one, other = TestClient(app, client=("192.0.2.1", 1)), TestClient(app, client=("192.0.2.2", 1))
    assert [ask(one, question=" ").status_code for _ in range(3)] == [422, 422, 429]
    response = ask(one)
    assert_problem(response, 429, "2 per 1 minute")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert one.get("/api/v1/articles").status_code == 200
    assert ask(other, question=" ").status_code == 422


def test_a_network_of_ipv6_is_one_client() -> None:
    app = guarded(rate_limit="1/minute")
    statuses = [
        ask(TestClient(app, client=(address, 1)), question=" ").status_code
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::1", "::ffff:192.0.2.1")
    ]
    assert statuses == [422, 429, 422, 422, 422]


def test_a_rate_that_cannot_be_read_is_found_at_the_start() -> None:
    with pytest.raises(SettingsError, match="60/minute"):
        guard.middleware(Settings(rate_limit="often"))
    with pytest.raises(SettingsError, match="redis://"):
        guard.middleware(Settings(REDIS_URL="nonsense"))


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server")
def test_processes_count_together_in_redis_and_alone_when_it_fails(tmp_path: Path) -> None:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: listens(port))
        url = f"redis://127.0.0.1:{port}/0"
        one, other = (TestClient(guarded(rate_limit="3/minute", REDIS_URL=url)) for _ in range(2))
        assert [ask(client, question=" ").status_code for client in (one, other, one, other)] == [422, 422, 422, 429]
    finally:
        redis.terminate()
        redis.wait(10)
    assert [ask(one, question=" ").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_a_body_that_is_too_large_is_refused_announced_or_not(client: TestClient) -> None:
    large = b'{"question": "' + b"x" * guard.MAX_BODY_BYTES + b'"}'
    as_json = {"Content-Type": "application/json"}
    assert_problem(client.post("/api/v1/ask", content=large, headers=as_json), 413, "512 KB")
    parts = (large[i : i + 65_536] for i in range(0, len(large), 65_536))
    assert_problem(client.post("/api/v1/ask", content=parts, headers=as_json), 413, "512 KB")


def test_a_body_that_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/api/v1/ask", "method": "POST", "headers": []}
    anyio.run(guard.BodyLimit(PlainTextResponse("never")), scope, receive, send)
    assert sent[0]["status"] == 408


# --- one question on its way


def answer_of(assistant: Assistant) -> Answer:
    return assistant.ask(QUESTION)


def test_a_reader_who_leaves_ends_the_work(assistant: Assistant) -> None:
    closed = threading.Event()

    def stream() -> Iterator[Event]:
        try:
            for number in range(10_000):
                time.sleep(0.005)
                yield NoticeEvent(text=str(number))
        finally:
            closed.set()

    async def read() -> None:
        answering = Answering(stream, 30)
        await answering.begun()
        sent = answering.sent()
        assert (await anext(sent)).startswith(b"event: notice\n")
        await sent.aclose()  # type: ignore[attr-defined]  # it is a generator

    anyio.run(read)
    assert closed.wait(5)


def test_a_late_answer_is_a_problem_in_its_stream(assistant: Assistant) -> None:
    def stream() -> Iterator[Event]:
        yield NoticeEvent(text="thinking")
        time.sleep(0.6)
        yield DoneEvent(answer=answer_of(assistant))

    async def read() -> list[bytes]:
        answering = Answering(stream, 0.3)
        await answering.begun()
        return [part async for part in answering.sent()]

    notice, error = anyio.run(read)
    assert b'"thinking"' in notice
    assert b'event: error\ndata: {"type": "about:blank", "title": "Gateway Timeout", "status": 504' in error


def test_a_question_that_is_never_taken_up_is_late() -> None:
    def stream() -> Iterator[Event]:
        time.sleep(0.3)
        return iter(())

    async def read() -> None:
        await Answering(stream, 0.05).begun()

    with pytest.raises(Late):
        anyio.run(read)


def test_silence_is_filled_with_pings(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.api.answering.PING_SECONDS", 0.05)

    def stream() -> Iterator[Event]:
        time.sleep(0.2)
        yield DoneEvent(answer=answer_of(assistant))

    async def read() -> list[bytes]:
        answering = Answering(stream, 30)
        await answering.begun()
        return [part async for part in answering.sent()]

    *pings, done = anyio.run(read)
    assert b": ping\n\n" in pings
    assert done.startswith(b"event: done\n")


def test_a_fault_in_a_stream_is_told_in_the_stream() -> None:
    def stream() -> Iterator[Event]:
        yield NoticeEvent(text="begun")
        raise ZeroDivisionError("secret")

    async def read() -> tuple[bytes, bytes]:
        answering = Answering(stream, 30)
        await answering.begun()
        sent = answering.sent()
        parts = (await anext(sent), await anext(sent))
        with pytest.raises(ZeroDivisionError):
            await anext(sent)
        return parts

    _, last = anyio.run(read)
    assert last.startswith(b"event: error\n")
    assert b'"status": 500' in last
    assert b"secret" not in last


def test_more_questions_than_can_wait_are_told_to_come_back(assistant: Assistant) -> None:
    release = threading.Event()

    def stream() -> Iterator[Event]:
        release.wait(10)
        return iter(())

    async def crowd() -> None:
        waiting: list[Answering] = []
        try:
            waiting += [Answering(stream, 30) for _ in range(MAX_ASKING)]
            with pytest.raises(Busy):
                Answering(stream, 30)
        finally:
            release.set()
            for answering in waiting:
                answering._leave()

    # A worker of the test before may still be on its way out.
    wait_for(lambda: not _jobs)
    anyio.run(crowd)
    wait_for(lambda: ask_ok())


def ask_ok() -> bool:
    async def one() -> None:
        await Answering(lambda: iter(()), 5).begun()

    anyio.run(one)
    return True


def test_many_readers_at_once_are_all_answered(client: TestClient) -> None:
    with ThreadPoolExecutor(16) as readers:
        statuses = list(readers.map(lambda _: ask(client).status_code, range(48)))
    assert set(statuses) == {200}


# --- as a process


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port)):
        return True


def wait_for(condition: Any, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (OSError, httpx.TransportError, Busy):
            pass
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def served(*target: str, **environment: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", *target, "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or httpx.get(f"{url}/readyz").is_success)
        yield url, process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def test_one_process_serves_page_api_and_widget_and_ends_its_streams(assistant: Assistant) -> None:
    with served("assistant.server:app", "--ws", "websockets-sansio", ASSISTANT_RATE_LIMIT="100/minute") as (
        url,
        process,
    ):
        assert "streamlit" in httpx.get(url).text.lower()
        assert httpx.post(f"{url}/api/v1/ask", json={"question": QUESTION}).json()["status"] == "answered"
        assert httpx.get(f"{url}/widget.js").headers["content-type"].startswith("text/javascript")
        assert_problem(httpx.get(f"{url}/api/v1/nothing"), 404, "openapi.json")
        assert_problem(httpx.put(f"{url}/api/v1/ask"), 405, "POST")
        body = {"question": QUESTION}
        with httpx.stream("POST", f"{url}/api/v1/ask", json=body, headers={"Accept": "text/event-stream"}) as stream:
            process.send_signal(signal.SIGTERM)
            assert stream.read().rstrip().split(b"\n")[-2] == b"event: done"
        assert process.wait(20) == -signal.SIGTERM
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_an_origin_that_cannot_be_read_ends_serve_with_what_to_do(assistant: Assistant) -> None:
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0"]
    environment = {**os.environ, "EMBED_ORIGINS": "news.example"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "EMBED_ORIGINS: 'news.example' is no origin" in done.stderr
    assert "Traceback" not in done.stderr


# --- around it


def test_counts_tell_what_happened_and_nothing_that_was_said(client: TestClient) -> None:
    ask(client)
    text = client.get("/metrics").text
    assert re.search(r'assistant_answers_total{answerer="extractive",status="answered"} [1-9]', text)
    assert "assistant_answer_seconds_bucket" in text
    assert re.search(r'assistant_claims_total{verdict="shown"} [1-9]', text)
    assert "assistant_asking" in text
    assert "onstruction" not in text


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    wait_for(lambda: client.get("/readyz").status_code == 200)


def test_the_script_is_small_cached_and_for_everyone(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"Origin": "https://anywhere.example"})
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) <= 12 * 1_024
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["cache-control"] == "public, max-age=300"
    again = client.get("/widget.js", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == response.content
    assert "content-encoding" not in plain.headers
    assert gzip.compress(plain.content, 9)


def test_the_description_matches_what_is_sent(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) == {
        "/api/v1/ask",
        "/api/v1/articles",
        "/api/v1/articles/{name}",
        "/api/v1/feedback",
    }
    schemas = description["components"]["schemas"]
    assert set(schemas["Answer"]["properties"]) == set(ask(client).json())
    assert schemas["Ask"]["required"] == ["question"]


def test_the_demonstration_shows_the_article_escaped(client: TestClient) -> None:
    page = client.get("/demo?article=harbour-wall&lang=<script>&mode=x&theme=dark").text
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page
    assert "the city would pay 60 percent of the cost" in page
    assert '<article-assistant article="harbour-wall" mode="inline" selector=".story">' in page
    refused = client.get("/demo?article=<script>")
    assert refused.status_code == 404
    assert "<script>" not in refused.text
