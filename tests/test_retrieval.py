"""The sentence that answers is found, with vectors, with words alone, and however the question is typed."""

import time
from pathlib import Path

import numpy as np
import pytest

from assistant import corpus, questions
from assistant.embeddings import MiniLM
from assistant.index import ArticleIndex, TokenVectors
from assistant.retrieval import Retriever
from assistant.retrieval.alignment import best_match, over_passages, passages_of, with_neighbours, word_groups
from assistant.retrieval.bm25 import Lexicon
from assistant.schema import Article
from assistant.text import spelling


@pytest.fixture(scope="module")
def article(harbour: Path) -> Article:
    return corpus.load(harbour)


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def index(article: Article, model: MiniLM) -> ArticleIndex:
    encoded = model.encode([sentence.text for document in article.documents for sentence in document.sentences])
    return ArticleIndex(article, model.name, encoded.sentence_vectors, encoded.token_vectors)


@pytest.fixture(scope="module")
def retriever(index: ArticleIndex, model: MiniLM) -> Retriever:
    return Retriever(index, model)


def words_only(article: Article) -> Retriever:
    return Retriever(ArticleIndex(article, None, None, None), None)


FOUND = [
    ("How many people live on the Lower Quay?", "about 900 people live"),
    ("Who voted against the wall?", "voted against it"),
    ("How long will the wall be?", "1.3 km long"),
    ("What did Ana Ruiz call the vote?", "called the vote"),
    ("When does construction start?", "Construction starts in March"),
    ("which bridges will be closed", "Three footbridges will be closed"),
    ("hwo many houses were floded", "212 houses"),
    ("What did Halloran say after the vote?", "Mayor Petra Halloran said after the vote"),
    ("who is the city engneer", "the city engineer"),
    ("¿Cuántas casas? 212", "212 houses"),
]


@pytest.mark.parametrize(("question", "words"), FOUND, ids=[question for question, _ in FOUND])
def test_sentence_with_the_answer_is_among_the_first_three(retriever: Retriever, question: str, words: str) -> None:
    found = retriever.search(questions.analyse(question))
    assert any(words in item.sentence.text for item in found[:3]), [item.sentence.text for item in found[:3]]


def test_scores_fall_and_sentences_are_not_repeated(retriever: Retriever) -> None:
    found = retriever.search(questions.analyse("What will the wall cost?"))
    scores = [item.score for item in found]
    assert scores == sorted(scores, reverse=True)
    assert len({item.sentence.id for item in found}) == len(found) == 20


def test_k_is_the_most_that_comes_back(retriever: Retriever) -> None:
    assert len(retriever.search(questions.analyse("Who voted?"), k=3)) == 3


def test_documents_are_named(retriever: Retriever, article: Article) -> None:
    for item in retriever.search(questions.analyse("Who voted?")):
        assert item.sentence in article.document_of[item.document].sentences


@pytest.mark.parametrize("question", ["", "???", "🙂", "of the and", "x" * 2000, "\x00", "Ω ≈ ç √"])
def test_odd_questions_do_no_harm(retriever: Retriever, article: Article, question: str) -> None:
    analysed = questions.analyse(question)
    for found in (retriever.search(analysed), words_only(article).search(analysed)):
        for item in found:
            assert np.isfinite(item.score)
            assert all(np.isfinite(value) for value in item.features.values())


def test_words_alone_find_it_without_any_vectors(article: Article) -> None:
    found = words_only(article).search(questions.analyse("How many people live on the Lower Quay?"))
    assert any("about 900 people live" in item.sentence.text for item in found[:3])
    assert "match_here" not in found[0].features
    assert "cosine" not in found[0].features


def test_a_model_of_one_vector_a_text_is_fused_with_words(index: ArticleIndex, model: MiniLM) -> None:
    pooled = ArticleIndex(index.article, "other", index.sentence_vectors, None)
    found = Retriever(pooled, model).search(questions.analyse("How many people live on the Lower Quay?"))
    assert any("about 900 people live" in item.sentence.text for item in found[:3])
    assert "match_here" not in found[0].features
    assert "cosine" in found[0].features


def test_an_article_without_sentences_has_no_evidence(article: Article, model: MiniLM) -> None:
    empty = article.model_copy(update={"documents": (article.article.model_copy(update={"sentences": ()}),)})
    vectors = model.encode([])
    for index in (
        ArticleIndex(empty, None, None, None),
        ArticleIndex(empty, model.name, vectors.sentence_vectors, vectors.token_vectors),
    ):
        assert Retriever(index, model).search(questions.analyse("Who voted?")) == ()


def test_a_search_costs_little_beside_the_encoding(retriever: Retriever) -> None:
    question = questions.analyse("How many people live on the Lower Quay?")
    retriever.search(question)
    start = time.process_time()
    for _ in range(10):
        retriever.search(question)
    assert (time.process_time() - start) / 10 < 0.08


def test_best_match_takes_the_best_token_of_each_text() -> None:
    unit = np.eye(3, dtype=np.float32)
    tokens = TokenVectors(unit[[0, 1, 2]], np.array([0, 2, 2, 3]), ("a", "b", "c"))
    match = best_match(unit[[0, 2]], tokens)
    assert match.tolist() == [[1, 0], [-1, -1], [0, 1]]


def test_neighbours_lend_at_a_discount_within_their_passage_only() -> None:
    match = np.array([[1.0], [0.0], [0.0]], np.float32)
    widened = with_neighbours(match, np.array([0, 0, 1]))
    assert widened[:, 0].tolist() == pytest.approx([1.0, 0.9, 0.0])
    assert over_passages(match, np.array([0, 0, 1]))[:, 0].tolist() == [1.0, 1.0, 0.0]


def test_passages_join_short_paragraphs_and_never_cross_documents() -> None:
    paragraphs = [(0, 0), (0, 1), (0, 1), (0, 2), (0, 2), (1, 0)]
    assert passages_of(paragraphs).tolist() == [0, 0, 0, 1, 1, 2]
    assert passages_of([]).tolist() == []


def test_pieces_are_joined_to_words() -> None:
    assert word_groups(["de", "##tain", "##er", "?"]) == [("detainer", [0, 1, 2]), ("?", [3])]


def test_bm25_prefers_the_rare_word_and_the_short_text() -> None:
    lexicon = Lexicon([["wall", "flood"], ["wall", "vote"], ["wall", "vote", "mayor", "harbour", "storm"], []])
    scores = lexicon.scores(["wall", "flood"])
    assert scores.argmax() == 0
    assert scores[1] > scores[2] > scores[3] == 0
    assert lexicon.scores(["unheard"]).tolist() == [0, 0, 0, 0]
    assert Lexicon([]).scores(["wall"]).tolist() == []


KNOWN = {"albuquerque": 9, "stockton": 4, "sessions": 12, "detainer": 3, "county": 2}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who is in Albuquerqe?", "Who is in Albuquerque?"),
        ("what did sesions say", "what did sessions say"),
        ("what is a detianer", "what is a detainer"),
        ("Is Stockholm in it?", "Is Stockholm in it?"),
        ("the country", "the country"),
        ("Tounty", "Tounty"),
        ("", ""),
    ],
)
def test_slips_are_put_right_and_other_names_are_not(typed: str, meant: str) -> None:
    assert spelling.corrected(typed, KNOWN, {"country"}) == meant


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("WHO SENT THE LETTERS?", "who sent the letters?"),
        ("WHY 48 HOURS, AND NOT 72?", "why 48 hours, and not 72?"),
        ("Who sent the letters to ICE?", "Who sent the letters to ICE?"),
        ("FBI?", "FBI?"),
        ("", ""),
    ],
)
def test_a_question_in_capitals_is_read_in_small_letters(typed: str, read: str) -> None:
    assert spelling.lowered(typed) == read


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [("wall", "wall", 0), ("wall", "wal", 1), ("wall", "wlal", 1), ("wall", "tall", 1), ("stockholm", "stockton", 3)],
)
def test_slips_are_counted(left: str, right: str, count: int) -> None:
    assert spelling.slips(left, right) == count
