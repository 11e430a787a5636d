"""The store keeps an article's versions, embeds nothing twice, and says what to do when it cannot work."""

import errno
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.embeddings import MiniLM
from assistant.errors import SettingsError, StoreError
from assistant.index import Encoded
from assistant.store import Store
from assistant.store.indexing import index_article
from tests.indexer import Indexer, article, assert_whole
from tests.offline import offline

ROOT = Path(__file__).parent.parent


class CountingMiniLM(MiniLM):
    """The embedded model, keeping what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Encoded:
        self.encoded.extend(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def model() -> CountingMiniLM:
    return CountingMiniLM()


@pytest.fixture
def minilm(model: CountingMiniLM) -> CountingMiniLM:
    model.encoded.clear()
    return model


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def builds(store_directory: Path) -> list[Path]:
    return sorted(path for path in store_directory.glob("*/*") if path.is_dir())


def test_nothing_is_stored_at_first(store: Store) -> None:
    assert store.current("walls") is None
    assert store.version("walls") is None
    assert store.names() == ()


def test_a_stored_article_comes_back_whole(store: Store, minilm: CountingMiniLM) -> None:
    stored = article("walls")
    built = store.build(stored, minilm)
    index = assert_whole(store, minilm, "walls", {stored.version})
    assert index.article == built.article == stored
    assert index.model == built.model == "all-MiniLM-L6-v2"
    assert store.version("walls") == stored.version
    assert store.names() == ("walls",)
    assert built.sentence_vectors is not None
    np.testing.assert_array_equal(index.sentence_vectors, built.sentence_vectors)


def test_what_is_stored_moves_no_cosine_by_more_than_a_two_thousandth(store: Store, minilm: CountingMiniLM) -> None:
    stored = article("walls", sentences=30)
    computed = index_article(stored, minilm).token_vectors
    read = store.build(stored, minilm).token_vectors
    asked = minilm.encode(["How long is wall 7 in the first edition?"]).token_vectors
    assert computed is not None
    assert read is not None
    assert asked is not None
    moved = asked.vectors @ (read.vectors - computed.vectors).T
    assert 0 < np.abs(moved).max() < 0.0005


def test_another_process_reads_it_without_chroma_and_langchain(
    store: Store, minilm: CountingMiniLM, tmp_path: Path
) -> None:
    store.build(article("walls"), minilm)
    code = (
        "import sys; from pathlib import Path; from assistant.store import Store\n"
        f"index = Store(Path({str(tmp_path / 'store')!r})).current('walls')\n"
        "print(index.article.version, index.sentence_vectors.shape, len(index.token_vectors.tokens))\n"
        "print([name for name in sys.modules if name.startswith(('chromadb', 'langchain', 'onnxruntime', 'scipy'))])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["walls first 6 (6, 384) 56", "[]"]


def test_unchanged_content_is_not_embedded_again(store: Store, minilm: CountingMiniLM) -> None:
    store.build(article("walls"), minilm)
    minilm.encoded.clear()
    calls: list[tuple[int, int]] = []
    store.build(article("walls"), minilm, lambda done, total: calls.append((done, total)))
    assert minilm.encoded == []
    assert calls == []


def test_of_a_new_version_only_new_sentences_are_embedded(store: Store, minilm: CountingMiniLM, tmp_path: Path) -> None:
    first, second = article("walls", "first", 12), article("walls", "second", 12)
    store.build(first, minilm)
    kept = {sentence.text for sentence in first.sentence_of.values()}
    minilm.encoded.clear()
    calls: list[tuple[int, int]] = []
    store.build(second, minilm, lambda done, total: calls.append((done, total)))
    assert sorted(minilm.encoded) == sorted({s.text for s in second.sentence_of.values()} - kept)
    assert calls == [(0, 8), (8, 8)]
    assert_whole(store, minilm, "walls", {second.version})
    assert len(builds(tmp_path / "store")) == 1


def test_equal_sentences_are_embedded_once(store: Store, minilm: CountingMiniLM) -> None:
    one = article("walls", sentences=4)
    twin = one.documents[0].model_copy(
        update={
            "id": "twin",
            "sentences": tuple(
                s.model_copy(update={"id": s.id.replace("article", "twin")}) for s in one.documents[0].sentences
            ),
        }
    )
    store.build(one.model_copy(update={"documents": (*one.documents, twin)}), minilm)
    assert len(minilm.encoded) == len(set(minilm.encoded)) == 4
    assert_whole(store, minilm, "walls", {one.version})


def test_better_labels_of_the_same_text_are_stored_without_embedding(store: Store, minilm: CountingMiniLM) -> None:
    plain = article("walls")
    store.build(plain, minilm)
    minilm.encoded.clear()
    sentence = plain.documents[0].sentences[0].model_copy(update={"voice": "quoted", "speaker": "Ana Ruiz"})
    document = plain.documents[0].model_copy(update={"sentences": (sentence, *plain.documents[0].sentences[1:])})
    store.build(plain.model_copy(update={"documents": (document, *plain.documents[1:])}), minilm)
    index = store.current("walls")
    assert index is not None
    assert index.article.sentence_of["article:1"].speaker == "Ana Ruiz"
    assert minilm.encoded == []


class OtherModel:
    """A model of another name, which gives no token vectors."""

    name = "other"

    def encode(self, texts: Sequence[str]) -> Encoded:
        return Encoded(np.array(self.embed_documents(list(texts)), np.float32), None)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[0.6, 0.8, 0.0] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        return [0.6, 0.8, 0.0]


def test_another_model_builds_the_index_again(store: Store, minilm: CountingMiniLM) -> None:
    store.build(article("walls"), minilm)
    store.build(article("walls"), OtherModel())
    index = store.current("walls")
    assert index is not None
    assert (index.model, index.token_vectors) == ("other", None)
    assert index.sentence_vectors is not None
    assert index.sentence_vectors.shape == (6, 3)
    assert store.vectorstore("walls", OtherModel()).similarity_search("x", k=1)
    with pytest.raises(StoreError, match="not indexed with all-MiniLM"):
        store.vectorstore("walls", minilm)
    store.build(article("walls"), minilm)
    assert_whole(store, minilm, "walls", {article("walls").version})


def test_without_a_model_the_words_are_stored_and_vectors_that_are_there_are_kept(
    store: Store, minilm: CountingMiniLM
) -> None:
    words = store.build(article("walls"), None)
    assert (words.model, words.sentence_vectors, words.token_vectors) == (None, None, None)
    assert store.build(article("walls"), minilm).model == minilm.name
    assert store.build(article("walls"), None).model == minilm.name
    assert store.build(article("walls", "second"), None).model is None


@pytest.mark.parametrize(
    "name",
    ["w", "洪水壁", "Wall: 4.2 km / “overdue”", "..", "a" * 500, " ", "🌊", "WALLS", "con.", "-", "wa\nlls"],
)
def test_any_name_can_be_stored(store: Store, minilm: CountingMiniLM, name: str, tmp_path: Path) -> None:
    store.build(article("walls"), minilm)
    named = article("walls", "named").model_copy(update={"name": name})
    store.build(named, minilm)
    assert store.names() == tuple(sorted((name, "walls")))
    assert_whole(store, minilm, name, {named.version})
    assert store.version("walls") == article("walls").version
    assert {path.name for path in tmp_path.iterdir()} == {"store"}


def test_langchain_can_search_it(store: Store, minilm: CountingMiniLM) -> None:
    store.build(article("walls", sentences=12), minilm)
    chroma = store.vectorstore("walls", minilm)
    document, distance = chroma.similarity_search_with_score("Wall 3 of minutes is 3 km.", k=1)[0]
    assert (document.id, document.metadata["document"]) == ("minutes:4", "minutes")
    assert document.page_content == "Wall 3 of minutes is 3 km."
    assert distance == pytest.approx(0, abs=1e-5)
    assert chroma.as_retriever(search_kwargs={"k": 2}).invoke("walls")


def test_distance_is_cosine(store: Store, tmp_path: Path) -> None:
    store.build(article("walls"), OtherModel())
    chroma = store.vectorstore("walls", OtherModel())
    ((_, distance),) = chroma.similarity_search_by_vector_with_relevance_scores([3.0, 4.0, 0.0], k=1)
    assert distance == pytest.approx(0, abs=1e-6)


def test_a_running_reader_notices_a_new_version(tmp_path: Path, store: Store, minilm: CountingMiniLM) -> None:
    store.build(article("walls"), minilm)
    indexer = Indexer(tmp_path / "store")
    indexer.start("walls", "second")
    assert indexer.outcome() == "done walls second 6"
    indexer.kill()
    assert store.version("walls") == "walls second 6"
    assert_whole(store, minilm, "walls", {"walls second 6"})


def test_more_rows_than_one_batch(store: Store) -> None:
    store.build(article("walls", sentences=2_500), OtherModel())
    assert len(store.vectorstore("walls", OtherModel()).get()["ids"]) == 2_500


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "overwritten":
        path.write_bytes(os.urandom(len(content)))
    elif how == "one bit":
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        path.write_bytes(changed)
    else:
        path.unlink()


@pytest.mark.parametrize("how", ["cut", "empty", "overwritten", "one bit", "deleted"])
def test_a_damaged_snapshot_is_noticed_and_built_again(
    how: str, store: Store, minilm: CountingMiniLM, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.build(article("walls"), minilm)
    damage(next(tmp_path.glob("store/*/*/snapshot.npz")), how)
    assert store.current("walls") is None
    assert how == "deleted" or "damaged" in caplog.text
    store.build(article("walls"), minilm)
    assert_whole(store, minilm, "walls", {article("walls").version})


@pytest.mark.parametrize("how", ["cut", "empty", "overwritten", "deleted"])
def test_a_damaged_pointer_is_noticed_and_built_again(
    how: str, store: Store, minilm: CountingMiniLM, tmp_path: Path
) -> None:
    store.build(article("walls"), minilm)
    damage(next(tmp_path.glob("store/*/current.json")), how)
    assert store.version("walls") is None
    assert store.current("walls") is None
    assert store.names() == ()
    store.build(article("walls"), minilm)
    assert_whole(store, minilm, "walls", {article("walls").version})
    assert len(builds(tmp_path / "store")) == 1


@pytest.mark.parametrize("content", ["[]", "null", "{}", '{"name": "walls"}', "{}{}", '"x"', "nan"])
def test_a_pointer_that_is_no_pointer_is_none(
    content: str, store: Store, minilm: CountingMiniLM, tmp_path: Path
) -> None:
    store.build(article("walls"), minilm)
    next(tmp_path.glob("store/*/current.json")).write_text(content)
    assert store.current("walls") is None


def test_a_pointer_cannot_lead_out_of_its_folder(store: Store, minilm: CountingMiniLM, tmp_path: Path) -> None:
    store.build(article("walls"), minilm)
    pointer = next(tmp_path.glob("store/*/current.json"))
    fields = json.loads(pointer.read_text())
    for build in ("../other", "..", "/etc", "", ".", 7):
        pointer.write_text(json.dumps(fields | {"build": build}))
        assert store.current("walls") is None


@pytest.mark.parametrize("how", ["cut", "overwritten", "deleted"])
def test_a_damaged_chroma_folder_is_explained_and_answers_go_on(
    how: str, store: Store, minilm: CountingMiniLM, tmp_path: Path
) -> None:
    store.build(article("walls"), minilm)
    damage(next(tmp_path.glob("store/*/*/chroma/chroma.sqlite3")), how)
    assert store.current("walls") is not None
    with pytest.raises(StoreError, match=r"damaged.*Delete .* and run `python -m assistant index`") as caught:
        store.vectorstore("walls", minilm)
    shutil.rmtree(str(caught.value).split("Delete ")[1].split(" and run")[0])
    store.build(article("walls"), minilm)
    assert_whole(store, minilm, "walls", {article("walls").version})


def test_a_waiting_writer_says_who_holds_the_lock_and_gives_up(
    minilm: CountingMiniLM, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    indexer = Indexer(tmp_path / "store")
    try:
        indexer.start("walls", "first", 6_000)
        assert indexer.says() == "embedded 0"
        holder = rf"process {indexer.pid} on \S+ \(since 20\d\d-\d\d-\d\dT"
        store = Store(tmp_path / "store", patience=0.2)
        with pytest.raises(StoreError, match=rf"After 0 s {holder}.*Wait for it or end it"):
            store.build(article("walls"), minilm)
        assert "Waiting for process" in caplog.text
        assert store.build(article("bridges"), minilm).article.name == "bridges"
    finally:
        indexer.kill()
    # The holder is dead; the file it left locks nothing.
    caplog.clear()
    Store(tmp_path / "store", patience=0).build(article("walls"), minilm)
    assert caplog.text == ""


def said_by_indexer(script: str, lines: str, **environment: str) -> list[str]:
    """What the indexer says when it is run, as `$INDEX`, by a shell script that limits what it may do."""
    result = subprocess.run(
        ["bash", "-c", script],
        input=lines,
        env=os.environ | {"INDEX": f"{sys.executable} -m tests.indexer"} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert "Traceback" not in result.stderr, result.stderr
    return [line for line in result.stdout.splitlines() if not line.startswith(("ready", "embedded"))]


def test_no_permission_is_explained(tmp_path: Path) -> None:
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and setpriv is not there to take that away")
    directory = tmp_path / "store"
    directory.mkdir(mode=0o555)
    drop = "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-all " if os.getuid() == 0 else ""
    (said,) = said_by_indexer(f"{drop}$INDEX {directory}", "walls first 6\n")
    assert said.startswith(f"StoreError: No permission to keep the index in {directory}")
    assert "set ASSISTANT_DATA_DIR" in said


def test_a_directory_that_is_a_file_is_explained(tmp_path: Path, minilm: CountingMiniLM) -> None:
    (tmp_path / "store").write_text("")
    store = Store(tmp_path / "store")
    assert store.current("walls") is None
    with pytest.raises(StoreError, match=r"cannot be used \(.*\)\. Check that folder, or set ASSISTANT_DATA_DIR"):
        store.build(article("walls"), minilm)


def test_a_full_disk_is_explained_and_leaves_nothing_behind(tmp_path: Path) -> None:
    mount = "mount -t tmpfs -o size=700k none"
    if subprocess.run(["unshare", "-m", *mount.split(), "/mnt"], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here; the next test limits the size of files instead")
    # The first fits; the second fits as a snapshot and not into Chroma; of the third nothing fits.
    said = said_by_indexer(
        f"unshare -m bash -c '{mount} {tmp_path} && $INDEX {tmp_path}/store && ls {tmp_path}/store/*'",
        "walls first 4\nwalls second 20\nwalls third 120\nwalls first 4\n",
    )
    assert said[0] == "done walls first 4"
    for line in said[1:3]:
        assert line.startswith(f"StoreError: No room to keep the index in {tmp_path}/store (")
        assert line.endswith(
            "Free some space or raise the limit, then try again; what was indexed before still answers."
        )
    assert "database or disk is full" in said[1]
    assert os.strerror(errno.ENOSPC) in said[2]
    assert said[3] == "done walls first 4"
    assert len(said[4:]) == 3  # the pointer, the lock and one build


def test_a_limit_on_files_is_explained(tmp_path: Path) -> None:
    (said,) = said_by_indexer(f"ulimit -f 40; $INDEX {tmp_path}/store", "walls first 60\n")
    assert said.startswith(f"StoreError: No room to keep the index in {tmp_path}/store ({os.strerror(errno.EFBIG)})")
    assert builds(tmp_path / "store") == []


def test_indexing_asks_nothing_of_the_network_and_leaves_no_file_elsewhere(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from assistant.embeddings import MiniLM; from assistant.store import Store\n"
        "from tests.indexer import article, assert_whole\n"
        f"minilm = MiniLM(); store = Store(Path({str(tmp_path / 'the store: 100% #1?')!r}))\n"
        "store.build(article('walls'), minilm)\n"
        "assert_whole(store, minilm, 'walls', {article('walls').version})"
    )
    assert offline(code, tmp_path) == ([], [])
    assert builds(tmp_path / "the store: 100% #1?")


def test_threads_may_share_a_store(store: Store, minilm: CountingMiniLM, tmp_path: Path) -> None:
    articles = [article(name, edition) for edition in "123" for name in ("walls", "bridges")]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda wanted: store.build(wanted, minilm), articles))
    for name in ("walls", "bridges"):
        assert_whole(store, minilm, name, {article(name, edition).version for edition in "123"})
    assert len(builds(tmp_path / "store")) == 2


def test_an_article_without_a_sentence_can_be_stored(store: Store, minilm: CountingMiniLM) -> None:
    empty = article("walls", sentences=0)
    store.build(empty, minilm)
    index = store.current("walls")
    assert index is not None
    assert (index.article, index.model, index.sentence_vectors) == (empty, minilm.name, None)


def test_a_directory_named_by_a_relative_path_stays_where_it_was(
    tmp_path: Path, minilm: CountingMiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(Path("store"))
    store.build(article("walls"), minilm)
    monkeypatch.chdir("/")
    assert_whole(store, minilm, "walls", {article("walls").version})


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://chroma", "http://", "http://x:port", "http://x/path"])
def test_an_address_that_is_none_is_a_wrong_setting(url: str, tmp_path: Path) -> None:
    if not url:
        assert Store(tmp_path, url).names() == ()  # an empty variable is an unset one
        return
    with pytest.raises(SettingsError, match=r"CHROMA_URL=.* is not the address of a server"):
        Store(tmp_path, url)


def test_warnings_of_a_healthy_store_are_none(
    store: Store, minilm: CountingMiniLM, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        store.build(article("walls"), minilm)
        store.build(article("walls", "second"), minilm)
        store.current("walls")
    assert caplog.records == []
