"""Pages, PDFs and texts become sources; what they do not state is asked for; what is not public is not fetched."""

import gzip
import os
import socket
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import corpus, frontmatter, ingest
from assistant.errors import CorpusError
from assistant.ingest import fetching, formats

BODY = """
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Flood wall costs rise</h1>
<p>The cost of the flood wall has risen to $5.1 million, the city said on Saturday. It blamed the price of steel.</p>
<p>Mayor Petra Halloran said the wall would still be finished next year. “We will not stop now,” she said.</p>
<p>The council meets again on Tuesday and will decide whether the pumps are built at once or in two years.</p>
</article><footer>Copyright 2019 The Courier</footer>
"""
META = """
<title>Flood wall costs rise | The Courier</title>
<meta property="og:site_name" content="The Courier">
<meta name="author" content="Jo Bloggs">
<link rel="canonical" href="/2023/12/02/costs">
"""


def page(meta: str = META, body: str = BODY, lang: str = "en-GB") -> bytes:
    head = f'<head><meta charset="utf-8">{meta}</head>'
    return f'<!doctype html><html lang="{lang}">{head}<body>{body}</body></html>'.encode()


UNDATED = page(META.partition("<link")[0])
DATED = page(META + '<meta property="article:published_time" content="2023-12-02T23:30:00-07:00">')


def pdf(*pages: str, info: str = "") -> bytes:
    """A small PDF, written by hand: one Helvetica text a page, a line a line."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        shown = "".join(f"({line}) Tj T* " for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown}ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        resources = "<< /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {len(objects)} 0 R >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} /MediaBox [0 0 612 792] >>"
    objects.append(f"<< {info} >>")
    out, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


class Site(BaseHTTPRequestHandler):
    """A site with every kind of page, and every kind of trouble."""

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]  # set where the server is made
        path = self.path
        if path.startswith("/to/"):
            self.answer(302, {"Location": path.removeprefix("/to/")})
        elif path == "/loop":
            self.answer(302, {"Location": "/loop"})
        elif path == "/gzip":
            self.answer(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(DATED))
        elif path == "/latin":
            text = page(META + '<meta name="date" content="2023">').decode().replace('<meta charset="utf-8">', "")
            self.answer(200, {"Content-Type": "text/html; charset=cp1252"}, text.encode("cp1252"))
        elif path == "/2023/12/02/costs":
            self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, DATED)
        elif path == "/no-type":
            self.answer(200, {}, DATED)
        elif path == "/undated":
            self.answer(200, {"Content-Type": "text/html"}, UNDATED)
        elif path == "/report.pdf":
            self.answer(200, {"Content-Type": "application/pdf"}, pdf("The wall is safe.", info="/Title (Report)"))
        elif path == "/notes.txt":
            self.answer(200, {"Content-Type": "text/plain"}, b"# Notes\n\nThe wall is safe.")
        elif path == "/picture":
            self.answer(200, {"Content-Type": "image/png"}, b"\x89PNG")
        elif path == "/large":
            self.answer(200, {"Content-Type": "text/html"}, b"x" * (fetching.MAX_BYTES + 1))
        elif path == "/bomb":
            zeros = gzip.compress(b"x" * (20 * fetching.MAX_BYTES))
            self.answer(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, zeros)
        elif path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.answer(404, {})

    def answer(self, status: int, headers: Mapping[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except ConnectionError:
            self.close_connection = True

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the test's output."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.hosts = []  # type: ignore[attr-defined]  # the handler's notes
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def site(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def saved(tmp_path: Path, name: str, content: bytes) -> str:
    (tmp_path / name).write_bytes(content)
    return str(tmp_path / name)


GIVEN = {"title": "T", "publisher": "P", "published": "2023", "url": "https://a.example/"}


# --- what a page states


def test_a_page_becomes_a_source(site: str) -> None:
    found = ingest.read(f"{site}/2023/12/02/costs", {}, allow_private=True)
    assert found.fields == {
        "id": "flood-wall-costs-rise",
        "kind": "web-page",
        "title": "Flood wall costs rise",
        "publisher": "The Courier",
        "author": "Jo Bloggs",
        "published": "2023-12-02",
        "url": f"{site}/2023/12/02/costs",
        "language": "en-GB",
        "form": "full",
    }
    assert "risen to $5.1 million, the city said on Saturday.\n" not in found.text
    assert "It blamed the price of steel.\n\nMayor Petra Halloran said" in found.text
    assert "Sport" not in found.text
    assert "Copyright" not in found.text


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        pytest.param('<meta property="article:published_time" content="2017-08-03T10:00:00Z">', "2017-08-03", id="og"),
        pytest.param('<meta name="date" content="2017-08">', "2017-08", id="month"),
        pytest.param('<meta name="DC.Date" content="2017">', "2017", id="year"),
        pytest.param('<meta name="citation_publication_date" content="2017/08/03">', "2017-08-03", id="slashes"),
        pytest.param('<meta itemprop="datePublished" content="2017-08-03">', "2017-08-03", id="microdata"),
        pytest.param(
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2017-08-03"}]}'
            "</script>",
            "2017-08-03",
            id="linked data",
        ),
        pytest.param(
            '<script type="application/ld+json">{broken</script><meta name="date" content="2017-08">',
            "2017-08",
            id="broken",
        ),
        pytest.param(
            '<meta name="date" content="yesterday"><meta name="pubdate" content="2017-08-03">', "2017-08-03", id="2nd"
        ),
    ],
)
def test_a_date_is_as_precise_as_the_page_states_it(tmp_path: Path, stated: str, published: str) -> None:
    found = ingest.read(saved(tmp_path, "a.html", page(META + stated)), {"url": "https://a.example/b"})
    assert found.fields["published"] == published


@pytest.mark.parametrize(
    ("time_element", "published"),
    [
        ('<article><time datetime="2017-08-03">August 3</time>', "2017-08-03"),
        ('<time itemprop="datePublished" datetime="2017-08">August</time><article>', "2017-08"),
    ],
)
def test_a_date_in_the_article_counts(tmp_path: Path, time_element: str, published: str) -> None:
    body = BODY.replace("<article>", time_element)
    found = ingest.read(saved(tmp_path, "a.html", page(body=body)), {"url": "https://a.example/b"})
    assert found.fields["published"] == published


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY, id="a year in the footer"),
        pytest.param('<time datetime="2026-11-24">Today</time>' + BODY, id="today's date above the page"),
        pytest.param(
            BODY.replace("<article>", '<article><time itemprop="dateModified" datetime="2024">'), id="a change"
        ),
    ],
)
def test_a_date_that_is_not_the_article_s_is_not_used(tmp_path: Path, body: str) -> None:
    with pytest.raises(CorpusError, match=r"does not say its published. Add it with --published …"):
        ingest.read(saved(tmp_path, "a.html", page(body=body)), {"url": "https://a.example/b"})


def test_an_undated_page_is_not_dated_by_today(site: str) -> None:
    with pytest.raises(CorpusError, match="does not say its published"):
        ingest.read(f"{site}/undated", {"url": "https://a.example/"}, allow_private=True)
    found = ingest.read(f"{site}/undated", {"published": "2023-12"}, allow_private=True)
    assert found.fields["published"] == "2023-12"


def test_the_address_may_state_the_date_and_that_is_said(tmp_path: Path) -> None:
    meta = META.replace("/2023/12/02/costs", "https://courier.example/2023/12/02/costs")
    found = ingest.read(saved(tmp_path, "a.html", page(meta)), {})
    assert (found.fields["url"], found.fields["published"]) == (
        "https://courier.example/2023/12/02/costs",
        "2023-12-02",
    )
    assert found.notes == ("The page states no date of publication; it was taken from its address.",)


def test_a_page_that_calls_another_site_its_own_is_not_believed(site: str) -> None:
    fetched = formats.html(page(META.replace("/2023/12/02/costs", "https://bank.example/")), "a", f"{site}/b")
    assert fetched.fields["url"] == f"{site}/b"


def test_given_fields_go_before_stated_ones(site: str) -> None:
    given = {"title": "Costs", "published": "2023", "id": "costs", "kind": "newspaper", "cited_by_article": "later"}
    found = ingest.read(f"{site}/2023/12/02/costs", given, allow_private=True)
    assert found.fields | given == found.fields
    assert found.fields["publisher"] == "The Courier"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>HACK</p>",
        '<p style="display: none">HACK</p>',
        '<p style="color:red;VISIBILITY:hidden">HACK</p>',
        '<p style="font-size:0">HACK</p>',
        '<p style="opacity:0">HACK</p>',
        '<p aria-hidden="true">HACK</p>',
        '<style>.x, .y { display: none }</style><p class="a y">HACK</p>',
        "<style>#z{visibility:hidden}</style><p id=z>HACK</p>",
        "<!-- HACK -->",
        "<template><p>HACK</p></template>",
        "<noscript><p>HACK</p></noscript>",
        "<script>HACK</script>",
        "<p>" + "".join(chr(0xE0000 + ord(char)) for char in "HACK") + "</p>",
    ],
)
def test_what_no_reader_sees_is_not_taken(tmp_path: Path, hidden: str) -> None:
    sentence = "Everything that a reader is shown stays as it is, and this sentence is long enough to be kept."
    body = BODY.replace("</article>", f"{hidden}<p>{sentence}</p></article>")
    text = ingest.read(saved(tmp_path, "a.html", page(body=body)), GIVEN).text
    assert "HACK" not in text
    assert not any(0xE0000 <= ord(char) <= 0xE007F for char in text)
    assert sentence in text


def test_nonsense_that_a_page_states_is_not_taken(tmp_path: Path) -> None:
    meta = '<meta name="date" content="2023-02-31"><link rel="canonical" href="javascript:alert(1)"><title>T</title>'
    with pytest.raises(
        CorpusError, match=r"does not say its publisher and published and url\. Add it with --publisher …"
    ):
        ingest.read(saved(tmp_path, "a.html", page(meta, lang="English (mostly)")), {})


# --- other forms


def test_a_compressed_page_and_one_of_another_encoding_are_read(site: str) -> None:
    assert ingest.read(f"{site}/gzip", {}, allow_private=True).fields["published"] == "2023-12-02"
    latin = ingest.read(f"{site}/latin", {}, allow_private=True)
    assert "“We will not stop now,” she said." in latin.text


def test_a_page_without_a_type_is_recognised(site: str) -> None:
    assert ingest.read(f"{site}/no-type", {}, allow_private=True).fields["title"] == "Flood wall costs rise"


def test_a_pdf_is_read_line_by_line_into_paragraphs(tmp_path: Path) -> None:
    long = "The storm of 19 January 2019 raised the harbour by 1.9 metres and flooded the houses on the quay"
    content = pdf(
        f"{long} and in the old\ntown.\n{long}, as the engi-\nneers wrote.", "Second page.", info="/Title (Storm)"
    )
    found = ingest.read(
        saved(tmp_path, "a.pdf", content), {name: GIVEN[name] for name in ("publisher", "published", "url")}
    )
    assert found.fields["title"] == "Storm"
    assert found.text == f"{long} and in the old town.\n\n{long}, as the engineers wrote.\n\nSecond page."


def test_the_day_a_pdf_was_made_is_only_offered(tmp_path: Path) -> None:
    content = pdf("The wall is safe.", info="/Title (Report) /CreationDate (D:20170803120000Z)")
    with pytest.raises(CorpusError) as caught:
        ingest.read(saved(tmp_path, "a.pdf", content), {"publisher": "P", "url": "https://a.example/"})
    assert "does not say its published" in str(caught.value)
    assert "It may be 2017-08-03: check it." in str(caught.value)


def test_a_pdf_and_a_text_from_the_web(site: str) -> None:
    given = {"publisher": "P", "published": "2017"}
    found = ingest.read(f"{site}/report.pdf", given, allow_private=True)
    assert (found.fields["id"], found.fields["url"], found.text) == (
        "report",
        f"{site}/report.pdf",
        "The wall is safe.",
    )
    assert ingest.read(f"{site}/notes.txt", given, allow_private=True).fields["title"] == "Notes"


@pytest.mark.parametrize("content", [pdf(""), pdf("The wall is safe.")[:200], b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b""])
def test_a_pdf_without_text_or_broken_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CorpusError, match=r"is not a PDF that can be read|holds pictures of text"):
        ingest.read(saved(tmp_path, "a.pdf", content), GIVEN)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 700), st.binary(min_size=1, max_size=12))
def test_a_damaged_pdf_is_read_or_refused(place: int, damage: bytes) -> None:
    content = pdf("The wall is safe.\nIt is new.", info="/Title (Report)")
    try:
        formats.pdf(content[:place] + damage + content[place + len(damage) :], "a.pdf")
    except CorpusError as error:
        assert "a.pdf" in str(error)  # noqa: PT017  # both outcomes are right, a traceback is not


def test_markdown_with_front_matter_keeps_it(tmp_path: Path) -> None:
    fields = "title: 'Berry: no'\npublisher: P\npublished: 2017-08\nurl: https://a.example/\nform: brief"
    found = ingest.read(saved(tmp_path, "a.md", f"---\n{fields}\n---\n\nThe text.\n".encode()), {})
    assert found.fields == {
        "id": "berry-no",
        "kind": "document",
        "title": "Berry: no",
        "publisher": "P",
        "published": "2017-08",
        "url": "https://a.example/",
        "language": "en",
        "form": "brief",
    }
    assert found.text == "The text."


def test_front_matter_that_is_wrong_is_named_by_line(tmp_path: Path) -> None:
    text = b"---\ntitle: T\npublished: 2017-13\n---\nText."
    with pytest.raises(CorpusError, match=r"a.md:3: bad date"):
        ingest.read(saved(tmp_path, "a.md", text), {})


def test_a_text_without_a_heading_needs_a_title(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.txt", b"The wall is safe.")
    with pytest.raises(CorpusError, match="does not say its title"):
        ingest.read(path, {"publisher": "P", "published": "2017", "url": "https://a.example/"})
    assert ingest.read(path, GIVEN).fields["id"] == "t"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "holds no text"),
        ("a.txt", b" \n\n", "holds no text"),
        ("a.txt", b"caf\xe9", "is not UTF-8"),
        ("a.html", b"", "is not a page that can be read"),
        ("a.html", b"<html><body><p hidden>x</p></body></html>", "holds no text"),
        ("a.docx", b"PK\x03\x04", "is of no known type"),
        ("a.txt", b"x" * (fetching.MAX_BYTES + 1), "is larger than 5 MB"),
        ("a.txt", b"x" * (ingest.MAX_TEXT_BYTES + 1), "is longer than"),
    ],
)
def test_a_file_that_cannot_be_a_source_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(CorpusError, match=says):
        ingest.read(saved(tmp_path, name, content), GIVEN)


@pytest.mark.parametrize("path", ["nowhere.txt", ".", "x" * 5_000, "a\0b"])
def test_a_file_that_is_not_there_is_refused(path: str) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        ingest.read(path, GIVEN)


@pytest.mark.parametrize(
    ("name", "value"), [("published", "2017-02-30"), ("url", "ftp://a"), ("id", "a b"), ("language", "?")]
)
def test_a_given_field_is_checked(name: str, value: str) -> None:
    with pytest.raises(CorpusError, match=f"--{name}: bad"):
        ingest.read("nowhere.txt", GIVEN | {name: value})


@pytest.mark.parametrize(
    ("title", "origin", "slug"),
    [
        ("Cities baffled as Jeff Sessions targets them", "", "cities-baffled-as-jeff-sessions-targets-them"),
        ("Élan vital: 50 % d’été", "", "elan-vital-50-dete"),
        ("\u57ce\u5e02", "https://a.example/2017/city-news.html", "city-news"),
        ("Article", "", "article-source"),
        ("x" * 200, "", "x" * 60),
    ],
)
def test_an_id_is_made_from_the_title_or_the_address(tmp_path: Path, title: str, origin: str, slug: str) -> None:
    given = GIVEN | {"title": title} | ({"url": origin} if origin else {})
    assert ingest.read(saved(tmp_path, "a.txt", b"Text."), given).fields["id"] == slug


def test_an_id_of_last_resort_is_the_same_every_time(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.txt", b"Text.")
    ids = {ingest.read(path, GIVEN | {"title": "\u57ce\u5e02"}).fields["id"] for _ in range(2)}
    assert len(ids) == 1
    assert ids.pop().startswith("source-")


# --- fetching


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "fe80::1%lo"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_an_address_of_one_s_own_network_is_not_public(address: str) -> None:
    assert not fetching.is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_other_addresses_are_public(address: str) -> None:
    assert fetching.is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "127.1", "0"])
def test_this_machine_is_not_asked(server: ThreadingHTTPServer, host: str) -> None:
    before = len(server.hosts)  # type: ignore[attr-defined]  # the handler's notes
    with pytest.raises(CorpusError, match=r"an address of this machine or its network|There is no site"):
        fetching.fetch(f"http://{host}:{server.server_address[1]}/undated")
    assert len(server.hosts) == before  # type: ignore[attr-defined]  # the handler's notes


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A public address that leads to the test's site, and names for it and for a machine inside."""
    names = {
        "public.example": ["93.184.216.34"],
        "inside.example": ["10.0.0.1"],
        "both.example": ["93.184.216.34", "::1"],
    }
    looked_up: list[str] = []
    connect = socket.create_connection

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names.get(host, [host])]

    def create_connection(address: tuple[str, int], *args: Any, **keywords: Any) -> socket.socket:
        assert address[0] == "93.184.216.34", f"a connection to {address[0]}"
        with monkeypatch.context() as real:
            real.setattr(socket, "getaddrinfo", lookup)
            return connect(("127.0.0.1", address[1]), *args, **keywords)

    lookup = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    return looked_up


def test_a_public_page_is_fetched_from_the_address_that_was_checked(
    server: ThreadingHTTPServer, internet: list[str]
) -> None:
    port = server.server_address[1]
    fetched = fetching.fetch(f"http://public.example:{port}/undated")
    assert fetched.url == f"http://public.example:{port}/undated"
    assert fetched.content == UNDATED
    assert internet == ["public.example"], "a name that is looked up twice may have changed between"
    assert server.hosts[-1] == f"public.example:{port}"  # type: ignore[attr-defined]  # the handler's notes


@pytest.mark.parametrize(
    "target", ["http://inside.example:{}/", "//inside.example:{}/", "http://10.0.0.1/", "http://[::1]:{}/"]
)
def test_a_redirect_to_the_inside_is_not_followed(
    server: ThreadingHTTPServer, internet: list[str], target: str
) -> None:
    port = server.server_address[1]
    with pytest.raises(CorpusError, match="an address of this machine or its network"):
        fetching.fetch(f"http://public.example:{port}/to/{target.format(port)}")


def test_a_name_with_one_inner_address_is_not_asked(server: ThreadingHTTPServer, internet: list[str]) -> None:
    with pytest.raises(CorpusError, match="an address of this machine or its network"):
        fetching.fetch(f"http://both.example:{server.server_address[1]}/undated")


def test_a_redirect_is_followed_and_its_end_is_the_address(site: str) -> None:
    assert fetching.fetch(f"{site}/to//undated", allow_private=True).url == f"{site}/undated"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/missing", "answers 404 Not Found"),
        ("/loop", "redirects again"),
        ("/large", "is larger than 5 MB"),
        ("/bomb", "is larger than 5 MB"),
        ("/to/file:///etc/passwd", "only http:// and https:// addresses"),
        ("/to/http://[", "There is no site"),
        ("/to/http://user:pass@a.example/", "holds a password"),
        ("/picture", 'is of type "image/png"'),
    ],
)
def test_trouble_with_a_page_is_named(site: str, path: str, says: str) -> None:
    with pytest.raises(CorpusError, match=says):
        ingest.read(f"{site}{path}", GIVEN, allow_private=True)


def test_a_page_that_never_ends_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    with pytest.raises(CorpusError, match="took longer than"):
        fetching.fetch(f"{site}/slow", allow_private=True)


def test_a_page_that_stalls_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "READ_SECONDS", 0.02)
    with pytest.raises(CorpusError, match="cannot be fetched: timed out"):
        fetching.fetch(f"{site}/slow", allow_private=True)


def test_a_port_where_nobody_answers_is_named(site: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(CorpusError, match="cannot be fetched"):
            fetching.fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/", allow_private=True)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "file:///etc/passwd", "data:text/html,x", "https://", "http://a b/"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(CorpusError, match="cannot be fetched"):
        ingest.read(url, GIVEN)


# --- writing


def source(text: str = "The text.", **fields: str) -> ingest.Found:
    whole = {
        "id": "budget",
        "kind": "report",
        "title": "T",
        "publisher": "P",
        "published": "2023",
        "url": "https://a.example/",
    }
    return ingest.Found("origin", whole | fields, text)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_source_is_written_and_the_folder_stays_sound(article_copy: Path) -> None:
    found = source(title='He said: "no" # not a comment', published="2023-11", author="- dash", text="--- \n\nText.")
    (path,) = ingest.write([found], article_copy, corpus.files(article_copy))
    assert path == article_copy / "sources" / "budget.md"
    read = corpus.read_document(path)
    assert (read.title, read.published, read.author) == ('He said: "no" # not a comment', "2023-11", "- dash")
    assert read.text == "--- \n\nText."
    assert corpus.check(article_copy) == ()


def test_a_source_is_not_overwritten_unless_that_is_meant(article_copy: Path) -> None:
    ids = corpus.files(article_copy)
    before = contents(article_copy)
    with pytest.raises(CorpusError, match="There is a source brandt-letter already"):
        ingest.write([source(id="brandt-letter")], article_copy, ids)
    assert contents(article_copy) == before
    (path,) = ingest.write([source(id="brandt-letter")], article_copy, ids, replace=True)
    assert corpus.read_document(path).text == "The text."


def test_a_file_of_another_source_is_not_overwritten(article_copy: Path) -> None:
    old = article_copy / "sources" / "brandt-letter.md"
    old.rename(article_copy / "sources" / "budget.md")
    with pytest.raises(CorpusError, match="already, for another source"):
        ingest.write([source()], article_copy, corpus.files(article_copy), replace=True)
    (path,) = ingest.write([source(id="brandt-letter")], article_copy, corpus.files(article_copy), replace=True)
    assert path.name == "budget.md"
    assert corpus.check(article_copy) == ()


@pytest.mark.parametrize("ids", [("article",), ("one", "one")])
def test_ids_that_cannot_stand_are_refused(article_copy: Path, ids: tuple[str, ...]) -> None:
    before = contents(article_copy)
    with pytest.raises(CorpusError, match=r"belongs to article\.md|would both be one\.md"):
        ingest.write([source(id=id_) for id_ in ids], article_copy, corpus.files(article_copy))
    assert contents(article_copy) == before


def test_nothing_is_left_when_the_last_of_several_cannot_be_written(article_copy: Path) -> None:
    before = contents(article_copy)
    (article_copy / "sources" / f".three.md.{os.getpid()}.tmp").mkdir()
    with pytest.raises(CorpusError, match=r"Nothing was added\."):
        ingest.write([source(id=id_) for id_ in ("one", "two", "three")], article_copy, corpus.files(article_copy))
    assert contents(article_copy) == before


def test_what_was_replaced_comes_back_when_a_later_one_fails(article_copy: Path) -> None:
    ids = dict(corpus.files(article_copy))
    before = contents(article_copy)
    (article_copy / "sources" / "two").mkdir()
    ids["two"] = article_copy / "sources" / "two"  # a folder stands where the file should go
    with pytest.raises(CorpusError, match=r"Nothing was added\."):
        ingest.write([source(id="brandt-letter"), source(id="two")], article_copy, ids, replace=True)
    assert contents(article_copy) == before


@given(st.dictionaries(st.sampled_from(frontmatter.FIELDS), st.text(min_size=1, max_size=40)), st.text(max_size=80))
def test_what_is_dumped_is_read_back(fields: dict[str, str], body: str) -> None:
    fields = {name: value for name, raw in fields.items() if (value := " ".join(formats.visible(raw).split()))}
    parsed = frontmatter.parse(frontmatter.dump(fields, body := formats.visible(body)))
    expected = {name: unicodedata.normalize("NFC", value) for name, value in fields.items()}
    assert parsed.values() == expected
    assert parsed.body.strip() == body.strip()
