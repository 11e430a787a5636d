"""The order in which sentences are quoted: whose odds, and what comes last."""

import math

import pytest

from assistant import questions
from assistant.embeddings import MiniLM
from assistant.extractive import ranking
from assistant.index import ArticleIndex
from assistant.retrieval import Retriever
from assistant.schema import Article
from tests.documents import article_of

ARTICLE = article_of(
    {
        "article": "The review counted riders on all lines. Line N1 carried 240 riders a night. Line N4 carried 38.",
        "letter": "The board cut one line. “They showed up, and so should we,” said Dorothea Lind.",
    }
)


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    model = MiniLM()
    encoded = model.encode([sentence.text for document in ARTICLE.documents for sentence in document.sentences])
    return Retriever(ArticleIndex(ARTICLE, model.name, encoded.sentence_vectors, encoded.token_vectors), model)


def ranked(retriever: Retriever, text: str, article: Article = ARTICLE) -> list[ranking.Candidate]:
    question = questions.analyse(text)
    return ranking.ranked(question, retriever.search(question), article)


def test_the_first_has_odds_of_one_and_the_others_no_more(retriever: Retriever) -> None:
    odds = [found.odds for found in ranked(retriever, "How many riders did line N1 carry?")]
    assert odds[0] == 1.0
    assert all(value >= 0 for value in odds)
    assert odds[1:] == sorted(odds[1:], reverse=True)


@pytest.mark.parametrize(("line", "says"), [("N1", "240"), ("N4", "38")])
def test_what_is_not_of_the_line_that_was_asked_for_comes_last(retriever: Retriever, line: str, says: str) -> None:
    assert says in ranked(retriever, f"How many riders did line {line} carry?")[0].sentence.text


def test_a_single_document_keeps_the_retrievers_order(retriever: Retriever) -> None:
    alone = ARTICLE.model_copy(update={"documents": ARTICLE.documents[:1]})
    question = questions.analyse("How many riders were counted?")
    evidence = [item for item in retriever.search(question) if item.document == "article"]
    scores = [found.score for found in ranking.ranked(question, evidence, alone)]
    assert scores == sorted(scores, reverse=True)


def test_without_evidence_there_is_nothing_to_rank() -> None:
    assert ranking.ranked(questions.analyse("Who?"), (), ARTICLE) == []


def test_every_input_that_is_weighed_is_computed(retriever: Retriever) -> None:
    question = questions.analyse("How many riders did line N1 carry?")
    item = retriever.search(question)[0]
    found = ranked(retriever, question.text)[0]
    assert set(ranking._MODEL) <= set(ranking.inputs(question, item, found))
    assert all(spread > 0 and math.isfinite(weight) for _, spread, weight in ranking._MODEL.values())
