"""The page with an assistant that takes its time, as one with a language model may: for the browser tests."""

import time
from collections.abc import Iterator, Sequence

from assistant import catalogue
from assistant.pipeline import Assistant
from assistant.schema import DoneEvent, Event, Turn
from assistant.ui import main

THINKS_SECONDS = 30.0


class SlowAssistant(Assistant):
    """Says its first sentence at once and thinks long before the end."""

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        for event in super().stream(question, history):
            if isinstance(event, DoneEvent):
                time.sleep(THINKS_SECONDS)
            yield event


vars(catalogue).update(Assistant=SlowAssistant)
main()
