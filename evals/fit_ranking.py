"""Fit the order of quotation to the development cases and print how often the first sentence answers.

    python -m evals.fit_ranking

Every sentence that answers is set against every sentence that does not among the best of one question (RankNet's loss
with a linear score; Burges et al., ICML 2005). The figures are of articles held out, one at a time; the same settings,
fitted to all of them, become `assistant/extractive/ranking.json`. Nothing is random.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant import questions
from assistant.embeddings import MiniLM
from assistant.extractive import ranking
from assistant.retrieval import Retriever
from evals import fit_data
from evals.fit_rows import Ahead, ended

Floats = NDArray[np.float64]

TARGET = Path(ranking.__file__).parent / "ranking.json"
REGULARISATION = 0.03
"""Inverse strength of the L2 penalty on standardised inputs."""
OF_THE_QUESTION = frozenset(
    "sentences asked_length terms names_asked question_denies has_opposites match_article names_article "
    "unmatched_article weakest_article".split()
)
"""Signals that are the same for all sentences of a question."""


@dataclass(frozen=True)
class Question:
    """The best sentences of one question, as the retriever ranks them."""

    article: str
    inputs: tuple[Mapping[str, float], ...]
    answers: tuple[bool, ...]
    first: bool
    """Whether the first by the retriever's score with its additions answers."""


def rows(model: MiniLM) -> Iterator[Question]:
    """The development questions that a sentence answers."""
    for item in fit_data.development():
        index = fit_data.index(item.article, model)
        retriever = Retriever(index, Ahead(model, [ended(question.text) for question in item.questions]))
        for labelled in item.questions:
            if not labelled.gold:
                continue
            question = questions.analyse(labelled.text)
            evidence = retriever.search(question)[: ranking.WEIGHED]
            found = [ranking.scored(question, one, item.article) for one in evidence]
            answers = [ranking.answer_of(one.sentence, item.article).id in labelled.gold for one in found]
            yield Question(
                item.article.name,
                tuple(ranking.inputs(question, *pair) for pair in zip(evidence, found, strict=True)),
                tuple(answers),
                answers[max(range(len(found)), key=lambda at: found[at].score)],
            )


class Fitted:
    """A linear score over standardised inputs."""

    def __init__(self, found: Sequence[Question], names: Sequence[str]) -> None:
        self.names = tuple(names)
        values = [self._values(question) for question in found]
        everything = np.vstack(values)
        self.means = everything.mean(axis=0)
        spread = everything.std(axis=0)
        self.spreads = np.where(spread > 1e-6, spread, 1.0)
        differences: list[Floats] = []
        weights: list[float] = []
        for question, own in zip(found, values, strict=True):
            standard = self._standard(own)
            answers = np.array(question.answers)
            pairs = [standard[yes] - standard[no] for yes in np.flatnonzero(answers) for no in np.flatnonzero(~answers)]
            differences += pairs
            weights += [1 / max(1, len(pairs))] * len(pairs)
        both = np.vstack([differences, np.negative(differences)])
        labels = [True] * len(differences) + [False] * len(differences)
        model = LogisticRegression(C=REGULARISATION, fit_intercept=False, max_iter=2000)
        self.weights: Floats = model.fit(both, labels, sample_weight=[*weights, *weights]).coef_[0]

    def scores(self, question: Question) -> Floats:
        scores: Floats = self._standard(self._values(question)) @ self.weights
        return scores

    def as_json(self) -> str:
        """An input a line: its mean, its spread and its weight."""
        columns = zip(self.names, self.means, self.spreads, self.weights, strict=True)
        lines = (
            f" {json.dumps(name)}: {json.dumps([round(float(v), 5) for v in values])}" for name, *values in columns
        )
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def _values(self, question: Question) -> Floats:
        return np.array([[values.get(name, 0.0) for name in self.names] for values in question.inputs])

    def _standard(self, values: Floats) -> Floats:
        standard: Floats = np.clip((values - self.means) / self.spreads, -ranking.CLIP, ranking.CLIP)
        return standard


def main() -> None:
    found = tuple(rows(MiniLM()))
    names = sorted({name for question in found for values in question.inputs for name in values} - OF_THE_QUESTION)
    hits = []
    for article in sorted({question.article for question in found}):
        fitted = Fitted([question for question in found if question.article != article], names)
        hits += [
            question.answers[int(fitted.scores(question).argmax())] for question in found if question.article == article
        ]
    print(
        f"{len(found)} questions, the first sentence answers: {np.mean([q.first for q in found]):.3f} by score, ",
        end="",
    )
    print(f"{np.mean(hits):.3f} by this model on articles held out; one of {ranking.WEIGHED} answers: ", end="")
    print(f"{np.mean([any(question.answers) for question in found]):.3f}")
    TARGET.write_text(Fitted(found, names).as_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
