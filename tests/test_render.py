"""An answer as text and as Markdown: complete, readable, and nothing in it obeyed."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant import Assistant, render
from assistant.schema import Answer, Citation, Claim, Conflict, Withheld
from assistant.text.dates import readable_date

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

NASTY = [
    "It costs $4.2 million and $5 more.",
    "# Heading",
    "- item",
    "+ item",
    "1. first",
    "2) second",
    "> quote",
    "===",
    "---",
    "| a | b |",
    "**bold** _it_ `code` ~~gone~~",
    "[link](https://evil.example) ![x](https://evil.example/x.png)",
    "<b>x</b> <script>alert(1)</script> <https://evil.example>",
    "&lt;b&gt; &amp; &#x41;",
    "https://evil.example www.evil.example a@evil.example",
    ":red[danger] :material/home: :smile:",
    "back\\slash \\* \\[1\\]",
    "[1] and [^1] and [x][1]",
    "    four spaces",
    "tab\there",
    "two\n\nparagraphs\n- and an item",
]


def citation(number: int = 1, /, **fields: object) -> Citation:
    whole = {
        "number": number,
        "document": "letter",
        "kind": "letter",
        "title": "Why I voted no",
        "publisher": "The Courier",
        "published": "2023-11-18",
        "url": "https://courier.example/no",
        "form": "full",
        "sentences": (f"letter:{number}",),
        "start": 0,
        "end": 4,
        "quote": "I am not against it.",
        "prefix": "",
        "suffix": "",
    }
    return Citation.model_validate(whole | fields)


def answer(text: str = "The Courier says: I am not against it. [1]", **fields: object) -> Answer:
    whole = {
        "article": "wall",
        "article_version": "0" * 64,
        "question": "Why?",
        "standalone_question": "Why?",
        "status": "answered",
        "text": text,
        "claims": (Claim(text="I am not against it.", kind="quote", citations=(1,)),),
        "citations": (citation(),),
    }
    return Answer.model_validate(whole | fields)


ABSTAINED = {
    "status": "abstained",
    "claims": (),
    "citations": (),
    "missing": "The documents do not say why.",
    "nearest": (citation(),),
    "suggestions": ("Who voted?",),
}


def shown_by_markdown(source: str) -> str:
    """The text that a reader of the rendered Markdown sees; fails when anything but text and paragraphs is in it."""
    texts = []
    for token in MARKDOWN.parse(source):
        assert token.type in ("paragraph_open", "inline", "paragraph_close"), token
        for child in token.children or ():
            assert child.type in ("text", "text_special"), child
            texts.append(child.content)
    return "".join(texts)


# --- escaping


@pytest.mark.parametrize("text", NASTY)
def test_markdown_shows_text_as_text(text: str) -> None:
    assert shown_by_markdown(render.escape(text)) == " ".join(text.split())


@given(st.text(max_size=60))
@example("1.")
@example("a\\")
@example("&colon;")
def test_markdown_shows_any_text_as_text(text: str) -> None:
    assert shown_by_markdown(render.escape(text)) == render.clean(text)


@pytest.mark.parametrize("char", "$:[]<>*_`")
def test_what_streamlit_would_obey_is_escaped(char: str) -> None:
    assert render.escape(f"a{char}b") == f"a\\{char}b"


def test_an_address_is_not_made_a_link_by_itself() -> None:
    escaped = render.escape("See https://evil.example, www.evil.example or a@evil.example.")
    assert not re.search(r"https://|www\.|\w@", escaped)


def test_a_terminal_and_a_text_direction_obey_nothing() -> None:
    assert render.clean("a\x1b[31mb\x00\x9b\u202ec\u2066d\r\ne\tf") == "a[31mbcd e f"


def test_letters_of_every_script_stay() -> None:
    text = "Žluťoučký 北京 مرحبا 👩‍👩‍👧 e\u0301"
    assert render.clean(text) == text


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b_(c)?d=e&f=%20", "https://a.example/b_%28c%29?d=e&f=%20"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("https://a.example/a b\\c`é", "https://a.example/a%20b%5Cc%60%C3%A9"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("", None),
    ],
)
def test_a_link_leads_only_to_the_web(url: str, link: str | None) -> None:
    assert render.link(url) == link


# --- plain text


def test_text_says_the_answer_and_then_what_it_cites() -> None:
    assert render.to_text(answer()) == (
        "The Courier says: I am not against it. [1]\n"
        "\n"
        "[1] Why I voted no, The Courier, November 18, 2023\n"
        "    > I am not against it.\n"
        "    https://courier.example/no\n"
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"voice": "quoted", "speaker": "Lena Brandt"}, "[1] Lena Brandt, quoted in Why I voted no, The Courier, "),
        ({"voice": "reported", "speaker": "Lena Brandt"}, "[1] Lena Brandt, as reported in Why I voted no, "),
        ({"voice": "quoted"}, "[1] Speaker not named, quoted in Why I voted no, "),
        ({"published": "2023-11"}, "[1] Why I voted no, The Courier, November 2023\n"),
        ({"published": "2023"}, "[1] Why I voted no, The Courier, 2023\n"),
        ({"form": "brief"}, "\n    brief: a summary in our own words of a source that cannot be shipped\n"),
    ],
)
def test_text_names_voice_date_and_brief(fields: dict[str, str], line: str) -> None:
    assert line in render.to_text(answer(citations=(citation(**fields),)))


def test_text_of_an_abstention_shows_the_nearest_passage_as_no_answer() -> None:
    assert render.to_text(answer("The documents do not say why.", **ABSTAINED)) == (
        "The documents do not say why.\n"
        "\n"
        "Nearest passages, which do not answer it:\n"
        "\n"
        "[1] Why I voted no, The Courier, November 18, 2023\n"
        "    > I am not against it.\n"
        "    https://courier.example/no\n"
        "\n"
        "You could ask:\n"
        "  - Who voted?\n"
    )


@pytest.mark.parametrize("form", [render.to_text, render.to_markdown])
def test_both_sides_of_a_disagreement_are_named(form: object) -> None:
    assert callable(form)
    conflict = Conflict(citations=(1, 2), about="the vote")
    text = form(answer(citations=(citation(1), citation(2)), conflicts=(conflict,)))
    assert re.search(r"disagree\W+about the vote: compare .*1.* and .*2", text)


@pytest.mark.parametrize("form", [render.to_text, render.to_markdown])
def test_what_was_withheld_is_not_shown_but_why_is(form: object) -> None:
    assert callable(form)
    withheld = Withheld(text="It costs 41 dollars.", reason="the number 41 is not in the cited sentences")
    text = form(answer(withheld=(withheld,)))
    assert "One sentence was withheld" in text
    assert "the number 41 is not in the cited sentences" in text
    assert "It costs" not in text


def test_a_quote_of_several_lines_stays_in_its_place() -> None:
    text = render.to_text(answer(citations=(citation(quote="One.\n\n    [2] Two.\n# Three."),)))
    assert "    > One. [2] Two. # Three.\n" in text


# --- Markdown


def test_markdown_links_each_marker_to_what_it_cites() -> None:
    assert render.to_markdown(answer()) == (
        "The Courier says\\: I am not against it. [\\[1\\]](https://courier.example/no)\n"
        "\n"
        "1. [Why I voted no](https://courier.example/no), The Courier, November 18, 2023\n"
        "\n"
        "   > I am not against it.\n"
    )


def test_markdown_lists_and_quotes_as_it_should() -> None:
    citations = tuple(citation(number, quote="- a\n# b") for number in range(1, 12))
    text = "".join(f"Say {number}. [{number}] " for number in range(1, 12))
    html = MARKDOWN.render(render.to_markdown(answer(text, citations=citations)))
    assert html.count("<ol>") == 1
    assert html.count("<li>") == 11
    assert html.count("<p>- a # b</p>\n</blockquote>") == 11
    assert '<a href="https://courier.example/no">[11]</a>' in html


def test_a_marker_that_nothing_stands_behind_stays_text() -> None:
    text = render.to_markdown(answer("I am not against it. [1] Nor is she. [7]"))
    assert "[\\[1\\]](https" in text
    assert text.split("\n")[0].endswith("Nor is she. \\[7\\]")


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_an_answer_is_obeyed(nasty: str) -> None:
    cited = citation(
        quote=nasty, title=nasty, publisher=nasty, speaker=nasty, voice="quoted", url="javascript:alert(1)"
    )
    shown = answer(
        f"{nasty} [1]",
        citations=(cited,),
        notice=nasty,
        suggestions=(nasty,),
        conflicts=(Conflict(citations=(1, 1), about=nasty),),
        withheld=(Withheld(text="x", reason=nasty),),
    )
    html = MARKDOWN.render(render.conversation_markdown([(nasty, shown)], title=nasty))
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    assert tags <= {"h1", "h2", "p", "em", "strong", "ol", "ul", "li", "blockquote"}, tags
    assert html.count("<h1>") == html.count("<h2>") == html.count("<ol>") == html.count("<ul>") == 1


def test_a_conversation_keeps_each_answer_with_its_own_list() -> None:
    text = render.conversation_markdown(
        [("Why?", answer()), ("Who?", answer("Not said.", **ABSTAINED))], title="The wall"
    )
    assert re.findall(r"^#.*", text, re.MULTILINE) == ["# The wall", "## Why?", "## Who?"]
    assert text.count("1. [Why I voted no]") == 2
    assert text.count("Nearest passages, which do not answer it") == 1


def test_a_real_answer_reads_in_both_forms(assistant: Assistant) -> None:
    real = assistant.ask("How long is the wall?")
    assert real.citations
    for form in (render.to_text(real), render.to_markdown(real)):
        assert "1.3 km long" in form
        assert all(readable_date(cited.published) in form for cited in real.citations)
