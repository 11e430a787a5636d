"""A question as it arrives in JSON, from a history file or a line of a batch; errors name the fix."""

import json
import math
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import QuestionError
from assistant.schema import Turn

_TURNS = TypeAdapter(tuple[Turn, ...])
_SHAPE = 'a list of {"role": "user" or "assistant", "text": "…"}'

Identity = str | int | float | None


@dataclass(frozen=True)
class Line:
    """One line of a batch."""

    id: Identity
    question: str
    history: tuple[Turn, ...]
    article: str | None


def value(text: str | bytes) -> Any:
    """JSON; raises QuestionError that says where it breaks off."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise QuestionError(f"Not JSON ({error.msg} at {where}). Put it right there.") from error
    except UnicodeDecodeError as error:
        raise QuestionError(f"Not UTF-8 (byte {error.start + 1}). Save the file with encoding UTF-8.") from error
    except (RecursionError, ValueError) as error:
        raise QuestionError(
            "JSON with too many brackets in brackets, or too long a number. Send plain fields."
        ) from error


def history(data: Any) -> tuple[Turn, ...]:
    """Turns of a conversation: a list of them, or an object with that list under `history`."""
    if isinstance(data, dict) and "history" in data:
        data = data["history"]
    if not isinstance(data, list):
        raise QuestionError(f"The history is not {_SHAPE}.")
    try:
        return _TURNS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ", ".join(f"turn {part + 1}" if isinstance(part, int) else str(part) for part in first["loc"])
        raise QuestionError(f"The history is not {_SHAPE}: {place}: {first['msg']}.") from error


def line(raw: str | bytes) -> Line:
    """One line of a batch: `{"id", "question", "history"?, "article"?}`; other fields are the caller's own."""
    fields = value(raw)
    if not isinstance(fields, dict):
        raise QuestionError('The line is not an object {"id": …, "question": …}.')
    if "id" not in fields or not _is_identity(fields["id"]):
        raise QuestionError("The id is missing or neither text nor a number. Give each line one of its own.")
    if not isinstance(fields.get("question"), str):
        raise QuestionError("The question is missing or not text.")
    article = fields.get("article")
    if article is not None and not isinstance(article, str):
        raise QuestionError("The article is not text. Give its name or its folder.")
    turns = history(fields["history"]) if fields.get("history") is not None else ()
    return Line(fields["id"], fields["question"], turns, article)


def identity(raw: str | bytes) -> Identity:
    """The id of a line that has another fault, as far as it can be read."""
    try:
        fields = value(raw)
    except QuestionError:
        return None
    found = fields.get("id") if isinstance(fields, dict) else None
    return found if _is_identity(found) else None


def _is_identity(found: object) -> bool:
    if isinstance(found, float):
        return math.isfinite(found)
    return isinstance(found, str | int) and not isinstance(found, bool)
