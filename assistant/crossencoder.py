"""A cross-encoder: reads a question and a sentence together and says whether this sentence answers it.

Vectors made apart match words and topics; who did what to whom shows only when both texts are read in one pass
(Nogueira and Cho 2019, arXiv 1901.04085). The network is the embedded model's own, with low-rank changes to its weights
(LoRA; Hu et al., ICLR 2022) from `crossencoder.npz`, which `evals/reading/train.py` writes.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant import weights
from assistant.errors import EmbeddingsError
from assistant.neighbours import document_of, previous
from assistant.schema import Article, Sentence

if TYPE_CHECKING:
    from onnxruntime import OrtValue

Floats = NDArray[np.float32]

CHANGES: Final = Path(__file__).with_name("crossencoder.npz")
SCALE: Final = 2.0
"""LoRA's alpha divided by its rank."""
_ASKED_TOKENS: Final = 40
_BEFORE_TOKENS: Final = (8, 28)
_PASSAGE_TOKENS: Final = 48
_SENTENCE_TOKENS: Final = 100
"""Of a longer question or sentence the beginning is read, of what stands before a sentence the end: the longer the
sentence, the less it leans on that, and the more it costs to read."""
_START, _END = 101, 102
_THREADS: Final = 2
_NO_WORD: Final = -20.0
_NEARLY: Final = 3.0


class Reading(NamedTuple):
    """What reading one sentence with the question tells."""

    answers: float
    """Whether the sentence answers the question: a logit."""
    words: float
    """Whether the likeliest of its words belongs to the answer: a logit."""
    start: int
    end: int
    """Characters of the sentence: that word, with those beside it that are nearly as likely."""


class CrossEncoder:
    """Threads may share an instance."""

    def __init__(self, model: Path, changes: Path = CHANGES) -> None:
        """Load the embedded model from its folder with its changes: 0.2 s, 110 MB.

        Raises EmbeddingsError when the changes are missing or do not fit.
        """
        try:
            with changes.open("rb") as file, np.load(file) as arrays:
                stored = dict(arrays)
            # The session reads them where they are.
            self._replaced = _replaced(model, stored)
            self._heads: Floats = stored["heads"].astype(np.float32)
            self._biases: Floats = stored["head_biases"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise EmbeddingsError(
                f"The cross-encoder's weights, {changes.name}, cannot be used ({error}). Put back the released file."
            ) from error
        self._session = weights.session(model, _THREADS, self._replaced)
        self._tokenizer = weights.tokenizer(model)

    def read(self, question: str, sentences: Sequence[Sentence], article: Article) -> list[Reading]:
        """A reading of each of the sentences, in their order."""
        return self.read_passages(question, [(_before(sentence, article), sentence.text) for sentence in sentences])

    def read_passages(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """The same of sentences as texts, each with the text before it."""
        if not passages:
            return []
        texts = [ended(question), *(text for passage in passages for text in passage)]
        asked, *encoded = (self._tokenizer.encode(weights.encodable(text), add_special_tokens=False) for text in texts)
        read = encoded[1::2]
        inputs = [
            joined(asked.ids, before.ids, sentence.ids) for before, sentence in zip(encoded[::2], read, strict=True)
        ]
        longest = max(len(ids) for ids, _ in inputs)
        ids = np.zeros((len(inputs), longest), np.int64)
        mask, kinds = np.zeros_like(ids), np.zeros_like(ids)
        for row, (sequence, start) in enumerate(inputs):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
            kinds[row, start : len(sequence)] = 1
        fed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        hidden = self._session.run(["last_hidden_state"], fed)[0]
        logits = hidden @ self._heads + self._biases
        found = []
        for row, ((sequence, start), sentence) in enumerate(zip(inputs, read, strict=True)):
            # Of the sentence's own words, without the marker at its end.
            words = logits[row, start : len(sequence) - 1, 1]
            found.append(Reading(float(logits[row, 0, 0]), *_likeliest(words, sentence.offsets)))
        return found


@cache
def open_crossencoder(model: Path) -> CrossEncoder:
    """One for the process. Raises EmbeddingsError when its weights cannot be used."""
    return CrossEncoder(model)


def _before(sentence: Sentence, article: Article) -> str:
    """What is read before a sentence to understand it: the sentence before it, else its document's title."""
    before = previous(sentence, article)
    return before.text if before is not None else document_of(sentence, article).title


def _likeliest(words: Floats, places: Sequence[tuple[int, int]]) -> tuple[float, int, int]:
    """The highest of the words' logits, and where that word with its like to both sides starts and ends."""
    if not len(words):
        return _NO_WORD, 0, 0
    best = int(words.argmax())
    likely = words > words[best] - _NEARLY
    first = last = best
    while first and likely[first - 1]:
        first -= 1
    while last + 1 < len(words) and likely[last + 1]:
        last += 1
    return float(words[best]), places[first][0], places[last][1]


def ended(question: str) -> str:
    """As it was trained: a question ends with a mark."""
    asked = question.rstrip()
    return asked if asked.endswith(("?", ".", "!")) else asked + "?"


def joined(asked: Sequence[int], before: Sequence[int], sentence: Sequence[int]) -> tuple[list[int], int]:
    """One input, and where the sentence starts in it."""
    ids = [_START, *asked[:_ASKED_TOKENS], _END]
    if before:
        least, most = _BEFORE_TOKENS
        ids += [*before[-max(least, min(most, _PASSAGE_TOKENS - len(sentence))) :], _END]
    return [*ids, *sentence[:_SENTENCE_TOKENS], _END], len(ids)


def _replaced(model: Path, stored: Mapping[str, NDArray[Any]]) -> "dict[str, OrtValue]":
    """The network's weights that differ from the published ones: matrices with their low-rank change, and vectors."""
    from onnxruntime import OrtValue

    found = {}
    for name, start in zip(stored["matrices"].tolist(), stored["starts"].tolist(), strict=True):
        down, up = (_unpacked(stored, f"{name}.{side}") for side in ("down", "up"))
        published = weights.matrix(model, start, (len(down), up.shape[1]))
        found[name] = published + np.float32(SCALE) * (down @ up)
    for name in stored["vectors"].tolist():
        found[name] = stored[name].astype(np.float32)
    return {name: OrtValue.ortvalue_from_numpy(np.ascontiguousarray(values)) for name, values in found.items()}


def _unpacked(stored: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """A matrix kept as whole numbers from -127 to 127 with one scale for each of the ranks."""
    scales = stored[f"{name}.scales"]
    values: Floats = stored[name].astype(np.float32) * (scales if name.endswith("down") else scales[:, None])
    return values
