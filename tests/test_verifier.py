"""The verifier: a table of nasty claims, and properties over arbitrary documents."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.schema import Article, Document, DraftClaim, Sentence, Verdict, Voice
from assistant.verifier import check

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
