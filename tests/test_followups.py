"""What a follow-up asks when it stands alone."""

import pytest

from assistant import followups
from assistant.schema import Article, Turn
from tests.documents import article_of

ARTICLE = article_of(
    {
        "article": (
            "The department sent letters to four towns: Varnholm, Eskmouth, Tarn and Lysby. Mayor Petra Halloran said"
            " that the wall would be built. She said that the works begin in March. The jail in Tarn is run by the"
            " county.\n\n“We were not asked,” said Oskar Thiel, a spokesman for Lysby. He called the letter a threat."
            " Inspector Dale Orr wrote to the mayor. Orr sent the letter in June. People in Varnholm wait. A ferry "
            "stops"
            " in Eskmouth."
        )
    }
)
LETTERS = "The article says: The department sent letters to four towns: Varnholm, Eskmouth, Tarn and Lysby. [1]"


def turns(*texts: str) -> list[Turn]:
    return [Turn(role="assistant" if at % 2 else "user", text=text) for at, text in enumerate(texts)]


def standalone(question: str, *before: str, article: Article = ARTICLE) -> str:
    return followups.standalone(question, turns(*before), article)


@pytest.mark.parametrize(
    ("before", "question", "alone"),
    [
        (("Which towns got letters?", LETTERS), "And who sent it?", "Who sent the letter?"),
        (
            ("Which towns got letters?", LETTERS),
            "Are they on the coast?",
            "Are the towns that got letters on the coast?",
        ),
        (("Which towns got letters?", LETTERS), "why only those?", "Why only the towns that got letters?"),
        (("Which towns got letters?", LETTERS), "When?", "When did the towns get letters?"),
        (("Which towns got letters?", LETTERS), "And Tarn?", "Did Tarn get letters?"),
        (("Which towns got letters?", LETTERS), "Is the second one on the coast?", "Is Eskmouth on the coast?"),
        (("What did Thiel call the letter?", "A threat. [1]"), "What about Orr?", "What did Orr call the letter?"),
        (("Who sent the letter?", "Orr. [1]"), "When?", "When was the letter sent?"),
        (("Who sent the letter?", "Orr. [1]"), "Was that before the vote?", "Was the letter sent before the vote?"),
        (
            ("What did Halloran say?", "The works begin. [1]"),
            "When did she take office?",
            "When did Halloran take office?",
        ),
        (("What did Thiel say?", "No. [1]"), "Did he reply to Orr?", "Did Thiel reply to Orr?"),
        (("Who runs the jail in Tarn?", "The county. [1]"), "And in Lysby?", "Who runs the jail in Tarn in Lysby?"),
        (("Who runs the jail in Tarn?", "The county. [1]"), "What about Lysby?", "Who runs the jail in Lysby?"),
        (("Who runs the jail in Tarn?", "The county. [1]"), "No, I meant Lysby", "Who runs the jail in Lysby?"),
        (
            ("Who runs the jail in Tarn?", "The county. [1]"),
            "How many people work there?",
            "How many people work in Tarn?",
        ),
        (("How many towns got letters?", "Four. [1]"), "Which ones?", "Which towns got letters?"),
        (("Did Lysby reply to the letter?", "It did. [1]"), "How?", "How did Lysby reply to the letter?"),
        (
            ("What was called a threat?", "The article says: The letter was called a threat. [1]"),
            "Who said that?",
            "Who said that the letter was called a threat?",
        ),
        (
            ("Who is the mayor?", "Petra Halloran, reported by The Courier: Mayor Petra Halloran said so. [1]"),
            "Where was she born?",
            "Where was Petra Halloran born?",
        ),
        (("When do works begin?", "In March. [1]"), "Let's talk about the jail. Who runs it?", "Who runs the jail?"),
        (
            ("Who is Orr?", "The documents do not say. Do you want to ask “Who sent the letter?”"),
            "yes",
            "Who sent the letter?",
        ),
        (("Who sent the letter?", "Orr. [1]", "When?", "In June. [1]"), "And why?", "Why was the letter sent?"),
        (
            ("What did Thiel say about the letter?", "It was late, said Thiel. [1]"),
            "Why?",
            "Why did Thiel say that about the letter?",
        ),
        (
            ("Did Halloran sign the letter?", "The article says: She refused to sign the letter. [1]"),
            "Why?",
            "Why is it that she refused to sign the letter?",
        ),
        (
            ("What had gone wrong?", "The article says: A hose burst and mud ran into the wash. [1]"),
            "When was that?",
            "When is it that a hose burst and mud ran into the wash?",
        ),
    ],
)
def test_a_follow_up_takes_up_what_was_spoken_of(before: tuple[str, ...], question: str, alone: str) -> None:
    assert standalone(question, *before) == alone


@pytest.mark.parametrize(
    "question",
    [
        "Who sent the letter to Tarn?",
        "Is it true that the works begin in March?",
        "Is there a ferry in Eskmouth?",
        "Did Thiel say that he was not asked?",
        "What did the letter say about its sender?",
        "Is Halloran the mayor of that town in the north?",
        "thanks",
        "What time is it in Tarn?",
    ],
)
def test_a_complete_question_stays_as_it_is(question: str) -> None:
    assert standalone(question, "Which towns got letters?", LETTERS) == question


def test_without_a_conversation_nothing_is_taken_up() -> None:
    assert followups.standalone("And who sent it?", (), ARTICLE) == "And who sent it?"


def test_where_nobody_fits_the_question_stays() -> None:
    assert standalone("What did she say?", "Is there a ferry?", "A ferry stops. [1]") == "What did she say?"


def test_someone_named_earlier_is_still_remembered() -> None:
    before = ("What did Thiel say?", "No. [1]", "Why are the towns waiting?", "For the letter. [1]")
    assert standalone("And before that, what had he called it?", *before).startswith("What had Thiel called")


def test_gender_is_taken_from_the_documents() -> None:
    before = ("What did Halloran and Thiel say?", "Both spoke. [1]")
    assert standalone("What did she want?", *before) == "What did Halloran want?"
    assert standalone("What did he want?", *before) == "What did Thiel want?"


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who sent the letter?", ("Who sent the letter?",)),
        (
            "Which towns got letters, and are they on the coast?",
            ("Which towns got letters?", "Are the towns that got letters on the coast?"),
        ),
        ("When and where was the vote held?", ("When was the vote held?", "Where was the vote held?")),
        ("What is the wall and how is it paid?", ("What is the wall?", "How is the wall paid?")),
        (
            "Who sent the letter and to whom was it addressed?",
            ("Who sent the letter?", "To whom was the letter addressed?"),
        ),
        ("Who said that the council and the mayor agree?", ("Who said that the council and the mayor agree?",)),
        ("Did Thiel say who sent it and when it came?", ("Did Thiel say who sent it and when it came?",)),
    ],
)
def test_a_question_of_several_parts(question: str, parts: tuple[str, ...]) -> None:
    assert followups.parts(question, ARTICLE) == parts


def test_long_conversations_and_long_questions_are_read_in_linear_time() -> None:
    history = turns(*["Which towns got letters and who sent them? " * 20, LETTERS * 10] * 8)
    followups.standalone("and " * 400 + "why?", history, ARTICLE)
    followups.parts("who sent it and " * 120 + "why?", ARTICLE)
