"""`make screenshots`: the README's pictures of the shipped article, taken again in a real Chromium."""

import os
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.test_app_browser import CHROMIUM, DESKTOP, PHONE, QUIET, ROOT, asked, serving

FOLDER = ROOT / ".streamlit" / "screenshots"
MAX_BYTES = 300_000


def show_in_the_article(page: Page) -> None:
    page.locator("a.chip[href^='#article:']").first.click()
    page.locator(".story .sentence:target").wait_for()


def show_in_a_source(page: Page) -> None:
    page.locator("a.chip:not([href^='#article:'])").first.click()
    page.locator(".source .sentence:target").wait_for()
    page.mouse.move(0, 0)


def stay(page: Page) -> None:
    page.mouse.move(0, 0)


class Shot(NamedTuple):
    name: str
    question: str
    viewport: ViewportSize
    dark: bool
    act: Callable[[Page], None]


SHOTS = (
    Shot("light", "Which cities got letters, and are they sanctuary cities?", DESKTOP, False, show_in_the_article),
    Shot("dark", "Who signed the letter to Albuquerque?", DESKTOP, True, show_in_a_source),
    Shot("refusal", "How many people work for the program?", DESKTOP, False, stay),
    Shot("mobile", "Which cities got letters, and are they sanctuary cities?", PHONE, False, stay),
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
                page = asked(browser, server, shot.question, shot.viewport, dark=shot.dark)
                shot.act(page)
                page.wait_for_timeout(500)
                path: Path = FOLDER / f"{shot.name}.png"
                picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
                # A page has few colours: a palette loses nothing that is seen, and two thirds of the bytes.
                picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
                page.context.close()
                assert path.stat().st_size < MAX_BYTES, f"{path.name} is too large for the README"
        browser.close()


if __name__ == "__main__":
    main()
