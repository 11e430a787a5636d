"""What the widget's script weighs and what it must not hold; its texts, language by language."""

import gzip
import json
import re
from pathlib import Path

import pytest

SCRIPT = (Path(__file__).parent.parent / "assistant" / "widget" / "widget.js").read_text("utf-8")
KEYS = (re.search(r'KEYS = "([^"]+)"', SCRIPT) or [""] * 2)[1].split()
LANGUAGES = ("en", "es", "de", "fr", "ar")


def test_it_is_at_most_12_kb_on_the_wire() -> None:
    assert len(gzip.compress(SCRIPT.encode(), 9)) <= 12 * 1_024


@pytest.mark.parametrize(
    "forbidden",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "cookie",
        'setAttribute("style"',
        "<style",
        "import(",
    ],
)
def test_it_has_nothing_that_stores_or_that_a_policy_forbids(forbidden: str) -> None:
    code = re.sub(r"const TEXTS = \{.*?\n  \};", "", SCRIPT, flags=re.DOTALL)
    assert forbidden not in code


def test_it_names_no_host() -> None:
    assert re.findall(r"https?://\w+", SCRIPT) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_every_text_with_its_blanks(lang: str) -> None:
    english, texts = (dict(zip(KEYS, texts_of(lang), strict=True)) for lang in ("en", lang))
    for key, text in texts.items():
        assert text.strip() == text != ""
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key
        if lang != "en" and key not in ("down", "source"):
            assert text != english[key]


def texts_of(lang: str) -> list[str]:
    found = re.search(rf"\n    {lang}: \[(.*?)\],\n", SCRIPT, re.DOTALL)
    assert found
    texts: list[str] = json.loads(f"[{found[1]}]")
    return texts
