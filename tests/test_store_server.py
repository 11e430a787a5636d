"""The same store on a real Chroma server: pointers and collections there, copies here."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import chromadb
import pytest
from chromadb.api import ClientAPI
from chromadb.api.fastapi import FastAPI
from chromadb.api.shared_system_client import SharedSystemClient

from assistant.embeddings import MiniLM
from assistant.errors import StoreError
from assistant.store import Store
from tests.indexer import Indexer, article, assert_whole

pytestmark = pytest.mark.timeout(300)


class Server:
    """`chroma run` as a process of its own, on a free port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        # Not the script `chroma`, which only works where it was installed.
        run = "import sys; from chromadb.cli.cli import app; sys.argv[0] = 'chroma'; app()"
        options = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", run, "run", *options], stdout=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None, "chroma run ended"
                time.sleep(0.05)
        raise AssertionError("chroma run does not listen")

    def stop(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def collections(self) -> set[str]:
        """Names of the collections on it."""
        return {collection.name for collection in self._client.list_collections()}

    @cached_property
    def _client(self) -> ClientAPI:
        return chromadb.HttpClient("127.0.0.1", self.port)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all; each test has articles of its own."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def closed_connections() -> Iterator[None]:
    """Close what Chroma's client keeps open for as long as the process lives, and Python complains about at its end."""
    yield
    for system in SharedSystemClient._identifier_to_system.values():
        for component in system._instances.values():
            if isinstance(component, FastAPI):
                component._session.close()


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_machines_share_what_one_of_them_indexed(server: Server, tmp_path: Path, minilm: MiniLM) -> None:
    here, there = Store(tmp_path / "here", server.url), Store(tmp_path / "there", server.url)
    assert there.current("harbour") is None
    assert "harbour" not in there.names()
    here.build(article("harbour"), minilm)
    here.build(article("bridges"), minilm)
    assert {"bridges", "harbour"} <= set(there.names())
    assert list(there.names()) == sorted(there.names())
    assert there.version("harbour") == article("harbour").version
    assert_whole(here, minilm, "harbour", {article("harbour").version})
    index = assert_whole(there, minilm, "harbour", {article("harbour").version})
    assert index.article == article("harbour")
    assert not list(tmp_path.glob("*here/*/*/chroma"))


def test_without_an_embedder_a_copy_has_sentence_vectors_only(server: Server, tmp_path: Path, minilm: MiniLM) -> None:
    Store(tmp_path / "here", server.url).build(article("river"), minilm)
    there = Store(tmp_path / "there", server.url)
    index = there.current("river")
    assert index is not None
    assert index.sentence_vectors is not None
    assert index.token_vectors is None
    assert_whole(there, minilm, "river", {article("river").version})
    whole = there.current("river")  # by now there is a copy on this machine
    assert whole is not None
    assert whole.token_vectors is not None


def test_a_running_reader_on_another_machine_notices_a_new_version(
    server: Server, tmp_path: Path, minilm: MiniLM
) -> None:
    reader = Store(tmp_path / "there", server.url)
    writer = Store(tmp_path / "here", server.url)
    assert reader.version("canal") is None
    before = server.collections()
    for edition in ("first", "second", "third"):
        writer.build(article("canal", edition), minilm)
        assert_whole(reader, minilm, "canal", {article("canal", edition).version})
    assert len(server.collections() - before) == 1  # those that were replaced are dropped


def test_a_version_that_is_there_is_not_built_again(server: Server, tmp_path: Path, minilm: MiniLM) -> None:
    Store(tmp_path / "here", server.url).build(article("dam"), minilm)
    before = server.collections()
    Store(tmp_path / "there", server.url).build(article("dam"), minilm)
    assert server.collections() == before


def test_words_without_vectors_are_shared_too(server: Server, tmp_path: Path) -> None:
    Store(tmp_path / "here", server.url).build(article("levee"), None)
    index = Store(tmp_path / "there", server.url).current("levee")
    assert index is not None
    assert (index.article, index.model, index.sentence_vectors) == (article("levee"), None, None)


def test_machines_that_index_at_once_do_not_spoil_each_other(server: Server, tmp_path: Path, minilm: MiniLM) -> None:
    left, right = Indexer(tmp_path / "left", server.url), Indexer(tmp_path / "right", server.url)
    reader = Store(tmp_path / "reader", server.url)
    try:
        for i in range(8):
            editions = (f"{i}", f"{i}-right" if i % 2 else f"{i}")
            for indexer, edition in zip((left, right), editions, strict=True):
                indexer.start("moat", edition)
            versions = {article("moat", edition).version for edition in editions}
            for indexer in (left, right):
                assert indexer.outcome().removeprefix("done ") in versions
            assert_whole(reader, minilm, "moat", versions)
    finally:
        left.kill()
        right.kill()


def test_a_machine_that_dies_while_indexing_leaves_the_last_version(
    server: Server, tmp_path: Path, minilm: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "here", server.url)
    store.build(article("dyke"), minilm)
    before = server.collections()
    indexer = Indexer(tmp_path / "there", server.url)
    indexer.start("dyke", "second", 800)
    while server.collections() == before:
        time.sleep(0.005)
    indexer.kill()
    assert_whole(Store(tmp_path / "reader", server.url), minilm, "dyke", {article("dyke").version})
    store.build(article("dyke", "third"), minilm)
    assert_whole(store, minilm, "dyke", {article("dyke", "third").version})
    assert len(server.collections()) == len(before) + 1  # it may still be at work, for all that anyone knows
    monkeypatch.setattr("assistant.store._ABANDONED", 0.0)
    store.build(article("dyke", "fourth"), minilm)
    assert len(server.collections()) == len(before)


def test_a_server_that_is_away_is_explained_and_copies_answer(
    server: Server, tmp_path: Path, minilm: MiniLM, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "here", server.url)
    store.build(article("quay"), minilm)
    server.stop()
    for reader in (store, Store(tmp_path / "here", server.url)):
        caplog.clear()
        assert reader.version("quay") == article("quay").version
        assert reader.current("quay") is not None
        assert reader.names() == ("quay",)
        assert "cannot be reached" in caplog.text
        assert "the copy on this machine answers" in caplog.text
    stranger = Store(tmp_path / "there", server.url)
    unreachable = rf"The Chroma server {server.url} cannot be reached \(.*\)\. Start it, correct CHROMA_URL, or unset"
    for call in (lambda: stranger.current("quay"), stranger.names, lambda: store.build(article("quay"), minilm)):
        with pytest.raises(StoreError, match=unreachable):
            call()
    server.start()
    assert store.build(article("quay", "second"), minilm).article == article("quay", "second")
    assert_whole(stranger, minilm, "quay", {article("quay", "second").version})


def test_an_index_of_this_machine_is_kept_until_the_server_has_one(
    server: Server, tmp_path: Path, minilm: MiniLM
) -> None:
    local = Store(tmp_path / "here")
    local.build(article("weir"), minilm)
    store = Store(tmp_path / "here", server.url)
    assert store.current("weir") is None
    server.stop()
    with pytest.raises(StoreError):
        store.build(article("weir", "second"), minilm)
    assert_whole(local, minilm, "weir", {article("weir").version})
    server.start()
    store.build(article("weir", "second"), minilm)
    assert_whole(store, minilm, "weir", {article("weir", "second").version})


def test_something_else_at_the_address_is_explained(tmp_path: Path) -> None:
    web = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path), "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert web.stdout is not None
        port = int(web.stdout.readline().split(" port ")[1].split()[0])
        with pytest.raises(StoreError, match=rf"The Chroma server http://127\.0\.0\.1:{port} refused"):
            Store(tmp_path / "here", f"http://127.0.0.1:{port}").names()
    finally:
        web.kill()
        web.communicate()
