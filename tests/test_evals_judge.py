"""The judge against a real server on this machine that speaks the chat completions protocol."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from evals.articles import read_article
from evals.cases import load_cases, load_claims
from evals.console import judged
from evals.errors import EvalsError
from evals.judge import Judge, agreement, judge_run, read_verdict
from evals.measures import with_passed
from evals.runner import Runner
from tests.evals_parts import SetAnswers, write_set

Respond = Callable[[dict[str, Any]], tuple[int, str]]


class ChatServer:
    """Answers chat completions with what `respond` says, and keeps the requests."""

    def __init__(self, respond: Respond) -> None:
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(request)
                status, words = respond(request)
                message = {"role": "assistant", "content": words}
                body = json.dumps(
                    {"id": "x", "object": "chat.completion", "created": 0, "model": request["model"],
                     "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
                    if status == 200 else {"error": {"message": words}}
                ).encode()  # fmt: skip
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Respond], ChatServer]]:
    servers: list[ChatServer] = []

    def start(respond: Respond) -> ChatServer:
        servers.append(ChatServer(respond))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def judge_at(server: ChatServer, folder: Path) -> Judge:
    return Judge("small", folder, OpenAI(base_url=server.url, api_key="none", max_retries=0))


def says(verdict: str) -> Respond:
    return lambda request: (200, json.dumps({"verdict": verdict}))


def test_a_verdict_is_asked_once_and_then_read_from_the_cache(
    serve: Callable[[Respond], ChatServer], tmp_path: Path
) -> None:
    server = serve(says("yes"))
    judge = judge_at(server, tmp_path)
    assert [judge.support("It rains.", ["It rains."]) for _ in range(3)] == ["yes"] * 3
    assert len(server.requests) == 1
    assert judge.support("It rains.", ["It rained."]) == "yes"
    assert len(server.requests) == 2, "another passage is another question"
    assert server.requests[0]["temperature"] == 0


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ('{"verdict": "yes"}', "yes"),
        ('```json\n{"verdict": "cannot tell"}\n```', "cannot tell"),
        ("Yes, it is supported.", None),
        ('{"verdict": "Yes!"}', None),
        ('["yes"]', None),
        ("", None),
    ],
)
def test_only_the_form_asked_for_is_a_verdict(reply: str, verdict: str | None) -> None:
    assert read_verdict(reply) == verdict


def test_a_server_without_json_mode_is_asked_without_it(serve: Callable[[Respond], ChatServer], tmp_path: Path) -> None:
    server = serve(lambda request: (400, "no json") if "response_format" in request else (200, '{"verdict": "no"}'))
    assert judge_at(server, tmp_path).support("a", ["b"]) == "no"
    assert len(server.requests) == 2


def test_a_server_that_refuses_says_what_to_check(serve: Callable[[Respond], ChatServer], tmp_path: Path) -> None:
    server = serve(lambda request: (401, "bad key"))
    with pytest.raises(EvalsError, match="Check OPENAI_BASE_URL"):
        judge_at(server, tmp_path).support("a", ["b"])


CLAIMS = """
- {id: c1, claim: "It was built in 1931.", article: bridge, kind: paraphrase, label: entailed, sentences: [{document: article, quote: "It was built in 1931."}]}
- {id: c2, claim: "It was built in 1913.", article: bridge, kind: paraphrase, label: swapped, sentences: [{document: article, quote: "It was built in 1931."}]}
"""  # noqa: E501  one claim a line, as in the shipped file


def test_scores_stand_beside_the_agreement_and_unreadable_replies_are_unscored(
    serve: Callable[[Respond], ChatServer], tmp_path: Path
) -> None:
    """ "Cannot tell" is not support: a known evaluator counts it as faithful."""

    def respond(request: dict[str, Any]) -> tuple[int, str]:
        about = json.loads(request["messages"][1]["content"])
        if "ANSWER" in about:
            return 200, '{"verdict": "yes"}'
        if "no choice" in about["CLAIM"]:
            return 200, "I think so."
        return 200, json.dumps({"verdict": "yes" if about["CLAIM"] in about["PASSAGES"] else "cannot tell"})

    folders = write_set(tmp_path)
    articles = {name: read_article(path) for name, path in folders.items()}
    cases = load_cases(tmp_path / "cases", articles, tmp_path)
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    claims = load_claims(tmp_path / "claims.yaml", articles)
    run = Runner(SetAnswers(), folders, tmp_path / "scratch").run(cases, claims)
    with_passed(run.observations)
    judged_run = judge_run(run, judge_at(serve(respond), tmp_path / "cache"), claims)
    built, said, miss = judged_run.of("case")
    assert built.scores["judge_support"] == built.scores["judge_correct"] == 1.0
    assert "judge_support" not in said.scores
    assert said.unscored == {"judge_support": "the judge's reply could not be read"}
    assert "judge_support" not in miss.scores
    assert judged_run.judge == {
        "model": "small",
        "unscored": 1,
        "agreement": {"n": 2, "agree": 2, "low": pytest.approx(0.3424, abs=1e-4), "high": 1.0, "kappa": 1.0},
    }
    assert judged(judged_run).startswith("Judge small: Claims supported (judge) 1.00 (n 1)")
    assert "agrees with 2 of 2 labelled claims (kappa 1.0), 1 replies unscored" in judged(judged_run)


def test_a_judge_that_always_agrees_has_no_kappa(serve: Callable[[Respond], ChatServer], tmp_path: Path) -> None:
    folders = write_set(tmp_path)
    (tmp_path / "claims.yaml").write_text(CLAIMS)
    claims = load_claims(tmp_path / "claims.yaml", {name: read_article(path) for name, path in folders.items()})
    found = agreement(judge_at(serve(says("yes")), tmp_path / "cache"), claims)
    assert (found["agree"], found["n"], found["kappa"]) == (1, 2, 0.0)
