"""The probability that sentences answer, and the words of a question that they leave unsupported."""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant import answerability, corpus, questions
from assistant.answerability import missing_slots, probability, threshold
from assistant.embeddings import MiniLM
from assistant.index import ArticleIndex
from assistant.retrieval import Retriever, signals
from assistant.retrieval.alignment import word_groups
from assistant.schema import Article, Evidence, Sentence
from assistant.text.lexicon import root

MODEL = json.loads((Path(answerability.__file__).parent / "answerability.json").read_text(encoding="utf-8"))

ANSWERABLE = [
    "How many people live on the Lower Quay?",
    "Who voted against the wall?",
    "How long will the wall be?",
    "What will the wall cost?",
    "When does construction start?",
    "Which bridges will be closed?",
    "How many houses did the storm flood?",
]
UNANSWERABLE = [
    "Which contractor will build the tunnel under the airport?",
    "How much does the mayor earn a year?",
    "What is the capital of Australia?",
    "Who plays the piano in the orchestra?",
    "How many cars were stolen in 2011?",
    "When was the football stadium opened?",
    "Why was the hospital closed?",
]


@pytest.fixture(scope="module")
def index(harbour: Path) -> ArticleIndex:
    article = corpus.load(harbour)
    encoded = MiniLM().encode([sentence.text for document in article.documents for sentence in document.sentences])
    return ArticleIndex(article, MiniLM.name, encoded.sentence_vectors, encoded.token_vectors)


@pytest.fixture(scope="module")
def retriever(index: ArticleIndex) -> Retriever:
    return Retriever(index, MiniLM())


@pytest.fixture(scope="module")
def words_only(index: ArticleIndex) -> Retriever:
    return Retriever(ArticleIndex(index.article, None, None, None), None)


@pytest.fixture(scope="module")
def article(index: ArticleIndex) -> Article:
    return index.article


def alone(article: Article) -> Article:
    """The same article without its sources."""
    return article.model_copy(update={"documents": article.documents[:1]})


def asked(retriever: Retriever, text: str, article: Article) -> float:
    question = questions.analyse(text)
    return probability(question, retriever.search(question), article)


def evidence(*texts: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            sentence=Sentence(id=f"article:{n}", start=0, end=len(text), text=text), document="article", score=1.0 / n
        )
        for n, text in enumerate(texts, start=1)
    )


@pytest.mark.parametrize("sources", [True, False])
@pytest.mark.parametrize("kind", ["retriever", "words_only"])
def test_answerable_questions_are_likelier_than_unanswerable_ones(
    kind: str, sources: bool, article: Article, request: pytest.FixtureRequest
) -> None:
    found: Retriever = request.getfixturevalue(kind)
    article = article if sources else alone(article)
    yes = [asked(found, text, article) for text in ANSWERABLE]
    no = [asked(found, text, article) for text in UNANSWERABLE]
    right = sum(high > low for high in yes for low in no)
    assert right >= 0.9 * len(yes) * len(no)


def test_without_evidence_nothing_is_likely(article: Article) -> None:
    assert probability(questions.analyse("Who voted?"), (), article) == 0.0


@pytest.mark.parametrize("question", ["", "?", "🙂🙂", "x" * 2000])
def test_probability_is_one_for_any_question(retriever: Retriever, question: str, article: Article) -> None:
    assert 0.0 <= asked(retriever, question, article) <= 1.0


def test_evidence_without_signals_still_has_a_probability(article: Article) -> None:
    assert 0.0 < probability(questions.analyse("Who voted?"), evidence("They voted."), article) < 1.0


def test_the_models_are_complete_and_finite(article: Article) -> None:
    assert threshold(article) == MODEL["sources"]["threshold"]
    assert threshold(alone(article)) == MODEL["alone"]["threshold"]
    for group in MODEL.values():
        assert 0 < group["threshold"] < 1
        for model in group["models"].values():
            assert math.isfinite(model["intercept"])
            assert all(spread > 0 for _, spread, *_ in model["signals"].values())
            assert all(math.isfinite(value) for values in model["signals"].values() for value in values)


@pytest.mark.parametrize("group", MODEL)
def test_every_signal_that_is_weighed_is_computed(group: str, retriever: Retriever, words_only: Retriever) -> None:
    question = questions.analyse("How many people live on the Lower Quay?")
    for name, found in (("vectors", retriever), ("words", words_only)):
        signals = answerability.inputs(question, found.search(question))
        assert set(MODEL[group]["models"][name]["signals"]) <= set(signals)


@pytest.mark.parametrize(
    ("question", "sentences", "missing"),
    [
        ("Who is Ana Ruiz?", ["Ana Ruiz, a shop owner, called the vote overdue."], ()),
        ("Did Oskar Thiel resign?", ["Ana Ruiz called the vote overdue."], ("Oskar Thiel", "resign")),
        ("How many people work for the program?", ["The program is open to cities."], ("people", "work")),
        ("When did the council vote?", ["The council voted on Tuesday."], ()),
        ("Who aproved the wall?", ["The council approved the wall."], ()),
        ("Was it in 2021?", ["It was in 2019."], ("2021",)),
        ("Did Perry sign?", ["Berry signed it."], ("Perry",)),
        ("Who voted?", [], ("voted",)),
    ],
)
def test_missing_slots_are_named(question: str, sentences: list[str], missing: tuple[str, ...]) -> None:
    assert missing_slots(questions.analyse(question), evidence(*sentences)) == missing


def lexical(question: str, sentence: str, passage: str = "") -> dict[str, float]:
    analysed = questions.analyse(question)
    asked = signals.ask(analysed, dict.fromkeys(map(root, analysed.terms), 1.0))
    here = signals.Reading.of(sentence)
    around = here.roots | signals.Reading.of(passage).roots
    return signals.lexical(asked, here, here.roots, around, around)


@pytest.mark.parametrize(
    ("question", "sentence", "signal", "value"),
    [
        ("Where did it not begin?", "It began in the north.", "only_question_denies", 1),
        ("Where did it begin?", "It never began.", "only_sentence_denies", 1),
        ("Which plan was rejected?", "The council approved the plan.", "opposite_here", 1),
        ("Which plan was approved?", "The council approved the plan.", "opposite_here", 0),
        ("When was the vote?", "The vote was on Tuesday.", "fits", 1),
        ("When was the vote?", "The vote was close.", "fits", 0),
        ("How many voted?", "In all, 41 people voted.", "fits", 1),
        ("Who voted?", "The wall was approved by Lena Brandt.", "fits", 1),
        ("Who was Lena Brandt?", "The wall was fought by Lena Brandt.", "fits", 0),
        ("Was it in 2021?", "It was in 2019.", "numbers_unmatched_here", 1),
        ("Did Thiel vote?", "Brandt voted.", "names_here", 0),
        ("Did Brandt vote?", "Brandt voted.", "names_here", 1),
    ],
)
def test_signals_of_words(question: str, sentence: str, signal: str, value: float) -> None:
    assert lexical(question, sentence)[signal] == value


def test_signals_of_vectors_name_the_worst_word() -> None:
    unit = np.eye(3, dtype=np.float32)
    here = np.stack([unit[0] + unit[1], unit[0] + unit[1] + unit[2]])
    matches = signals.Matches(
        groups=word_groups(["wall", "cost", "airport"]),
        weights=np.full(3, 1 / 3, np.float32),
        here=here,
        window=here,
        passage=np.ones_like(here),
        article=np.ones(3, np.float32),
        title=np.zeros_like(here),
    )
    first, second = signals.aligned(matches, np.array([0, 1]), [({"wall"}, {"airport"})] * 2)
    assert first["worst_here"] == 0
    assert second["worst_here"] == 1
    assert (first["weakest_said_passage"], first["weakest_said_article"]) == (0, 1)
    assert first["passage_gain"] == pytest.approx(1 / 3)


def test_more_of_the_question_in_the_sentence_is_more_overlap() -> None:
    sentences = ["It rained.", "The council met.", "The council approved it.", "The council approved the wall."]
    shares = [lexical("Did the council approve the wall?", sentence)["overlap_here"] for sentence in sentences]
    assert all(low < high for low, high in pairwise(shares))
