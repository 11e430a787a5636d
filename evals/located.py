"""YAML that remembers its lines, so that every mistake in a case file is named by file and line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Node:
    """One item of a list, with the place of everything in it."""

    value: Any
    node: yaml.Node

    def line(self, *path: str | int) -> int:
        """Line of the value at `path`, or of the deepest part of it that is there."""
        node = self.node
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = next((value for key, value in node.value if key.value == step), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
            else:
                found = None
            if found is None:
                break
            node = found
        return int(node.start_mark.line) + 1


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def items(path: Path, shown: str, problems: list[str]) -> list[Node]:
    """The items of a file that is a list; what is wrong with it goes to `problems`."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            problems.append(f"{shown}:1: a case file is a list; start every case with '- id: …'")
            return []
        return [Node(loader.construct_object(item, deep=True), item) for item in node.value]
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 1
        problems.append(f"{shown}:{line}: not YAML: {error.problem or error.context}")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{shown}:1: cannot be read: {error}")
    return []


def parse(form: type[M], item: Node, shown: str, problems: list[str]) -> M | None:
    """The item as a model; `None`, and lines in `problems`, when it is not one."""
    if not isinstance(item.value, dict):
        problems.append(f"{shown}:{item.line()}: a case is a mapping of fields")
        return None
    try:
        return form.model_validate(item.value)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            loc = tuple(problem["loc"])
            name = ".".join(str(step) for step in loc)
            message = str(problem["msg"]).removeprefix("Value error, ")
            if problem["type"] == "string_type":
                message += "; put it in quotation marks"
            problems.append(f"{shown}:{item.line(*loc)}: {name + ': ' if name else ''}{message}")
        return None
