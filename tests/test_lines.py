"""What a model writes is read however it comes in pieces, and what is not plain is passed over."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.llm.lines import MAX_LINE_CHARS, MAX_LINES, Line, LineReader, read


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("<<article:12>> The wall is long.", Line(("article:12",), "The wall is long.")),
        ("<<article:12,letter:3>> Both.", Line(("article:12", "letter:3"), "Both.")),
        ("<<article:12; letter:3>>: Both.", Line(("article:12", "letter:3"), "Both.")),
        ("<<article:1>><<letter:2>> Two groups.", Line(("article:1", "letter:2"), "Two groups.")),
        ("<article:1> One bracket.", Line(("article:1",), "One bracket.")),
        ("[article:1] Square.", Line(("article:1",), "Square.")),
        ("【article:1】 Fullwidth.", Line(("article:1",), "Fullwidth.")),
        ("《article:1，letter:2》 Fullwidth comma.", Line(("article:1", "letter:2"), "Fullwidth comma.")),
        ("＜＜article：1＞＞ Fullwidth colon.", Line(("article:1",), "Fullwidth colon.")),
        ("- <<article:1>> Bullet.", Line(("article:1",), "Bullet.")),
        ("2. <<article:1>> Numbered.", Line(("article:1",), "Numbered.")),
        ("<<article:2-4>> A range.", Line(("article:2", "article:3", "article:4"), "A range.")),
        ("<<article:2-article:3>> A range.", Line(("article:2", "article:3"), "A range.")),
        ("<<article:1,article:1>> Twice.", Line(("article:1",), "Twice.")),
        ("Ids last. <<article:1>>", Line(("article:1",), "Ids last.")),
        ("<<article:1>> With our markers. [1][2]", Line(("article:1",), "With our markers.")),
        ("<<article:1>> It costs [sic] $2.", Line(("article:1",), "It costs [sic] $2.")),
        ("<<article:1>> 2 < 3 and 4 > 3.", Line(("article:1",), "2 < 3 and 4 > 3.")),
        ("Sure! Here is the answer:", None),
        ("", None),
        ("```", None),
        ("```text", None),
        ("<<article:1>>", None),
        ("<<>> Nothing cited.", None),
        ("<<the article>> No id.", None),
        ("[1] A bare number.", None),
        ("NOTHING", None),
    ],
)
def test_a_line_is_read(written: str, line: Line | None) -> None:
    assert read(written) == line


SCRIPT = (
    "Here is what I found:\r\n```\r\n<<article:1>> First – “quoted”.\r\n\r\n- <<letter:2, article:3>> Second.\n"
    "No ids here.\n【article:4】 Third 🙂.\n```\n<<article:5>> Cut off in the mid"
)


def lines_of(pieces: list[str]) -> list[Line]:
    reader = LineReader()
    found = [line for piece in pieces for line in reader.feed(piece)]
    return [*found, *reader.end()]


def test_every_split_gives_the_same_lines() -> None:
    whole = lines_of([SCRIPT])
    assert [line.text for line in whole] == ["First – “quoted”.", "Second.", "Third 🙂.", "Cut off in the mid"]
    for cut in range(len(SCRIPT)):
        assert lines_of([SCRIPT[:cut], SCRIPT[cut:]]) == whole
    assert lines_of(list(SCRIPT)) == whole
    random_ = random.Random(7)
    for _ in range(200):
        cuts = sorted(random_.sample(range(len(SCRIPT)), 9))
        pieces = [SCRIPT[a:b] for a, b in zip([0, *cuts], [*cuts, len(SCRIPT)], strict=True)]
        assert lines_of(pieces) == whole


def test_a_line_leaves_when_it_closes_and_not_before() -> None:
    reader = LineReader()
    assert list(reader.feed("<<article:1>> First.")) == []
    assert [line.text for line in reader.feed("\n<<article:2>> Sec")] == ["First."]
    assert [line.text for line in reader.end()] == ["Sec"]


@pytest.mark.parametrize("word", ["NOTHING", "NOTHING.", "  NOTHING\n", "**NOTHING**"])
def test_nothing_is_a_decline(word: str) -> None:
    reader = LineReader()
    assert [*reader.feed(word), *reader.end()] == []
    assert reader.declined


def test_the_word_nothing_in_a_sentence_is_no_decline() -> None:
    reader = LineReader()
    list(reader.feed("<<article:1>> NOTHING was decided.\n"))
    assert not reader.declined


def test_a_line_past_its_bound_is_dropped_and_the_next_is_read() -> None:
    long = "<<article:1>> " + "x" * (MAX_LINE_CHARS * 3)
    assert [line.text for line in lines_of([long, "\n<<article:2>> Short.\n"])] == ["Short."]


def test_a_model_that_never_stops_gives_a_bounded_number_of_lines() -> None:
    assert len(lines_of(["<<article:1>> Again.\n"] * 1_000)) == MAX_LINES


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for line in lines_of([text]):
        assert line.ids
        assert line.text


@pytest.mark.parametrize(
    "unit", ["<", "<<", "[", "<<a:1>>", "a:1,", "- ", "[1]", " ", "{{", "<<a:1-9>> x\n", "```\n", "1. "]
)
def test_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        start = time.process_time()
        lines_of([text[i : i + 1_000] for i in range(0, len(text), 1_000)])
        return time.process_time() - start

    seconds(1_000)
    assert seconds(400_000) < 1.0
