"""A folder becomes an article, or every fault is named with its file and line."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import corpus, frontmatter
from assistant.errors import CorpusError
from assistant.schema import Document

SHIPPED = Path(__file__).parent.parent / "corpus"
LINE = re.compile(r".+:\d+: .+")

HEADER = {
    "id": "budget",
    "kind": "report",
    "title": "The budget",
    "publisher": "The Courier",
    "published": "2023-11",
    "url": "https://courier.example/budget",
}


def document(body: str = "The budget was adopted.", **fields: str | None) -> str:
    """A sound document with some fields changed; `None` leaves a field out."""
    lines = [f"{name}: {value}" for name, value in (HEADER | fields).items() if value is not None]
    return "\n".join(["---", *lines, "---", "", body, ""])


@pytest.fixture
def source(article_copy: Path) -> Callable[[str | bytes], tuple[str, ...]]:
    """Writes a source beside the invented ones and returns what `check` says, with the file's path left out."""

    def write(content: str | bytes) -> tuple[str, ...]:
        file = article_copy / "sources" / "budget.md"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tuple(problem.removeprefix(f"{file}:") for problem in corpus.check(article_copy))

    return write


# --- sound folders


@pytest.mark.parametrize("folder", sorted(SHIPPED.glob("*/")), ids=lambda folder: folder.name)
def test_shipped_articles_are_sound(folder: Path) -> None:
    assert corpus.check(folder) == ()


def test_the_shipped_article_has_fifteen_briefs() -> None:
    article = corpus.load(SHIPPED / "sanctuary-cities")
    assert [document.form for document in article.documents] == ["full"] + ["brief"] * 15
    assert article.article.published == "2017-08"


def test_the_article_comes_first_and_the_sources_by_file_name(harbour: Path) -> None:
    article = corpus.load(harbour)
    assert article.name == "harbour-wall"
    ids = [document.id for document in article.documents]
    assert ids == ["article", *sorted(path.stem for path in (harbour / "sources").iterdir())]


def test_sentences_are_the_characters_at_their_offsets(harbour: Path) -> None:
    article = corpus.load(harbour)
    for doc in article.documents:
        assert [sentence.id for sentence in doc.sentences] == [
            f"{doc.id}:{n}" for n in range(1, len(doc.sentences) + 1)
        ]
        assert all(doc.text[sentence.start : sentence.end] == sentence.text for sentence in doc.sentences)
    assert article.sentence_of["brandt-letter:1"].text == "I am not against protecting the harbour."


@pytest.mark.parametrize("date", ["2017", "2017-08", "2017-08-03", "2024-02-29"])
def test_a_date_keeps_its_precision(article_copy: Path, date: str) -> None:
    file = article_copy / "sources" / "budget.md"
    file.write_text(document(published=date), "utf-8")
    assert corpus.read_document(file).published == date


def test_a_value_is_text_whatever_yaml_would_make_of_it(article_copy: Path) -> None:
    file = article_copy / "sources" / "budget.md"
    file.write_text(document(id="0123", title="1984", kind="null", author="yes", publisher="12:30"), "utf-8")
    read = corpus.read_document(file)
    assert (read.id, read.title, read.kind, read.author, read.publisher) == ("0123", "1984", "null", "yes", "12:30")


def test_optional_fields_have_their_defaults(article_copy: Path) -> None:
    file = article_copy / "sources" / "budget.md"
    file.write_text(document(), "utf-8")
    read = corpus.read_document(file)
    assert (read.language, read.form, read.author, read.updated, read.cited_by_article) == (
        "en",
        "full",
        None,
        None,
        None,
    )


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_byte_order_mark_and_line_ends_do_not_matter(article_copy: Path, prefix: bytes, end: bytes) -> None:
    file = article_copy / "sources" / "budget.md"
    body = "\n\n  \nCafe\u0301 first.\n\nSecond \U0001f30a one.\n\n\n"
    file.write_bytes(prefix + document(body).encode().replace(b"\n", end))
    read = corpus.read_document(file)
    assert read.text == "Caf\u00e9 first.\n\nSecond \U0001f30a one."
    assert [sentence.text for sentence in read.sentences] == ["Caf\u00e9 first.", "Second \U0001f30a one."]


def test_a_rule_in_the_body_does_not_end_the_document(article_copy: Path) -> None:
    file = article_copy / "sources" / "budget.md"
    file.write_text(document("Before.\n\n---\n\nAfter."), "utf-8")
    assert corpus.read_document(file).text == "Before.\n\n---\n\nAfter."


# --- the version


def test_the_version_is_the_same_without_splitting(harbour: Path) -> None:
    assert corpus.version(harbour) == corpus.load(harbour).version
    assert re.fullmatch(r"[0-9a-f]{64}", corpus.version(harbour))


@pytest.mark.parametrize(
    ("find", "put"),
    [
        pytest.param("4.6 million", "4.7 million", id="text"),
        pytest.param("published: 2023-11-14", "published: 2023-11-13", id="metadata"),
        pytest.param("cited_by_article: described\n", "", id="a field less"),
    ],
)
def test_the_version_changes_with(article_copy: Path, find: str, put: str) -> None:
    before = corpus.version(article_copy)
    file = article_copy / "sources" / "council-minutes.md"
    text = file.read_text("utf-8")
    assert find in text
    file.write_text(text.replace(find, put), "utf-8")
    assert corpus.version(article_copy) != before


def test_the_version_changes_with_a_source_less(article_copy: Path) -> None:
    before = corpus.version(article_copy)
    (article_copy / "sources" / "council-minutes.md").unlink()
    assert corpus.version(article_copy) != before


def test_the_version_does_not_change_with_how_a_file_is_written(article_copy: Path) -> None:
    before = corpus.version(article_copy)
    file = article_copy / "sources" / "council-minutes.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert corpus.version(article_copy) == before


# --- faults, with the line of each

FAULTS = [
    pytest.param(document(title=None), ["1: missing field title; "], id="missing field"),
    pytest.param(document(id=None, url=None), ["1: missing field id; ", "1: missing field url; "], id="missing two"),
    pytest.param(document(titel="x"), ['8: unknown field "titel"; did you mean title?'], id="unknown field, close"),
    pytest.param(document(text="x"), ['8: unknown field "text"; '], id="a field of ours that is not theirs"),
    pytest.param(document(title=""), ["4: field title is empty; fill it in"], id="empty field"),
    pytest.param(document(author='""'), ["8: field author is empty; fill it in or remove the line"], id="empty option"),
    pytest.param(document(published="yesterday"), ['6: bad date "yesterday" in published: '], id="date in words"),
    pytest.param(document(published="2023-11-31"), ['6: bad date "2023-11-31" in published: '], id="31 November"),
    pytest.param(document(published="2023-02-29"), ['6: bad date "2023-02-29" in published: '], id="29 February 2023"),
    pytest.param(document(published="2023-13"), ['6: bad date "2023-13" in published: '], id="month 13"),
    pytest.param(document(published="2023-00-10"), ['6: bad date "2023-00-10" in published: '], id="month 0"),
    pytest.param(document(published="2023-1-2"), ['6: bad date "2023-1-2" in published: '], id="one digit"),
    pytest.param(document(published="03.08.2017"), ['6: bad date "03.08.2017" in published: '], id="other order"),
    pytest.param(document(published="2017-08-03T10:00"), ['6: bad date "2017-08-03T10:00" in published: '], id="time"),
    pytest.param(document(published="\u0662\u0660\u0661\u0667"), ["6: bad date "], id="digits of another script"),
    pytest.param(document(updated="soon"), ['8: bad date "soon" in updated: '], id="updated"),
    pytest.param(document(url="ftp://a.example/"), ['7: bad URL "ftp://a.example/": only http'], id="ftp"),
    pytest.param(document(url="javascript:alert(1)"), ['7: bad URL "javascript:alert(1)": only http'], id="javascript"),
    pytest.param(document(url="courier.example"), ['7: bad URL "courier.example": only http'], id="no scheme"),
    pytest.param(document(url="https:///budget"), ['7: bad URL "https:///budget": it names no site'], id="no host"),
    pytest.param(
        document(url="https://a.example/b c"), ['7: bad URL "https://a.example/b c": it contains'], id="space"
    ),
    pytest.param(document(url="http://[a"), ['7: bad URL "http://[a": it cannot be read'], id="unreadable"),
    pytest.param(document(url="http://a.example:99999/"), ['7: bad URL "http://a.example:99999/"'], id="port"),
    pytest.param(document(language="English, mostly"), ['8: bad language "English, mostly"; '], id="language"),
    pytest.param(document(form="long"), ['8: bad form "long"; write one of full, brief'], id="form"),
    pytest.param(document(cited_by_article="no"), ['8: bad cited_by_article "no"; write one of quoted'], id="cited"),
    pytest.param(document(id="a b"), ['2: bad id "a b"; '], id="space in id"),
    pytest.param(document(id="a:1"), ['2: bad id "a:1"; '], id="colon in id"),
    pytest.param(document(id="article"), ["2: the id article belongs to article.md; "], id="source named article"),
    pytest.param(document(id="brandt-letter"), ['2: duplicate id "brandt-letter", which is also that'], id="duplicate"),
    pytest.param(document(title="[a, b]"), ["4: a field is one name and one value; "], id="list"),
    pytest.param(document(title="x" * 2_001), ["4: field title has 2001 characters, "], id="long field"),
    pytest.param(document().replace("kind:", "title: twice\nkind:"), ['5: field "title" is given twice'], id="twice"),
    pytest.param(document(body=""), ["8: empty body; "], id="empty body"),
    pytest.param(document(body=" \n\t\n \u00a0 "), ["8: empty body; "], id="blank body"),
    pytest.param(document(title="Berry: not a city"), ["4: front matter is not YAML"], id="unquoted colon"),
    pytest.param(document(title='"open'), ["4: front matter is not YAML"], id="unclosed quote"),
    pytest.param(document(title="\ta"), ["4: tab in the front matter; use spaces"], id="tab"),
    pytest.param(document(title="a\tb", kind="\tc"), ["3: tab", "4: tab"], id="two tabs"),
    pytest.param("---\n- a\n---\nText.", ["2: front matter is not a list of fields; "], id="a list of lines"),
    pytest.param("---\n---\nText.", [f"1: missing field {name}" for name in frontmatter.REQUIRED], id="no fields"),
    pytest.param("---\nid: budget\n\nText.", ["1: the front matter that begins here is never closed; "], id="unclosed"),
    pytest.param("Text only.", ["1: no front matter; "], id="no front matter"),
    pytest.param("\n" + document(), ["1: no front matter; "], id="front matter not at the top"),
    pytest.param("", ["1: no front matter; "], id="empty file"),
    pytest.param(document("a\n\nb \x00 c"), ["12: control character U+0000; remove it"], id="null"),
    pytest.param(document("a \x1b[31mred"), ["10: control character U+001B; remove it"], id="escape"),
    pytest.param(document("caf\u00e9").encode("latin-1"), ["10: not UTF-8 (byte 0xE9); "], id="latin-1"),
    pytest.param(document().encode("utf-16"), ["1: not UTF-8 (byte 0xFF); "], id="utf-16"),
    pytest.param(b"\x89PNG\r\n\x1a\n", ["1: not UTF-8 (byte 0x89); "], id="a picture"),
    pytest.param(document("word " * 400_001), ["1: larger than 2 MB; "], id="too large"),
    pytest.param(
        document(title=None, published="2023-02-30", url="x", extra="y"),
        ["1: missing field title", "5: bad date", "6: bad URL", '7: unknown field "extra"'],
        id="all at once",
    ),
]


@pytest.mark.parametrize(("content", "expected"), FAULTS)
def test_a_fault_is_named_with_its_line(
    source: Callable[[str | bytes], tuple[str, ...]], content: str | bytes, expected: list[str]
) -> None:
    found = source(content)
    assert len(found) == len(expected), found
    assert all(problem.startswith(start) for problem, start in zip(found, expected, strict=True)), found


def test_a_terminal_obeys_nothing_of_a_message(source: Callable[[str | bytes], tuple[str, ...]]) -> None:
    (problem,) = source(document(form='"\\e[31m\\u202Ered"'))
    assert problem.isprintable()


def test_an_article_with_another_id(article_copy: Path) -> None:
    file = article_copy / "article.md"
    file.write_text(file.read_text("utf-8").replace("id: article\n", "id: wall\n"), "utf-8")
    assert corpus.check(article_copy) == (f'{file}:2: the id of article.md is "wall"; write `id: article`',)


def test_a_folder_without_an_article(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (problem,) = corpus.check(tmp_path / "empty")
    assert problem.startswith(f"{tmp_path / 'empty' / 'article.md'}:1: missing; ")


@pytest.mark.parametrize("name", ["nowhere", "x" * 5_000], ids=["no such folder", "a name too long"])
def test_a_path_that_is_no_folder(tmp_path: Path, name: str) -> None:
    (problem,) = corpus.check(tmp_path / name)
    assert LINE.fullmatch(problem)


def test_an_article_alone_is_an_article(article_copy: Path) -> None:
    for file in (article_copy / "sources").iterdir():
        file.unlink()
    (article_copy / "sources").rmdir()
    assert [doc.id for doc in corpus.load(article_copy).documents] == ["article"]


def test_what_is_no_source_is_named_and_hidden_files_are_not(article_copy: Path) -> None:
    for name in ("notes.txt", ".DS_Store", "report.pdf"):
        (article_copy / "sources" / name).write_bytes(b"x")
    (article_copy / "sources" / "folder.md").mkdir()
    problems = corpus.check(article_copy)
    named = [problem.split(":")[0].rsplit("/", 1)[1] for problem in problems]
    assert sorted(named) == ["folder.md", "notes.txt", "report.pdf"]


def test_a_link_out_of_the_folder_is_refused_and_one_within_it_is_not(article_copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(document(), "utf-8")
    link = article_copy / "sources" / "budget.md"
    link.symlink_to(secret)
    (problem,) = corpus.check(article_copy)
    assert problem.startswith(f"{link}:1: points out of the folder; ")
    link.unlink()
    (article_copy / "drafts").mkdir()
    (article_copy / "drafts" / "budget.md").write_text(document(), "utf-8")
    link.symlink_to("../drafts/budget.md")
    assert corpus.check(article_copy) == ()


def test_a_link_to_itself_or_to_nothing_is_named(article_copy: Path) -> None:
    for name in ("loop.md", "gone.md"):
        (article_copy / "sources" / name).symlink_to(name if name == "loop.md" else "nothing.md")
    problems = corpus.check(article_copy)
    assert len(problems) == 2
    assert all(LINE.fullmatch(problem) for problem in problems)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(article_copy: Path) -> None:
    os.mkfifo(article_copy / "sources" / "pipe.md")
    (problem,) = corpus.check(article_copy)
    assert "is not a file" in problem


def test_too_many_documents(article_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "MAX_DOCUMENTS", 6)
    (problem,) = corpus.check(article_copy)
    assert problem == f"{article_copy}:1: 7 documents, at most 6 are allowed; split the folder"


def test_loading_lists_every_problem_of_every_file(article_copy: Path) -> None:
    for name in ("council-minutes", "brandt-letter"):
        file = article_copy / "sources" / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace("publisher:", "published_by:"), "utf-8")
    with pytest.raises(CorpusError, match=r"cannot be used \(4 problems\)") as caught:
        corpus.load(article_copy)
    assert caught.value.problems == corpus.check(article_copy)
    assert len(caught.value.problems) == 4
    with pytest.raises(CorpusError):
        corpus.version(article_copy)


def faults_of(file: Path) -> tuple[Document | None, tuple[str, ...]]:
    try:
        return corpus.read_document(file), ()
    except CorpusError as error:
        return None, error.problems


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_named(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.md"
    file.write_bytes(content)
    read, problems = faults_of(file)
    assert (read is None) == bool(problems)
    assert all(LINE.fullmatch(problem) for problem in problems)


@given(st.dictionaries(st.sampled_from(frontmatter.FIELDS), st.text(max_size=30)), st.text(max_size=60))
def test_any_fields_are_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, str], body: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "fields.md"
    file.write_bytes(document(body, **fields).encode(errors="surrogatepass"))
    read, problems = faults_of(file)
    assert (read is None) == bool(problems)
    assert all(LINE.fullmatch(problem) for problem in problems)


# --- finding an article


def test_an_article_is_found_by_name_and_by_path(harbour: Path) -> None:
    root = harbour.parent
    assert corpus.find("harbour-wall", root) == harbour
    assert corpus.find(str(harbour), Path("/nowhere")) == harbour
    assert corpus.find(str(harbour / "article.md"), Path("/nowhere")) == harbour
    assert corpus.names(root) == ("harbour-wall",)


@pytest.mark.parametrize(
    "name", ["harbor-wall", "", " ", "\0", "x" * 10_000, "../../etc/passwd/", "harbour-wall/sources/x"]
)
def test_an_unknown_article_is_answered_with_what_there_is(harbour: Path, name: str) -> None:
    with pytest.raises(CorpusError, match="There is: harbour-wall"):
        corpus.find(name, harbour.parent)


def test_a_close_name_is_offered(harbour: Path) -> None:
    with pytest.raises(CorpusError, match=r"Did you mean harbour-wall\?"):
        corpus.find("harbor-wal", harbour.parent)


def test_no_article_at_all(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is none under"):
        corpus.find("harbour-wall", tmp_path / "nowhere")
