"""Who says each sentence: small documents written before the code, and every sentence of the shipped corpus by hand."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import corpus
from assistant.schema import Document, Sentence
from assistant.text import normalise, split_sentences
from assistant.voices import HEDGES, hedges, label

DATA = Path(__file__).parent / "data"
SHIPPED = Path(__file__).parent.parent / "corpus" / "sanctuary-cities"
GROUPS: dict[str, dict[str, str]] = yaml.safe_load((DATA / "voices.yaml").read_text(encoding="utf-8"))
CASES = [(f"{group}: {case}", text) for group, cases in GROUPS.items() for case, text in cases.items()]
BY_HAND: dict[str, list[str]] = yaml.safe_load((DATA / "sanctuary_voices.yaml").read_text(encoding="utf-8"))


def document(text: str, publisher: str = "The Daily", kind: str = "article") -> Document:
    spans = split_sentences(text)
    return Document(
        id="d",
        kind=kind,
        title="Title",
        publisher=publisher,
        published="2020",
        url="https://daily.example/1",
        text=text,
        sentences=tuple(
            Sentence(id=f"d:{n}", start=start, end=end, text=text[start:end], paragraph=paragraph)
            for n, (start, end, paragraph) in enumerate(spans, start=1)
        ),
    )


def said(sentence: Sentence) -> str:
    return sentence.voice if sentence.voice == "document" else f"{sentence.voice} {sentence.speaker or '?'}"


def labels(text: str, publisher: str = "The Daily", kind: str = "article") -> list[str]:
    return [said(sentence) for sentence in label(document(text, publisher, kind)).sentences]


@pytest.mark.parametrize("case", [text for _, text in CASES], ids=[name for name, _ in CASES])
def test_small_document(case: str) -> None:
    paragraphs = [[line.split(" :: ") for line in block.splitlines()] for block in case.strip().split("\n\n")]
    text = "\n\n".join(" ".join(sentence for _, sentence in paragraph) for paragraph in paragraphs)
    labelled = label(document(text))
    expected = [(sentence, voice) for paragraph in paragraphs for voice, sentence in paragraph]
    assert [(sentence.text, said(sentence)) for sentence in labelled.sentences] == expected


def test_tables_are_as_large_as_promised() -> None:
    assert sum(text.count(" :: ") for _, text in CASES) >= 60
    assert sum(len(voices) for voices in BY_HAND.values()) >= 40


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_shipped_document_as_labelled_by_hand(name: str) -> None:
    found = label(corpus.load(SHIPPED).document_of[name])
    assert [said(sentence) for sentence in found.sentences] == BY_HAND[name]


def test_every_shipped_document_is_labelled_by_hand() -> None:
    assert set(corpus.load(SHIPPED).document_of) == set(BY_HAND)


# The document's own publisher


def test_a_paper_that_reports_in_its_own_brief_is_named_as_its_publisher() -> None:
    text = "The Varnholm Courier reported that the wall will be built. The paper noted that it is late."
    assert labels(text, "The Varnholm Courier", "newspaper") == ["reported The Varnholm Courier"] * 2


def test_a_department_of_the_publisher_is_the_publisher() -> None:
    text = "The department concluded that the city is ready."
    publisher = "U.S. Department of Justice, Office of Justice Programs"
    assert labels(text, publisher, "letter") == [f"reported {publisher}"]


def test_a_department_that_two_names_fit_stays_as_written() -> None:
    text = (
        "The Department of Justice wrote to the Baltimore Police Department. The department said that it would answer."
    )
    assert labels(text)[1] == "reported The department"


def test_initials_of_the_publisher() -> None:
    text = "According to the AP, nobody knew. It reported that the letters were sent."
    assert labels(text, "The Associated Press", "wire-report") == ["reported The Associated Press"] * 2


# Quotations over several sentences


def test_long_quotation_has_one_speaker_although_only_its_end_names_him() -> None:
    quoted = "We have tried it again and again and it failed. " * 10
    text = f"\u201c{quoted}We give up,\u201d Ana Ruiz said. She left."
    found = labels(text)
    assert found[:11] == ["quoted Ana Ruiz"] * 11
    assert found[11] == "document"


def test_mark_that_is_never_closed_inside_a_sentence_quotes_nothing() -> None:
    assert labels("The board is 6\u201c wide and long. It is old.") == ["document", "document"]


def test_list_after_what_somebody_said() -> None:
    text = "Ana Ruiz said that three things must change:\n\n- the wall\n- the pumps\n\nThe council met."
    assert labels(text) == ["reported Ana Ruiz"] * 3 + ["document"]


def test_block_quotation_ends_after_one_paragraph() -> None:
    text = "From the report:\n\nThe harbour rose. It fell.\n\nThe council met."
    assert labels(text) == ["document", "quoted The report", "quoted The report", "document"]


# What must never be guessed


def test_pronoun_without_anybody_before_it() -> None:
    assert labels("He said that it would rain.") == ["reported ?"]


def test_pronoun_of_the_other_gender() -> None:
    assert labels("Spokesman Joe Silva read a statement. She said that it was true.")[1] == "reported ?"


def test_first_person_is_the_document_itself() -> None:
    assert labels("I said that the wall would fail. We believe that it is unsafe.") == ["document", "document"]


def test_two_speakers_at_once() -> None:
    text = "The chief, Ana Ruiz, and the mayor, Jo Lee, said that the wall is safe."
    assert labels(text) == ["reported ?"]


# Hedges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Berry may face charges.", ("may",)),
        ("It could violate the Fourth Amendment.", ("could",)),
        ("The letters went out in May.", ()),
        ("May 5 was a Friday, and Theresa May agreed.", ()),
        ("He could not answer.", ()),
        ("It is unclear why, and it was not immediately clear to them.", ("unclear", "not immediately clear")),
        ("He was accused of fraud; the alleged thief is expected to appear.", ("accused", "alleged", "expected")),
        ("She appeared in court.", ()),
        ("She appears to agree.", ("appears",)),
        ("The might of the storm", ()),
        ("It might rain if the wind turns.", ("might", "if")),
        ("They asked if he knew.", ()),
        ("He is reportedly ill, likely for weeks.", ("reportedly", "likely")),
        ("It is believed to be the oldest.", ("believed to",)),
        ("The storm claimed two lives.", ()),
        ("MAYBE", ("maybe",)),
        ("It may, it may, it MAY rain", ("may",)),
        ("The mayor expects mighty ifs.", ("expects",)),
        ("", ()),
    ],
)
def test_hedges(text: str, expected: tuple[str, ...]) -> None:
    assert hedges(text) == expected


def test_lexicon_reads_as_lower_case_words_by_meaning() -> None:
    phrases = [phrase for group in HEDGES.values() for phrase in group]
    assert len(phrases) == len(set(phrases))
    assert all(phrase == phrase.lower().strip() for phrase in phrases)


def test_hedges_are_kept_with_the_sentence() -> None:
    labelled = label(document("Berry may face charges. He left."))
    assert [sentence.hedges for sentence in labelled.sentences] == [("may",), ()]


# Any text, any size

PIECES = (
    """
Mayor Ana Ruiz|Ruiz|said|told|that|the AP|according to|called it|a bully|by|she|he|and|who|, a shop owner,|It|I|wrote
reported|was|has|not|saying it would|Department of Justice|the department|did not say|From the AP:|> quoted|- item
U.S.|Gov.|\u201cYes,\u201d|\u201c|\u201d|"|.|,|:|?|(|)|\u2014|\U0001f389|\u4ed6\u8bf4\u3002|\ufffc
""".strip()
    .replace("\n", "|")
    .split("|")
)


@given(st.lists(st.sampled_from([*PIECES, "\n", "\n\n"]), max_size=50).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_labels_change_nothing_but_labels(raw: str) -> None:
    before = document(normalise(raw))
    after = label(before)
    plain = {"voice": "document", "speaker": None, "hedges": ()}
    assert after.model_copy(update={"sentences": before.sentences}) == before
    assert tuple(sentence.model_copy(update=plain) for sentence in after.sentences) == before.sentences
    for sentence in after.sentences:
        assert sentence.voice != "document" or sentence.speaker is None
        assert sentence.speaker is None or (sentence.speaker.strip() and "\n" not in sentence.speaker)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_labelled(raw: str) -> None:
    label(document(normalise(raw)))


def test_document_without_sentences() -> None:
    assert label(document("")).sentences == ()


def test_a_long_article_takes_well_under_a_second() -> None:
    article = corpus.load(SHIPPED)
    texts = [found.text for found in article.documents]
    label(document(texts[0]))
    started = time.process_time()
    for text in texts:
        label(document(text))
    assert sum(map(len, texts)) > 15_000
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "unit",
    ["Ana said ", "said, ", "\u201cYes,\u201d Ana Ruiz said. ", "called the a ", "according to ", "that told , "],
)
def test_hostile_text_is_labelled_in_seconds(unit: str) -> None:
    before = document((unit * 50_000)[:50_000])
    started = time.process_time()
    label(before)
    assert time.process_time() - started < 12
