"""Words for a person at a terminal, plain text or JSON for whatever else reads."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assistant import render
from assistant.errors import UserError
from assistant.schema import Answer

PATIENCE_SECONDS = 1.0
"""Work that takes longer shows a progress bar."""

LOOKS = {
    "text": "",
    "marker": "bold cyan",
    "label": "bold",
    "quote": "italic",
    "link": "blue",
    "note": "dim",
    "warning": "yellow",
}


def show(answer: Answer) -> None:
    """Write an answer to standard output: with colours in a terminal, else as plain text."""
    if not sys.stdout.isatty():
        write(render.to_text(answer))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    whole = Text.assemble(*((text, LOOKS[style]) for style, text in render.segments(answer)))
    for line in whole.split("\n"):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        console.print(Padding(line[indent:], (0, 0, 0, indent)) if indent else line)


def write_json(value: Any) -> None:
    """Write one JSON value to standard output, on one line unless a person reads it."""
    indent = 2 if sys.stdout.isatty() else None
    write(json.dumps(value, ensure_ascii=not _is_utf8(), indent=indent) + "\n")


def write(text: str) -> None:
    """Write to standard output and make sure that it is there.

    Raises UserError when there is no room for it, and BrokenPipeError when nobody reads it.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_output()
        raise UserError(f"The output cannot be written: {error.strerror}. Make room and run it again.") from error


def forget_output() -> None:
    """Let what is still buffered go nowhere; without this, Python complains when it closes the stream at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be called with (done, total); it draws a bar once that has taken a while and a person watches."""
    started = time.monotonic()
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)

    def step(done: int, total: int) -> None:
        if time.monotonic() - started > PATIENCE_SECONDS:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield step
    finally:
        bar.stop()
