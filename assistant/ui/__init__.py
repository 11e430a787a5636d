"""The Streamlit page: the article on the left, the conversation on the right. Read from `main` downwards.

A rerun draws what is there and answers at most one question; the article was opened before. Everything that a reader
sees of a document, an answer or a question goes through `markup`, which escapes it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from assistant import catalogue, render
from assistant.errors import AssistantError
from assistant.feedback import Feedback, Rating
from assistant.pipeline import Assistant
from assistant.schema import Article
from assistant.settings import load_settings
from assistant.ui import markup
from assistant.ui.exchange import MAX_QUESTION_CHARS, Exchange, answer, history

MAX_COMMENT_CHARS = 500
_STYLE = Path(__file__).with_name("ui.css")
_SCRIPT = Path(__file__).with_name("ui.js")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """The article is opened when the server starts, not when the first reader comes."""
    catalogue.open_early()
    yield


def main() -> None:
    """Draw the page, and answer if something was asked."""
    st.set_page_config(page_title="Ask the article", layout="wide")
    st.html(_STYLE)
    try:
        name = st.query_params.get("article") or catalogue.names()[0]
        assistant = _open(name)
        article, suggestions = assistant.article, assistant.suggestions
    except AssistantError as error:
        st.html(markup.fault(str(error)))
        return
    state = st.session_state
    if state.get("article") != name:
        state.article, state.exchanges, state.asked = name, [], st.query_params.get("q")
    on_page = not st.context.is_embedded

    if on_page:
        left, desk = st.columns([11, 9], gap="medium")
        with left, st.container(key="article", gap="small"):
            _draw_article(article, name)
    else:
        desk = st.container(key="alone")
    with desk, st.container(key="desk", gap="small"):
        actions = st.container(key="actions", horizontal=True, vertical_alignment="center", gap="small")
        conversation = st.container(key="conversation", gap="small")
        with st.container(key="ask"):
            typed = st.chat_input(
                "Ask about this article", key="typed", max_chars=MAX_QUESTION_CHARS, submit_mode="stop"
            )
        with conversation:
            _converse(assistant, article, suggestions, typed or state.asked, on_page)
        with actions:
            _draw_actions(article, name)
    _announce(article)


def _open(name: str) -> Assistant:
    if catalogue.is_open(name):
        return catalogue.opened(name)
    with st.spinner("Opening the article …"):
        return catalogue.opened(name)


# --- the article


def _draw_article(article: Article, name: str) -> None:
    st.html(markup.SKIP_LINK)
    names = catalogue.names()
    if len(names) > 1:
        st.selectbox(
            "Article",
            names,
            index=names.index(name),
            format_func=lambda name: name.replace("-", " ").capitalize(),
            key="chosen",
            on_change=lambda: st.query_params.from_dict({"article": st.session_state.chosen}),
        )
    st.html(markup.article(article))
    st.html(markup.BACK_LINK)


# --- the conversation


def _converse(
    assistant: Assistant, article: Article, suggestions: Sequence[str], asked: str | None, on_page: bool
) -> None:
    state = st.session_state
    exchanges: list[Exchange] = state.exchanges
    state.asked = None
    for number, exchange in enumerate(exchanges):
        _draw_exchange(exchange, number, article, on_page)
    if asked:
        exchange = Exchange(asked, history(exchanges))
        # Kept before it is answered: what a reader who presses Stop has seen is still there afterwards.
        exchanges.append(exchange)
        _draw_exchange(exchange, len(exchanges) - 1, article, on_page, assistant)
    if not exchanges:
        st.html(markup.WELCOME)
        _draw_suggestions("Try one of these", suggestions)
    elif (last := exchanges[-1].answer) and last.status != "answered":
        _draw_suggestions("You could ask", last.suggestions)


def _draw_exchange(
    exchange: Exchange, number: int, article: Article, on_page: bool, assistant: Assistant | None = None
) -> None:
    """A question and its answer; with an `assistant` it is answered now."""
    with st.container(key=f"exchange-{number}", gap="xsmall"):
        st.html(markup.question(exchange.question))
        slot = st.empty()
        if assistant:
            for _ in answer(assistant, exchange):
                slot.html(_body(exchange, number, article, on_page) + markup.WORKING)
        slot.html(_body(exchange, number, article, on_page))
        if exchange.answer:
            _draw_rating(exchange, number)


def _body(exchange: Exchange, number: int, article: Article, on_page: bool) -> str:
    if whole := exchange.answer:
        changed = markup.note("The article has changed since this answer; ask again for the present text.")
        return (
            markup.answer(whole, str(number), on_page=on_page)
            + (changed if whole.article_version != article.version else "")
            + markup.footer(whole, markup.question_link(exchange.question, st.session_state.article))
        )
    said = "".join(markup.note(notice) for notice in exchange.notices)
    said += markup.claims(exchange.claims, exchange.citations, str(number), on_page=on_page)
    return said + (markup.fault(exchange.fault) if exchange.fault else markup.STOPPED)


def _draw_suggestions(label: str, questions: Sequence[str]) -> None:
    if not questions:
        return
    with st.container(key="suggestions", gap="xsmall"):
        st.html(markup.label(label))
        for number, question in enumerate(questions):
            st.button(
                render.escape(question), key=f"suggestion-{number}", on_click=_ask, args=(question,), width="stretch"
            )


def _ask(question: str) -> None:
    st.session_state.asked = question


# --- ratings


@lru_cache(maxsize=1)
def _feedback() -> Feedback:
    return Feedback(load_settings().data_dir / "feedback.sqlite3")


@st.fragment
def _draw_rating(exchange: Exchange, number: int) -> None:
    thumb = st.feedback("thumbs", key=f"thumb-{number}")
    rating: Rating | None = None if thumb is None else "up" if thumb else "down"
    try:
        if rating != exchange.rating:
            _store_rating(exchange, rating)
        if rating is None:
            return
        with st.form(f"comment-{number}", border=False):
            comment = st.text_input(
                "Comment (optional)", max_chars=MAX_COMMENT_CHARS, placeholder="What is right or wrong with it?"
            )
            if st.form_submit_button("Send") and exchange.feedback:
                _feedback().revise(exchange.feedback, rating, comment)
                exchange.comment = comment
                st.html(markup.aside("Thank you. Rating and comment are stored."))
    except AssistantError as error:
        st.html(markup.fault(str(error)))


def _store_rating(exchange: Exchange, rating: Rating | None) -> None:
    if rating is None and exchange.feedback is not None:
        _feedback().withdraw(exchange.feedback)
        exchange.feedback, exchange.comment = None, ""
    elif rating and exchange.feedback is not None:
        _feedback().revise(exchange.feedback, rating, exchange.comment)
    elif rating and exchange.answer:
        exchange.feedback = _feedback().add(exchange.answer, rating, history=exchange.history)
    exchange.rating = rating


# --- around it


def _draw_actions(article: Article, name: str) -> None:
    exchanges: list[Exchange] = st.session_state.exchanges
    st.html(markup.DESK_TITLE, width="stretch")
    if not exchanges:
        return
    st.html(markup.COPY_BUTTON, width="content")
    st.download_button(
        "Download",
        _conversation(article),
        file_name=f"{article.name}.md",
        mime="text/markdown",
        on_click="ignore",
        type="tertiary",
    )
    st.button("New conversation", on_click=_start_again, args=(name,), type="tertiary")


def _start_again(name: str) -> None:
    st.session_state.exchanges = []
    st.query_params.from_dict({"article": name})


def _conversation(article: Article) -> str:
    exchanges: list[Exchange] = st.session_state.exchanges
    answered = [(exchange.question, exchange.answer) for exchange in exchanges if exchange.answer]
    return render.conversation_markdown(answered, article.article.title)


@lru_cache(maxsize=1)
def _announcer() -> Any:
    return st.components.v2.component(
        "announcer", html='<div role="status" aria-live="polite"></div>', js=_SCRIPT.read_text("utf-8")
    )


def _announce(article: Article) -> None:
    """Tell a screen reader what came of the last question, once it is whole."""
    exchanges: list[Exchange] = st.session_state.exchanges
    text = ""
    if exchanges:
        last = exchanges[-1]
        text = last.fault or (markup.spoken(last.answer) if last.answer else "")
    with st.container(key="announcer"):
        _announcer()(
            key="announcement",
            data={"id": len(exchanges), "text": text, "conversation": _conversation(article) if exchanges else ""},
        )
