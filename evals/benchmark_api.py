"""Times the HTTP API under load and the widget in a news page: `python -m evals.benchmark_api`.

The API answers by quotation, so that the figures are the server's and not a model's; its clients run on the same cores.
The widget is compared, in the same browser and run, with the page without it and with the Streamlit page in a frame.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, sync_playwright

ASKERS = (1, 8, 32, 128)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUESTIONS = (
    "Which cities got letters, and are they sanctuary cities?",
    "Who sent the letter to Albuquerque?",
    "When was the National Public Safety Partnership announced?",
    "What did Richard Berry write about the jails?",
    "What is an immigration detainer?",
    "How tall is the mayor of Stockton?",
)


class _Site(ThreadingHTTPServer):
    """Another origin: a publisher's page, and an API that sends one claim and says when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, str] = {}
        self.sent = 0.0
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Site

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        time.sleep(0.3)  # an answer is not there at once
        claim: dict[str, Any] = {
            "text": "One.",
            "kind": "paraphrase",
            "citations": [],
            "speaker": None,
            "voice": "document",
        }
        self.server.sent = time.time()
        self.wfile.write(f"event: claim\ndata: {json.dumps({'claim': claim, 'citations': []})}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the table is the output."""


@contextmanager
def _served(*command: str, **environment: str) -> Iterator[tuple[str, int]]:
    """Address and process id of a server that says its address, or listens on the port that it was given."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    try:
        found = next((m for line in process.stderr if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
        if found is None:
            raise RuntimeError(f"{command} did not start")
        threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()
        while not httpx.get(f"{found[0]}/readyz").is_success:
            time.sleep(0.2)
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait(60)


# --- the API


class Load(NamedTuple):
    """What askers met who each ask the next question when the last is answered."""

    seconds: list[float]
    errors: int
    took: float


async def _load(url: str, askers: int, questions: int) -> Load:
    left = iter(range(questions))
    seconds: list[float] = []
    errors = 0

    async def asker(client: httpx.AsyncClient) -> None:
        nonlocal errors
        for number in left:
            body = {"question": QUESTIONS[number % len(QUESTIONS)], "article": "sanctuary-cities"}
            start = time.perf_counter()
            response = await client.post("/api/v1/ask", json=body)
            seconds.append(time.perf_counter() - start)
            errors += response.status_code != 200

    limits = httpx.Limits(max_connections=askers)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        start = time.perf_counter()
        await asyncio.gather(*(asker(client) for _ in range(askers)))
        return Load(seconds, errors, time.perf_counter() - start)


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int((re.search(r"VmRSS:\s+(\d+)", status) or ["", "0"])[1]) / 1_024


def _api_rows(each: int, many: int) -> Iterator[tuple[str, str, str]]:
    with _served(
        "uvicorn", "assistant.api:app", "--port", "0", "--no-access-log", ASSISTANT_RATE_LIMIT="1000000/second"
    ) as (url, pid):
        asyncio.run(_load(url, 8, 200))  # what is built on first use is built
        for askers in ASKERS:
            load = asyncio.run(_load(url, askers, max(each, 2 * askers)))
            p95 = statistics.quantiles(load.seconds, n=20)[-1]
            rate = f"{len(load.seconds) / load.took:.0f}/s"
            yield f"API, {askers} at once: answers, p50, p95", f"{rate}, {_ms(load.seconds)}, {p95 * 1_000:.0f} ms", ""
            yield f"API, {askers} at once: errors of {len(load.seconds)}", str(load.errors), "0"
        before = _megabytes(pid)
        load = asyncio.run(_load(url, 8, many))
        grown = _megabytes(pid) - before
        yield f"API, memory after {many:,} more questions", f"{before:.0f} MB {grown:+.1f} MB", "no growth"
        yield f"API, errors of {many:,}", str(load.errors), "0"


def _ms(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1_000:.0f} ms"


# --- the widget


class Visit(NamedTuple):
    """What one visit to a page costs, until the reader can ask."""

    kilobytes: float
    requests: int
    seconds: float
    main_thread_ms: float
    """Scripts, styles and layout on the page's main thread."""
    longest_ms: float
    """Longest task of at least 50 ms; 0 when there is none."""


def _visit(browser: Browser, url: str, ready: str | None) -> Visit:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    # Processor time: what other programs take of the machine is not the widget's.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    received = [0.0, 0.0]
    session.on("Network.requestWillBeSent", lambda _: received.__setitem__(0, received[0] + 1))
    session.on("Network.loadingFinished", lambda e: received.__setitem__(1, received[1] + e["encodedDataLength"]))
    session.on(
        "Network.webSocketFrameReceived",
        lambda e: received.__setitem__(1, received[1] + len(e["response"]["payloadData"])),
    )
    # Seen by the page itself, frame by frame: whoever looks from outside looks only now and then.
    page.add_init_script(
        "const look = () => { if (document.querySelector('textarea') "
        "|| document.querySelector('article-assistant')?.shadowRoot?.querySelector('textarea')) "
        "window.usable = performance.timeOrigin + performance.now(); else requestAnimationFrame(look) }; look()"
    )
    page.add_init_script(
        "window.longest = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "e => window.longest = Math.max(longest, e.duration))).observe({type: 'longtask', buffered: true})"
    )
    page.goto(url, wait_until="load")
    usable = "performance.timeOrigin + performance.timing.loadEventEnd - performance.timing.navigationStart"
    if ready:
        place = page.frame_locator("iframe") if ready == "frame" else page.locator("article-assistant")
        place.locator("textarea").first.wait_for(timeout=60_000)
        usable = "usable"
    seconds = (page.frames[-1].evaluate(usable) - page.evaluate("performance.timeOrigin")) / 1_000
    page.wait_for_timeout(1_500)  # what loads late
    tasks = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    longest = page.evaluate("longest")
    page.context.close() if len(page.context.pages) == 1 else page.close()
    busy = sum(tasks[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"))
    return Visit(received[1] / 1_024, int(received[0]), seconds, busy * 1_000, longest)


def _first_claim_ms(browser: Browser, site: _Site) -> float:
    page = browser.new_page()
    page.goto(f"{site.url}/claims")
    page.locator("article-assistant").get_by_role("textbox").wait_for()
    seen = page.evaluate(
        """async () => {
          const widget = document.querySelector('article-assistant');
          const shown = new Promise(resolve => new MutationObserver((_, observer) => {
            if (!widget.shadowRoot.querySelector('[part=claim]')) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(Date.now() / 1000)));
          }).observe(widget.shadowRoot, {childList: true, subtree: true}));
          widget.ask('What?');
          return await shown;
        }"""
    )
    page.close()
    return float(seen - site.sent) * 1_000


def _pages(site: _Site, url: str) -> None:
    demo = httpx.get(f"{url}/demo?article=sanctuary-cities").text
    # At the top, where the reader sees it at once.
    widget = (re.search(r"<article-assistant .*?</article-assistant>", demo, re.DOTALL) or [""])[0]
    bare = demo.replace(widget, "").replace('<script async src="/widget.js"></script>', "")
    with_script = bare.replace("</title>", f'</title><script async src="{url}/widget.js"></script>')
    frame = f'<iframe src="{url}/?embed=true&article=sanctuary-cities" width="100%" height="700"></iframe>'
    site.pages["/bare"] = bare
    site.pages["/widget"] = with_script.replace("<h1", f"{widget}<h1")
    site.pages["/frame"] = bare.replace("<h1", f"{frame}<h1")
    site.pages["/claims"] = (
        f'<!doctype html><title>Claims</title><script async src="{url}/widget.js"></script>'
        f'<article-assistant endpoint="{site.url}"></article-assistant>'
    )


def _median(visits: Sequence[Visit]) -> Visit:
    return Visit(*(statistics.median(column) for column in zip(*visits, strict=True)))


def _widget_rows(runs: int) -> Iterator[tuple[str, str, str]]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with _Site() as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        served = _served("assistant", "serve", "--port", "0", EMBED_ORIGINS=site.url)
        with served as (url, _), sync_playwright() as playwright:
            _pages(site, url)
            script = httpx.get(f"{url}/widget.js", headers={"Accept-Encoding": "gzip"})
            weight = int(script.headers["content-length"])
            yield "widget.js, gzipped", f"{weight / 1_024:.1f} KB", "at most 12 KB"
            visits: dict[str, list[Visit]] = {"bare": [], "widget": [], "frame": []}
            for _ in range(runs):
                for name, found in visits.items():
                    # A new browser each time: nothing is cached.
                    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
                    found.append(_visit(browser, f"{site.url}/{name}", None if name == "bare" else name))
                    browser.close()
            bare, widget, frame = (_median(visits[name]) for name in ("bare", "widget", "frame"))
            for name, one in (("page alone", bare), ("with the widget", widget), ("with Streamlit framed", frame)):
                cost = f"{one.kilobytes:.0f} KB, {one.requests:.0f} requests, {one.seconds:.2f} s"
                yield f"{name}: bytes, requests, usable", cost, ""
            added, framed = widget.kilobytes - bare.kilobytes, frame.kilobytes - bare.kilobytes
            yield "frame / widget: bytes", f"{framed / added:.0f}x", "at least 100x"
            yield "frame / widget: seconds until usable", f"{frame.seconds / widget.seconds:.1f}x", "at least 8x"
            added_ms = widget.main_thread_ms - bare.main_thread_ms
            yield "main thread: scripts, styles, layout added", f"{added_ms:.0f} ms of processor", "under 50 ms"
            longest = f"{widget.longest_ms:.0f} ms by the clock"
            yield "main thread: longest task of 50 ms or more", longest, f"without it: {bare.longest_ms:.0f} ms"
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            times = [_first_claim_ms(browser, site) for _ in range(max(runs, 5) + 1)][1:]
            browser.close()
            worst = f"{statistics.median(times):.0f} ms, at most {max(times):.0f} ms"
            yield f"event sent to claim on screen, n={len(times)}", worst, "under 150 ms"
        site.shutdown()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmark_api", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="visits to each page (default 5)")
    parser.add_argument("--questions", type=int, default=300, help="questions for each number of askers (default 300)")
    parser.add_argument("--many", type=int, default=10_000, help="questions of the memory test (default 10,000)")
    arguments = parser.parse_args()
    rows: list[Iterator[Any]] = [_api_rows(arguments.questions, arguments.many)]
    if CHROMIUM:
        rows.insert(0, _widget_rows(arguments.runs))
    print(f"{'what':46} {'measured':>34}   goal")
    for part in rows:
        for what, measured, goal in part:
            print(f"{what:46} {measured:>34}   {goal}", flush=True)


if __name__ == "__main__":
    main()
