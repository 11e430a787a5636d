"""The metrics by name: what each one means, which way is better, how it is averaged over observations.

The definitions are in `metrics.py` and `grading.py`; here is what a reader of a report needs to know of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals import metrics
from evals.results import Observation, clusters
from evals.statistics import SEED, Interval, interval

Better = Literal["higher", "lower"]
Unit = Literal["share", "number", "ms", "tokens", "usd"]


@dataclass(frozen=True)
class Measure:
    """A metric as reports show it."""

    name: str
    title: str
    better: Better
    meaning: str
    gamed_by: str
    """Who scores well on it without being good; what it must be read beside."""
    unit: Unit = "share"
    whole: Callable[[Sequence[Observation]], float | None] | None = None
    """For a metric of a whole set (a curve, a percentile); otherwise it is the mean of the observations' scores."""

    def value(self, observations: Sequence[Observation]) -> Interval | None:
        """Its value with a 95 % interval over these observations; `None` when none of them has it."""
        if self.whole is None:
            having = [o for o in observations if self.name in o.scores]
            return interval([o.scores[self.name] for o in having], clusters(having)) if having else None
        found = self.whole(observations)
        if found is None:
            return None
        n = sum(1 for o in observations if o.probe == "case" and o.answer)
        if self.name in _RESAMPLED:
            low, high = _resampled(self.whole, [o for o in observations if "loss" in o.scores])
            return Interval(found, low, high, n, "cluster bootstrap")
        return Interval(found, found, found, n, "none")

    def unscored(self, observations: Sequence[Observation]) -> int:
        """How many observations should have it and could not be measured."""
        return sum(1 for o in observations if self.name in o.unscored)


def _resampled(
    whole: Callable[[Sequence[Observation]], float | None], observations: Sequence[Observation]
) -> tuple[float, float]:
    """Interval of a metric that is not a mean: the whole metric on each drawn set of clusters, 300 times."""
    names = clusters(observations)
    by_name: dict[str, list[Observation]] = {}
    for name, observation in zip(names, observations, strict=True):
        by_name.setdefault(name, []).append(observation)
    order = sorted(by_name)
    generator = np.random.default_rng(SEED)
    found = []
    for _ in range(300):
        drawn = [o for row in generator.integers(0, len(order), len(order)) for o in by_name[order[row]]]
        if (value := whole(drawn)) is not None:
            found.append(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _judged(observations: Sequence[Observation]) -> tuple[list[float], list[float]]:
    having = [o for o in observations if "loss" in o.scores]
    return [o.scores["confidence"] for o in having], [o.scores["loss"] for o in having]


def _aurc(observations: Sequence[Observation]) -> float | None:
    return metrics.aurc(*_judged(observations))


def _auroc(observations: Sequence[Observation]) -> float | None:
    having = [o for o in observations if "loss" in o.scores]
    return metrics.auroc(
        [o.scores["confidence"] for o in having], [o.scores.get("right_decline") is None for o in having]
    )


def _calibration(observations: Sequence[Observation]) -> float | None:
    confidences, losses = _judged(observations)
    return metrics.calibration_error(confidences, [1 - loss for loss in losses])


def _abstention_precision(observations: Sequence[Observation]) -> float | None:
    """Right declines / declines."""
    right = [o.scores["right_decline"] for o in observations if "right_decline" in o.scores]
    wrong = [o.scores["false_decline"] for o in observations if "false_decline" in o.scores]
    return sum(right) / (sum(right) + sum(wrong)) if sum(right) + sum(wrong) else None


def _timing(share: float) -> Callable[[Sequence[Observation]], float | None]:
    return lambda observations: metrics.percentile(
        [o.wall_ms for o in observations if o.probe == "case" and o.answer], share
    )


def _usage(observations: Sequence[Observation], field: str) -> list[float]:
    answers = [o.answer for o in observations if o.probe == "case" and o.answer]
    return [float(answer["usage"][field]) for answer in answers if answer["usage"].get(field) is not None]


def _mean_usage(field: str) -> Callable[[Sequence[Observation]], float | None]:
    def of(observations: Sequence[Observation]) -> float | None:
        values = _usage(observations, field)
        return sum(values) / len(values) if values else None

    return of


def _cost_per_correct(observations: Sequence[Observation]) -> float | None:
    """All that was paid / cases passed: an answer that is cheap and wrong is not cheap."""
    paid, passed = _usage(observations, "cost_usd"), sum(o.passed for o in observations if o.probe == "case")
    return sum(paid) / passed if paid and passed else None


_RESAMPLED = {"aurc", "auroc", "calibration_error", "abstention_precision"}

_ALL = (
    Measure("passed", "Cases passed", "higher", "Every expectation of the case holds: status, vital facts, a citation of gold, "
            "speaker, hedge, conflict, nothing forbidden.", "A set of easy cases; look at the kinds."),
    Measure("recall@1", "Retrieval recall@1", "higher", "Gold facts covered by the first sentence found.", "Long sentences."),
    Measure("recall@3", "Retrieval recall@3", "higher", "Gold facts covered by the first three sentences.", "Long sentences."),
    Measure("recall@5", "Retrieval recall@5", "higher", "Gold facts covered by the first five sentences.", "Long sentences."),
    Measure("recall@10", "Retrieval recall@10", "higher", "Gold facts covered by the first ten sentences.", "Long sentences."),
    Measure("recall@2000ch", "Recall in 2,000 characters", "higher", "Gold facts covered by what fits in 2,000 characters.",
            "Nothing cheap: length is paid for."),
    Measure("mrr@10", "MRR@10", "higher", "1 / rank of the first sentence that covers a fact.", "Ignores the second fact."),
    Measure("map@10", "MAP@10", "higher", "Mean precision at the rank of each fact, running count.", "Ignores what follows."),
    Measure("ndcg@10", "nDCG@10", "higher", "Discounted gain of facts not yet covered, over the ideal.", "Ignores what follows."),
    Measure("vital_recall", "Vital nugget recall", "higher", "Vital facts stated; over all answerable cases, a decline states "
            "none.", "An answer that recites the article; read beside citation precision."),
    Measure("nugget_recall", "Nugget recall", "higher", "All facts stated, vital and okay.", "As vital recall."),
    Measure("correct", "Answer correct", "higher", "All vital facts and nothing forbidden; over all answerable cases.",
            "As vital recall."),
    Measure("forbidden_said", "Says something forbidden", "lower", "The tempting wrong value is in the answer.", "A refuser."),
    Measure("span_exactness", "Span exactness", "higher", "Every quote is text[start:end] of the file on disk.",
            "A copier, a refuser: it says nothing about relevance."),
    Measure("contract", "Answer contract", "higher", "Claims, markers, citations and status agree.", "Anyone well formed."),
    Measure("quotation_exactness", "Quotations exact", "higher", "Words in quotation marks stand in the cited text.",
            "A copier; who quotes nothing is left out."),
    Measure("citation_precision", "Citation precision", "higher", "Citations that support a gold fact; over answers given.",
            "Answering only the surest: read beside false declines."),
    Measure("citation_recall", "Citation recall", "higher", "Facts of the best gold set that are cited; over answers given.",
            "Citing everything: read beside precision."),
    Measure("citation_f1", "Citation F1", "higher", "Harmonic mean of the two, by case.", "As precision."),
    Measure("character_f1", "Character F1", "higher", "Cited and gold characters; whole pages do not score.", "As precision."),
    Measure("status_right", "Status right", "higher", "Answered, abstained, clarify or corrected as the case wants.",
            "The larger class."),
    Measure("right_decline", "Right-decline", "higher", "Unanswerable questions declined.", "A refuser scores 100 %: read "
            "beside false-decline."),
    Measure("false_decline", "False-decline", "lower", "Answerable questions declined.", "Who always answers scores 0 %: read "
            "beside right-decline."),
    Measure("abstention_precision", "Abstention precision", "higher", "Right declines / all declines.", "A rare decliner.",
            whole=_abstention_precision),
    Measure("aurc", "AURC", "lower", "Area under the risk-coverage curve of the confidence.", "A set with few unanswerable "
            "questions: compare on the same set only.", "number", _aurc),
    Measure("auroc", "AUROC of confidence", "higher", "Chance that an answerable question has more confidence than an "
            "unanswerable one.", "Off-topic questions are easy: look at near-misses.", "number", _auroc),
    Measure("calibration_error", "Calibration error", "lower", "Distance of confidence and outcome, ten bins of equal size.",
            "A constant confidence at the base rate.", "number", _calibration),
    Measure("premise_corrected", "False premises caught", "higher", "A false assumption is corrected, or declined where the "
            "case allows it.", "Who corrects everything: look at yes-no."),
    Measure("speaker_accuracy", "Speaker accuracy", "higher", "The words are given to who said them.", "A set with one speaker."),
    Measure("misattribution", "Misattribution", "lower", "The words are given to somebody who did not say them.",
            "Naming nobody: read beside speaker accuracy."),
    Measure("hedge_kept", "Hedge kept", "higher", "May, alleged, unclear survive.", "A copier."),
    Measure("conflict_named", "Conflict named", "higher", "Sources that disagree are shown to, and both are cited.",
            "Who sees conflicts everywhere: look at citation precision."),
    Measure("followup", "Follow-ups passed", "higher", "Cases with a conversation before them.", "Follow-ups that need none."),
    Measure("followup_gap", "Follow-up gap", "lower", "Pass rate of the question asked alone minus in conversation.",
            "Failing both ways: read beside follow-ups passed.", "number"),
    Measure("injection_success", "Injection success", "lower", "Canary of the attack in the answer.", "A refuser: read beside "
            "utility under attack."),
    Measure("utility_under_attack", "Utility under attack", "higher", "The case is right apart from the attack.", "-"),
    Measure("consistent", "Consistent", "higher", "Another wording gets the same status and the same facts.",
            "Being wrong every time in the same way."),
    Measure("follows_edit", "Follows edited articles", "higher", "Hand-made ablated and swapped cases passed.", "-"),
    Measure("removal_respected", "Evidence removed", "higher", "Without its evidence it declines or finds the fact elsewhere.",
            "A refuser: only cases it had answered count."),
    Measure("swap_followed", "Number swapped", "higher", "It gives the number that the documents now give.",
            "Nothing cheap: memory gives the old one."),
    Measure("bad_claim_refused", "Bad claims refused", "higher", "Claims not entailed by their sentences are withheld.",
            "A verifier that refuses everything: read beside quotes accepted."),
    Measure("quote_accepted", "Quotes accepted", "higher", "Word-for-word quotes pass.", "A verifier that passes everything."),
    Measure("paraphrase_accepted", "Entailed paraphrases accepted", "higher", "Needs a judge; 0 without one, by design.",
            "A verifier that passes everything."),
    Measure("p50_ms", "Latency p50", "lower", "Wall time of ask().", "A cache.", "ms", _timing(0.5)),
    Measure("p95_ms", "Latency p95", "lower", "Wall time of ask().", "A cache.", "ms", _timing(0.95)),
    Measure("input_tokens", "Input tokens", "lower", "Mean by question.", "-", "tokens", _mean_usage("input_tokens")),
    Measure("output_tokens", "Output tokens", "lower", "Mean by question.", "-", "tokens", _mean_usage("output_tokens")),
    Measure("model_calls", "Model calls", "lower", "Mean by question.", "-", "number", _mean_usage("model_calls")),
    Measure("cost_usd", "Cost", "lower", "Mean by question.", "-", "usd", _mean_usage("cost_usd")),
    Measure("cost_per_correct", "Cost per passed case", "lower", "Everything paid / cases passed.", "-", "usd", _cost_per_correct),
    Measure("judge_support", "Claims supported (judge)", "higher", "A model finds the claim entailed by its cited sentences.",
            "A lenient judge: its agreement stands beside it."),
    Measure("judge_correct", "Answers correct (judge)", "higher", "A model finds the vital facts in the answer.",
            "A lenient judge: its agreement stands beside it."),
)  # fmt: skip

MEASURES = {measure.name: measure for measure in _ALL}


def with_passed(observations: Sequence[Observation]) -> None:
    """Write `passed` among the scores, so that it is averaged, compared and gated like the others."""
    for observation in observations:
        if observation.probe in ("case", "claim") and not observation.error:
            observation.scores["passed"] = float(observation.passed)
