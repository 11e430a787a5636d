"""Documents that answer one question in different figures are found by what was read as the answer."""

import pytest

from assistant import conflicts, questions
from assistant.crossencoder import Reading
from assistant.embeddings import MiniLM
from assistant.index import ArticleIndex
from assistant.quoting import Quoting
from assistant.schema import Article, Sentence
from tests.documents import article_of

ARTICLE = article_of(
    {
        "article": "The county arrested 148 workers at the plant on Tuesday. The owner was away.",
        "release": "Officers arrested 156 people at the plant on May 13. The plant employs 900 people.",
        "letter": "About 150 people were arrested at the plant. The raid cost $1.2 million.",
    }
)
QUESTION = questions.analyse("How many people were arrested at the plant?")


def sentence(document: str, number: int = 1, article: Article = ARTICLE) -> Sentence:
    return article.sentence_of[f"{document}:{number}"]


def reading(of: Sentence, words: str, answers: float = 3.0) -> Reading:
    start = of.text.index(words)
    return Reading(answers, 3.0, start, start + len(words))


def rivals(own: Sentence, words: str, answers: float = 3.0) -> list[str]:
    others = [other for other in ARTICLE.sentence_of.values() if other is not own]
    return [found.id for found in conflicts.rivals(QUESTION, own, reading(own, words, answers), others)]


def test_a_rival_speaks_of_the_same_in_another_figure() -> None:
    assert rivals(sentence("article"), "148 workers") == ["release:1"]
    assert rivals(sentence("release"), "156 people") == ["article:1"]


def test_a_figure_that_is_nearly_the_same_is_the_same_rounded() -> None:
    assert "letter:1" not in rivals(sentence("article"), "148 workers")


@pytest.mark.parametrize(
    ("words", "answers"),
    [("at the plant", 3.0), ("Tuesday", 3.0), ("148 workers", -0.1)],
    ids=["no figure", "a day that others do not name", "not read as an answer"],
)
def test_without_a_figure_that_answers_there_is_no_rival(words: str, answers: float) -> None:
    assert rivals(sentence("article"), words, answers) == []


def told_apart(answers: float, words: str = "156 people") -> tuple[str, ...]:
    own, other = sentence("article"), sentence("release")
    found = conflicts.answered_otherwise(
        QUESTION, own, reading(own, "148 workers"), [(other, reading(other, words, answers))]
    )
    return found.sentences if found else ()


def test_both_sides_are_shown_when_both_answer() -> None:
    assert told_apart(2.0) == ("article:1", "release:1")


def test_what_does_not_answer_is_no_side() -> None:
    assert told_apart(-1.1) == ()
    assert told_apart(2.0, "May 13") == ()


def test_it_says_what_they_disagree_about() -> None:
    own, other = sentence("article"), sentence("release")
    found = conflicts.answered_otherwise(
        QUESTION, own, reading(own, "148"), [(other, reading(other, "156", answers=1.0))]
    )
    assert found is not None
    assert found.about == "how many people were arrested at the plant"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("on 9 January", "on 12 December 2024", False),
        ("in January", "on 17 January 2025", True),
        ("in 2024", "on 17 January 2025", False),
        ("in 2024", "on 17 January", True),
        ("on Monday", "on 17 January", True),
    ],
)
def test_dates_are_compared_as_far_as_both_are_told(one: str, other: str, agree: bool) -> None:
    question = questions.analyse("When was the bridge closed to traffic?")
    article = article_of({"article": f"The bridge was closed {one}.", "letter": f"The bridge was closed {other}."})
    own, rival = sentence("article", 1, article), sentence("letter", 1, article)
    found = conflicts.rivals(question, own, reading(own, one), [rival])
    assert found == ([] if agree else [rival])


def test_the_other_answer_is_read_and_shown_beside_the_first() -> None:
    model = MiniLM()
    article = article_of(
        {
            "article": "The old ferry made its last trip on 3 March. It carried 120 people. Many wept at the pier.",
            "letter": "We ran the ferry for its last trip on 10 March. The crew was paid until then. It was cold.",
        }
    )
    sentences = [sentence.text for document in article.documents for sentence in document.sentences]
    encoded = model.encode(sentences)
    index = ArticleIndex(article, model.name, encoded.sentence_vectors, encoded.token_vectors)
    quoting = Quoting(index, model, threshold=0.1)
    parts = quoting.search("When did the ferry make its last trip?")
    draft = quoting.draft(parts)
    assert [claim.sentences for claim in draft.claims] == [("article:1",), ("letter:1",)]
    assert draft.conflicts[0].sentences == ("article:1", "letter:1")
    assert quoting.draft(parts, read=False).conflicts == ()
