"""Which sentences are quoted, and what is said when none is."""

import pytest

from assistant import extractive
from assistant.extractive import ranking
from assistant.schema import Draft, DraftClaim
from tests.documents import article_of, ask, texts_of

ARTICLE = article_of(
    {
        "article": (
            "The council of Varnholm approved the flood wall by 7 votes to 2. The wall will cost $4.2 million and "
            "will be 2.1"
            " metres high. Construction of the wall starts in March.\n\n"
            "Mayor Petra Halloran said that the city would pay for the pumps. “We have waited long enough,” Halloran "
            "said.\n\n"
            "Board member Pascal Obi voted against the pumps. He said that nobody had shown what they cost.\n\n"
            "Each letter asked three questions about the quay. The first is whether the quay is public. The second "
            "is whether"
            " it floods. The third is whether people live there. The answers are due in May.\n\n"
            "Police Chief Dale Orr said that the works are welcome."
        ),
        "letter": "The letter to Tarn is dated June 2. It was sent by Hanne Lio, the harbour master.",
        "sheriff": "Police Chief Ines Falk said that the works are too loud.",
    }
)


def draft(question: str, probability: float = 0.9, missing: tuple[str, ...] = ()) -> Draft:
    analysed, evidence = ask(question, ARTICLE)
    candidates = ranking.ranked(analysed, evidence, ARTICLE)
    return extractive.draft(analysed, evidence, candidates, ARTICLE, probability, 0.5, missing)


def said(question: str) -> list[str]:
    found = draft(question)
    assert found.status == "answered", found.missing
    return [claim.text for claim in found.claims]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("How much will the wall cost?", ["The wall will cost $4.2 million and will be 2.1 metres high."]),
        ("When does construction of the wall start?", ["Construction of the wall starts in March."]),
        ("How high will the wall be?", ["The wall will cost $4.2 million and will be 2.1 metres high."]),
        (
            "Who sent the letter to Tarn?",
            [
                "The letter to Tarn is dated June 2.",
                "It was sent by Hanne Lio, the harbour master.",
            ],
        ),
        (
            "Which three questions did each letter ask?",
            [
                "Each letter asked three questions about the quay.",
                "The first is whether the quay is public.",
                "The second is whether it floods.",
                "The third is whether people live there.",
            ],
        ),
        (
            "Why did Pascal Obi vote against the pumps?",
            [
                "Board member Pascal Obi voted against the pumps.",
                "He said that nobody had shown what they cost.",
            ],
        ),
    ],
)
def test_the_shortest_set_that_answers_in_document_order(question: str, sentences: list[str]) -> None:
    assert said(question) == sentences


def test_every_claim_is_one_whole_sentence_word_for_word() -> None:
    for claim in draft("Which three questions did each letter ask?").claims:
        assert claim.kind == "quote"
        assert [claim.text] == texts_of(claim.sentences, ARTICLE)


def test_words_of_another_speaker_do_not_answer_what_someone_said() -> None:
    claims = said("What did Halloran say?")
    assert all("Halloran" in claim for claim in claims)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many people work for the harbour?", "The documents do not say how many people work for the harbour."),
        ("When did Halloran take office?", "The documents do not say when Halloran took office."),
        ("Why was the pier closed?", "The documents do not say why the pier was closed."),
        ("Is the quay safe?", "The documents do not answer this."),
        ("wall height", "The documents do not answer this."),
    ],
)
def test_an_abstention_names_what_is_missing(question: str, missing: str) -> None:
    found = draft(question, probability=0.2)
    assert (found.status, found.claims, found.missing) == ("abstained", (), missing)
    assert 1 <= len(found.nearest) <= 3
    assert found.confidence == 0.2


def test_what_is_echoed_is_bounded_and_holds_no_marks() -> None:
    found = draft('Why <b>did</b> "they" [1] do *that* ' + "again and " * 60 + "again?", probability=0.1)
    assert found.missing is not None
    assert len(found.missing) < 260
    assert not set("<>[]*") & set(found.missing)


def test_a_name_that_no_near_passage_has_is_named() -> None:
    found = draft("When did Halloran meet Whitcomb?", probability=0.1, missing=("Whitcomb",))
    assert found.missing == (
        "The documents do not say when Halloran met Whitcomb. The nearest passage does not mention Whitcomb."
    )


@pytest.mark.parametrize(
    "question",
    [
        "Is Dale Orr still the police chief today?",
        "Who is the mayor of Varnholm now?",
        "What does the wall currently look like?",
    ],
)
def test_how_things_stand_now_is_not_known(question: str) -> None:
    found = draft(question)
    assert found.status == "abstained"
    assert "from November 15, 2023" in (found.missing or "")


@pytest.mark.parametrize(
    "question",
    [
        "How heavy is the wall?",
        "Who is the mayor of Lysby?",
        "How much did line N2 cost?",
        "What did Halloran say about Whitcomb?",
    ],
)
def test_a_sentence_without_the_kind_of_thing_asked_for_is_no_answer(question: str) -> None:
    found = draft(question)
    assert found.status == "abstained"
    assert found.confidence < 0.5


@pytest.mark.parametrize("question", ["What about it?", "Why?", "What did he say?", "the second one", "Is it?"])
def test_what_says_nothing_of_what_it_is_about_is_asked_back(question: str) -> None:
    found = draft(question)
    assert found.status == "clarify"
    assert (found.missing or "").endswith(("?", "."))


def test_several_people_in_the_role_that_is_asked_for_are_offered() -> None:
    found = draft("What did the police chief say?")
    assert found.status == "clarify"
    assert found.missing == "Which police chief do you mean: Dale Orr or Ines Falk?"


def test_without_evidence_it_abstains() -> None:
    question, _ = ask("Who came?", ARTICLE)
    assert extractive.draft(question, (), (), ARTICLE, 0.9, 0.5).status == "abstained"


def part(text: str, *, status: str = "answered", confidence: float = 0.9) -> Draft:
    if status == "answered":
        return Draft(claims=(DraftClaim(text=text, sentences=(text,)),), confidence=confidence)
    return Draft.model_validate({"status": status, "missing": text, "nearest": (text,), "confidence": confidence})


def test_parts_that_are_answered_are_joined_without_repeating() -> None:
    joined = extractive.join([part("a"), part("b", confidence=0.6), part("a")])
    assert [claim.text for claim in joined.claims] == ["a", "b"]
    assert (joined.status, joined.missing, joined.confidence) == ("answered", None, 0.6)


def test_a_part_that_is_not_answered_is_named() -> None:
    joined = extractive.join([part("a"), part("The documents do not say why.", status="abstained")])
    assert (joined.status, joined.missing) == ("answered", "The documents do not say why.")


def test_nothing_answered_is_an_abstention_and_only_questions_back_ask_back() -> None:
    assert extractive.join([part("x", status="abstained"), part("y", status="clarify")]).status == "abstained"
    assert extractive.join([part("x", status="clarify"), part("y", status="clarify")]).status == "clarify"


def test_what_somebody_says_at_all_is_answered_whatever_the_probability() -> None:
    found = draft("What did Pascal Obi say?", probability=0.1)
    assert "He said that nobody had shown what they cost." in [claim.text for claim in found.claims]
    assert draft("What did Halloran say?", probability=0.1).claims[0].text in (
        "Mayor Petra Halloran said that the city would pay for the pumps.",
        "“We have waited long enough,” Halloran said.",
    )
    assert draft("What did Pascal Obi say about the quay?", probability=0.1).status == "abstained"


def test_who_asks_for_the_very_words_gets_a_quotation() -> None:
    assert said("What did Halloran say, word for word?") == ["“We have waited long enough,” Halloran said."]
