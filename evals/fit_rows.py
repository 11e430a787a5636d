"""Labelled questions as rows of signals, as the retriever gives them: what the answerability model is fitted to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant import answerability, questions
from assistant.crossencoder import CrossEncoder, open_crossencoder
from assistant.embeddings import MiniLM
from assistant.extractive import ranking
from assistant.index import ArticleIndex, Encoded, TokenVectors
from assistant.retrieval import Retriever
from evals import fit_data

CLAPNQ_FOLDS = 11


@dataclass(frozen=True)
class Row:
    """One question with its signals."""

    set: str
    fold: str
    answerable: bool
    first_is_gold: bool
    signals: dict[str, float]


class Ahead:
    """The embedded model with many questions encoded ahead, in batches."""

    name = MiniLM.name

    def __init__(self, model: MiniLM, texts: Sequence[str]) -> None:
        vectors, tokens = fit_data.encode(model, texts)
        offsets = tokens.offsets
        self._model = model
        self._known = {
            text: Encoded(
                vectors[i : i + 1],
                TokenVectors(
                    tokens.vectors[offsets[i] : offsets[i + 1]],
                    np.array([0, offsets[i + 1] - offsets[i]], np.int64),
                    tokens.tokens[offsets[i] : offsets[i + 1]],
                ),
            )
            for i, text in enumerate(texts)
        }

    def encode(self, texts: Sequence[str]) -> Encoded:
        """From before, for a text that was given then."""
        return self._known[texts[0]] if len(texts) == 1 and texts[0] in self._known else self._model.encode(texts)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As the model does."""
        return self._model.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """As the model does."""
        return self._model.embed_query(text)


def public(data: Path, model: MiniLM) -> Iterator[tuple[str, Row]]:
    """Every public question with its signals, once for each of the two models: with vectors, and with words alone.

    `ablated` are SQuAD's answerable questions, asked of their article without the paragraph that answers.
    """
    for item in fit_data.squad(data):
        title = item.article.article.title
        whole = fit_data.index(item.article, model)
        ahead = Ahead(model, [ended(question.text) for question in item.questions])
        yield from _asked("squad", title, whole, ahead, item.questions)
        paragraph_of = {sentence.id: sentence.paragraph for sentence in item.article.article.sentences}
        by_paragraph: dict[int, list[fit_data.Labelled]] = {}
        for question in item.questions:
            if question.gold:
                by_paragraph.setdefault(paragraph_of[min(question.gold)], []).append(
                    replace(question, answerable=False, gold=frozenset())
                )
        for paragraph, ablated in by_paragraph.items():
            gone = {id_ for id_, number in paragraph_of.items() if number == paragraph}
            yield from _asked("ablated", title, fit_data.without(whole, gone), ahead, ablated)
    items = tuple(fit_data.clapnq(data))
    folds = np.random.RandomState(0).permutation(len(items)) % CLAPNQ_FOLDS
    ahead = Ahead(model, [ended(item.questions[0].text) for item in items])
    for item, fold in zip(items, folds, strict=True):
        yield from _asked("clapnq", f"clapnq {fold}", fit_data.index(item.article, model), ahead, item.questions)


def development(model: MiniLM) -> Iterator[tuple[str, Row]]:
    """The same of the development cases, and once more with the first sentence read.

    `removed` asks the answerable ones without any sentence that answers, `elsewhere` asks them of another article.
    """
    items = tuple(fit_data.development())
    indexes = [fit_data.index(item.article, model) for item in items]
    encoder = open_crossencoder(model.folder)
    for place, item in enumerate(items):
        name, whole, other = item.article.name, indexes[place], indexes[place - 1]
        ahead = Ahead(model, [ended(question.text) for question in item.questions])
        yield from _asked("development", name, whole, ahead, item.questions, encoder)
        nowhere = [replace(question, answerable=False, gold=frozenset()) for question in item.questions]
        yield from _asked("elsewhere", name, other, ahead, nowhere, encoder)
        for question, removed in zip(item.questions, nowhere, strict=True):
            if question.gold:
                without = fit_data.without(whole, question.gold)
                yield from _asked("removed", name, without, ahead, [removed], encoder)


def _asked(
    name: str,
    fold: str,
    index: ArticleIndex,
    model: Ahead,
    asked: Sequence[fit_data.Labelled],
    encoder: CrossEncoder | None = None,
) -> Iterator[tuple[str, Row]]:
    words_only = ArticleIndex(index.article, None, None, None)
    for kind, retriever in (("vectors", Retriever(index, model)), ("words", Retriever(words_only, None))):
        for labelled in asked:
            question = questions.analyse(labelled.text)
            evidence = retriever.search(question)
            if not evidence:
                continue
            first_is_gold = evidence[0].sentence.id in labelled.gold
            signals = answerability.inputs(question, evidence)
            yield kind, Row(name, fold, labelled.answerable, first_is_gold, signals)
            if encoder and kind == "vectors":
                first = ranking.ranked(question, evidence, index.article)[0].sentence
                reading = encoder.read(question.text, [first], index.article)[0]
                signals = answerability.inputs(question, evidence, reading)
                yield "read", Row(name, fold, labelled.answerable, first.id in labelled.gold, signals)


def ended(text: str) -> str:
    """As the retriever asks it."""
    text = text.rstrip()
    return text if text.endswith(("?", ".", "!")) else text + "?"
