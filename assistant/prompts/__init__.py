"""Prompts are files that people read and diff. Each declares its variables, and a call must give them all.

The first line is `<!-- variables: a, b -->`; `## System` and `## Human` open the two messages.
"""

import re
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

_HEADER = re.compile(r"<!-- variables: (?P<names>[a-z_, ]*) -->\n")
_PARTS = re.compile(r"\A\s*## System\n(?P<system>.*?)\n## Human\n(?P<human>.*)\Z", re.DOTALL)


class Messages(NamedTuple):
    """The two messages of a call."""

    system: str
    human: str


class Prompt(NamedTuple):
    """A prompt with its declared variables."""

    name: str
    variables: frozenset[str]
    system: Template
    human: Template

    def messages(self, **values: str) -> Messages:
        """Both messages, filled in once: a `$name` inside a value stays as it is.

        Raises KeyError for a variable that is missing or not declared.
        """
        if values.keys() != self.variables:
            raise KeyError(f"prompt `{self.name}` takes {sorted(self.variables)}, not {sorted(values)}")
        return Messages(self.system.substitute(values), self.human.substitute(values))


@cache
def load(name: str) -> Prompt:
    """The prompt in the file `name`.md."""
    text = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8")
    header = _HEADER.match(text)
    parts = _PARTS.match(text[header.end() :]) if header else None
    if not header or not parts:
        raise ValueError(f"prompt `{name}` must open with its variables and have a System and a Human part")
    names = frozenset(part.strip() for part in header["names"].split(",") if part.strip())
    return Prompt(name, names, Template(parts["system"].strip()), Template(parts["human"].strip()))
