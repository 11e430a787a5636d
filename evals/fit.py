"""Fit the answerability model and print how well it does on articles that it has not seen.

    python -m evals.fit --data DIR        DIR holds squad2_dev.jsonl, squad2_dev_corpus.jsonl and clapnq_dev_half.jsonl

Every figure is of questions held out: one SQuAD article and an eleventh of CLAP NQ's questions at a time. The same
settings, fitted to all of them, become `assistant/answerability.json`. Nothing is random but the folds of CLAP NQ, and
their seed is fixed.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import answerability, questions
from assistant.embeddings import MiniLM
from assistant.index import ArticleIndex, Encoded, TokenVectors
from assistant.retrieval import Retriever
from evals import fit_data

Floats = NDArray[np.float64]

TARGET = Path(answerability.__file__).parent / "answerability.json"
WEIGHT = {"squad": 1.0, "ablated": 0.3, "clapnq": 4.0}
"""CLAP NQ has 275 questions to SQuAD's 4,240; an ablated question says less than a person's unanswerable one."""
REGULARISATION = 0.003
"""Inverse strength of the L2 penalty on standardised signals."""
CLAPNQ_FOLDS = 11
FALSE_DECLINES = 0.045
"""What a newsroom bears: a reader who is told 'not in the article' when it is there does not ask again.

On the dev split of the newsroom cases, 0.045 declined as many of the unanswerable as 0.08 did, and fewer of the others.
"""
THRESHOLDS = np.arange(0.01, 1.0, 0.01)


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


def rows_of(data: Path, model: MiniLM) -> Iterator[tuple[str, Row]]:
    """Every question with its signals, once for each of the two models: with vectors, and with words alone.

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
            yield from _asked("ablated", title, fit_data.without_paragraph(whole, paragraph), ahead, ablated)
    items = tuple(fit_data.clapnq(data))
    folds = np.random.RandomState(0).permutation(len(items)) % CLAPNQ_FOLDS
    ahead = Ahead(model, [ended(item.questions[0].text) for item in items])
    for item, fold in zip(items, folds, strict=True):
        yield from _asked("clapnq", f"clapnq {fold}", fit_data.index(item.article, model), ahead, item.questions)


def _asked(
    name: str, fold: str, index: ArticleIndex, model: Ahead, asked: Sequence[fit_data.Labelled]
) -> Iterator[tuple[str, Row]]:
    words_only = ArticleIndex(index.article, None, None, None)
    for kind, retriever in (("vectors", Retriever(index, model)), ("words", Retriever(words_only, None))):
        for labelled in asked:
            question = questions.analyse(labelled.text)
            if evidence := retriever.search(question, k=5):
                first_is_gold = evidence[0].sentence.id in labelled.gold
                signals = answerability.inputs(question, evidence)
                yield kind, Row(name, fold, labelled.answerable, first_is_gold, signals)


def ended(text: str) -> str:
    """As the retriever asks it."""
    text = text.rstrip()
    return text if text.endswith(("?", ".", "!")) else text + "?"


class Fitted:
    """A logistic regression over standardised signals, each with a weight in short articles and one in long ones."""

    def __init__(self, rows: Sequence[Row], names: Sequence[str]) -> None:
        self.names = tuple(names)
        values, weights = _values(rows, self.names), np.array([WEIGHT[row.set] for row in rows])
        self.means = np.average(np.nan_to_num(values), axis=0, weights=weights)
        spread = np.sqrt(np.average((np.nan_to_num(values) - self.means) ** 2, axis=0, weights=weights))
        self.spreads = np.where(spread > 1e-6, spread, 1.0)
        model = LogisticRegression(C=REGULARISATION, max_iter=2000)
        model.fit(self._designed(rows), [row.answerable for row in rows], sample_weight=weights)
        self.intercept = float(model.intercept_[0])
        common, by_size, (self.long_bonus,) = np.split(model.coef_[0], [len(names), 2 * len(names)])
        self.short, self.long = common - by_size, common + by_size

    def probabilities(self, rows: Sequence[Row]) -> Floats:
        return np.array([answerability.weigh(row.signals, self.as_json()) for row in rows])

    def as_json(self) -> dict[str, Any]:
        """One model of `answerability.json`: mean, spread, weight in short and in long articles of each signal."""
        columns = zip(self.names, self.means, self.spreads, self.short, self.long, strict=True)
        signals = {name: [round(float(value), 5) for value in values] for name, *values in columns}
        return {"intercept": round(self.intercept, 5), "long": round(float(self.long_bonus), 5), "signals": signals}

    def _designed(self, rows: Sequence[Row]) -> Floats:
        values = _values(rows, self.names)
        values = np.where(np.isnan(values), self.means, values)
        standard = np.clip((values - self.means) / self.spreads, -answerability.CLIP, answerability.CLIP)
        size = np.array([[answerability.size(row.signals)] for row in rows])
        return np.hstack([standard, standard * (2 * size - 1), size])


def _values(rows: Sequence[Row], names: Sequence[str]) -> Floats:
    return np.array([[row.signals.get(name, np.nan) for name in names] for row in rows])


def held_out(rows: Sequence[Row], names: Sequence[str]) -> Floats:
    """Probability of each row from a model that saw no row of its article, nor of its fold of CLAP NQ."""
    folds = sorted({row.fold for row in rows})
    articles, parts = (
        [fold for fold in folds if not fold.startswith("clapnq ")],
        [fold for fold in folds if fold.startswith("clapnq ")],
    )
    found = np.zeros(len(rows))
    for fold in zip_longest(articles, parts):
        away = [i for i, row in enumerate(rows) if row.fold in fold]
        if away:
            fitted = Fitted([row for row in rows if row.fold not in fold], names)
            found[away] = fitted.probabilities([rows[i] for i in away])
    return found


def chosen_threshold(rows: Sequence[Row], probabilities: Floats) -> float:
    """The highest threshold that declines `FALSE_DECLINES` of the answerable questions, SQuAD and CLAP NQ alike."""

    def false_declines(threshold: float) -> float:
        found = declines(rows, probabilities, threshold)
        return (found["squad"][0] + found["clapnq"][0]) / 2

    return round(float(max(t for t in THRESHOLDS if false_declines(t) <= FALSE_DECLINES)), 2)


def declines(rows: Sequence[Row], probabilities: Floats, threshold: float) -> dict[str, tuple[float, float]]:
    """Shares of answerable and of unanswerable questions declined, by set; `ablated` goes with SQuAD's answerable."""
    declined, answerable = probabilities < threshold, np.array([row.answerable for row in rows])
    sets = np.array([row.set for row in rows])
    of = {"squad": ("squad", "squad"), "ablated": ("squad", "ablated"), "clapnq": ("clapnq", "clapnq")}
    return {
        name: (float(declined[(sets == yes) & answerable].mean()), float(declined[(sets == no) & ~answerable].mean()))
        for name, (yes, no) in of.items()
    }


def area_under_risk_coverage(correct: NDArray[np.bool_], probabilities: Floats) -> float:
    """Mean share of wrong answers over all coverages, most confident first (Geifman and El-Yaniv, NIPS 2017)."""
    order = np.argsort(-probabilities, kind="stable")
    return float((np.cumsum(~correct[order]) / np.arange(1, len(order) + 1)).mean())


def report(rows: Sequence[Row], probabilities: Floats, threshold: float) -> Iterator[str]:
    """Lines of Markdown: discrimination, calibration and declines, all of held-out questions."""
    answerable, sets = np.array([row.answerable for row in rows]), np.array([row.set for row in rows])
    first = np.array([row.first_is_gold for row in rows])
    yield "| set | n | AUC | AURC (first sentence) | calibration error | false declines | right declines |"
    yield "|---|---|---|---|---|---|---|"
    for name, (wrong, right) in declines(rows, probabilities, threshold).items():
        chosen = sets == name if name != "ablated" else (sets == name) | ((sets == "squad") & answerable)
        auc = roc_auc_score(answerable[chosen], probabilities[chosen])
        aurc = area_under_risk_coverage(first[chosen], probabilities[chosen])
        error = calibration_error(answerable[chosen], probabilities[chosen])
        yield f"| {name} | {chosen.sum()} | {auc:.3f} | {aurc:.3f} | {error:.3f} | {wrong:.3f} | {right:.3f} |"


def curve(rows: Sequence[Row], probabilities: Floats) -> Iterator[str]:
    """Lines of Markdown: what each threshold declines."""
    yield (
        "| threshold | "
        + " | ".join(f"{name}: false, right declines" for name in ("squad", "ablated", "clapnq"))
        + " |"
    )
    yield "|---|---|---|---|"
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6):
        found = declines(rows, probabilities, threshold).values()
        yield f"| {threshold} | " + " | ".join(f"{wrong:.3f}, {right:.3f}" for wrong, right in found) + " |"


def calibration_error(answerable: NDArray[np.bool_], probabilities: Floats) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., ICML 2017)."""
    bins = np.minimum((probabilities * 10).astype(int), 9)
    gaps = [
        abs(answerable[bins == b].mean() - probabilities[bins == b].mean()) * (bins == b).mean()
        for b in set(bins.tolist())
    ]
    return float(sum(gaps))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evals.fit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the question sets")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the model")
    options = parser.parse_args(arguments)
    model = MiniLM()
    models: dict[str, Any] = {}
    threshold = 0.5
    found = tuple(rows_of(options.data, model))
    for name in ("vectors", "words"):
        rows = tuple(row for kind, row in found if kind == name)
        names = sorted({signal for row in rows for signal in row.signals})
        probabilities = held_out(rows, names)
        if name == "vectors":
            threshold = chosen_threshold(rows, probabilities)
        print(f"\n{name}, at the threshold {threshold}:\n")
        print("\n".join(report(rows, probabilities, threshold)), end="\n\n")
        print("\n".join(curve(rows, probabilities)))
        models[name] = Fitted(rows, names).as_json()
    options.out.write_text(written(threshold, models), encoding="utf-8")


def written(threshold: float, models: Mapping[str, Any]) -> str:
    """The file's JSON, a signal a line."""
    parts = []
    for name, model in models.items():
        lines = (f"    {json.dumps(signal)}: {json.dumps(values)}" for signal, values in model["signals"].items())
        head = f'  "{name}": {{\n   "intercept": {model["intercept"]},\n   "long": {model["long"]},\n   "signals": {{\n'
        parts.append(head + ",\n".join(lines) + "\n   }\n  }")
    return f'{{\n "threshold": {threshold},\n "models": {{\n' + ",\n".join(parts) + "\n }\n}\n"


if __name__ == "__main__":
    main()
