"""A question and what comes of it, while it comes: what the page keeps of a conversation."""

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from assistant.errors import AssistantError, FaultError, QuestionError
from assistant.feedback import Rating
from assistant.pipeline import Assistant
from assistant.schema import Answer, Citation, Claim, ClaimEvent, DoneEvent, Event, NoticeEvent, Turn

MAX_QUESTION_CHARS = 500
"""What fits the page; the command line and the API take more."""
LISTEN_SECONDS = 0.25
"""How long a reader who presses Stop waits at most."""


@dataclass
class Exchange:
    """One question and what has come of it so far."""

    question: str
    history: tuple[Turn, ...]
    claims: list[Claim] = field(default_factory=list)
    citations: dict[int, Citation] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    answer: Answer | None = None
    fault: str | None = None
    rating: Rating | None = None
    comment: str = ""
    feedback: int | None = None
    """Id of the stored rating."""


def history(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The conversation so far; what was stopped or failed is no part of it."""
    return tuple(
        turn
        for exchange in exchanges
        if exchange.answer
        for turn in (Turn(role="user", text=exchange.question), Turn(role="assistant", text=exchange.answer.text))
    )


def answer(assistant: Assistant, exchange: Exchange) -> Iterator[None]:
    """Answer into the exchange; yields whenever there is something new, or a chance to hear that Stop was pressed."""
    yield
    try:
        if len(exchange.question) > MAX_QUESTION_CHARS:
            raise QuestionError(
                f"The question has {len(exchange.question):,} characters; at most {MAX_QUESTION_CHARS} are read here. "
                "Ask a shorter question."
            )
        for event in listen(assistant.stream(exchange.question, exchange.history)):
            match event:
                case ClaimEvent():
                    exchange.claims.append(event.claim)
                    exchange.citations |= {citation.number: citation for citation in event.citations}
                case NoticeEvent():
                    exchange.notices.append(event.text)
                case DoneEvent():
                    exchange.answer = event.answer
                    return
            yield
        raise FaultError("The answer broke off, and that is our fault. Ask again; the server's log says why.")
    except AssistantError as error:
        exchange.fault = str(error)


def listen(events: Iterator[Event]) -> Generator[Event | None, None, None]:
    """The events as they come, and `None` while there are none.

    Streamlit hears of Stop only when something is drawn, and a model may think for long.
    """
    queue: SimpleQueue[Event | AssistantError | None] = SimpleQueue()
    stop = threading.Event()

    def pump() -> None:
        try:
            for event in events:
                if stop.is_set():
                    return
                queue.put(event)
        except AssistantError as error:
            queue.put(error)
        finally:
            queue.put(None)

    # A daemon, so that a server that is told to end does not wait for a model.
    threading.Thread(target=pump, name="answer", daemon=True).start()
    try:
        while True:
            try:
                heard = queue.get(timeout=LISTEN_SECONDS)
            except Empty:
                yield None
                continue
            if heard is None:
                return
            if isinstance(heard, AssistantError):
                raise heard
            yield heard
    finally:
        stop.set()
