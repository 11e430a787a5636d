"""From a blocking stream of events to an answer over HTTP: threads answer, the event loop sends.

One question is one job of a worker thread from beginning to end. Jobs are taken up in the order in which they came, so
that no reader waits for ever; a reader who leaves ends the work at its next event.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request

from assistant.api import guard, metrics
from assistant.errors import AssistantError
from assistant.schema import Answer, ClaimEvent, DoneEvent, Event, json_of
from assistant.settings import load_settings

MAX_ASKING: Final = 256
"""Questions that are answered or wait for it; more are told to come back."""
WORKERS: Final = 64
"""Questions that are answered at once with a model: their threads mostly wait for it."""
QUOTING_WORKERS: Final = 8
"""Questions that are answered at once by quoting: more threads would keep the event loop from its turn for seconds."""
PING_SECONDS: Final = 15.0
"""Longest silence on a stream: proxies cut silent ones."""
LOOK_SECONDS: Final = 1.0
"""How soon it is noticed that a reader who awaits JSON has left."""

_jobs: set["Future[None]"] = set()


class Busy(Exception):
    """MAX_ASKING questions are being answered."""


class Late(Exception):
    """The deadline has passed."""


class Answering:
    """One question on its way. Made on the event loop; all methods are the loop's but `_work`."""

    def __init__(self, stream: Callable[[], Iterator[Event]], seconds: float) -> None:
        """Raises Busy. `stream` is called in the worker; `seconds` is the deadline, with the wait for a worker."""
        if len(_jobs) >= MAX_ASKING:
            raise Busy
        self._loop = asyncio.get_running_loop()
        self._asked = self._loop.time()
        self._until = self._asked + seconds
        self._left = threading.Event()
        self._came: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        self._job = _workers().submit(self._work, stream)
        _jobs.add(self._job)
        metrics.asking(len(_jobs))
        self._job.add_done_callback(_ended)

    async def begun(self) -> None:
        """Returns when the question can be answered; raises what `stream` raised, or Late."""
        try:
            await self._next(self._until - self._loop.time())
        except BaseException:
            self._leave()
            raise

    async def answer(self, request: Request) -> Answer:
        """The whole answer. Raises what answering raised, or Late."""
        try:
            while True:
                event = await self._next(LOOK_SECONDS)
                if isinstance(event, DoneEvent):
                    metrics.answered(event.answer, self._seconds())
                    return event.answer
                if event is None and await request.is_disconnected():
                    raise Late("The request has ended.")
        finally:
            self._leave()

    async def sent(self) -> AsyncIterator[bytes]:
        """The answer as server-sent events: claims, notices, then the whole answer or an error."""
        first = True
        try:
            while True:
                event = await self._next(PING_SECONDS)
                if event is None:
                    yield b": ping\n\n"
                elif isinstance(event, DoneEvent):
                    metrics.answered(event.answer, self._seconds())
                    yield _event("done", json_of(event.answer))
                    return
                else:
                    if first and isinstance(event, ClaimEvent):
                        metrics.first_claim(self._seconds())
                        first = False
                    yield _event(event.type, json_of(event))
        except Late as error:
            metrics.failed("Late")
            yield _event("error", guard.problem(504, str(error)))
        except AssistantError as error:
            status, detail = guard.reported(error)
            yield _event("error", guard.problem(status, detail))
        except Exception:
            # The response has begun, so that nothing further out can say it to the reader.
            yield _event("error", guard.problem(500, guard.INTERNAL))
            raise
        finally:
            self._leave()

    def _seconds(self) -> float:
        return self._loop.time() - self._asked

    async def _next(self, seconds: float) -> Event | None:
        """What comes next, or `None` when nothing has come for so long. Raises what the worker raised, or Late."""
        left = self._until - self._loop.time()
        try:
            came = await asyncio.wait_for(self._came.get(), min(seconds, max(left, 0.0)))
        except TimeoutError as error:
            if left <= seconds:
                raise Late("The answer took too long. Try again in a moment.") from error
            return None
        if isinstance(came, BaseException):
            raise came
        return came

    def _leave(self) -> None:
        self._left.set()
        self._job.cancel()

    def _work(self, stream: Callable[[], Iterator[Event]]) -> None:
        try:
            events = stream()
            self._post(None)
            for event in events:
                self._post(event)
                if self._left.is_set():
                    return
        except BaseException as error:
            self._post(error)
            raise

    def _post(self, came: Event | BaseException | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._came.put_nowait, came)
        except RuntimeError:
            self._left.set()  # the loop has ended


def _ended(job: "Future[None]") -> None:
    _jobs.discard(job)
    metrics.asking(len(_jobs))


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    settings = load_settings()
    quoting = settings.answerer == "extractive" or not settings.model_configured
    return ThreadPoolExecutor(QUOTING_WORKERS if quoting else WORKERS, thread_name_prefix="answer")


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
