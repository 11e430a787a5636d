"""The page in a real Chromium, served as readers get it, on the invented article."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from assistant import Assistant

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
QUESTION = "When does construction start?"
ANSWER = "Construction starts in March."
IN_A_SOURCE = "Who moved the motion to build the wall?"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.timeout(180),
]


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """Address that a server says it has."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout
    try:
        addresses = (re.search(r"http://(?:127\.0\.0\.1|localhost):\d+", line) for line in process.stdout)
        found = next(filter(None, addresses), None)
        assert found, "the server said no address"
        yield found[0]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def server(assistant: Assistant) -> Iterator[str]:
    """Address of a page that serves the invented article, with the index that is there already."""
    with serving("assistant", "serve", "--port", "0") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))


def opened(browser: Browser, url: str, viewport: ViewportSize = DESKTOP, *, dark: bool = False) -> Page:
    context = browser.new_context(viewport=viewport, color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(url)
    expect(page.get_by_placeholder("Ask about this article")).to_be_visible(timeout=30_000)
    return page


def asked(
    browser: Browser, server: str, question: str, viewport: ViewportSize = DESKTOP, *, dark: bool = False
) -> Page:
    page = opened(browser, f"{server}/?q={quote(question)}", viewport, dark=dark)
    expect(page.locator(".answer")).to_be_visible(timeout=30_000)
    # Thumbs come last: then nothing moves any more.
    expect(page.get_by_role("radio", name="Thumbs up")).to_be_visible(timeout=30_000)
    return page


def highlighted(page: Page) -> list[str]:
    return page.locator(".sentence:target").all_inner_texts()


def test_a_chip_highlights_its_sentence_and_nothing_runs_again(browser: Browser, server: str) -> None:
    sent: list[object] = []
    page = asked(browser, server, QUESTION)
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    chip = page.locator("a.chip").first
    expect(chip).to_be_visible()
    expect(page.get_by_role("radio", name="Thumbs up")).to_be_visible()
    before = len(sent)
    chip.click()
    expect(page.locator(".sentence:target")).to_have_text(ANSWER)
    expect(page.locator(".sentence:target")).to_be_in_viewport(ratio=1)
    page.wait_for_timeout(300)
    assert before > 0
    assert len(sent) == before
    # Only the article has scrolled.
    assert page.evaluate("[document.scrollingElement.scrollTop, document.querySelector('.stMain').scrollTop]") == [0, 0]
    expect(chip).to_be_in_viewport(ratio=1)
    page.context.close()


def test_the_newest_answer_is_in_view_and_a_reader_who_scrolls_is_not_pulled_back(
    browser: Browser, server: str
) -> None:
    page = opened(browser, server, {"width": 1280, "height": 520})
    box = page.get_by_placeholder("Ask about this article")
    for number in range(1, 5):
        box.fill(QUESTION)
        box.press("Enter")
        expect(page.get_by_role("radio", name="Thumbs up")).to_have_count(number, timeout=30_000)
    expect(page.locator(".answer").last).to_be_in_viewport(ratio=1)
    expect(page.locator(".question").last).to_be_in_viewport(ratio=1)
    page.locator(".st-key-conversation").hover()
    page.mouse.wheel(0, -5_000)
    expect(page.locator(".question").first).to_be_in_viewport()
    page.get_by_role("radio", name="Thumbs up").first.click()
    page.wait_for_timeout(1_500)
    expect(page.locator(".question").first).to_be_in_viewport()
    page.context.close()


def test_a_chip_of_a_source_opens_it_at_the_sentence(browser: Browser, server: str) -> None:
    page = asked(browser, server, IN_A_SOURCE)
    sentence = page.locator(".source .sentence", has_text="was moved by Council Member Ruth Adeyemi")
    expect(sentence).to_be_hidden()
    page.locator("a.chip").first.click()
    expect(sentence).to_be_in_viewport(ratio=1)
    assert highlighted(page) == [sentence.inner_text()]
    page.context.close()


def test_a_card_shows_on_hover_whose_words_they_are(browser: Browser, server: str) -> None:
    page = asked(browser, server, IN_A_SOURCE)
    card = page.get_by_role("tooltip").first
    expect(card).to_be_hidden()
    page.locator("a.chip").first.hover()
    expect(card).to_be_visible()
    expect(card).to_contain_text("Varnholm City Council")
    expect(card).to_contain_text("Minutes of the meeting of 14 November 2023")
    expect(card).to_be_in_viewport(ratio=1)
    page.context.close()


def test_the_keyboard_alone_is_enough_and_the_answer_is_announced(browser: Browser, server: str) -> None:
    page = opened(browser, server)
    keys = page.keyboard
    expect(page.locator(".story h1")).to_be_visible()
    for _ in range(6):
        keys.press("Tab")
        if page.evaluate("document.activeElement.className") == "skip":
            break
    keys.press("Enter")
    expect(page.get_by_placeholder("Ask about this article")).to_be_focused()
    keys.type(QUESTION)
    keys.press("Enter")
    expect(page.get_by_role("radio", name="Thumbs up")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=ANSWER)).to_have_count(1)

    chip = page.locator("a.chip").first
    for _ in range(12):
        keys.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "chip":
            break
    expect(chip).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    card = page.get_by_role("tooltip").first
    expect(card).to_be_visible()
    keys.press("Escape")
    expect(card).to_be_hidden()
    keys.press("Enter")
    expect(page.locator(".sentence:target")).to_be_focused()
    keys.press("Escape")
    expect(chip).to_be_focused()
    page.context.close()


def test_a_phone_has_no_sideways_scroll_and_a_way_back_to_the_answer(browser: Browser, server: str) -> None:
    page = asked(browser, server, QUESTION, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    expect(page.get_by_placeholder("Ask about this article")).to_be_in_viewport(ratio=1)
    chip = page.locator("a.chip").first
    chip.click()
    expect(page.locator(".sentence:target")).to_be_in_viewport(ratio=1)
    page.get_by_text("Back to the answer").click()
    expect(chip).to_be_in_viewport(ratio=1)
    expect(chip).to_be_focused()
    page.context.close()


def test_nothing_of_a_question_or_document_is_loaded_or_run(browser: Browser, server: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or urlsplit(request.url).scheme))
    page.on("dialog", lambda dialog: hosts.add("a dialog"))
    hostile = (
        "<img src=http://d.example/a onerror=alert(1)> ![b](http://d.example/b) $x^2$ **c** <script>alert(2)</script>"
    )
    page.goto(f"{server}/?q={quote(hostile)}")
    expect(page.locator(".question")).to_contain_text(hostile, timeout=30_000)
    expect(page.locator(".answer")).to_be_visible(timeout=30_000)
    assert page.locator(".question :is(img, script, strong, .katex)").count() == 0
    assert hosts - {"about", "blob", "data"} == {"127.0.0.1"}
    context.close()


CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, under) => {
    canvas.fillStyle = `rgb(${under.join()})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (element) =>
    element ? rgb(getComputedStyle(element).backgroundColor, behind(element.parentElement)) : [255, 255, 255];
  const light = (colour) => colour
    .map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  for (const element of document.querySelectorAll(".stMain :is(h1, h2, h3, p, a, span, time, button, summary)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || box.width < 2 || !element.checkVisibility()) continue;
    const paper = behind(element);
    const [a, b] = [light(rgb(getComputedStyle(element).color, paper)), light(paper)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const name = `${element.tagName} ${element.className} "${element.textContent.slice(0, 30)}"`;
    if (ratio < 4.5) poor.push(`${name}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_has_contrast(browser: Browser, server: str, dark: bool) -> None:
    page = asked(browser, server, IN_A_SOURCE, dark=dark)
    page.locator("a.chip").first.click()
    page.locator("a.chip").first.hover()
    paper = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert paper == ("rgb(22, 24, 27)" if dark else "rgb(255, 255, 255)")
    assert page.evaluate(CONTRAST) == []
    page.context.close()


def test_embedded_the_conversation_stands_alone(browser: Browser, server: str) -> None:
    page = opened(browser, f"{server}/?embed=true&q={quote(QUESTION)}")
    chip = page.locator("a.chip").first
    expect(chip).to_have_attribute("target", "_blank")
    assert page.locator(".story").count() == 0
    page.context.close()


def test_the_conversation_is_copied_with_its_citations(browser: Browser, server: str) -> None:
    page = asked(browser, server, QUESTION)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# Varnholm council approves harbour flood wall")
    assert f"## {QUESTION}" in copied
    assert f"> {ANSWER}" in copied
    page.get_by_role("link", name="Copy link to this question").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{server}/?article=harbour-wall&q={quote(QUESTION)}"
    page.context.close()


def test_stop_is_heard_while_a_model_thinks_and_keeps_what_was_said(browser: Browser, assistant: Assistant) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with serving(
        "streamlit", "run", "tests/slow_app.py", "--server.port", port, "--server.address", "127.0.0.1"
    ) as url:
        page = opened(browser, url)
        ask = page.get_by_placeholder("Ask about this article")
        ask.fill(QUESTION)
        ask.press("Enter")
        claim = page.locator(".claim", has_text=ANSWER)
        expect(claim).to_be_visible()
        expect(page.locator(".working")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("Stopped.")).to_be_visible()
        expect(page.locator(".working")).to_be_hidden()
        expect(claim).to_be_visible()
        # The next question finds what was said before.
        ask.fill("And who moved the motion?")
        ask.press("Enter")
        expect(page.locator(".question")).to_have_count(2)
        expect(claim).to_have_count(1)
        page.context.close()
