"""The shipped article, asked as a reader would: one answer right for each question, nine in ten over all."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from assistant.schema import Answer, Turn

if TYPE_CHECKING:
    from assistant import Assistant

ROOT = Path(__file__).parent.parent
QUESTIONS: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/data/shipped_questions.yaml").read_text("utf-8"))
UNANSWERABLE = {"unanswerable", "time", "off-topic", "clarify", "false-premise"}


@pytest.fixture(scope="module")
def shipped(clean_environment: Path) -> "Assistant":
    from assistant import Assistant  # after the environment is clean

    return Assistant.open(ROOT / "corpus/sanctuary-cities")


def asked(assistant: "Assistant", case: dict[str, Any]) -> Answer:
    history = [
        Turn(role="assistant" if at % 2 else "user", text=text) for at, text in enumerate(case.get("history", []))
    ]
    return assistant.ask(case["question"], history)


def is_right(case: dict[str, Any], answer: Answer) -> bool:
    wanted = case["status"] if isinstance(case["status"], list) else [case["status"]]
    status = "corrected" if answer.premise else answer.status
    text = " ".join(claim.text for claim in answer.claims)
    if status not in wanted or any(never in text for never in case.get("never", [])):
        return False
    if status in ("answered", "corrected"):
        nuggets = [[item] if isinstance(item, str) else item for item in case.get("say", [])]
        return all(any(wording in text for wording in nugget) for nugget in nuggets)
    return case.get("missing", "") in (answer.missing or "")


def test_the_set_is_large_and_a_third_of_it_wants_no_plain_answer() -> None:
    assert len(QUESTIONS) >= 60
    assert sum(case["kind"] in UNANSWERABLE for case in QUESTIONS) >= len(QUESTIONS) / 3


def test_nine_in_ten_are_right(shipped: "Assistant") -> None:
    wrong = [case["question"] for case in QUESTIONS if not is_right(case, asked(shipped, case))]
    assert len(wrong) <= 0.1 * len(QUESTIONS), wrong


def test_which_cities_got_letters_and_are_they_sanctuary_cities(shipped: "Assistant") -> None:
    answer = shipped.ask("Which cities got letters, and are they sanctuary cities?")
    assert answer.status == "answered"
    assert any("Albuquerque, New Mexico; Baltimore, Maryland;" in claim.text for claim in answer.claims)
    assert any("aren’t actually sanctuary cities" in claim.text for claim in answer.claims)
    documents = shipped.article.document_of
    for citation in answer.citations:
        assert documents[citation.document].text[citation.start : citation.end] == citation.quote


def test_how_many_people_work_for_the_program_is_not_said(shipped: "Assistant") -> None:
    answer = shipped.ask("How many people work for the program?")
    assert (answer.status, answer.claims) == ("abstained", ())
    assert answer.missing == "The documents do not say how many people work for the program."
    assert answer.nearest


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Did the Baltimore jail receive requests to hold immigrants?", {"baltimore-foia", "baltimore-sun-jail"}),
        ("Is the Public Safety Partnership a grant program?", {"bja-psp-faq", "article"}),
        ("Who sent the letter to Albuquerque?", {"doj-letter-albuquerque", "article"}),
        ("Was any funding at risk in Stockton, as the mayor said?", {"stockton-record", "article"}),
    ],
)
def test_disagreements_show_both_sides(shipped: "Assistant", question: str, documents: set[str]) -> None:
    answer = shipped.ask(question)
    assert answer.status == "answered", answer.missing
    cited = {citation.number: citation.document for citation in answer.citations}
    assert any(documents <= {cited[number] for number in conflict.citations} for conflict in answer.conflicts)
