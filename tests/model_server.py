"""A chat model's endpoint on 127.0.0.1 that says what a test tells it to, in pieces, slowly, wrongly or not at all.

It speaks the OpenAI protocol over real sockets: `POST /v1/chat/completions`, whole or as server-sent events. A request
is told apart by what it is for: the judge's prompt asks for verdicts, the rewriter's for a question, all others for an
answer.
"""

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Use = Literal["answer", "judge", "rewrite"]


@dataclass
class Reply:
    """One response."""

    text: str | Sequence[str] = ""
    """Given in these pieces when it is streamed."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    pause: float = 0.0
    """Seconds between pieces."""
    cut_after: int | None = None
    """Pieces after which the connection is cut."""
    raw: bytes | None = None
    """The body as it is, in place of everything else."""
    usage: bool = True
    endless: bool = False
    """Repeat the pieces until the reader leaves."""
    trickle: float = 0.0
    """Send a blank and no word of a whole reply, every so many seconds, until the reader leaves."""


Script = Callable[[Use, dict[str, Any]], Reply]


@dataclass
class ModelServer:
    """`script` decides every reply; `requests` remembers what was asked."""

    script: Script
    requests: list[tuple[Use, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    busy: int = 0
    """Replies that are on their way."""

    def count(self, use: Use) -> int:
        return sum(asked == use for asked, _ in self.requests)


def yes(use: Use, body: dict[str, Any]) -> Reply:
    """A judge that supports every pair."""
    pairs = re.findall(r"^Pair (\d+)$", body["messages"][-1]["content"], re.MULTILINE)
    return Reply(json.dumps({"verdicts": [{"pair": int(pair), "supported": True} for pair in pairs]}))


def answering(text: str | Sequence[str], **how: Any) -> Script:
    """An answer, a judge that says yes, and a rewriter that repeats the question."""

    def script(use: Use, body: dict[str, Any]) -> Reply:
        if use == "judge":
            return yes(use, body)
        if use == "rewrite":
            return Reply(body["messages"][-1]["content"].rsplit("Follow-up: ", 1)[-1])
        return Reply(text, **how)

    return script


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client may break off whenever it likes; anything else is worth its traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(script: Script) -> Iterator[ModelServer]:
    """The server on a free port, until the block ends."""
    served = ModelServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            use = _use(body)
            served.requests.append((use, body))
            served.headers.append(dict(self.headers))
            reply = served.script(use, body)
            served.busy += 1
            try:
                time.sleep(reply.delay)
                if body.get("stream") and reply.status == 200 and reply.raw is None:
                    self._stream(reply)
                else:
                    self._whole(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                served.busy -= 1

        def _whole(self, reply: Reply) -> None:
            if reply.trickle:
                self._trickle(reply.trickle)
            text = reply.text if isinstance(reply.text, str) else "".join(reply.text)
            content = {"role": "assistant", "content": text}
            message: dict[str, Any] = {
                "id": "x",
                "object": "chat.completion",
                "created": 0,
                "model": "scripted",
                "choices": [{"index": 0, "finish_reason": "stop", "message": content}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
            if reply.status != 200:
                message = {"error": {"message": text or "scripted failure", "type": "scripted", "code": None}}
            data = reply.raw if reply.raw is not None else json.dumps(message).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _trickle(self, seconds: float) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while True:
                self._chunk(b" ")
                time.sleep(seconds)

        def _stream(self, reply: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            pieces = [reply.text] if isinstance(reply.text, str) else list(reply.text)
            count = 0
            while True:
                for piece in pieces:
                    if reply.cut_after is not None and count >= reply.cut_after:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        self.close_connection = True
                        return
                    self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]})
                    count += 1
                    time.sleep(reply.pause)
                if not reply.endless:
                    break
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            if reply.usage:
                self._event(
                    {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}}
                )
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")

        def _event(self, part: dict[str, Any]) -> None:
            whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted", **part}
            self._chunk(f"data: {json.dumps(whole)}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `requests`."""

    server = _Server(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _use(body: dict[str, Any]) -> Use:
    system = str(body["messages"][0]["content"])
    if "check claims" in system:
        return "judge"
    return "rewrite" if "rewrite a reader" in system else "answer"
