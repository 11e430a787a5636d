"""OpenAI's chat completions for LangChain's ChatOpenAI, at less than a streamed token costs otherwise."""

from collections.abc import Iterator
from typing import Any

import openai
from openai.resources.chat import Completions

MAX_HELD_CHARS = 400
"""A line that has not closed by then is passed on in parts."""


class PlainCompletions(Completions):
    """The SDK's own, but the pieces of a stream stay the dictionaries that came, and come a line at a time.

    The SDK makes objects of them, of which LangChain makes dictionaries again, and then a message of every token;
    LangChain takes dictionaries as well, and nobody can check half a line.
    """

    def create(self, *args: Any, **kwargs: Any) -> Any:
        """The SDK's `create`; with `stream`, by the same request and with the same errors, dictionaries."""
        if not kwargs.get("stream"):
            return super().create(*args, **kwargs)
        extra = kwargs.pop("extra_body", None) or {}
        stream = self._client.post(
            "/chat/completions", body=kwargs | extra, cast_to=object, stream=True, stream_cls=openai.Stream[object]
        )
        return _Lines(stream)


class _Lines:
    """A stream whose pieces of text are joined up to the end of a line; all other pieces pass as they are."""

    def __init__(self, stream: openai.Stream[object]) -> None:
        self._stream = stream

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[object]:
        held: list[str] = []
        length = 0
        try:
            for piece in self._stream:
                text = _only_text(piece)
                if text is not None:
                    held.append(text)
                    length += len(text)
                    if length < MAX_HELD_CHARS and "\n" not in text:
                        continue
                    piece = _piece(held)
                elif held:
                    yield _piece(held)
                held, length = [], 0
                yield piece
        except Exception:
            # What came before the stream broke tells "cut off" from "cannot be reached".
            if held:
                yield _piece(held)
            raise
        if held:
            yield _piece(held)


def _only_text(piece: object) -> str | None:
    """The text of a piece that brings nothing else."""
    match piece:
        case {"choices": [{"delta": {"content": str(text), **other}, **choice}], **whole}:
            more = (*(value for key, value in other.items() if key != "role"), choice.get("finish_reason"))
            return None if any((*more, choice.get("logprobs"), whole.get("usage"))) else text
    return None


def _piece(held: list[str]) -> object:
    return {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "".join(held)}}]}
