"""Sentences, words, names and quantities: tables written from news text, and what must hold for any text."""

import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.text import (
    content_words,
    names,
    normalise,
    quantities,
    quotations,
    split_sentences,
    stem,
    words,
)

TRICKY = yaml.safe_load((Path(__file__).parent / "data" / "tricky_sentences.yaml").read_text(encoding="utf-8"))
SNIPPETS = [snippet for group in TRICKY.values() for snippet in group]

# Sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in split_sentences(text)]


def check_spans(text: str) -> None:
    """Spans are ordered, disjoint, without outer space, cover all that is not space, and never cross a blank line."""
    last_end = last_paragraph = 0
    for start, end, paragraph in split_sentences(text):
        assert last_end <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not text[last_end:start].strip()
        assert not re.search(r"\n[^\S\n]*\n", text[start:end])
        assert paragraph >= last_paragraph
        last_end, last_paragraph = end, paragraph
    assert not text[last_end:].strip()


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[snippet[:50] for snippet in SNIPPETS])
def test_tricky_snippet_splits_where_an_editor_would(snippet: str) -> None:
    text = re.sub(r"\| ?", "", snippet)
    assert sentences(text) == [part.strip() for part in snippet.split("|")]
    check_spans(text)


def test_table_is_as_large_as_promised() -> None:
    assert len(SNIPPETS) >= 60


def test_repeated_sentences_get_their_own_offsets() -> None:
    text = "It rains. It rains. It rains.\n\nIt rains."
    assert split_sentences(text) == ((0, 9, 0), (10, 19, 0), (20, 29, 0), (31, 40, 1))


def test_paragraphs_count_blocks_between_blank_lines() -> None:
    text = "Headline\n \nOne. Two.\nStill two here.\n\n\n\nThree."
    assert [paragraph for _, _, paragraph in split_sentences(text)] == [0, 1, 1, 1, 2]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2003\n"])
def test_nothing_but_space_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == ()


def test_only_marks_are_one_sentence() -> None:
    assert sentences("?! ... \u201d") == ["?! ... \u201d"]


def test_long_quotation_is_split_inside_and_short_one_is_not() -> None:
    short = "\u201c" + "We tried again. " * 3 + "We failed,\u201d Lee said. He left."
    long = "\u201c" + "We tried again and again. " * 20 + "We failed,\u201d Lee said. He left."
    assert len(sentences(short)) == 2
    assert len(sentences(long)) == 22


def test_crlf_input_splits_as_lf_does_once_normalised() -> None:
    text = "Mayor Lee left.\r\nShe was\r\nangry.\r\n\r\nNobody knew why.\r\n"
    assert sentences(normalise(text)) == ["Mayor Lee left.", "She was\nangry.", "Nobody knew why."]


ANY_TEXT = st.text(max_size=300)
NEWSLIKE = st.lists(
    st.sampled_from(
        [
            "The mayor said", "Gov. Lee", "U.S.", "8 a.m.", "No. 1", "J. D. Vance", "Yahoo!", "i.e.", "$4.2", "it",
            "Ph.D.", "https://a.example/b.c?d=e", "\u201c", "\u201d", '"', "'", "\u2019", "(", ")", "[1]", ".", "!",
            "?", "...", "\u2026", ",", ":", "\n", "\n\n", "\r\n", "- ", "\u2022 ", "1. ", "a) ", "# ",
            "\U0001f389", "\U0001f469\u200d\U0001f467", "e\u0301", "\u3002", "\u061f", "\u00a0", "\u200b",
            "\x00", "\x0b", "\x1c", "\u2028", "\u222f", "&\u14f4&", "\u0238",
        ]
    ),
    max_size=60,
).map(" ".join)  # fmt: skip


@given(st.one_of(ANY_TEXT, NEWSLIKE))
@settings(max_examples=400, deadline=None)
def test_spans_hold_for_any_text(raw: str) -> None:
    check_spans(normalise(raw))
    check_spans(raw)


@pytest.mark.parametrize(
    "unit",
    ["word ", '"', "[1", "1. ", ". ", "Ph.D. co. ", "\u201cYes,\u201d ", "...", "\n- x"],
)
def test_hundred_thousand_characters_take_seconds(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.process_time()
    check_spans(text)
    assert time.process_time() - started < 12


def test_answering_needs_no_splitter() -> None:
    code = (
        "import sys, assistant.text; print(sorted({'pysbd', 'numpy', 'assistant.text.sentences'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Quotations


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("\u201cYes,\u201d she said.", ["\u201cYes,\u201d"]),
        ('"Yes," she said. "No."', ['"Yes,"', '"No."']),
        ("\u201cHe said \u2018no\u2019 twice,\u201d she said.", ["\u201cHe said \u2018no\u2019 twice,\u201d"]),
        ("I don\u2019t like the mayors\u2019 meeting in the \u201990s.", []),
        ("I don't like the mayors' meeting in the '90s.", []),
        ("'Not now,' the mayor said.", ["'Not now,'"]),
        ("\u201eWir zahlen nicht\u201c, sagte sie.", ["\u201eWir zahlen nicht\u201c"]),
        ("\u00ab Non \u00bb, dit-elle.", ["\u00ab Non \u00bb"]),
        ("\u201cIt goes on and on", ["\u201cIt goes on and on"]),
        ("He is 6'2\" tall.", []),
        ("\u4ed6\u8bf4\uff1a\u300c\u597d\u300d", ["\u300c\u597d\u300d"]),
        ("\u2018A lone mark, \u201cbut this,\u201d he said", ["\u201cbut this,\u201d"]),
    ],
)
def test_quotations_open_and_close(text: str, quoted: list[str]) -> None:
    assert [text[q.start : q.end] for q in quotations(text)] == quoted


def test_unclosed_quotation_says_so() -> None:
    assert [q.closed for q in quotations("\u201cOne,\u201d he said. \u201cTwo goes on.")] == [True, False]


@given(ANY_TEXT)
def test_quotations_are_ordered_and_disjoint(text: str) -> None:
    end = 0
    for quotation in quotations(text):
        assert end <= quotation.start < quotation.end <= len(text)
        end = quotation.end


# Normal form, words, stems


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\r\nb\rc\n", "a\nb\nc"),
        ("\n \n\t\n  First line.\nLast line.\n\n \n", "  First line.\nLast line."),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\n\n", ""),
        ("", ""),
        ("no\u00a0break", "no\u00a0break"),
        ("trailing  \n\n", "trailing  "),
    ],
)
def test_normalise(raw: str, text: str) -> None:
    assert normalise(raw) == text


@given(st.one_of(ANY_TEXT, NEWSLIKE))
def test_normalise_is_stable_and_composed(raw: str) -> None:
    text = normalise(raw)
    assert normalise(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mayor\u2019s plan", ("the", "mayor", "plan")),
        ("Sessions' letter", ("sessions", "letter")),
        ("O\u2019Malley doesn't", ("o'malley", "doesn't")),
        ("U.S. and U.N. at 8 a.m.", ("us", "and", "un", "at", "8", "am")),
        ("1,830 replies, 4.2 km, 80%", ("1830", "replies", "4.2", "km", "80", "percent")),
        ("crime-fighting 48-hour", ("crime", "fighting", "48", "hour")),
        ("na\u00efve caf\u00e9", ("na\u00efve", "caf\u00e9")),
        ("\u0928\u092e\u0938\u094d\u0924\u0947!", ("\u0928\u092e\u0938\u094d\u0924\u0947",)),
        ("\u4f60\u597d", ("\u4f60", "\u597d")),
        ("\u0645\u064e\u0631\u062d\u064e\u0628\u064b\u0627", ("\u0645\u064e\u0631\u062d\u064e\u0628\u064b\u0627",)),
        ("\U0001f389 ... \u201d", ()),
    ],
)  # fmt: skip
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_content_words_keep_the_country_and_drop_the_pronoun() -> None:
    assert content_words("The US told us that it is U.S. policy") == ("us", "told", "us", "policy")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cities", "city"), ("letters", "letter"), ("bus", "bus"), ("class", "class"), ("classes", "classe"),
        ("policies", "policy"), ("is", "is"), ("was", "was"), ("shoes", "shoe"), ("1990", "1990"), ("", ""),
    ],
)  # fmt: skip
def test_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.one_of(ANY_TEXT, NEWSLIKE))
def test_word_functions_take_any_text(text: str) -> None:
    assert set(content_words(text)) <= set(words(text))
    assert all(name in text for name in names(text))
    for found in quantities(text):
        assert text[found.start : found.end] == found.text


# Names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In fact, Berry said, New Mexico\u2019s largest city is not one.", ("Berry", "New Mexico")),
        ("The U.S. Department of Justice funds it through Byrne JAG.", ("U.S. Department of Justice", "Byrne JAG")),
        ("Officials from Baltimore and Stockton agreed.", ("Baltimore", "Stockton")),
        ("Immigration and Customs Enforcement wrote.", ("Immigration and Customs Enforcement",)),
        ("J. D. Vance met Ludwig van Dongen in St. Louis.", ("J. D. Vance", "Ludwig van Dongen", "St. Louis")),
        ("It went to Gorden Eden Jr. Nobody answered.", ("Gorden Eden Jr.",)),
        ("On Thursday, August 3, Mayor Lee left.", ("Mayor Lee",)),
        ("Furthermore, the officers left. What\u2019s puzzling is why.", ()),
        ("Construction starts in March.", ()),
        ("Which cities got letters?", ()),
        ("Did Kevin Davis reply to Sessions?", ("Kevin Davis", "Sessions")),
        ("COVID-19 and AT&T", ("COVID-19", "AT&T")),
        ("The San Bernardino County Sheriff's Department said so.", ("San Bernardino County Sheriff's Department",)),
        ("Brandt voted. Then Brandt left.", ("Brandt",)),
        ("nothing here", ()),
        ("", ()),
    ],
)
def test_names(text: str, expected: tuple[str, ...]) -> None:
    assert names(text) == expected


# Quantities


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("at least 40 inmates", "number", "40", None),
        ("twelve cities", "number", "12", None),
        ("1,830 replies", "number", "1830", None),
        ("4.2 of them", "number", "4.2", None),
        ("4.20 of them", "number", "4.2", None),
        ("two hundred and fifty thousand people", "number", "250000", None),
        ("half a million people", "number", "500000", None),
        ("a dozen eggs", "number", "12", None),
        ("4.2 million people", "number", "4200000", None),
        ("two-thirds of them", "number", "2/3", None),
        ("a third of them", "number", "1/3", None),
        ("\u0664\u0660 people", "number", "40", None),
        ("$4.2 million", "money", "4200000", "USD"),
        ("$1.3bn", "money", "1300000000", "USD"),
        ("1.3 million dollars", "money", "1300000", "USD"),
        ("four million dollars", "money", "4000000", "USD"),
        ("\u20ac3.5m", "money", "3500000", "EUR"),
        ("50 cents", "money", "0.5", "USD"),
        ("80 percent", "percent", "80", "%"),
        ("80%", "percent", "80", "%"),
        ("eighty per cent", "percent", "80", "%"),
        ("2.5 percentage points", "percent", "2.5", "point"),
        ("August 3, 2017", "date", "2017-08-03", None),
        ("3 August 2017", "date", "2017-08-03", None),
        ("Aug. 3", "date", "--08-03", None),
        ("2017-08", "date", "2017-08", None),
        ("2017-08-03", "date", "2017-08-03", None),
        ("in June 2017", "date", "2017-06", None),
        ("late July 2017", "date", "2017-07", "late"),
        ("in May", "date", "--05", None),
        ("since 2015", "date", "2015", None),
        ("in the 1990s", "date", "1990s", None),
        ("on Monday", "date", "monday", None),
        ("last week", "date", "last week", None),
        ("8 a.m.", "time", "08:00", None),
        ("8:30 p.m.", "time", "20:30", None),
        ("12 a.m.", "time", "00:00", None),
        ("noon", "time", "12:00", None),
        ("14:30", "time", "14:30", None),
        ("48 hours", "duration", "48", "hour"),
        ("48-hour", "duration", "48", "hour"),
        ("48 more hours", "duration", "48", "hour"),
        ("18 months", "duration", "18", "month"),
        ("three years", "duration", "3", "year"),
        ("a year after", "duration", "1", "year"),
        ("1.3 km", "measure", "1.3", "km"),
        ("2.1 metres", "measure", "2.1", "m"),
        ("3 square miles", "measure", "3", "square mile"),
        ("12-foot", "measure", "12", "foot"),
        ("the Fourth Amendment", "ordinal", "4", None),
        ("the 4th Amendment", "ordinal", "4", None),
        ("twenty-first", "ordinal", "21", None),
    ],
)
def test_quantity_has_one_value(text: str, kind: str, value: str, unit: str | None) -> None:
    assert [(found.kind, found.value, found.unit) for found in quantities(text)] == [(kind, value, unit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $4.2 million and is 1.3 km long.", ["$4.2 million", "1.3 km"]),
        ("Wednesday, February 8, 2017, by a vote of 52 to 47", ["Wednesday", "February 8, 2017", "52", "47"]),
        ("8 U.S.C. 1373 and 17 C 5720", ["8", "1373", "17", "5720"]),
        ("48 to 72 hours", ["48", "72 hours"]),
        ("Theresa May said she may march on", []),
        ("no one knew which one of the F-16s it was", []),
        ("COVID-19", []),
        ("at 8 a.m. Tuesday", ["8 a.m.", "Tuesday"]),
        ("in 2017 12 people came", ["2017", "12"]),
        ("2000 people", ["2000"]),
    ],
)
def test_quantities_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert [found.text for found in quantities(text)] == expected


def test_ranges_share_what_is_counted() -> None:
    assert [(q.kind, q.value, q.unit) for q in quantities("48 to 72 hours")] == [
        ("duration", "48", "hour"),
        ("duration", "72", "hour"),
    ]


@pytest.mark.parametrize("unit", ["1 ", "one ", "May 1/", "A ", "Of \u201c"])
def test_hostile_text_costs_linear_time(unit: str) -> None:
    text = (unit * 30_000)[:30_000]
    started = time.process_time()
    quantities(text)
    names(text)
    words(text)
    quotations(text)
    assert time.process_time() - started < 6
