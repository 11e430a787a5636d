"""What a question asks for, over many forms of asking."""

import time

import pytest

from assistant.questions import analyse, expected

TYPES = [
    # who
    ("Who sent the letters?", "who"),
    ("who sent the letters", "who"),
    ("WHO SENT THE LETTERS", "who"),
    ("Whose idea was the flood wall?", "who"),
    ("To whom was the letter addressed?", "who"),
    ("By whom was the bridge designed?", "who"),
    ("The letter was signed by who?", "who"),
    ("Which person signed the letter?", "who"),
    ("What senator voted against it?", "who"),
    ("Tell me who won.", "who"),
    ("I'd like to know who paid for it", "who"),
    ("woh sent the letter", "who"),
    ("whos the mayor", "who"),
    ("Can you tell me who signed it?", "who"),
    ("What is the name of the mayor?", "who"),
    ("Hi, please tell me: who is the director?", "who"),
    ("After the vote, who resigned?", "who"),
    # when
    ("When does construction start?", "when"),
    ("when was the vote", "when"),
    ("What year did the wall fall?", "when"),
    ("In which year was it built?", "when"),
    ("On what date was the letter sent?", "when"),
    ("What time does the meeting start?", "when"),
    ("I'd like to know when the vote was", "when"),
    ("Do you know when it opened?", "when"),
    ("Does the article say when the vote was held?", "when"),
    ("Since when has he been mayor?", "when"),
    ("wehn was the vote", "when"),
    ("date of the vote", "when"),
    ("Could you please tell me in what month it opened?", "when"),
    # where
    ("Where will the wall be built?", "where"),
    ("In what country is the river?", "where"),
    ("Which city was hit first?", "where"),
    ("what town is it in", "where"),
    ("From where did the settlers come?", "where"),
    ("wher is it", "where"),
    ("The library is located where?", "where"),
    # how many
    ("How many people were hurt?", "how-many"),
    ("how many ppl", "how-many"),
    ("hwo many people were hurt", "how-many"),
    ("In how many towns was it felt?", "how-many"),
    ("What is the number of votes?", "how-many"),
    ("number of people hurt", "how-many"),
    ("What is the population of the town?", "how-many"),
    ("Tell me how many voted", "how-many"),
    # how much
    ("How much will it cost?", "how-much"),
    ("What percentage of voters agreed?", "how-much"),
    ("what percent voted no", "how-much"),
    ("How long is the wall?", "how-much"),
    ("How old is the mayor?", "how-much"),
    ("What was the cost of the wall?", "how-much"),
    ("By how much did prices rise?", "how-much"),
    ("cost of the wall", "how-much"),
    # why
    ("Why did she resign?", "why"),
    ("For what reason was it closed?", "why"),
    ("How come the vote was delayed?", "why"),
    ("What caused the flood?", "why"),
    ("What was the reason for the delay?", "why"),
    ("What is the purpose of the programme?", "why"),
    ("reason for the delay", "why"),
    ("Explain why the vote was delayed", "why"),
    # how
    ("How was the wall paid for?", "how"),
    ("how does the scheme work", "how"),
    ("In what way did it fail?", "how"),
    # yes or no
    ("Is Albuquerque a sanctuary city?", "yes-no"),
    ("did the council approve it", "yes-no"),
    ("Isn't the wall finished?", "yes-no"),
    ("Was that before the vote?", "yes-no"),
    ("Could you tell me if the wall is finished?", "yes-no"),
    ("I wonder whether the council approved it", "yes-no"),
    ("Is it true that the mayor resigned?", "yes-no"),
    ("Does the wall cost more than $2 million?", "yes-no"),
    # list
    ("Which cities got letters?", "list"),
    ("which cities got letters, and are they sanctuary cities?", "list"),
    ("wich cities got letters", "list"),
    ("List the cities", "list"),
    ("Name all the towns that were flooded.", "list"),
    ("Name the towns that were flooded.", "list"),
    ("What are the conditions of the grant?", "list"),
    ("What were the three reasons given?", "list"),
    ("What towns were flooded?", "list"),
    ("Which officials resigned?", "list"),
    ("Give me a list of the towns", "list"),
    ("What countries border it?", "list"),
    # who said
    ("Who said the vote was overdue?", "who-said"),
    ("What did Berry say about the jails?", "who-said"),
    ("what did ruiz call the vote", "who-said"),
    ("How did the mayor respond to the letter?", "who-said"),
    ("What was Berry's response?", "who-said"),
    ("Who called the vote overdue?", "who-said"),
    ("According to whom is it unsafe?", "who-said"),
    ("Which official warned of delays?", "who-said"),
    ("What does the sheriff think of the plan?", "who-said"),
    # definition
    ("What is a detainer?", "definition"),
    ("what's a detainer", "definition"),
    ("What are sanctuary cities?", "definition"),
    ("What is the Public Safety Partnership?", "definition"),
    ("Define detainer", "definition"),
    ("What does ICE stand for?", "definition"),
    ("What is meant by sanctuary city?", "what"),
    ("meaning of detainer", "definition"),
    # what
    ("What happened after the vote?", "what"),
    ("What did the council approve?", "what"),
    ("What is the capital of the region known for?", "where"),
    ("Which law applies?", "what"),
    ("What is the name of the programme?", "what"),
    ("tell me about the flood wall", "what"),
    ("flood wall", "what"),
    ("waht happened", "what"),
    # other languages
    ("¿Quién envió las cartas?", "who"),
    ("¿Cuándo empieza la construcción?", "when"),
    ("¿Dónde está el muro?", "where"),
    ("¿Cuántas personas resultaron heridas?", "how-many"),
    ("cuanto cuesta el muro", "how-much"),
    ("¿Por qué dimitió la alcaldesa?", "why"),
    ("¿Qué ciudades recibieron cartas?", "list"),
    ("¿Quién dijo que el voto era ilegal?", "who-said"),
    ("Wer hat die Briefe geschickt?", "who"),
    ("Wann beginnt der Bau?", "when"),
    ("Wo wird die Mauer gebaut?", "where"),
    ("Wie viele Städte haben Briefe bekommen?", "how-many"),
    ("Warum ist der Bürgermeister zurückgetreten?", "why"),
    ("Welche Städte haben Briefe bekommen?", "list"),
    ("Was sagte Berry über die Gefängnisse?", "who-said"),
    ("Ist Albuquerque eine Stadt der Zuflucht?", "yes-no"),
    ("Qui a envoyé les lettres ?", "who"),
    ("Quand commence la construction ?", "when"),
    ("Où est le mur ?", "where"),
    ("Combien de personnes ont été blessées ?", "how-many"),
    ("Pourquoi le maire a-t-il démissionné ?", "why"),
    ("Quelles villes ont reçu des lettres ?", "list"),
    ("Est-ce que le maire est parti ?", "yes-no"),
]


@pytest.mark.parametrize(("question", "kind"), TYPES, ids=[question for question, _ in TYPES])
def test_type(question: str, kind: str) -> None:
    assert analyse(question).type == kind


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Which cities got letters?", "cities"),
        ("How many people were hurt?", "people"),
        ("What percentage of voters agreed?", "percentage"),
        ("What year did the wall fall?", "year"),
        ("List the flooded towns", "towns"),
        ("Which two coastal towns were flooded?", "towns"),
        ("Who sent the letters?", None),
        ("Did it rain?", None),
    ],
)
def test_focus(question: str, focus: str | None) -> None:
    assert analyse(question).focus == focus


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("Can you tell me who sent the letters?", ("sent", "letters")),
        ("Which cities got letters?", ("cities", "got", "letters")),
        ("I'd like to know when construction starts", ("construction", "starts")),
        ("hwo many people were hurt", ("people", "hurt")),
        ("", ()),
        ("who?", ()),
    ],
)
def test_terms_leave_out_the_asking(question: str, terms: tuple[str, ...]) -> None:
    assert analyse(question).terms == terms


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Did Richard Berry write to Jeff Sessions in 2017?", {"Richard Berry", "Jeff Sessions", "2017"}),
        ("Who is Ana Ruiz?", {"Ana Ruiz"}),
        ("Where is it?", set()),
        ("Did 41 towns vote?", {"41"}),
        ("¿Quién es Ana Ruiz?", {"Ana Ruiz"}),
    ],
)
def test_names_include_numbers_but_no_question_words(question: str, names: set[str]) -> None:
    assert set(analyse(question).names) == names


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Who sent it?", {"person"}),
        ("Where is it?", {"place"}),
        ("When was it?", {"date"}),
        ("What time is it?", {"time", "date"}),
        ("How many came?", {"number"}),
        ("What percentage agreed?", {"percent", "number"}),
        ("What happened?", set()),
    ],
)
def test_expected_kinds_of_answer(question: str, kinds: set[str]) -> None:
    assert expected(analyse(question)) == kinds


@pytest.mark.parametrize(
    "question", ["a" * 100_000, "who " * 25_000, "what did " * 10_000, "when x" + " y" * 40_000, "\x00\n🙂", "??"]
)
def test_any_text_is_analysed_quickly(question: str) -> None:
    start = time.perf_counter()
    assert analyse(question).text == question
    assert time.perf_counter() - start < 2
