"""What all tests share: the invented article, a clean environment, an opened assistant."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from assistant import Assistant

CORPUS = Path(__file__).parent / "corpus"
ARTICLE = "harbour-wall"
FOREIGN = ("ASSISTANT_", "OPENAI_", "CHROMA_", "LANGSMITH_", "LANGCHAIN_", "OTEL_")

# Everybody tests the same examples, on however busy a machine; `--hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000)
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No key, no setting and no index of the developer reaches a test or a process that it starts.

    Yields the data folder that everything uses by default.
    """
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(FOREIGN):
                patch.delenv(name)
        patch.setenv("ASSISTANT_CORPUS_DIR", str(CORPUS))
        patch.setenv("ASSISTANT_ARTICLE", ARTICLE)
        patch.setenv("ASSISTANT_DATA_DIR", str(data))
        yield data


@pytest.fixture(scope="session")
def harbour() -> Path:
    """Folder of the invented article; not to be written to."""
    return CORPUS / ARTICLE


@pytest.fixture
def article_copy(harbour: Path, tmp_path: Path) -> Path:
    """A copy of the invented article that a test may change."""
    return shutil.copytree(harbour, tmp_path / "corpus" / ARTICLE)


@pytest.fixture(scope="session")
def assistant(clean_environment: Path) -> "Assistant":
    """The invented article, indexed and opened without a key."""
    from assistant import Assistant  # after the environment is clean; and tests of one part need no other

    return Assistant.open(ARTICLE)
