"""Where two documents cannot both be right, and where they only seem to differ."""

import pytest

from assistant import conflicts
from assistant.questions import analyse
from assistant.schema import Article, DraftConflict, Sentence
from tests.documents import article_of


def found(question: str, answer: str, **texts: str) -> tuple[DraftConflict, ...]:
    """Conflicts of the sentence of the texts that begins with `answer`."""
    article = article_of({name.replace("_", "-"): text for name, text in texts.items()})
    return conflicts.find(analyse(question), [_sentence(answer, article)], article)


def _sentence(start: str, article: Article) -> Sentence:
    return next(s for s in article.sentence_of.values() if s.text.startswith(start))


@pytest.mark.parametrize(
    ("question", "article", "report", "about"),
    [
        (
            "How many people died?",
            "The storm of January 2019 flooded houses and killed two people.",
            "In the storm of January 2019 three people died, the museum says.",
            "the number of dead",
        ),
        (
            "How many footbridges will be closed?",
            "Three footbridges will be closed: Tanner's Bridge and the Ropewalk Bridge among them.",
            "Two footbridges will be closed, the notice says: Tanner's Bridge and the Ropewalk Bridge.",
            "the number of footbridges",
        ),
        (
            "How much does the bell weigh?",
            "The bell weighs 310 kilograms and has a crack.",
            "The bell weighs 327 kilograms without its clapper.",
            "the number of kilograms",
        ),
        (
            "Is the port a state agency?",
            "The Port of Lysby is a state agency with ten staff.",
            "The Port of Lysby is not a state agency.",
            "whether the Port of Lysby is a state agency",
        ),
        (
            "Did St. Brannock drop its plan?",
            "Two towns on the coast, Eskmouth and St. Brannock, dropped similar plans last year.",
            "St. Brannock has not dropped its plan: its council postponed the decision.",
            "whether St. Brannock has dropped its plan",
        ),
        (
            "Who signed the letter?",
            "Halloran's letter to the county was sharp.",
            "The letter is dated June 2. It was sent by Dale Orr, and not signed by Mayor Halloran herself.",
            "who sent the letter",
        ),
        (
            "Is money for Lysby at risk?",
            "The county threatened to withhold funds from four towns.",
            "Mayor Michael Tarn told residents of Lysby that no funding was at risk.",
            "whether any funding was at risk",
        ),
        (
            "Have assaults fallen?",
            "The agency says that assaults near its stops fell by 18 percent.",
            "The police recorded 412 assaults during the trial, against 405 a year earlier.",
            "how the number of assaults has changed",
        ),
        (
            "Will the bell be rung?",
            "The bell came home. It will not be rung, said the museum.",
            "Margalida Pons wrote that the bell would be rung once in May.",
            "whether it will be rung",
        ),
    ],
)
def test_two_documents_disagree(question: str, article: str, report: str, about: str) -> None:
    start = article if not article.startswith("The bell came") else "It will not"
    conflict = found(question, start, article=article, report=report)
    assert [c.about for c in conflict] == [about]
    assert {id_.split(":")[0] for id_ in conflict[0].sentences} == {"article", "report"}


def test_a_report_that_contradicts_a_third_party_is_shown_with_both() -> None:
    conflict = found(
        "Did the jail get requests?",
        "Agents asked",
        article="The jail is run by the state.",
        records="Agents asked the jail to hold at least 40 inmates since 2015. This contradicts earlier statements of"
        " the agency, which had said that it received no such requests.",
        agency_note="A spokesman for the agency said that the jail had received no requests since January 2015.",
    )
    assert conflict[0].about == "whether it received such requests"
    assert conflict[0].sentences == ("records:1", "records:2", "agency-note:1")


def test_a_dispute_inside_one_document_is_shown_with_the_one_who_disputes() -> None:
    conflict = found(
        "What caused the bloom in the lake?",
        "Dr. Hal Brightwater",
        article="Dr. Hal Brightwater blames fertilizer from farms for the bloom in the lake. The Growers reject that. "
        "Their"
        " director, Celia Montrose, said that septic tanks around the lake caused the bloom.",
    )
    assert conflict[0].sentences == ("article:1", "article:2", "article:3")


@pytest.mark.parametrize(
    ("question", "article", "report"),
    [
        # Other years, other things, another subject.
        (
            "How many people died?",
            "In the storm of 2019 two people died.",
            "In the storm of 1874 the water killed 61 people.",
        ),
        ("How many houses are there?", "The town has 340 houses on the quay.", "The port of the city has 12 cranes."),
        ("Is Lysby a port?", "Lysby is not a port.", "Tarn is a port with a long history."),
        # What has ended is no longer affirmed, what is only supposed was never.
        ("Is Lysby a free port?", "Lysby is not a free port.", "Lysby gave up its free port status in 2010."),
        (
            "Was the grant signed?",
            "The governor of Tarn has not signed the grant.",
            "No work begins in Tarn before he has signed it.",
        ),
        ("Is it clear?", "It is not yet known whether the fare will rise in Tarn.", "The fare in Tarn will rise."),
        # The same figure in other words.
        (
            "How many?",
            "Twelve towns were chosen for the wall programme.",
            "12 towns were chosen for the wall programme.",
        ),
        # Who does it differs, not whether it is done.
        ("Who runs the jail?", "The police of Tarn do not run a jail.", "The jail in Tarn is run by the county."),
    ],
)
def test_no_disagreement_is_made_up(question: str, article: str, report: str) -> None:
    assert found(question, article.split(".")[0], article=article, report=report) == ()


def test_a_disagreement_about_something_else_is_not_shown() -> None:
    texts = {
        "article": "The bell weighs 310 kilograms and hangs in Tarn.",
        "report": "The bell weighs 327 kilograms and was cast in Tarn.",
    }
    assert found("How much does the bell weigh?", "The bell weighs 310", **texts)
    assert not found("Where does the clapper hang?", "The bell weighs 310", **texts)
    assert not found("Who cast the bell?", "The bell weighs 310", **texts)


def test_one_document_alone_does_not_disagree_by_its_figures() -> None:
    text = "Two towns got letters from the county. Later five towns got letters from the county."
    assert found("How many towns got letters?", "Two towns", article=text) == ()
