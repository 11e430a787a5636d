"""Question sets as articles and labelled questions, for fitting and studying single parts.

The public sets stay where they are (`--data DIR`); none of their text enters this repository. The development cases are
part of it.
"""

import json
from argparse import ArgumentTypeError
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant import corpus, voices
from assistant.embeddings import MiniLM
from assistant.index import ArticleIndex, TokenVectors, Vectors
from assistant.schema import Article, Document, Sentence
from assistant.text import split_sentences
from evals.articles import CASE_SETS, ROOT, article_folders, read_article
from evals.cases import LoadedCase, load_cases


@dataclass(frozen=True)
class Labelled:
    """A question about one article and the sentences that answer it."""

    id: str
    text: str
    answerable: bool
    gold: frozenset[str]
    """Ids of the sentences with an answer; empty when unanswerable or not marked."""


@dataclass(frozen=True)
class Questioned:
    """An article with its questions."""

    article: Article
    questions: tuple[Labelled, ...]


def public_sets(text: str) -> Path:
    """The folder of `--data`, for argparse: names the first file that is missing."""
    for name in ("squad2_dev.jsonl", "squad2_dev_corpus.jsonl", "clapnq_dev_half.jsonl"):
        if not (Path(text) / name).is_file():
            raise ArgumentTypeError(f"{name} is not in {text}")
    return Path(text)


def squad(folder: Path) -> Iterator[Questioned]:
    """SQuAD 2.0 (Rajpurkar, Jia and Liang, ACL 2018), half of dev: each article one document of all its paragraphs."""
    paragraphs: dict[str, dict[str, str]] = {}
    for row in _rows(folder / "squad2_dev_corpus.jsonl"):
        paragraphs.setdefault(row["article"], {})[row["doc_id"]] = row["text"]
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(folder / "squad2_dev.jsonl"):
        asked.setdefault(row["article"], []).append(row)
    for name, texts in paragraphs.items():
        article, starts = _article(name.replace("_", " "), texts)
        yield Questioned(article, tuple(_labelled(row, article, starts) for row in asked.get(name, ())))


def learned(items: Iterable[Questioned]) -> tuple[Questioned, ...]:
    """Of SQuAD's articles those that the cross-encoder learns from: every second one by title."""
    return tuple(sorted(items, key=lambda item: item.article.article.title)[::2])


def clapnq(folder: Path) -> Iterator[Questioned]:
    """CLAP NQ (Rosenthal et al., TACL 2025), half of dev: each question with its one passage as an article."""
    for row in _rows(folder / "clapnq_dev_half.jsonl"):
        passage = row["context"][0]
        article, starts = _article(passage["title"], {passage["doc_id"]: passage["text"]})
        yield Questioned(article, (_labelled(row, article, starts),))


def development() -> Iterator[Questioned]:
    """The development cases that need no edited article: each article with its sources, each question as asked alone.

    What is to be corrected counts as answerable, for a sentence says how it is. What is to be asked back is left out.
    """
    articles = {name: read_article(folder) for name, folder in article_folders("development").items()}
    cases = load_cases(ROOT / CASE_SETS["development"][0], articles, ROOT)
    for name, folder in article_folders("development").items():
        loaded = corpus.load(folder)
        article = loaded.model_copy(update={"documents": tuple(map(voices.label, loaded.documents))})
        asked = [
            case for case in cases if case.article == name and not case.case.edited and case.case.status != "clarify"
        ]
        yield Questioned(article, tuple(_of_case(case, article) for case in asked))


def _of_case(loaded: LoadedCase, article: Article) -> Labelled:
    spans = [span for alternative in loaded.gold for fact in alternative for span in fact]
    gold = frozenset(
        sentence.id
        for document in article.documents
        for sentence in document.sentences
        for span in spans
        if span.document == document.id and sentence.start < span.end and span.start < sentence.end
    )
    case = loaded.case
    return Labelled(case.id, case.standalone or case.question, case.status != "abstained", gold)


def index(article: Article, model: MiniLM) -> ArticleIndex:
    """The article with its vectors, without a store."""
    texts = [sentence.text for document in article.documents for sentence in document.sentences]
    return ArticleIndex(article, model.name, *encode(model, texts))


def encode(model: MiniLM, texts: Sequence[str]) -> tuple[Vectors, TokenVectors]:
    """Sentence and token vectors of texts."""
    encoded = model.encode(texts)
    assert encoded.token_vectors is not None, "the embedded model gives them"
    return encoded.sentence_vectors, encoded.token_vectors


def without(whole: ArticleIndex, gone: Collection[str]) -> ArticleIndex:
    """The same index as if the article had never had the sentences with these ids."""
    sentences = [sentence for document in whole.article.documents for sentence in document.sentences]
    kept = [row for row, sentence in enumerate(sentences) if sentence.id not in gone]
    documents = tuple(
        document.model_copy(
            update={"sentences": tuple(sentence for sentence in document.sentences if sentence.id not in gone)}
        )
        for document in whole.article.documents
    )
    article = whole.article.model_copy(update={"documents": documents})
    assert whole.sentence_vectors is not None
    assert whole.token_vectors is not None
    return ArticleIndex(article, whole.model, whole.sentence_vectors[kept], _only(whole.token_vectors, kept))


def _only(tokens: TokenVectors, rows: Sequence[int]) -> TokenVectors:
    spans = [(int(tokens.offsets[row]), int(tokens.offsets[row + 1])) for row in rows]
    places = [place for start, end in spans for place in range(start, end)]
    offsets = np.cumsum([0, *(end - start for start, end in spans)], dtype=np.int64)
    return TokenVectors(tokens.vectors[places], offsets, tuple(tokens.tokens[place] for place in places))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _article(title: str, texts: dict[str, str]) -> tuple[Article, dict[str, int]]:
    """One document of the texts as paragraphs, and where each begins in it."""
    starts: dict[str, int] = {}
    body = ""
    for name, text in texts.items():
        body += "\n\n" if body else ""
        starts[name] = len(body)
        body += " ".join(text.splitlines())
    sentences = tuple(
        Sentence(id=f"article:{number}", start=start, end=end, text=body[start:end], paragraph=paragraph)
        for number, (start, end, paragraph) in enumerate(split_sentences(body), start=1)
    )
    document = Document(
        id="article",
        kind="article",
        title=title or "Untitled",
        publisher="",
        published="2018",
        url="",
        text=body,
        sentences=sentences,
    )
    return Article(name="fit", version="", documents=(document,)), starts


def _labelled(row: dict[str, Any], article: Article, starts: dict[str, int]) -> Labelled:
    spans = [
        (starts[gold["doc_id"]] + gold["start"], starts[gold["doc_id"]] + gold["end"])
        for gold in row["gold"]
        if "start" in gold
    ]
    gold = frozenset(
        sentence.id
        for sentence in article.article.sentences
        for start, end in spans
        if sentence.start < end and start < sentence.end
    )
    return Labelled(row["id"], row["question"], row["answerable"], gold if row["answerable"] else frozenset())
