"""Whatever kills an indexer and whoever else indexes, the last good version answers, whole."""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assistant.embeddings import MiniLM
from assistant.index import Encoded
from assistant.store import Store
from tests.indexer import Indexer, article, assert_whole, fresh

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SENTENCES = 240
OLD, NEW = (article("walls", edition, SENTENCES).version for edition in ("old", "new"))


class RememberingMiniLM(MiniLM):
    """The embedded model, which computes the same vectors only once."""

    def __init__(self) -> None:
        super().__init__()
        self._encoded: dict[tuple[str, ...], Encoded] = {}

    def encode(self, texts: Sequence[str]) -> Encoded:
        key = tuple(texts)
        if key not in self._encoded:
            self._encoded[key] = super().encode(texts)
        return self._encoded[key]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return RememberingMiniLM()


@pytest.fixture(scope="module")
def first_build(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("old")
    Store(directory).build(article("walls", "old", SENTENCES), minilm)
    return directory


@pytest.fixture
def old(first_build: Path, tmp_path: Path) -> Path:
    """A store in which the old version answers."""
    return shutil.copytree(first_build, tmp_path / "store")


def builds(directory: Path) -> set[Path]:
    return {path for path in directory.glob("*/*") if path.is_dir()}


def any_of(directory: Path, before: set[Path], pattern: str) -> bool:
    """Whether a build that was not there before has such a file."""
    return any(True for build in builds(directory) - before for _ in build.glob(pattern))


# Each moment is when the disk shows it: what the killed process was doing, without any change to what it runs.
MOMENTS: dict[str, Callable[[Path, set[Path]], bool]] = {
    "as it starts": lambda directory, before: True,
    "with its snapshot half written": lambda directory, before: any_of(directory, before, "snapshot.npz*"),
    "with its snapshot written": lambda directory, before: any_of(directory, before, "snapshot.npz"),
    "as Chroma opens": lambda directory, before: any_of(directory, before, "chroma/chroma.sqlite3"),
    "as Chroma adds": lambda directory, before: any_of(directory, before, "chroma/*/length.bin"),
}


def killed_at(directory: Path, moment: Callable[[Path, set[Path]], bool]) -> None:
    before = builds(directory)
    indexer = Indexer(directory)
    try:
        indexer.start("walls", "new", SENTENCES)
        deadline = time.monotonic() + 60
        while not moment(directory, before) and time.monotonic() < deadline:
            time.sleep(0.0002)
    finally:
        indexer.kill()


def assert_recovers(directory: Path, minilm: MiniLM) -> None:
    """The next indexer waits for nobody, finishes, and leaves nothing but its build."""
    Store(directory, patience=0).build(article("walls", "new", SENTENCES), minilm)
    assert_whole(Store(directory), minilm, "walls", {NEW})
    (folder,) = directory.iterdir()
    assert len(builds(directory)) == 1
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"current.json", "writer.lock"}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_before_the_switch_the_old_version_answers(
    moment: str, first_build: Path, tmp_path: Path, minilm: MiniLM
) -> None:
    for attempt in range(5):
        directory = shutil.copytree(first_build, tmp_path / str(attempt))
        killed_at(directory, MOMENTS[moment])
        index = assert_whole(Store(directory), minilm, "walls", {OLD, NEW})
        caught = index.article.version == OLD
        assert_recovers(directory, minilm)
        if caught:
            return
    pytest.fail("the indexer was faster than five attempts to kill it")


def test_killed_while_embedding_the_old_version_answers(old: Path, minilm: MiniLM) -> None:
    indexer = Indexer(old)
    indexer.start("walls", "new", SENTENCES)
    assert [indexer.says(), indexer.says()] == ["embedded 0", "embedded 64"]
    indexer.kill()
    assert_whole(Store(old), minilm, "walls", {OLD})
    assert_recovers(old, minilm)


def test_killed_after_the_switch_the_new_version_answers(old: Path, minilm: MiniLM) -> None:
    killed_at(old, lambda directory, before: Store(directory).version("walls") == NEW)
    assert_whole(Store(old), minilm, "walls", {NEW})
    assert_recovers(old, minilm)


def test_killed_while_it_drops_the_old_version_the_new_one_answers(old: Path, minilm: MiniLM) -> None:
    killed_at(old, lambda directory, before: not all((build / "chroma").exists() for build in before))
    assert_whole(Store(old), minilm, "walls", {NEW})
    assert_recovers(old, minilm)


def test_killed_while_it_builds_the_first_version_nothing_answers(tmp_path: Path, minilm: MiniLM) -> None:
    killed_at(tmp_path, MOMENTS["with its snapshot written"])
    store = Store(tmp_path)
    assert store.version("walls") in (None, NEW)
    assert store.version("walls") or (store.current("walls") is None and store.names() == ())
    assert_recovers(tmp_path, minilm)


def test_killed_at_any_moment_a_whole_version_answers(old: Path, minilm: MiniLM) -> None:
    indexer = Indexer(old)
    start = time.monotonic()
    indexer.start("walls", "new", SENTENCES)
    assert indexer.outcome() == f"done {NEW}"
    duration = time.monotonic() - start
    indexer.kill()
    versions = {NEW}
    for i in range(10):
        indexer = Indexer(old)
        indexer.start("walls", f"edition-{i}", SENTENCES)
        time.sleep(duration * (i + 0.5) / 10)
        indexer.kill()
        versions.add(article("walls", f"edition-{i}", SENTENCES).version)
        assert_whole(Store(old), minilm, "walls", versions)
    assert_recovers(old, minilm)


def _read_back(directory: Path, versions: dict[str, set[str]]) -> None:
    store, minilm = Store(directory), MiniLM()
    for name, possible in versions.items():
        assert_whole(store, minilm, name, possible)


def test_two_processes_may_index_at_once(tmp_path: Path) -> None:
    left, right = Indexer(tmp_path), Indexer(tmp_path)
    try:
        for i in range(20):
            twin = i % 4 == 0  # every fourth time both build the very same version
            editions = (f"{i}", f"{i}" if twin else f"{i}-right")
            for indexer, edition, own in zip((left, right), editions, ("left", "right"), strict=True):
                indexer.start("walls", edition)
                indexer.start(own, edition)
            possible = {article("walls", edition).version for edition in editions}
            for indexer, edition, own in zip((left, right), editions, ("left", "right"), strict=True):
                assert indexer.outcome() == f"done {article('walls', edition).version}"
                assert indexer.outcome() == f"done {article(own, edition).version}"
            versions = {"walls": possible} | {
                own: {article(own, edition).version} for own, edition in zip(("left", "right"), editions, strict=True)
            }
            reader = fresh.Process(target=_read_back, args=(tmp_path, versions))
            reader.start()
            reader.join()
            assert reader.exitcode == 0, f"round {i}"
            reader.close()
            assert len(builds(tmp_path)) == 3
    finally:
        left.kill()
        right.kill()


def test_a_reader_never_misses_a_version_while_others_are_switched_to(tmp_path: Path, minilm: MiniLM) -> None:
    store = Store(tmp_path)
    store.build(article("walls", "0"), minilm)
    indexer = Indexer(tmp_path)
    try:
        for i in range(1, 21):
            indexer.start("walls", str(i))
        seen: list[str] = []
        deadline = time.monotonic() + 60
        last = article("walls", "20").version
        while (not seen or seen[-1] != last) and time.monotonic() < deadline:
            index = store.current("walls")
            assert index is not None
            assert index.sentence_vectors is not None
            assert len(index.sentence_vectors) == len(index.article.sentence_of)
            seen.append(index.article.version)
        assert len(set(seen)) > 5
    finally:
        indexer.kill()
