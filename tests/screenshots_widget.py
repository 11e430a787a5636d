"""`python -m tests.screenshots_widget`: the README's pictures of the widget, taken in a real Chromium."""

import os
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.test_app_browser import CHROMIUM, DESKTOP, PHONE, QUIET, ROOT, serving

FOLDER = ROOT / "assistant" / "widget" / "screenshots"
MAX_BYTES = 300_000
QUESTION = "Which cities got letters, and are they sanctuary cities?"
THEME = """article-assistant {
  --article-assistant-accent: #7a1f2b; --article-assistant-paper: #fff8ee; --article-assistant-panel: #f7ead9;
  --article-assistant-rule: #e6d3bb; --article-assistant-font: system-ui, sans-serif;
}
article-assistant [slot] { letter-spacing: 0; line-height: 1.3; text-transform: none; word-spacing: 0 }"""


def mark(page: Page) -> None:
    # Clicked by the page: the panel may lie over the chip.
    page.locator("article-assistant [part=chip]:not([aria-expanded])").first.evaluate("chip => chip.click()")
    page.mouse.move(0, 0)


def open_card(page: Page) -> None:
    page.locator("article-assistant [part=chip][aria-expanded]").first.click()
    to_widget(page)


def theme(page: Page) -> None:
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }", THEME
    )
    page.evaluate(
        "const title = document.createElement('b'); title.slot = 'title'; title.textContent = 'Ask our reporters';"
        "document.querySelector('article-assistant').append(title)"
    )
    to_widget(page)


def to_widget(page: Page) -> None:
    page.evaluate("document.querySelector('article-assistant').scrollIntoView(); scrollBy(0, -100)")


class Shot(NamedTuple):
    name: str
    query: str
    question: str
    viewport: ViewportSize
    act: Callable[[Page], None]


SHOTS = (
    Shot("launcher", "mode=launcher", QUESTION, DESKTOP, mark),
    Shot("dark", "theme=dark", QUESTION, DESKTOP, open_card),
    Shot("themed", "", QUESTION, DESKTOP, theme),
    Shot("phone", "", QUESTION, PHONE, mark),
    Shot("arabic", "lang=ar", "How tall is the mayor of Albuquerque?", PHONE, to_widget),
)


def main() -> None:
    """Write each shot as `<name>.png`."""
    if not CHROMIUM:
        sys.exit("The screenshots need Chromium: install it (Debian: sudo apt-get install chromium).")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        os.environ["ASSISTANT_DATA_DIR"] = data
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with serving("assistant", "serve", "--port", "0") as server:
            for shot in SHOTS:
                context = browser.new_context(viewport=shot.viewport, reduced_motion="reduce")
                page = context.new_page()
                page.goto(f"{server}/demo?article=sanctuary-cities&{shot.query}")
                widget = page.locator("article-assistant")
                page.wait_for_function("!!customElements.get('article-assistant')")
                widget.evaluate("(widget, question) => widget.ask(question)", shot.question)
                shot.act(page)
                page.wait_for_timeout(500)
                path: Path = FOLDER / f"{shot.name}.png"
                picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
                picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
                context.close()
                assert path.stat().st_size < MAX_BYTES, f"{path.name} is too large for the README"
        browser.close()


if __name__ == "__main__":
    main()
