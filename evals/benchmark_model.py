"""What the assistant adds to a model's own time: `python -m evals.benchmark_model`.

The model is a stub in a process of its own that streams claim lines at a fixed rate of tokens; each is a quotation, so
that only the offline gates are timed. Beside it, a client that does nothing but read as many tokens. Both run on the
same cores, in turn, and the ratios are those of one run.
"""

import argparse
import asyncio
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from assistant import Answer, Assistant
from assistant.schema import ClaimEvent, DoneEvent
from assistant.settings import load_settings

RATE = 40.0
"""Tokens a second and stream, as hosted models give."""
LINES = 5
LINE_TOKENS = 30
"""Five lines of ids and a sentence are an answer of 150 tokens."""
ASKERS = 32
_QUESTIONS = (
    "Which cities got letters?",
    "Who sent the letter to Albuquerque?",
    "When was the National Public Safety Partnership announced?",
    "What did Richard Berry write about the jails?",
    "Why could Baltimore not answer the questions?",
    "What is an immigration detainer?",
    "How many inmates did immigration agents ask Baltimore to hold?",
    "What did Michael Tubbs tell residents?",
)
_EVIDENCE = re.compile(r"^\[([\w.-]+:\d+)\] \(", re.MULTILINE)


class Timed(NamedTuple):
    """One answer: seconds to its end, and seconds of its first claim after the claim's line had closed."""

    total: float
    first: float
    sound: bool
    """Whether it holds the stub's own claims, all of them, and no others before them."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmark_model", description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=12, help="timed answers of one asker (default 12)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"tokens a second and stream (default {RATE:g})")
    parser.add_argument("--stub", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stub:
        asyncio.run(_serve(options.rate))
        return
    print(f"{'what':46} {'measured':>12}   goal")
    for what, measured, goal in _rows(options.answers, options.rate):
        print(f"{what:46} {measured:>12}   {goal}", flush=True)


def _rows(answers: int, rate: float) -> Iterator[tuple[str, str, str]]:
    with _stub(rate) as port, tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_dir=Path(folder), answerer="model", model="stub", openai_base_url=f"http://127.0.0.1:{port}/v1"
        )
        assistant = Assistant.open(settings=settings)
        _ = assistant.suggestions  # once for each version, in a server before its first reader
        prompt = _prompt(assistant, port)
        raw, ours = [_raw(port, prompt)], [_ask(assistant, port, _question(0))]
        del raw[:], ours[:]  # the first of each pays for imports and connections
        for number in range(1, answers + 1):
            raw.append(_raw(port, prompt))
            ours.append(_ask(assistant, port, _question(number)))
        added = [(mine.total - bare) * 1_000 for mine, bare in zip(ours, raw, strict=True)]
        firsts = [timed.first * 1_000 for timed in ours]
        yield "first claim after its line closed: median", f"{statistics.median(firsts):.0f} ms", ""
        yield "first claim after its line closed: slowest", f"{max(firsts):.0f} ms", "within 150 ms"
        yield "whole answer: raw stream, median", f"{statistics.median(raw):.2f} s", ""
        yield "whole answer: added to it, median", f"{statistics.median(added):.0f} ms", "under 100 ms"

        def bare(_: int) -> float:
            return _raw(port, prompt)

        def asked(number: int) -> Timed:
            return _ask(assistant, port, _question(1_000 + number))

        with ThreadPoolExecutor(ASKERS) as pool:
            rounds = 2 * ASKERS
            start = time.perf_counter()
            list(pool.map(bare, range(rounds)))
            limit = rounds / (time.perf_counter() - start)
            start, busy = time.perf_counter(), time.process_time()
            found = list(pool.map(asked, range(rounds)))
            reached = rounds / (time.perf_counter() - start)
            busy = time.process_time() - busy
        yield f"{ASKERS} at once: the stub's own limit", f"{limit:.1f} /s", ""
        yield f"{ASKERS} at once: answers", f"{reached:.1f} /s", ""
        yield f"{ASKERS} at once: share of the limit", f"{reached / limit:.2f}", "at least 0.90"
        yield f"{ASKERS} at once: lost or mixed answers", f"{sum(not timed.sound for timed in found)}", "0"
        late = statistics.quantiles([timed.first * 1_000 for timed in found], n=20)[-1]
        yield f"{ASKERS} at once: processor time an answer", f"{busy / rounds * 1_000:.0f} ms", ""
        yield f"{ASKERS} at once: first claim, p95 after its line", f"{late:.0f} ms", ""


def _question(number: int) -> str:
    """A question that nobody has asked before, so that no cache answers it."""
    return f"{_QUESTIONS[number % len(_QUESTIONS)]} ({number})"


def _ask(assistant: Assistant, port: int, question: str) -> Timed:
    start, first = time.perf_counter(), 0.0
    answer: Answer | None = None
    for event in assistant.stream(question):
        if isinstance(event, ClaimEvent) and not first:
            first = time.time()
        elif isinstance(event, DoneEvent):
            answer = event.answer
    total = time.perf_counter() - start
    if answer is None:
        raise AssertionError("a stream ends with its answer")
    said = _said(port, question)
    cited = [id_ for citation in answer.citations for id_ in citation.sentences]
    sound = answer.answerer == "model" and cited[: len(said["ids"])] == said["ids"]
    return Timed(total, first - said["closed"], sound)


def _raw(port: int, prompt: bytes) -> float:
    """Seconds to read the same stream with nothing but sockets."""
    start = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("POST", "/v1/chat/completions", prompt, {"Content-Type": "application/json"})
    client.getresponse().read()
    client.close()
    return time.perf_counter() - start


def _prompt(assistant: Assistant, port: int) -> bytes:
    """A request of the form that the assistant sends."""
    lines = [f"[{id_}] (x) {sentence.text}" for id_, sentence in assistant.article.sentence_of.items()][:14]
    human = "\n".join((*lines, "", "Question: raw"))
    messages = [{"role": "system", "content": "x" * 2_000}, {"role": "user", "content": human}]
    return json.dumps({"model": "stub", "stream": True, "messages": messages}).encode()


def _said(port: int, question: str) -> dict[str, Any]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("POST", "/said", json.dumps(question).encode())
    said: dict[str, Any] = json.loads(client.getresponse().read())
    client.close()
    return said


# The stub


@contextmanager
def _stub(rate: float) -> Iterator[int]:
    command = [sys.executable, "-m", "evals.benchmark_model", "--stub", "--rate", str(rate)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


async def _serve(rate: float) -> None:
    said: dict[str, dict[str, Any]] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
                if head.startswith(b"POST /said"):
                    data = json.dumps(said[body]).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data))
                else:
                    await _stream(writer, body["messages"][-1]["content"], rate, said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _stream(writer: asyncio.StreamWriter, human: str, rate: float, said: dict[str, dict[str, Any]]) -> None:
    question = human.rsplit("Question: ", 1)[-1]
    ids = _EVIDENCE.findall(human)
    # Other questions about the same sentences are given others of them, so that mixed answers are seen.
    turn = sum(map(ord, question)) % len(ids)
    ids = (ids[turn:] + ids[:turn])[:LINES]
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode())
    loop = asyncio.get_running_loop()
    due = loop.time()
    entry: dict[str, Any] = {"ids": ids, "closed": 0.0}
    said[question] = entry
    for id_ in ids:
        for piece in _tokens(f"<<{id_}>> {{{{{id_}}}}}\n"):
            due += 1 / rate
            await asyncio.sleep(due - loop.time())
            _event(writer, [{"index": 0, "delta": {"role": "assistant", "content": piece}}])
        entry["closed"] = entry["closed"] or time.time()
    _event(writer, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
    _event(writer, [], {"prompt_tokens": 1_000, "completion_tokens": 60, "total_tokens": 1_060})
    _chunk(writer, b"data: [DONE]\n\n")
    _chunk(writer, b"")


def _tokens(line: str) -> Iterator[str]:
    """Always as many, so that every answer takes as long."""
    cuts = [len(line) * n // LINE_TOKENS for n in range(LINE_TOKENS + 1)]
    return (line[start:end] for start, end in pairwise(cuts))


def _event(writer: asyncio.StreamWriter, choices: Sequence[Any], usage: dict[str, int] | None = None) -> None:
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": choices}
    _chunk(writer, f"data: {json.dumps(whole | ({'usage': usage} if usage else {}))}\n\n".encode())


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))


if __name__ == "__main__":
    main()
