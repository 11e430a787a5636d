"""The page without a browser: what a reader sees and can do, run after run."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant import Assistant, catalogue
from assistant.errors import CorpusError, StoreError
from assistant.schema import ClaimEvent, Event, NoticeEvent
from assistant.ui.exchange import listen

APP = Path(__file__).parent.parent / "app.py"

pytestmark = pytest.mark.usefixtures("assistant")


def page(article: str = "", q: str = "", *, embedded: bool = False) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    if article:
        at.query_params["article"] = article
    if q:
        at.query_params["q"] = q
    if embedded:
        at.context = {"is_embedded": True}
    return at.run()


def ask(at: AppTest, question: str) -> AppTest:
    return at.chat_input(key="typed").set_value(question).run()


def shown(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(str(element.proto.body) for element in at.get("html"))


def buttons(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def test_at_first_there_is_the_article_and_something_to_ask(assistant: Assistant) -> None:
    at = page()
    html = shown(at)
    assert "<h1>Varnholm council approves harbour flood wall after years of delay</h1>" in html
    assert 'id="article:1"' in html
    assert 'class="question"' not in html
    assert len(buttons(at)) == len(assistant.suggestions) > 0


def test_an_answer_has_a_chip_for_each_sentence(assistant: Assistant) -> None:
    html = shown(ask(page(), "When does construction start?"))
    cited = next(
        id_ for id_, each in assistant.article.sentence_of.items() if each.text == "Construction starts in March."
    )
    assert "Construction starts in March.</span>" in html
    assert f'<a class="chip" href="#{cited}"' in html
    assert 'class="refusal"' not in html


def test_what_is_not_there_is_refused_and_other_questions_are_offered() -> None:
    at = ask(page(), "Who won the chess tournament in Norway?")
    assert 'class="refusal"' in shown(at)
    assert 'class="claim' not in shown(at)
    offered = buttons(at)
    at.button(key="suggestion-0").click().run()
    assert shown(at).count('class="question"') == 2
    assert offered


def test_a_suggestion_asks_itself(assistant: Assistant) -> None:
    at = page()
    at.button(key="suggestion-0").click().run()
    html = shown(at)
    assert html.count('class="question"') == 1
    assert 'class="answer"' in html
    assert 'class="refusal"' not in html


def test_a_link_reopens_its_question_once() -> None:
    at = page(q="When does construction start?")
    assert shown(at).count('class="question"') == 1
    at.run()
    assert shown(at).count('class="question"') == 1
    assert "?article=harbour-wall&amp;q=When%20does%20construction%20start%3F" in shown(at)


def test_a_follow_up_is_understood_from_what_was_said_before() -> None:
    at = ask(ask(page(), "Who is Samuel Okafor?"), "What did he say about the wall?")
    assert "Understood as: " in shown(at)
    assert shown(at).count('class="question"') == 2


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("x" * 600, "The question has 600 characters; at most 500 are read here."),
        ("\u200b\u200b\u200b", "The question is empty."),
    ],
    ids=["too long", "only invisible characters"],
)
def test_what_is_no_question_is_told_so(question: str, said: str) -> None:
    assert said in shown(page(q=question))


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script><img src=x>",
        "Costs $4 or $5? ![x](http://d.example/x.png) **bold** :red[x]",
        "🌊🌊🌊",
        "Сколько стоит стена?",
        "\x00\x1b[31m\u202eWhy?",
        "'; DROP TABLE sentences; --",
    ],
)
def test_any_text_is_taken_for_text(question: str) -> None:
    html = shown(ask(page(), question))
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    assert html.count('class="question"') == 1
    assert 'class="refusal"' in html or 'class="claim' in html


def test_a_new_conversation_forgets_the_old_one() -> None:
    at = page(q="When does construction start?")
    next(button for button in at.button if button.label == "New conversation").click().run()
    assert 'class="question"' not in shown(at)
    assert "q" not in at.query_params
    at.run()
    assert 'class="question"' not in shown(at)


def test_the_conversation_can_be_taken_away_with_its_citations() -> None:
    at = ask(page(), "When does construction start?")
    (download,) = at.get("download_button")
    assert str(download.proto.label) == "Download"


def test_embedded_there_is_the_conversation_only() -> None:
    at = page(q="When does construction start?", embedded=True)
    html = shown(at)
    assert "<h1>" not in html
    assert 'target="_blank" data-sentences="article:' in html


def test_a_thumb_and_a_comment_are_stored_and_can_be_taken_back(clean_environment: Path) -> None:
    # Other doors store ratings in the same file.
    (clean_environment / "feedback.sqlite3").unlink(missing_ok=True)

    def rows() -> list[tuple[str, str, str]]:
        with sqlite3.connect(clean_environment / "feedback.sqlite3") as database:
            found = database.execute("SELECT question, rating, comment FROM feedback").fetchall()
        database.close()
        return found

    question = "When does construction start?"
    at = page(q=question)
    at.feedback(key="thumb-0").set_value(1).run()
    assert rows() == [(question, "up", "")]
    at.text_input[0].set_value("Well found")
    next(button for button in at.button if button.label == "Send").click().run()
    assert rows() == [(question, "up", "Well found")]
    assert "Thank you" in shown(at)
    at.feedback(key="thumb-0").set_value(0).run()
    assert rows() == [(question, "down", "Well found")]
    at.feedback(key="thumb-0").set_value(None).run()
    assert rows() == []


def test_an_article_that_is_not_there_is_told_so_and_no_path_is_opened(tmp_path: Path) -> None:
    for name in ("no-such-article", str(tmp_path), "../corpus/harbour-wall"):
        html = shown(page(article=name))
        assert "There is no article of that name here. There is: harbour-wall" in html
        assert "<h1>" not in html


def test_an_article_that_cannot_be_used_names_file_and_line(
    article_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(article_copy.parent))
    article = article_copy / "article.md"
    article.write_text(article.read_text("utf-8").replace("published: 2023-11-15", "published: yesterday"), "utf-8")
    assert "article.md:" in shown(page())
    # Put right, it opens: a failure is not remembered.
    article.write_text(article.read_text("utf-8").replace("published: yesterday", "published: 2023-11-15"), "utf-8")
    assert "<h1>" in shown(page())


def test_several_articles_can_be_chosen_from(article_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_DIR", str(article_copy.parent))
    other = article_copy.parent / "other-wall"
    other.mkdir()
    text = (article_copy / "article.md").read_text("utf-8")
    (other / "article.md").write_text(text.replace("title: Varnholm council", "title: Another council"), "utf-8")
    at = page(q="When does construction start?")
    at.selectbox(key="chosen").set_value("other-wall").run()
    html = shown(at)
    assert "<h1>Another council approves" in html
    assert 'class="question"' not in html
    assert dict(at.query_params) == {"article": "other-wall"}


def test_an_article_is_opened_once_for_all(assistant: Assistant) -> None:
    first = catalogue.opened("harbour-wall")
    assert catalogue.opened("harbour-wall") is first
    assert catalogue.is_open("harbour-wall")
    with pytest.raises(CorpusError, match="There is: harbour-wall"):
        catalogue.opened("elsewhere")


def test_while_a_model_thinks_there_are_chances_to_stop_and_none_runs_on(assistant: Assistant) -> None:
    events = assistant.stream("When does construction start?")
    told = threading.Event()
    closed = threading.Event()

    def slow() -> Iterator[Event]:
        try:
            yield next(events)
            told.wait(20)
            yield from events
        finally:
            closed.set()

    heard = listen(slow())
    assert isinstance(next(heard), ClaimEvent)
    assert next(heard) is None
    heard.close()
    told.set()
    assert closed.wait(20)


def test_what_goes_wrong_while_answering_reaches_the_page() -> None:
    def broken() -> Iterator[Event]:
        yield NoticeEvent(text="first")
        raise StoreError("The index is gone.")

    heard = listen(broken())
    assert next(heard) == NoticeEvent(text="first")
    with pytest.raises(StoreError, match="The index is gone"):
        list(heard)
