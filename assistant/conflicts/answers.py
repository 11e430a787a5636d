"""Two sentences that both answer the question, each in other figures: found by what was read, not by their words."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from assistant.conflicts.statements import content
from assistant.schema import DraftConflict, Question, Sentence
from assistant.text import Quantity, grammar, quantities

if TYPE_CHECKING:
    from assistant.crossencoder import Reading

MAX_RIVALS = 1
"""Sentences that are read to see whether they answer otherwise: each costs a reader 15 ms."""
LEAST_OWN, LEAST = 0.0, -1.0
"""Logits from which on the sentence, and another that speaks of the same, are taken to answer."""
MIN_SHARED, SHARED = 2, 0.8
"""Words of the question that both must have: so many, and of those of the first sentence so large a share."""
_ROUNDED = Decimal("0.02")
"""Share by which figures may differ that are one figure, rounded: "about 18,600" and "18,612"."""
_MAX_ANSWER = 60
"""Characters of an answer that is a figure with what it counts."""
_DATE = re.compile(r"(?:(\d{4})|-)(?:-(\d\d))?(?:-(\d\d))?")
_COMPARED = frozenset({"number", "money", "percent", "date", "duration", "measure"})


def rivals(question: Question, own: Sentence, reading: "Reading", others: Sequence[Sentence]) -> list[Sentence]:
    """Of each other document the first sentence that may answer in another figure.

    It speaks of what was asked as much as the sentence itself, has figures of the same kind, and none that agrees.
    """
    figure = _figure(own, reading)
    if figure is None or reading.answers < LEAST_OWN:
        return []
    asked = content(question.text)
    shared = max(MIN_SHARED, SHARED * len(asked & content(own.text)))
    found: dict[str, Sentence] = {}
    for other in others:
        alike = [theirs for theirs in quantities(other.text) if _comparable(figure, theirs)]
        if not alike or any(_agree(figure, theirs) for theirs in alike) or _document(other) == _document(own):
            continue
        if len(asked & content(other.text)) >= shared:
            found.setdefault(_document(other), other)
    return list(found.values())[:MAX_RIVALS]


def answered_otherwise(
    question: Question, own: Sentence, reading: "Reading", others: Sequence[tuple[Sentence, "Reading"]]
) -> DraftConflict | None:
    """The sentence with those that answer the question in another figure; `None` without any."""
    figure = _figure(own, reading)
    sides = [own.id]
    for other, theirs in others:
        rival = _figure(other, theirs)
        if figure and rival and theirs.answers >= LEAST and _comparable(figure, rival) and not _agree(figure, rival):
            sides.append(other.id)
    about = grammar.indirect(question.text) or "this"
    return DraftConflict(sentences=tuple(sides), about=about) if len(sides) > 1 else None


def _document(sentence: Sentence) -> str:
    return sentence.id.rsplit(":", 1)[0]


def _comparable(one: Quantity, other: Quantity) -> bool:
    return (one.kind, one.unit) == (other.kind, other.unit)


def _figure(sentence: Sentence, reading: "Reading") -> Quantity | None:
    """The one figure in what was read as the answer."""
    if reading.end - reading.start > _MAX_ANSWER:
        return None
    found = [
        quantity
        for quantity in quantities(sentence.text)
        if quantity.kind in _COMPARED and quantity.start < reading.end and reading.start < quantity.end
    ]
    return found[0] if len(found) == 1 else None


def _agree(one: Quantity, other: Quantity) -> bool:
    """Whether both may be the same, one of them more exact."""
    if one.kind == "date":
        dates = [_DATE.fullmatch(quantity.value) for quantity in (one, other)]
        if dates[0] is None or dates[1] is None:
            return True
        return all(a is None or b is None or a == b for a, b in zip(dates[0].groups(), dates[1].groups(), strict=True))
    try:
        first_number, second_number = Decimal(one.value), Decimal(other.value)
    except ArithmeticError:
        return True
    return abs(first_number - second_number) <= _ROUNDED * max(abs(first_number), abs(second_number))
