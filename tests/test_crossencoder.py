"""The cross-encoder tells an answer from a near miss, alone as in company, and says when its weights are broken."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant import weights
from assistant.crossencoder import CHANGES, CrossEncoder, open_crossencoder
from assistant.errors import EmbeddingsError
from tests.documents import article_of
from tests.offline import run

BEFORE = "Library hours to be cut from May"


@pytest.fixture(scope="module")
def encoder() -> CrossEncoder:
    return open_crossencoder(weights.folder())


@pytest.mark.parametrize(
    ("question", "answer", "miss"),
    [
        (
            "Who proposed the shorter hours?",
            "The plan for shorter hours came from the deputy clerk, Ilse Brandt.",
            "The council approved the shorter hours by five votes to two.",
        ),
        (
            "Why did Brandt leave the meeting?",
            "Brandt walked out after the chair had refused to let her speak.",
            "Brandt left the meeting at nine and gave no reason.",
        ),
        (
            "How much did the repairs cost last year?",
            "Last year 41,000 euros were spent on mending the roof.",
            "The repairs will cost 60,000 euros next year.",
        ),
        (
            "What do the neighbours think of the plan?",
            "People in the street next door called the plan a gift.",
            "The plan was shown to the neighbours on Monday.",
        ),
    ],
)
def test_an_answer_is_told_from_a_near_miss(encoder: CrossEncoder, question: str, answer: str, miss: str) -> None:
    right, wrong = encoder.read_passages(question, [(BEFORE, answer), (BEFORE, miss)])
    assert right.answers > wrong.answers


def test_a_sentence_is_read_with_the_one_before_it_or_with_its_title(encoder: CrossEncoder) -> None:
    article = article_of({"article": "The school opened in 1921. It was closed in 1987.", "letter": "It was closed."})
    first, second = article.article.sentences
    (alone,) = article.documents[1].sentences
    read = encoder.read("When was it closed?", [second, first, alone], article)
    passages = [
        (first.text, second.text),
        (article.article.title, first.text),
        (article.documents[1].title, alone.text),
    ]
    assert read == encoder.read_passages("When was it closed?", passages)
    assert read[0].answers > read[2].answers


def test_a_reading_is_the_same_whatever_is_read_beside_it(encoder: CrossEncoder) -> None:
    passages = [("", f"{'word ' * length}and the mayor resigned.") for length in (1, 30, 90)]
    together = encoder.read_passages("Who resigned?", passages)
    alone = [encoder.read_passages("Who resigned?", [passage])[0] for passage in passages]
    assert [one[:2] for one in together] == [pytest.approx(one[:2], abs=1e-3) for one in alone]


def test_threads_share_one(encoder: CrossEncoder) -> None:
    passages = [("", f"The mayor of town {number} resigned.") for number in range(12)]
    expected = encoder.read_passages("Who resigned?", passages)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda passage: encoder.read_passages("Who resigned?", [passage])[0], passages))
    assert [one[:2] for one in found] == [pytest.approx(one[:2], abs=1e-3) for one in expected]


@pytest.mark.parametrize("text", ["", "\ud800", "?", "🙂" * 50, "word " * 5_000, "[SEP] [CLS] [PAD]", "\x00"])
def test_any_text_can_be_read(encoder: CrossEncoder, text: str) -> None:
    readings = encoder.read_passages(text, [(text, text), ("", "A sentence.")])
    assert all(np.isfinite(reading[:2]).all() for reading in readings)
    assert 0 <= readings[0].start <= readings[0].end <= len(text)


def test_without_sentences_nothing_is_read(encoder: CrossEncoder) -> None:
    assert encoder.read_passages("Who?", []) == []


def test_there_is_one_for_the_process() -> None:
    assert open_crossencoder(weights.folder()) is open_crossencoder(weights.folder())


@pytest.mark.parametrize("content", [None, b"", b"no weights", b"PK\x03\x04 torn"])
def test_weights_that_cannot_be_used_are_named(tmp_path: Path, content: bytes | None) -> None:
    changes = tmp_path / "crossencoder.npz"
    if content is not None:
        changes.write_bytes(content)
    with pytest.raises(EmbeddingsError, match=r"crossencoder\.npz, cannot be used .*Put back the released file"):
        CrossEncoder(weights.folder(), changes)


def test_weights_of_another_model_are_named(tmp_path: Path) -> None:
    changes = tmp_path / "crossencoder.npz"
    with np.load(CHANGES) as file:
        stored = dict(file)
    stored["starts"] = stored["starts"] + 10**9
    np.savez(changes, **stored)
    with pytest.raises(EmbeddingsError, match=r"crossencoder\.npz, cannot be used"):
        CrossEncoder(weights.folder(), changes)


def test_reading_needs_no_package_for_training() -> None:
    result = run(
        "import sys\n"
        "from assistant import weights\n"
        "from assistant.crossencoder import open_crossencoder\n"
        "open_crossencoder(weights.folder()).read_passages('Who?', [('', 'The mayor.')])\n"
        "assert not {'torch', 'onnx', 'sklearn', 'langchain', 'chromadb'} & set(sys.modules)\n"
    )
    assert result.returncode == 0, result.stderr
