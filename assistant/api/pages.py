"""The widget's script and a news page that shows it: two files of `widget/`, kept in memory as they are sent."""

import base64
import gzip
import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final, NamedTuple

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from assistant import catalogue
from assistant.errors import AssistantError
from assistant.schema import Document
from assistant.text import names
from assistant.text.dates import readable_date

FOLDER: Final = Path(__file__).parent.parent / "widget"
LANGUAGES: Final = ("en", "es", "de", "fr", "ar")
MAX_AGE: Final = 300
"""Seconds for which a browser does not ask again for the script."""


class Script(NamedTuple):
    """A script as it goes over the wire."""

    plain: bytes
    gzipped: bytes
    etag: str


def routes() -> list[BaseRoute]:
    """GET /widget.js and GET /demo."""
    return [Route("/widget.js", widget, methods=["GET"]), Route("/demo", demo, methods=["GET"])]


async def widget(request: Request) -> Response:
    """The widget's script, for pages of any origin."""
    script = _script()
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
    }
    if script.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = script.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = script.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type="text/javascript")


async def demo(request: Request) -> Response:
    """An article as a news site would show it, with the widget. `article`, `lang`, `theme` and `mode` choose.

    The policy is as strict as a publisher's may be: no inline script, no other host, Trusted Types without a policy.
    """
    query = request.query_params
    lang = query.get("lang", "en")
    try:
        name: str = query.get("article") or (await run_sync(catalogue.names))[0]
        document = (await run_sync(catalogue.opened, name)).article.article
    except AssistantError as error:
        return HTMLResponse(f"<!doctype html><title>Demo</title><p>{escape(str(error))}</p>", 404)
    page, style = _page(
        name,
        document,
        lang if lang in LANGUAGES else "en",
        "dark" if query.get("theme") == "dark" else "light",
        "launcher" if query.get("mode") == "launcher" else "inline",
    )
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
        f"style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@lru_cache(maxsize=1)
def _script() -> Script:
    plain = (FOLDER / "widget.js").read_bytes()
    gzipped = gzip.compress(plain, 9, mtime=0)
    return Script(plain, gzipped, f'"{hashlib.sha256(plain).hexdigest()[:32]}"')


@lru_cache(maxsize=32)
def _page(name: str, document: Document, lang: str, theme: str, mode: str) -> tuple[str, str]:
    """The page and the hash of its style sheet, as a policy writes it."""
    template = (FOLDER / "demo.html").read_text("utf-8")
    style = template.partition("<style>")[2].partition("</style>")[0]
    paragraphs = [block.strip() for block in document.text.split("\n\n") if block.strip()]
    author = f"By {escape(document.author)}, " if document.author else ""
    page = Template(template).substitute(
        name=escape(name),
        lang=lang,
        direction="rtl" if lang == "ar" else "ltr",
        theme=theme,
        mode=mode,
        language=escape(document.language),
        title=escape(document.title),
        byline=f"{author}{escape(document.publisher)}",
        published=readable_date(document.published),
        url=escape(document.url),
        opening="\n".join(_paragraph(text, number) for number, text in enumerate(paragraphs[:4])),
        rest="\n".join(_paragraph(text, number) for number, text in enumerate(paragraphs[4:], 4)),
    )
    return page, base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _paragraph(text: str, number: int) -> str:
    """A paragraph as editors leave it: here a name is a link, there one is set off."""
    named = next((found for found in names(text) if " " in found), None) if number % 2 == 0 else None
    if not named:
        return f"<p>{escape(text)}</p>"
    before, _, after = text.partition(named)
    open_, close = ('<a href="#top">', "</a>") if number % 4 == 0 else ("<em>", "</em>")
    return f"<p>{escape(before)}{open_}{escape(named)}{close}{escape(after)}</p>"
