"""Times the assistant as its users meet it and prints one table: `python -m evals.benchmark`.

Whole processes are timed from outside. The peer is a LangChain chain as tutorials write it: Chroma on disk, a
retriever, a prompt, a chat model behind an OpenAI-compatible endpoint; here a stub on 127.0.0.1 that answers at once,
so that the chain pays for nothing but itself. It uses the same embedded model, and its index is built beforehand.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from assistant import Assistant
from assistant.settings import load_settings

_QUESTIONS = (
    "Which cities got letters, and are they sanctuary cities?",
    "Who sent the letter to Albuquerque?",
    "When was the National Public Safety Partnership announced?",
    "How many people work for the program?",
    "What did Richard Berry write about the jails?",
    "Why could Baltimore not answer the questions?",
    "What is an immigration detainer?",
    "Did the Senate confirm Sessions?",
    "How many inmates did immigration agents ask Baltimore to hold?",
    "What did Michael Tubbs tell residents?",
)
_CHAIN = """
import sys
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_openai import ChatOpenAI
from assistant.embeddings import MiniLM

model = MiniLM()
class Embedded(Embeddings):
    def embed_documents(self, texts): return model.embed_documents(texts)
    def embed_query(self, text): return model.embed_query(text)

store = Chroma("tutorial", Embedded(), persist_directory=sys.argv[1], collection_metadata={"hnsw:space": "cosine"})
if len(sys.argv) > 3:
    from pathlib import Path
    texts = [file.read_text() for file in sorted(Path(sys.argv[3]).rglob("*.md"))]
    store.add_texts([part for text in texts for part in text.split("\\n\\n") if part.strip()])
else:
    prompt = ChatPromptTemplate.from_template("Answer from the context.\\n{context}\\nQuestion: {question}")
    chain = (
        {"context": store.as_retriever(search_kwargs={"k": 5}), "question": RunnablePassthrough()}
        | prompt | ChatOpenAI(model="stub", temperature=0) | StrOutputParser()
    )
    print(chain.invoke(sys.argv[2]))
"""


class _Stub(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.dumps(
            {
                "id": "stub",
                "object": "chat.completion",
                "created": 0,
                "model": "stub",
                "choices": [
                    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four cities."}}
                ],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the table is the output."""


@contextmanager
def _stub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _seconds(command: list[str], env: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr[-400:]}")
    return time.perf_counter() - start


def _median(times: int, measure: Callable[[], float]) -> float:
    measure()  # fills the disk cache
    return statistics.median(measure() for _ in range(times))


def _alternating(times: int, ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float, float]:
    """Medians of both, and of the ratio pair by pair, so that a drift of the machine's speed cancels."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(times)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def _warm(article: str, rounds: int) -> tuple[float, float]:
    assistant = Assistant.open(article)
    assistant.ask(_QUESTIONS[0])
    times = []
    for _ in range(rounds):
        for question in _QUESTIONS:
            start = time.perf_counter()
            assistant.ask(question)
            times.append((time.perf_counter() - start) * 1_000)
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[-1]


def _peak_megabytes(command: list[str], env: dict[str, str]) -> float:
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], env=env, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1_024


def _rows(runs: int) -> Iterator[tuple[str, str, str]]:
    settings = load_settings()
    article = settings.article
    python = sys.executable
    ask = [python, "-m", "assistant", "ask", _QUESTIONS[0], "--answerer", "extractive"]
    env = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}

    median, p95 = _warm(article, runs * 2)
    yield "answer, warm: median", f"{median:.1f} ms", ""
    yield "answer, warm: p95", f"{p95:.1f} ms", "under 60 ms"

    with tempfile.TemporaryDirectory() as folder, _stub() as url:
        chain = Path(folder) / "chain.py"
        chain.write_text(_CHAIN)
        index = str(Path(folder) / "chroma")
        peer_env = {**env, "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "stub", "PYTHONPATH": os.getcwd()}
        _seconds([python, str(chain), index, "", str(settings.corpus_dir / article)], peer_env)
        ours, peer, ratio = _alternating(
            runs,
            lambda: _seconds(ask, env),
            lambda: _seconds([python, str(chain), index, _QUESTIONS[0]], peer_env),
        )
        yield "ask, whole process", f"{ours:.2f} s", ""
        yield "LangChain tutorial chain, whole process", f"{peer:.2f} s", ""
        yield "ratio", f"{ratio:.2f}", "at most 0.40"

        fresh = {**env, "ASSISTANT_DATA_DIR": str(Path(folder) / "fresh")}
        index_command = [python, "-m", "assistant", "index", article]
        yield "index from nothing, whole process", f"{_seconds(index_command, fresh):.2f} s", "under 10 s"
        unchanged = _median(runs, lambda: _seconds(index_command, fresh))
        yield "index unchanged, whole process", f"{unchanged:.2f} s", "under 1 s"

    help_time = _median(runs, lambda: _seconds([python, "-m", "assistant", "--help"], env))
    yield "--help", f"{help_time:.2f} s", "under 0.2 s"
    yield "ask, peak memory", f"{_peak_megabytes(ask, env):.0f} MB", "under 600 MB"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each process (default 5)")
    arguments = parser.parse_args()
    print(f"{'what':42} {'measured':>12}   goal")
    for what, measured, goal in _rows(arguments.runs):
        print(f"{what:42} {measured:>12}   {goal}", flush=True)


if __name__ == "__main__":
    main()
