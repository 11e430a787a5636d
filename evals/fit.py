"""Fit the answerability models and print how well they do on articles that they have not seen.

    python -m evals.fit                   the model of articles with sources, from the development cases
    python -m evals.fit --data DIR        also that of single documents; DIR holds squad2_dev.jsonl,
                                          squad2_dev_corpus.jsonl and clapnq_dev_half.jsonl

Every figure is of questions held out: one article and an eleventh of CLAP NQ's questions at a time. The same settings,
fitted to all of them, become `assistant/answerability.json`. Nothing is random but the folds of CLAP NQ, and their seed
is fixed.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import answerability
from assistant.embeddings import MiniLM
from evals import fit_data, fit_rows
from evals.fit_rows import Row

Floats = NDArray[np.float64]

TARGET = Path(answerability.__file__).parent / "answerability.json"
WEIGHT = {"squad": 1.0, "ablated": 0.3, "clapnq": 4.0, "development": 1.0, "removed": 0.15, "elsewhere": 0.02}
"""CLAP NQ has 275 questions to SQuAD's 4,240; a question whose answer was taken away says less than a person's
unanswerable one, but keeps the model from knowing questions by their form."""
THRESHOLDS = np.arange(0.01, 1.0, 0.01)


@dataclass(frozen=True)
class Settings:
    """How one of the two models is fitted."""

    regularisation: float
    """Inverse strength of the L2 penalty on standardised signals."""
    false_declines: float
    """What a newsroom bears: a reader who is told 'not in the article' when it is there does not ask again."""


SETTINGS = {"alone": Settings(0.003, 0.045), "sources": Settings(0.03, 0.13)}
"""For single documents and for articles with sources. The shares of false declines were chosen by what the whole
assistant then declined on the dev split of the newsroom cases."""


class Fitted:
    """A logistic regression over standardised signals, each with a weight in short articles and one in long ones."""

    def __init__(self, rows: Sequence[Row], names: Sequence[str], regularisation: float) -> None:
        self.names = tuple(names)
        values, weights = _values(rows, self.names), np.array([WEIGHT[row.set] for row in rows])
        self.means = np.average(np.nan_to_num(values), axis=0, weights=weights)
        spread = np.sqrt(np.average((np.nan_to_num(values) - self.means) ** 2, axis=0, weights=weights))
        self.spreads = np.where(spread > 1e-6, spread, 1.0)
        model = LogisticRegression(C=regularisation, max_iter=2000)
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


def held_out(rows: Sequence[Row], names: Sequence[str], regularisation: float) -> Floats:
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
            fitted = Fitted([row for row in rows if row.fold not in fold], names, regularisation)
            found[away] = fitted.probabilities([rows[i] for i in away])
    return found


def chosen_threshold(rows: Sequence[Row], probabilities: Floats, false_declines: float) -> float:
    """The highest threshold that declines so many of the answerable questions, a mean over the sets that have any."""

    def declined(threshold: float) -> float:
        found = declines(rows, probabilities, threshold)
        return float(np.mean([wrong for name, (wrong, _) in found.items() if name not in ANSWERABLE]))

    return round(float(max(t for t in THRESHOLDS if declined(t) <= false_declines)), 2)


ANSWERABLE = {"ablated": "squad", "removed": "development", "elsewhere": "development"}
"""Sets without answerable questions, and the set that has them."""


def declines(rows: Sequence[Row], probabilities: Floats, threshold: float) -> dict[str, tuple[float, float]]:
    """Shares of answerable and of unanswerable questions declined, by set."""
    declined, answerable = probabilities < threshold, np.array([row.answerable for row in rows])
    sets = np.array([row.set for row in rows])
    return {
        name: (
            float(declined[(sets == ANSWERABLE.get(name, name)) & answerable].mean()),
            float(declined[(sets == name) & ~answerable].mean()),
        )
        for name in dict.fromkeys(sets.tolist())
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
        chosen = (sets == name) | ((sets == ANSWERABLE.get(name, name)) & answerable)
        auc = roc_auc_score(answerable[chosen], probabilities[chosen])
        aurc = area_under_risk_coverage(first[chosen], probabilities[chosen])
        error = calibration_error(answerable[chosen], probabilities[chosen])
        yield f"| {name} | {chosen.sum()} | {auc:.3f} | {aurc:.3f} | {error:.3f} | {wrong:.3f} | {right:.3f} |"


def curve(rows: Sequence[Row], probabilities: Floats) -> Iterator[str]:
    """Lines of Markdown: what each threshold declines."""
    names = tuple(dict.fromkeys(row.set for row in rows))
    yield "| threshold | " + " | ".join(f"{name}: false, right declines" for name in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
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


def fitted(group: str, found: Sequence[tuple[str, Row]]) -> dict[str, Any]:
    """One part of `answerability.json`, from rows for its models; the first chooses the threshold for all."""
    settings, threshold = SETTINGS[group], None
    models: dict[str, Any] = {}
    for name in ("read", "vectors", "words"):
        rows = tuple(row for kind, row in found if kind == name)
        if not rows:
            continue
        names = sorted({signal for row in rows for signal in row.signals})
        probabilities = held_out(rows, names, settings.regularisation)
        if threshold is None:
            threshold = chosen_threshold(rows, probabilities, settings.false_declines)
        print(f"\n{group}, {name}, at the threshold {threshold}:\n")
        print("\n".join(report(rows, probabilities, threshold)), end="\n\n")
        print("\n".join(curve(rows, probabilities)))
        models[name] = Fitted(rows, names, settings.regularisation).as_json()
    return {"threshold": threshold, "models": models}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evals.fit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=fit_data.public_sets, metavar="DIR", help="folder with the public question sets")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the models")
    options = parser.parse_args(arguments)
    model = MiniLM()
    groups = json.loads(TARGET.read_text(encoding="utf-8"))
    if options.data:
        groups["alone"] = fitted("alone", tuple(fit_rows.public(options.data, model)))
    groups["sources"] = fitted("sources", tuple(fit_rows.development(model)))
    options.out.write_text(written(groups), encoding="utf-8")


def written(groups: Mapping[str, Any]) -> str:
    """The file's JSON, a signal a line."""
    parts = []
    for group, content in groups.items():
        models = ",\n".join(_model(name, model) for name, model in content["models"].items())
        head = f' "{group}": {{\n  "threshold": {content["threshold"]},\n  "models": {{\n'
        parts.append(head + models + "\n  }\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _model(name: str, model: Mapping[str, Any]) -> str:
    lines = ",\n".join(
        f"     {json.dumps(signal)}: {json.dumps(values)}" for signal, values in model["signals"].items()
    )
    head = f'   "{name}": {{\n    "intercept": {model["intercept"]},\n    "long": {model["long"]},\n'
    return head + '    "signals": {\n' + lines + "\n    }\n   }"


if __name__ == "__main__":
    main()
