"""How likely the best sentences answer the question, and which of its words they leave unsupported."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from assistant import text
from assistant.schema import Evidence, Question

_MODEL = json.loads((Path(__file__).parent / "answerability.json").read_text(encoding="utf-8"))
THRESHOLD: Final[float] = _MODEL["threshold"]


def probability(question: Question, evidence: Sequence[Evidence]) -> float:
    """Probability that the best of `evidence` answers the question; 0 without evidence."""
    if not evidence:
        return 0.0
    features = dict(evidence[0].features)
    features["margin"] = evidence[0].score - evidence[1].score if len(evidence) > 1 else 0.0
    logit = _MODEL["intercept"] + sum(weight * features.get(name, 0.0) for name, weight in _MODEL["weights"].items())
    return 1 / (1 + math.exp(-logit))


def missing_slots(question: Question, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Names and content words of the question that the nearest sentences do not have, names first."""
    near = {text.stem(word) for item in evidence[:3] for word in text.words(item.sentence.text)}
    names = [name for name in question.names if not {text.stem(word) for word in text.words(name)} <= near]
    named = {word for name in question.names for word in text.words(name)}
    words = [term for term in question.terms if term not in named and text.stem(term) not in near]
    return tuple(dict.fromkeys([*names, *words]))
