"""A question as what is asked: grammatical, or nothing."""

import pytest

from assistant.text import grammar


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many people work for the program?", "how many people work for the program"),
        ("When did Halloran sign the grant?", "when Halloran signed the grant"),
        ("When did the mayor send the letter?", "when the mayor sent the letter"),
        ("Is Eskmouth a city?", "whether Eskmouth is a city"),
        ("Who sent it?", "who sent it"),
        ("What is the budget of the project?", "what the budget of the project is"),
        ("What's the budget of the project?", "what the budget of the project is"),
        ("How much does it cost?", "how much it costs"),
        ("Where is the wall located?", "where the wall is located"),
        ("Why were the bridges closed?", "why the bridges were closed"),
        ("Did Brandt threaten to sue the council?", "whether Brandt threatened to sue the council"),
        ("Which towns got letters?", "which towns got letters"),
        ("In which year did the city take over the port?", "in which year the city took over the port"),
        ("To whom was the letter to Varnholm addressed?", "to whom the letter to Varnholm was addressed"),
        ("Will the city change its plans?", "whether the city will change its plans"),
        ("Has Brandt's objection been recorded?", "whether Brandt's objection has been recorded"),
        ("How long does the night shift last?", "how long the night shift lasts"),
        ("What does PSP stand for?", "what PSP stands for"),
        ("Which town has the longest wall?", "which town has the longest wall"),
        ("Which party is the mayor from?", "which party the mayor is from"),
        ("What are detainers?", "what detainers are"),
        ("Why aren't they open?", "why they are not open"),
        ("Is there a vote on the wall?", "whether there is a vote on the wall"),
        ("How old is Halloran?", "how old Halloran is"),
        ("Where does the agency have access to data?", "where the agency has access to data"),
    ],
)
def test_a_question_is_put_indirectly(question: str, asked: str) -> None:
    assert grammar.indirect(question) == asked


@pytest.mark.parametrize(
    "question",
    ["Are the cities safe?", "wall height", "", "?", "Who? What?", "the wall", "How " + "very " * 50 + "old?"],
)
def test_what_cannot_be_put_grammatically_is_left(question: str) -> None:
    assert grammar.indirect(question) is None


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Why is the bridge closed?", ("the bridge", "closed", "")),
        ("When did Halloran sign the grant?", ("Halloran", "sign", "the grant")),
        ("Why is Eskmouth a city?", ("Eskmouth", "is", "a city")),
    ],
)
def test_what_a_question_takes_for_granted(question: str, parts: tuple[str, str, str]) -> None:
    assert grammar.supposed(question) == parts


@pytest.mark.parametrize("question", ["Is the bridge closed?", "Who signed it?", "Why?", "the bridge"])
def test_a_question_that_supposes_nothing_readable(question: str) -> None:
    assert grammar.supposed(question) is None


@pytest.mark.parametrize(
    ("verb", "past", "participle", "third"),
    [
        ("sign", "signed", "signed", "signs"),
        ("write", "wrote", "written", "writes"),
        ("plan", "planned", "planned", "plans"),
        ("apply", "applied", "applied", "applies"),
        ("cost", "cost", "cost", "costs"),
        ("have", "had", "had", "has"),
    ],
)
def test_verb_forms(verb: str, past: str, participle: str, third: str) -> None:
    assert (grammar.past(verb), grammar.participle(verb), grammar.third_person(verb)) == (past, participle, third)
    assert grammar.base(past) == grammar.base(participle) == grammar.base(third) == verb
