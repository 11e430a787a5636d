"""What a browser is given: every text escaped, every sentence findable by its id, every state of an answer its own."""

import re
from html.parser import HTMLParser

import pytest

from assistant import Assistant
from assistant.composition import Composer
from assistant.schema import Answer, Article, Document, Draft, DraftClaim, DraftConflict, Sentence
from assistant.ui import markup

HOSTILE = "<img src=x onerror=alert(1)> $a$ **b** ![c](http://d.example/e.png) \"quoted\" 'so' & \u202eevil"


class Page(HTMLParser):
    """Elements, ids, links and visible text of some HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.described: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.texts.append("" if tag in ("span", "a", "time", "strong") else " ")
        values = {name: value or "" for name, value in attrs}
        self.ids.extend(values[name] for name in ("id",) if name in values)
        self.links.extend(values[name] for name in ("href",) if name in values)
        self.described.extend(values[name] for name in ("aria-describedby",) if name in values)
        assert not [name for name in values if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).replace("\u2060", " ").split())


def sentence(article: Article, words: str) -> str:
    """Id of the one sentence that holds `words`."""
    (id_,) = [sentence.id for sentence in article.sentence_of.values() if words in sentence.text]
    return id_


def answer_of(article: Article, *words: str, **draft: object) -> Answer:
    composer = Composer(article)
    ids = [sentence(article, each) for each in words]
    for id_ in ids:
        composer.add(DraftClaim(text=article.sentence_of[id_].text, sentences=(id_,)))
    withheld = draft.pop("withheld", None)
    if withheld:
        composer.withhold("The wall is 9 km long.", str(withheld))
    return composer.answer(Draft.model_validate(draft), question="What?", standalone_question="What?")


@pytest.fixture(scope="session")
def article(assistant: Assistant) -> Article:
    return assistant.article


def hostile_article() -> Article:
    text = f"{HOSTILE}\n\nSecond {HOSTILE}"
    cut = len(HOSTILE)
    document = Document(
        id="article",
        kind="article",
        title=HOSTILE,
        publisher=HOSTILE,
        author=HOSTILE,
        published="2023",
        url="javascript:alert(1)",
        text=text,
        sentences=(
            Sentence(id="article:1", start=0, end=cut, text=text[:cut], voice="quoted", speaker=HOSTILE),
            Sentence(id="article:2", start=cut + 2, end=len(text), text=text[cut + 2 :], paragraph=1),
        ),
    )
    return Article(name="hostile", version="v", documents=(document, document.model_copy(update={"id": "other"})))


def test_the_article_is_there_from_first_to_last_character(article: Article) -> None:
    page = Page(markup.article(article))
    for document in article.documents:
        assert " ".join(document.text.split()) in page.text
        assert document.title in page.text
    assert page.tags.count("h1") == 1
    assert "By Mira Castellan · November 15, 2023 · Updated November 16, 2023" in page.text


def test_each_sentence_has_its_id_once(article: Article) -> None:
    ids = Page(markup.article(article)).ids
    assert len(ids) == len(set(ids))
    assert set(article.sentence_of) <= set(ids)


def test_a_brief_is_labelled_and_leads_to_the_original(article: Article) -> None:
    source = markup.article(article)
    briefs = [document for document in article.documents if document.form == "brief"]
    assert len(briefs) == 3
    assert source.count('<span class="brief">brief</span>') == len(briefs) + 1  # and once where the word is explained
    assert {document.url for document in article.documents} <= set(Page(source).links)


def test_a_date_is_as_precise_as_it_was_given(article: Article) -> None:
    page = Page(markup.article(article))
    assert "Varnholm Engineering Department, September 2023" in page.text
    assert "Varnholm Town Museum, 2020" in page.text


def test_no_text_of_a_document_becomes_markup() -> None:
    hostile = hostile_article()
    answer = Composer(hostile)
    answer.add(DraftClaim(text=HOSTILE, sentences=("article:1",)))
    answer.withhold("x", HOSTILE)
    whole = answer.answer(
        Draft(),
        question=HOSTILE,
        standalone_question=HOSTILE + "?",
        notice=HOSTILE,
        model=HOSTILE,
    )
    refused = Composer(hostile).answer(
        Draft(status="abstained", missing=HOSTILE, nearest=("article:2",)), question="x", standalone_question="x"
    )
    for source in (
        markup.article(hostile),
        markup.answer(whole, "0"),
        markup.answer(whole, "0", on_page=False),
        markup.answer(refused, "1"),
        markup.footer(whole.model_copy(update={"answerer": "model"}), markup.question_link(HOSTILE, "a&b")),
        markup.question(HOSTILE),
        markup.fault(HOSTILE),
        markup.note(HOSTILE),
        markup.aside(HOSTILE),
        markup.label(HOSTILE),
    ):
        page = Page(source)
        assert not {"img", "script", "em"} & set(page.tags)
        assert "strong" not in page.tags
        assert "\u202e" not in source
        assert not [link for link in page.links if link.startswith("javascript")]


def test_a_chip_leads_to_its_sentence_and_its_card_says_whose_words(article: Article) -> None:
    answer = answer_of(article, "58 percent voted")
    page = Page(markup.answer(answer, "7"))
    assert page.links == [f"#{sentence(article, '58 percent voted')}"]
    assert page.described == ["card-7-0-1"]
    assert set(page.described) <= set(page.ids)
    for said in (
        "Northern Coast News Agency, November 15, 2023",
        "Coastal towns split over flood walls",
        "Brief: a summary",
    ):
        assert said in page.text


def test_a_speaker_is_named_over_the_words_and_in_the_card(article: Article) -> None:
    id_ = sentence(article, "We have waited long enough")
    spoken = tuple(
        each.model_copy(update={"voice": "quoted", "speaker": "Petra Halloran"}) if each.id == id_ else each
        for each in article.article.sentences
    )
    document = article.article.model_copy(update={"sentences": spoken})
    labelled = Article(name=article.name, version="v", documents=(document, *article.documents[1:]))
    page = Page(markup.answer(answer_of(labelled, "We have waited long enough"), "0"))
    assert page.text.count("Petra Halloran, quoted in the article") == 2


def test_off_the_page_a_chip_leads_to_the_words_in_the_original(article: Article) -> None:
    full, brief = answer_of(article, "a vote of 7 to 2"), answer_of(article, "58 percent voted")
    (link,) = Page(markup.answer(full, "0", on_page=False)).links
    assert (
        link
        == f"{article.article.url}#:~:text=The%20council%20approved%20the%20wall%20by%20a%20vote%20of%207%20to%202."
    )
    # The words of a brief are our own: they are not to be found there.
    assert Page(markup.answer(brief, "0", on_page=False)).links == ["https://ncna.example/coast/2023/11/15/flood-walls"]


def test_a_long_quotation_is_found_by_its_ends(article: Article) -> None:
    (link,) = Page(markup.answer(answer_of(article, "a dispute that has divided"), "0", on_page=False)).links
    first, last = link.split("#:~:text=")[1].split(",")
    assert first.startswith("VARNHOLM%20%E2%80%94%20The")
    assert last.endswith("January%202019.")


def test_two_sides_stand_side_by_side_and_nowhere_else(article: Article) -> None:
    sides = ("a vote of 7 to 2", "adopted by 6 votes to 2")
    conflict = DraftConflict(sentences=tuple(sentence(article, side) for side in sides), about="the vote")
    answer = answer_of(article, *sides, conflicts=(conflict,))
    source = markup.answer(answer, "0")
    page = Page(source)
    assert "The documents disagree about the vote" in page.text
    assert source.count('<figure class="side">') == 2
    assert source.count('class="claim') == 0
    for whose in ("The article November 15, 2023", "Varnholm City Council November 14, 2023"):
        assert whose in page.text


def test_what_answers_stays_in_the_answer_when_one_of_its_sentences_is_disputed(article: Article) -> None:
    sides = ("a vote of 7 to 2", "adopted by 6 votes to 2")
    conflict = DraftConflict(sentences=tuple(sentence(article, side) for side in sides), about="the vote")
    answer = answer_of(article, "Construction starts in March", *sides, conflicts=(conflict,))
    claims = re.findall(r'<p class="claim[^>]*><span>(.*?)</span>', markup.answer(answer, "0"))
    assert claims == ["Construction starts in March.", "The council approved the wall by a vote of 7 to 2."]


def test_a_refusal_says_what_is_missing_and_shows_the_nearest_passage(article: Article) -> None:
    id_ = sentence(article, "about 900 people live")
    answer = answer_of(article, status="abstained", missing="They do not say how many.", nearest=(id_,))
    page = Page(markup.answer(answer, "0"))
    assert page.text.startswith("Not answered They do not say how many. Nearest passage")
    assert page.links == [f"#{id_}"]


def test_a_corrected_premise_and_what_was_withheld_are_said(article: Article) -> None:
    answer = answer_of(article, "a vote of 7 to 2", premise="corrected", withheld="the number 9 is not there")
    page = Page(markup.answer(answer, "0"))
    assert "Premise corrected." in page.text
    assert "One sentence was withheld" in page.text
    assert "the number 9 is not there" in page.text
    assert "9 km long" not in page.text


def test_what_is_spoken_has_no_markers(article: Article) -> None:
    answer = answer_of(article, "a vote of 7 to 2", "Construction starts in March")
    assert markup.spoken(answer).endswith("Construction starts in March. 2 citations.")
    assert "[" not in markup.spoken(answer)


def test_a_link_asks_its_question_again() -> None:
    assert markup.question_link("Who & why? 5 + 5", "a b") == "?article=a%20b&q=Who%20%26%20why%3F%205%20%2B%205"
