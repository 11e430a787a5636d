"""What `import assistant` offers, and what it costs."""

import subprocess
import sys
from pathlib import Path

import pytest

import assistant

ROOT = Path(__file__).parent.parent
HEAVY = (
    "chromadb",
    "httpx",
    "langchain_core",
    "numpy",
    "onnxruntime",
    "openai",
    "pydantic",
    "rich",
    "streamlit",
    "yaml",
)


def test_names_are_sorted_and_all_there() -> None:
    assert sorted(assistant.__all__) == assistant.__all__
    for name in assistant.__all__:
        assert getattr(assistant, name).__name__ == name


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Asistant'"):
        _ = assistant.Asistant


def imports_of(*arguments: str) -> set[str]:
    """Packages, of those that are heavy, that a Python process imports."""
    show = f"import sys; [print(name) for name in {HEAVY!r} if name in sys.modules]"
    code = f"import sys; sys.argv = {['assistant', *arguments]!r}\n"
    code += "import assistant\n"
    if arguments:
        code += "from assistant.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    run = subprocess.run([sys.executable, "-c", code + show], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split()) & set(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="import assistant"),
        pytest.param(("--help",), id="--help"),
        pytest.param(("ask", "--help"), id="ask --help"),
        pytest.param(("ask",), id="wrong usage"),
    ],
)
def test_nothing_heavy_is_imported_by(arguments: tuple[str, ...]) -> None:
    assert imports_of(*arguments) == set()


def test_an_answer_needs_neither_chroma_nor_langchain_nor_streamlit(assistant: object) -> None:
    """The article is indexed already, by the fixture."""
    found = imports_of("ask", "How long is the wall?")
    assert found & {"chromadb", "langchain_core", "openai", "rich", "streamlit"} == set()
    assert "numpy" in found, "the probe sees what is imported"
