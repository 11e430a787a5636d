"""How likely the best sentences answer the question, and which of its words they leave unsupported.

The model is a logistic regression over the retriever's signals, read from `answerability.json`, which
`python -m evals.fit` writes: for each signal its mean, its spread and its weights, so that a person can see what counts
for and against an answer. An article with sources has a model of its own: there a fact stands in several documents, in
several wordings, and what misses a question by a hair is the rule and not the exception.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from assistant.schema import Article, Evidence, Question, QuestionType
from assistant.text import STOP_WORDS, spelling, words
from assistant.text.lexicon import root

if TYPE_CHECKING:
    from assistant.crossencoder import Reading

_MODEL: Final[Mapping[str, Any]] = json.loads(
    (Path(__file__).parent / "answerability.json").read_text(encoding="utf-8")
)
CLIP: Final = 4.0
"""A signal counts at most this many spreads from its mean: an unusual article must not decide by one number."""
_SHORT: Final = math.log1p(6)
_LONG: Final = math.log1p(200)
_NEAR: Final = 3
_TYPES: Final[tuple[str, ...]] = get_args(QuestionType)


def threshold(article: Article) -> float:
    """Below this probability the assistant abstains; chosen by `evals.fit` by a stated rule."""
    found: float = _of(article)["threshold"]
    return found


def probability(
    question: Question, evidence: Sequence[Evidence], article: Article, reading: "Reading | None" = None
) -> float:
    """Probability that one of `evidence`, sentences of `article`, answers the question; 0 without evidence.

    `reading` is that of the sentence which would be quoted first, where it was read.
    """
    if not evidence:
        return 0.0
    signals = inputs(question, evidence, reading)
    kind = "read" if reading else "vectors" if "match_here" in signals else "words"
    return weigh(signals, _of(article)["models"][kind])


def _of(article: Article) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _MODEL["sources" if len(article.documents) > 1 else "alone"]
    return found


def weigh(signals: Mapping[str, float], model: Mapping[str, Any]) -> float:
    """Probability under one model of `answerability.json`; a signal that is not there counts as its mean.

    What a signal means depends on the article's size: each has two weights, and `size` interpolates.
    """
    long = size(signals)
    logit = float(model["intercept"]) + long * float(model["long"])
    for name, (mean, spread, short_weight, long_weight) in model["signals"].items():
        standard = max(-CLIP, min(CLIP, (signals.get(name, mean) - mean) / spread))
        logit += standard * (short_weight + long * (long_weight - short_weight))
    return 1 / (1 + math.exp(-logit))


def size(signals: Mapping[str, float]) -> float:
    """Size of the article from 0, six sentences or fewer, to 1, two hundred or more, on a logarithmic scale."""
    return max(0.0, min(1.0, (signals.get("sentences", _SHORT) - _SHORT) / (_LONG - _SHORT)))


def inputs(question: Question, evidence: Sequence[Evidence], reading: "Reading | None" = None) -> dict[str, float]:
    """What the model weighs: signals of the best sentence, how the next ones compare, its type; a reading."""
    best, *others = evidence[:_NEAR]
    signals = dict(best.features)
    signals |= {f"type_{kind}": float(question.type == kind) for kind in _TYPES}
    for name, other in zip(("second", "third"), others, strict=False):
        signals[f"gap_{name}"] = best.score - other.score
    signals["fits_near"] = max(item.features.get("fits", 0.5) for item in evidence[:_NEAR])
    signals["together"] = float(
        any(
            item.document == best.document and abs(item.sentence.paragraph - best.sentence.paragraph) <= 1
            for item in others
        )
    )
    if reading:
        signals |= {"read_answers": reading.answers, "read_words": reading.words}
    return signals


def missing_slots(question: Question, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Names and content words of the question that the nearest sentences do not have, as asked, names first.

    A word is there when it stands in one of the nearest sentences in any of its forms, or misspelt by one slip.
    """
    near = {word for item in evidence[:_NEAR] for word in words(item.sentence.text)}
    roots = {root(word) for word in near}
    counts = dict.fromkeys(near, 1)

    def there(word: str) -> bool:
        return (
            word in STOP_WORDS or root(word) in roots or (len(word) > 4 and spelling.nearest(word, counts) is not None)
        )

    names = [name for name in question.names if not all(map(there, words(name)))]
    named = {word for name in question.names for word in words(name)}
    return tuple(dict.fromkeys([*names, *(term for term in question.terms if term not in named and not there(term))]))
