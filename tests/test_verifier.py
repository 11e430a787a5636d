"""The verifier: a table of nasty claims, and properties over arbitrary documents."""

import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.schema import Article, Document, DraftClaim, Sentence, Verdict, Voice
from assistant.verifier import Judge, check

CASES = yaml.safe_load((Path(__file__).parent / "data" / "verifier_cases.yaml").read_text(encoding="utf-8"))
DOCUMENTS = {
    "courier": {"kind": "article", "title": "Council approves flood wall", "publisher": "The Courier", "form": "full"},
    "wire": {"kind": "wire-report", "title": "Towns without pumps", "publisher": "The Coast Wire", "form": "full"},
    "brief": {"kind": "wire-report", "title": "Letters to towns", "publisher": "The Coast Wire", "form": "brief"},
}


def says_yes(claim: str, sentences: Sequence[str]) -> bool | None:
    return True


def says_no(claim: str, sentences: Sequence[str]) -> bool | None:
    return False


def fails(claim: str, sentences: Sequence[str]) -> bool | None:
    return None


def article_of(cited: Sequence[str | dict[str, Any]]) -> Article:
    """Documents that hold the cited sentences, which are named s1, s2, …"""
    texts: dict[str, str] = {}
    sentences: dict[str, list[Sentence]] = {}
    for number, item in enumerate(cited, 1):
        one: dict[str, Any] = {"text": item} if isinstance(item, str) else item
        name = one.get("document", "courier")
        text = texts.get(name, "")
        start = len(text) + bool(text)
        texts[name] = f"{text} {one['text']}" if text else one["text"]
        voice: Voice = one.get("voice", "document")
        sentences.setdefault(name, []).append(
            Sentence(
                id=f"s{number}",
                start=start,
                end=start + len(one["text"]),
                text=one["text"],
                voice=voice,
                speaker=one.get("speaker"),
            )
        )
    documents = tuple(
        Document(
            **{"id": name, "published": "2023-11-15", "url": "https://courier.example/", **DOCUMENTS[name]},
            text=text,
            sentences=tuple(sentences[name]),
        )
        for name, text in texts.items()
    )
    return Article(name="test", version="1", documents=documents)


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{group}: {case['say'][:60]!r} of {str(case['cite'])[:40]!r}")
        for group, members in CASES.items()
        for case in members
    ]


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    cited = case["cite"] if isinstance(case["cite"], list) else [case["cite"]]
    article = article_of(cited)
    ids = case.get("ids", list(article.sentence_of))
    claim = DraftClaim(text=case["say"], sentences=tuple(ids), kind=case.get("kind", "paraphrase"))

    def verdict(judge: Any = None) -> Verdict:
        return check(claim, article, shown=case.get("shown"), judge=judge)

    if case["must"] == "supported":
        assert verdict() == Verdict(supported=True)
        assert verdict(says_no).supported
        return
    assert not verdict().supported
    assert not verdict(says_no).supported
    assert not verdict(fails).supported
    if case["must"] == "refused":
        assert case["because"] in (verdict(says_yes).reason or "shown")
    else:
        assert verdict(says_yes) == Verdict(supported=True)


# Properties

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
SENTENCES = st.lists(WORDS, min_size=2, max_size=9).map(lambda words: " ".join(words).capitalize() + ".")


def visible(text: str) -> bool:
    return any(not c.isspace() and unicodedata.category(c)[0] != "C" for c in text)


@given(st.lists(st.text(min_size=1).filter(visible), min_size=1, max_size=4), st.data())
@settings(deadline=None)
def test_any_sentence_of_any_document_is_supported_word_for_word(sentences: list[str], data: st.DataObject) -> None:
    article = article_of(sentences)
    id_ = data.draw(st.sampled_from(sorted(article.sentence_of)))
    claim = DraftClaim(text=article.sentence_of[id_].text, sentences=(id_,))
    assert check(claim, article) == Verdict(supported=True)
    assert check(claim, article, shown={id_}, judge=fails).supported


@given(SENTENCES, st.data())
@settings(deadline=None)
def test_one_changed_character_is_never_supported(sentence: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([i for i, c in enumerate(sentence) if c.isalnum()]))
    other = data.draw(st.characters(categories=("L", "N")))
    assume(other.casefold() != sentence[place].casefold())
    changed = data.draw(
        st.sampled_from(
            (
                sentence[:place] + other + sentence[place + 1 :],
                sentence[:place] + other + sentence[place:],
                sentence[:place] + sentence[place + 1 :],
            )
        )
    )
    article = article_of([sentence])
    for judge in (None, says_no, fails):
        assert not check(DraftClaim(text=changed, sentences=("s1",)), article, judge=judge).supported
    assert not check(DraftClaim(text=changed, sentences=("s1",)), article, judge=says_yes).supported, "kind quote"


@given(st.lists(WORDS, min_size=3, max_size=9, unique=True), st.data())
@settings(deadline=None)
def test_a_word_dropped_added_or_moved_is_never_supported(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words) - 2))
    moved = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
    dropped = words[:place] + words[place + 1 :]
    added = [*words[:place], "not", *words[place:]]
    article = article_of([" ".join(words)])
    for changed in (moved, dropped, added):
        assert not check(DraftClaim(text=" ".join(changed), sentences=("s1",)), article).supported


HOSTILE_WORDS = st.sampled_from(
    [
        *("not", "never", "“", "”", '"', "'", "said", "Berry", "according", "to", "12", "$4.2", "million", "may"),
        *("if", "only", "some", ",", ".", "(", "\u200b", "\u202e", "８", "August", "3", "\0", "\ufffc", "\n\n", "𝟒"),
    ]
)
HOSTILE = st.one_of(st.text(), st.lists(HOSTILE_WORDS, max_size=30).map(" ".join))


@given(
    claim=HOSTILE,
    cited=st.lists(HOSTILE, min_size=1, max_size=3),
    speaker=st.none() | HOSTILE,
    voice=st.sampled_from(("document", "quoted", "reported")),
    ids=st.lists(st.sampled_from(("s1", "s2", "s9")) | st.text(max_size=3), max_size=4),
    shown=st.none() | st.sets(st.sampled_from(("s1", "s2"))),
    kind=st.sampled_from(("quote", "paraphrase")),
    judge=st.sampled_from((None, says_yes, says_no, fails)),
)
@settings(max_examples=200, deadline=None)
def test_it_never_raises_and_always_says_why(
    claim: str,
    cited: list[str],
    speaker: str | None,
    voice: str,
    ids: list[str],
    shown: set[str] | None,
    kind: Literal["quote", "paraphrase"],
    judge: Judge | None,
) -> None:
    article = article_of([{"text": text, "speaker": speaker, "voice": voice} for text in cited])
    verdict = check(DraftClaim(text=claim, sentences=tuple(ids), kind=kind), article, shown=shown, judge=judge)
    assert verdict.supported == (verdict.reason is None)
    if not set(ids) & article.sentence_of.keys():
        assert not verdict.supported


PIECES = ("not ", "“", '"a ', "' ", "A ", "Berry said ", "if may ", "1 ", "$1 to ", "e\u0301", "И", "a.", ", X said ")


@pytest.mark.parametrize("piece", [*PIECES, "May 3 ", "five "])
@pytest.mark.parametrize("size", [2_000, 100_000])
def test_hostile_length_costs_little_time(piece: str, size: int) -> None:
    long = (piece * (size // len(piece) + 1))[:size]
    article = article_of([{"text": (long * 10)[:20_000], "voice": "quoted", "speaker": "Berry"}, long + "x"])
    started = time.process_time()
    for claim in (long, long + "y", f"“{long}” said Berry"):
        for ids in (("s1",), ("s2",), ("s1", "s2")):
            check(DraftClaim(text=claim, sentences=ids, kind="paraphrase"), article, judge=says_yes)
    assert time.process_time() - started < 5.0


def test_the_judge_sees_the_claim_and_the_cited_sentences_in_document_order() -> None:
    seen: list[tuple[str, list[str]]] = []

    def judge(claim: str, sentences: Sequence[str]) -> bool | None:
        seen.append((claim, list(sentences)))
        return True

    article = article_of(["The wall is long.", "The quay is low."])
    claim = DraftClaim(text="The long wall is by the low quay.", sentences=("s2", "s1", "s2"), kind="paraphrase")
    assert check(claim, article, judge=judge).supported
    assert seen == [("The long wall is by the low quay.", ["The wall is long.", "The quay is low."])]


def test_the_judge_is_not_asked_about_a_refused_claim() -> None:
    def judge(claim: str, sentences: Sequence[str]) -> bool | None:
        raise AssertionError("asked")

    claim = DraftClaim(text="The wall is 3 km long.", sentences=("s1",), kind="paraphrase")
    assert not check(claim, article_of(["The wall is 2 km long."]), judge=judge).supported
