"""What a question takes for granted and a sentence contradicts; and what no sentence plainly contradicts."""

import pytest

from assistant import premises
from assistant.schema import Draft
from tests.documents import article_of, ask

_ARTICLE = (
    "The county sent letters to four towns. Each letter asked three questions about the harbour. Tarn is not a port "
    "town. Officials from Lysby denied that it was a port town.",
    "The council of Varnholm approved the wall on Tuesday. Lysby does not have a jail of its own. Boiling does not "
    "destroy the toxin. Eskmouth gave up its ferry licence in 2010.",
    "The harbour board voted 4 to 1 to close the pier. Inspector Ines Falk refused to certify the pumps after a test "
    "with smoke. No gun was found on the ferry. It is not yet known whether the bridge toll will rise.",
    "Marta Quell, who leads the anglers, voted against the dredging plan. The night porters asked for radios after a "
    "complaint against two of them. The dockers said that they did not strike over pay. Harbour police searched two "
    "sheds but arrested nobody. None of the pilots has been fined.",
)
_LETTER = "The letter to Tarn is dated June 2. It was sent by Dale Orr, and not signed by Governor Halloran herself."
ARTICLE = article_of({"article": "\n\n".join(_ARTICLE), "letter": _LETTER})


def corrected(question: str) -> Draft | None:
    analysed, evidence = ask(question, ARTICLE)
    return premises.correct(analysed, evidence, [item.sentence for item in evidence], ARTICLE)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Which five questions did each letter ask?", "three questions"),
        ("When did the three towns get letters from the county?", "four towns"),
        ("Why is Tarn a port town?", "not a port town"),
        ("Why did Governor Halloran sign the letter to Tarn herself?", "not signed by Governor Halloran"),
        ("Why did the council of Varnholm reject the wall?", "approved the wall"),
        ("How did Lysby's jail answer?", "does not have a jail"),
        ("Why does boiling destroy the toxin?", "does not destroy"),
        ("When was Eskmouth given its ferry licence?", "gave up its ferry licence"),
        ("Why was the harbour board unanimous about closing the pier?", "4 to 1"),
        ("What persuaded Falk to certify the pumps?", "refused to certify the pumps"),
        ("What kind of gun was found on the ferry?", "No gun was found"),
        ("What made Marta Quell vote in favour of the dredging plan?", "voted against"),
        ("Why did the dockers strike over pay?", "did not strike"),
        ("How many people did the harbour police arrest?", "arrested nobody"),
        ("How many pilots were fined?", "None of the pilots"),
    ],
)
def test_the_sentence_that_contradicts_is_the_answer(question: str, says: str) -> None:
    draft = corrected(question)
    assert draft is not None
    assert draft.premise == "corrected"
    assert says in " ".join(claim.text for claim in draft.claims)
    for claim in draft.claims:
        assert claim.text == ARTICLE.sentence_of[claim.sentences[0]].text


@pytest.mark.parametrize(
    "question",
    [
        "Which three questions did each letter ask?",
        "Which four towns got letters?",
        "Why did the council of Varnholm approve the wall?",
        "Why is Tarn not a port town?",
        "Did Governor Halloran sign the letter to Tarn?",
        "Who denied that Lysby was a port town?",
        "When did Eskmouth give up its ferry licence?",
        "Why did Falk refuse to certify the pumps?",
        "When will the bridge toll rise?",
        "How did the harbour board vote on the pier?",
        "Why is Varnholm a port town?",
        "Why did the council of Lysby reject the tunnel?",
        "How many jails does Lysby have?",
        "Why did Marta Quell oppose the dredging plan?",
        "Why did the night porters ask for radios back in May?",
        "What did the dockers say about pay?",
        "How many sheds did the harbour police search?",
        "Who was arrested?",
        "What is the harbour?",
    ],
)
def test_what_no_sentence_contradicts_is_not_corrected(question: str) -> None:
    assert corrected(question) is None
