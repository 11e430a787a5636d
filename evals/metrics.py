"""What is measured, as pure functions of values. Every docstring gives the definition, its source and its trap.

A metric of a case returns a number, or `None` where the case has nothing to measure. `None` is left out of an average
and counted; it never becomes 0, 1 or the median of the others.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2

MIN_OVERLAP = 0.5
"""A citation supports when it holds at least this share of a gold span, or lies at least this share inside one."""
MIN_COVER = 0.8
"""A retrieved sentence covers a gold span when it holds at least this share of it."""


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start:end` of a document's text."""

    document: str
    start: int
    end: int


Fact = tuple[Span, ...]
"""One thing to be cited: any of these occurrences of the same words."""
GoldSet = tuple[Fact, ...]
"""Facts that suffice together; a case has one or more such sets and any one of them is enough."""


def overlap(one: Span, other: Span) -> int:
    """Characters that two spans share; 0 across documents."""
    return max(0, min(one.end, other.end) - max(one.start, other.start)) if one.document == other.document else 0


# Retrieval. Manning, Raghavan & Schuetze 2008, ch. 8; gain only for what is new: Clarke et al. 2008, SIGIR.


def covers(found: Span, fact: Fact) -> bool:
    """Whether a retrieved span holds at least `MIN_COVER` of an occurrence of the fact, or lies wholly inside one."""
    return any(
        overlap(found, gold) >= MIN_COVER * (gold.end - gold.start)
        or 0 < overlap(found, gold) == found.end - found.start
        for gold in fact
    )


def recall_at(ranked: Sequence[Span], sets: Sequence[GoldSet], k: int) -> float | None:
    """Share of the facts of the best gold set that the first k spans cover."""
    if not sets:
        return None
    top = ranked[:k]
    return max(sum(any(covers(span, fact) for span in top) for fact in facts) / len(facts) for facts in sets)


def recall_within(ranked: Sequence[Span], sets: Sequence[GoldSet], characters: int = 2000) -> float | None:
    """Recall in the first so many characters, so that long passages do not win by their length."""
    total, k = 0, 0
    for span in ranked:
        total += span.end - span.start
        if total > characters:
            break
        k += 1
    return recall_at(ranked, sets, k)


def reciprocal_rank(ranked: Sequence[Span], sets: Sequence[GoldSet], k: int = 10) -> float | None:
    """1 / rank of the first of k spans that covers any fact, else 0 (Voorhees 1999, TREC-8 QA)."""
    if not sets:
        return None
    facts = [fact for facts in sets for fact in facts]
    for rank, span in enumerate(ranked[:k], 1):
        if any(covers(span, fact) for fact in facts):
            return 1 / rank
    return 0.0


def _new_facts(ranked: Sequence[Span], facts: GoldSet) -> list[int]:
    """For each span, how many facts it is the first to cover."""
    left, gains = list(facts), []
    for span in ranked:
        found = [fact for fact in left if covers(span, fact)]
        left = [fact for fact in left if fact not in found]
        gains.append(len(found))
    return gains


def ndcg(ranked: Sequence[Span], sets: Sequence[GoldSet], k: int = 10) -> float | None:
    """Discounted gain over the ideal (Jarvelin & Kekalainen 2002); a span gains only by a fact not yet covered."""
    if not sets:
        return None

    def of(facts: GoldSet) -> float:
        gains = [min(1, gain) for gain in _new_facts(ranked[:k], facts)]
        ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(facts)) + 1))
        return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1)) / ideal

    return max(of(facts) for facts in sets)


def average_precision(ranked: Sequence[Span], sets: Sequence[GoldSet], k: int = 10) -> float | None:
    """Mean over facts of the precision at the rank where each is first covered; the running count, not only new hits.

    (Manning et al. 2008, eq. 8.8. A known evaluator counts only the hits that are new at each rank and so reports too
    little whenever a question has several gold passages.)
    """
    if not sets:
        return None

    def of(facts: GoldSet) -> float:
        total, hits = 0.0, 0
        for rank, gain in enumerate(_new_facts(ranked[:k], facts), 1):
            if gain:
                hits += gain
                total += gain * min(1.0, hits / rank)
        return total / len(facts)

    return max(of(facts) for facts in sets)


# Words of the answer.

_FOLD = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u00a0": " "}
)
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """One form for comparing: NFKC, case folded, straight quotes and plain dashes, single spaces."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_FOLD)).casefold().strip()


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern.startswith("re:"):
        return re.compile(pattern[3:].translate(_FOLD), re.IGNORECASE)
    words = re.escape(fold(pattern))
    # Whole words and whole numbers: "2" is not in "4.2", "12" or "2,000".
    return re.compile(rf"(?<!\w)(?<!\d[.,]){words}(?!\w)(?![.,]\d)")


def mentions(text: str, pattern: str) -> bool:
    """Whether an accepted wording is in the text: whole words, any case; `re:` starts a regular expression."""
    return _compiled(pattern).search(fold(text)) is not None


def mentions_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether any of the wordings is in the text."""
    return any(mentions(text, pattern) for pattern in patterns)


def nugget_recall(text: str, nuggets: Sequence[Sequence[str]]) -> float | None:
    """Share of nuggets (each: its accepted wordings) that the text states; strict, no half marks.

    (Pradeep et al. 2024, AutoNuggetizer; vital and okay: Voorhees 2003, TREC QA.) One shared word is not a match: a
    known evaluator calls an answer right for any word in common.
    """
    return sum(mentions_any(text, wordings) for wordings in nuggets) / len(nuggets) if nuggets else None


_QUOTED = re.compile(r"\u201c([^\u201c\u201d]{1,1000})\u201d|\"([^\"]{1,1000})\"")


def quotations(text: str) -> tuple[str, ...]:
    """Words between double quotation marks, straight or curly; an apostrophe opens nothing."""
    return tuple(one or two for one, two in _QUOTED.findall(text))


def quotation_exactness(claim: str, cited: Sequence[str]) -> float | None:
    """Share of a claim's quotations whose words are in its cited text; `None` when it quotes nothing (not 0)."""
    found = [fold(quotation).strip(" ,.;:?!") for quotation in quotations(claim)]
    together = fold(" ".join(cited))
    return sum(words in together for words in found) / len(found) if found else None


# Citations. ALCE (Gao et al. 2023, EMNLP) asks a model for entailment; here gold spans decide, sentence by sentence.


def supports(citation: Span, fact: Fact) -> bool:
    """Whether a citation holds half of an occurrence of the fact or lies half inside one."""
    return any(
        overlap(citation, gold) >= MIN_OVERLAP * min(gold.end - gold.start, citation.end - citation.start)
        and overlap(citation, gold) > 0
        for gold in fact
    )


def citation_precision(citations: Sequence[Span], sets: Sequence[GoldSet]) -> float | None:
    """Share of the citations that support a fact of any gold set.

    `None` without gold; 0 without citations where gold exists, because an answer that cites nothing is not precise.
    """
    if not sets:
        return None
    facts = [fact for facts in sets for fact in facts]
    return sum(any(supports(c, fact) for fact in facts) for c in citations) / len(citations) if citations else 0.0


def citation_recall(citations: Sequence[Span], sets: Sequence[GoldSet]) -> float | None:
    """Share of the facts of the best gold set that some citation supports."""
    if not sets:
        return None
    return max(sum(any(supports(c, fact) for c in citations) for fact in facts) / len(facts) for facts in sets)


def f1(precision: float | None, recall: float | None) -> float | None:
    """Harmonic mean; `None` when either is not measured, 0 when both are 0."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def character_f1(citations: Sequence[Span], sets: Sequence[GoldSet]) -> float | None:
    """F1 of cited and gold characters for the best gold set: tells citing a whole page from citing the sentence.

    Of several occurrences of a fact, the one that overlaps the citations most is taken.
    """
    if not sets:
        return None
    cited = _characters(citations)

    def of(facts: GoldSet) -> float:
        gold = _characters([max(fact, key=lambda span: sum(overlap(span, c) for c in citations)) for fact in facts])
        return 2 * len(cited & gold) / (len(cited) + len(gold))

    return max(of(facts) for facts in sets)


def _characters(spans: Iterable[Span]) -> set[tuple[str, int]]:
    return {(span.document, position) for span in spans for position in range(span.start, span.end)}


# Answering or not. Risk-coverage: El-Yaniv & Wiener 2010, JMLR 11; AURC: Geifman, Uziel & El-Yaniv 2019, ICLR.


def risk_coverage(confidences: Sequence[float], losses: Sequence[float]) -> list[tuple[float, float]]:
    """(coverage, risk) when the k most confident answers are given, for each k.

    Equal confidences are one step: each of them counts with their mean loss, so the order of the cases cannot matter.
    """
    by_confidence: dict[float, list[float]] = {}
    for confidence, loss in zip(confidences, losses, strict=True):
        by_confidence.setdefault(confidence, []).append(loss)
    points, given, lost = [], 0, 0.0
    for confidence in sorted(by_confidence, reverse=True):
        tied = by_confidence[confidence]
        mean = sum(tied) / len(tied)
        for _ in tied:
            given, lost = given + 1, lost + mean
            points.append((given / len(losses), lost / given))
    return points


def aurc(confidences: Sequence[float], losses: Sequence[float]) -> float | None:
    """Area under the risk-coverage curve: mean risk over all coverages; lower is better, the base rate is no skill."""
    points = risk_coverage(confidences, losses)
    return sum(risk for _, risk in points) / len(points) if points else None


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Chance that a positive scores above a negative, ties half (Mann & Whitney 1947); `None` if either is missing."""
    above = [score for score, is_positive in zip(scores, positive, strict=True) if is_positive]
    below = sorted(score for score, is_positive in zip(scores, positive, strict=True) if not is_positive)
    if not above or not below:
        return None
    from bisect import bisect_left, bisect_right

    wins = sum((bisect_left(below, score) + bisect_right(below, score)) / 2 for score in above)
    return wins / (len(above) * len(below))


def calibration_error(confidences: Sequence[float], outcomes: Sequence[float], bins: int = 10) -> float | None:
    """Mean distance of confidence and outcome over bins of equal size (Naeini 2015; equal mass: Nixon 2019, CVPR-W)."""
    pairs = sorted(zip(confidences, outcomes, strict=True))
    if not pairs:
        return None
    bins = min(bins, len(pairs))
    total = 0.0
    for number in range(bins):
        part = pairs[number * len(pairs) // bins : (number + 1) * len(pairs) // bins]
        total += abs(sum(c for c, _ in part) - sum(o for _, o in part))
    return total / len(pairs)


# Speakers, sizes.


def same_name(name: str | None, aliases: Iterable[str]) -> bool:
    """Whether a name is one of the aliases, or holds all the words of one: "Mayor Richard Berry" is "Berry"."""
    words = set(re.findall(r"\w+", fold(name or "")))
    return bool(words) and any(set(re.findall(r"\w+", fold(alias))) <= words for alias in aliases if alias.strip())


def token_recall(text: str, answer: str) -> float:
    """Share of the distinct words of a reference answer that the text has (Rajpurkar 2016 without the precision).

    For sets without nuggets only. A long text gets it for little: read it beside the length or not at all.
    """
    wanted = set(re.findall(r"\w+", fold(answer)))
    return len(wanted & set(re.findall(r"\w+", fold(text)))) / len(wanted) if wanted else 1.0


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest-rank percentile: the smallest value that at least `share` of the values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
