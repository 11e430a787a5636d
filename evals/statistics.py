"""How sure a number is, and whether two runs differ. Pure functions, fixed seeds, the same result every time.

Questions on one article are not independent, nor are five wordings of one question. So rates of independent yes-or-no
outcomes get a Wilson interval, everything else a bootstrap that draws whole clusters, and two runs are compared case
by case: exact McNemar for yes-or-no outcomes, a sign-flip permutation of whole clusters for the rest, with Holm's
correction over all the comparisons that may stop a release.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import ceil, comb, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

SEED = 20261124
ROUNDS = 10_000
EXACT_CLUSTERS = 14
"""Up to this many differing clusters, all 2^n sign patterns are counted; above, `ROUNDS` of them are drawn."""


@dataclass(frozen=True)
class Interval:
    """A mean of n values with a 95 % interval; `method` says where the interval comes from."""

    mean: float
    low: float
    high: float
    n: int
    method: str


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927, JASA 22, p. 209): right for small n and for rates of 0 and 1."""
    if n <= 0:
        raise ValueError("an interval needs at least one value")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def cluster_bootstrap(
    values: Sequence[float], clusters: Sequence[str], rounds: int = ROUNDS, seed: int = SEED
) -> tuple[float, float]:
    """95 % percentile interval of the mean, drawing whole clusters with replacement.

    (Efron & Tibshirani 1993, ch. 13; clusters: Davison & Hinkley 1997, p. 100.) The generator is seeded and the
    clusters are sorted, so that neither the machine nor the order of the cases changes the result.
    """
    if len(values) != len(clusters) or not values:
        raise ValueError("one cluster name for every value, and at least one value")
    names = sorted(set(clusters))
    row = {name: number for number, name in enumerate(names)}
    sums, counts = np.zeros(len(names)), np.zeros(len(names))
    for value, cluster in zip(values, clusters, strict=True):
        sums[row[cluster]] += value
        counts[row[cluster]] += 1
    draws = _draws(len(names), rounds, seed)
    means = (draws @ sums) / (draws @ counts)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


@lru_cache(maxsize=16)
def _draws(clusters: int, rounds: int, seed: int) -> NDArray[np.float64]:
    """(rounds, clusters): how often each round drew each cluster. The same for every metric, so that it is kept."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=rounds).astype(np.float64)


def interval(values: Sequence[float], clusters: Sequence[str]) -> Interval:
    """Wilson when all values are 0 or 1 and every cluster holds one of them, else the cluster bootstrap."""
    mean = sum(values) / len(values)
    if all(value in (0.0, 1.0) for value in values) and len(set(clusters)) == len(values):
        low, high = wilson(round(sum(values)), len(values))
        return Interval(mean, low, high, len(values), "Wilson")
    if len(set(values)) == 1 and values[0] in (0.0, 1.0):
        # A bootstrap of equal values has no width; Wilson over the clusters says how little that proves.
        low, high = wilson(round(values[0]) * len(set(clusters)), len(set(clusters)))
        return Interval(mean, low, high, len(values), "Wilson over clusters")
    low, high = cluster_bootstrap(values, clusters)
    return Interval(mean, low, high, len(values), "cluster bootstrap")


def mcnemar(broken: int, fixed: int) -> float:
    """Two-sided exact p that `broken` and `fixed` come from a fair coin (McNemar 1947; exact: Fay 2010, R Journal)."""
    n = broken + fixed
    if n == 0:
        return 1.0
    tail = sum(comb(n, k) for k in range(max(broken, fixed), n + 1)) / 2.0**n
    return min(1.0, 2 * tail)


def mcnemar_drop(broken: int, fixed: int) -> float:
    """One-sided exact p of at least `broken` losses among the cases that changed: small means worse than before."""
    n = broken + fixed
    return sum(comb(n, k) for k in range(broken, n + 1)) / 2.0**n if n else 1.0


def sign_flip_drop(differences: Sequence[float], clusters: Sequence[str], seed: int = SEED) -> float:
    """One-sided p that the mean difference is this low when the sign of every whole cluster is a fair coin.

    (Fisher 1935; clusters flip together: Winkler et al. 2014, NeuroImage 92.) All patterns when the clusters are few,
    else `ROUNDS` random ones with the observed one counted in, so that p is never 0.
    """
    totals: dict[str, float] = {}
    for difference, cluster in zip(differences, clusters, strict=True):
        totals[cluster] = totals.get(cluster, 0.0) + difference
    sizes = [totals[name] for name in sorted(totals) if totals[name]]
    if not sizes:
        return 1.0
    observed = sum(sizes) + 1e-12
    if len(sizes) <= EXACT_CLUSTERS:
        patterns = list(product((1, -1), repeat=len(sizes)))
        return sum(sum(s * v for s, v in zip(signs, sizes, strict=True)) <= observed for signs in patterns) / len(
            patterns
        )
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(ROUNDS, len(sizes)))
    hits = int(np.count_nonzero(signs @ np.array(sizes) <= observed))
    return (hits + 1) / (ROUNDS + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p by name (Holm 1979, Scand. J. Stat. 6): compare with 0.05 however many were looked at."""
    adjusted: dict[str, float] = {}
    floor = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: (item[1], item[0]))):
        floor = max(floor, min(1.0, p * (len(p_values) - rank)))
        adjusted[name] = floor
    return adjusted


def pairs_needed(change: float, discordant: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Pairs to see `change` when a share `discordant` of the pairs differ (Connor 1987, Biometrics 43, p. 207)."""
    if not 0 < change <= discordant <= 1:
        raise ValueError("the change is above 0 and at most the share of pairs that differ")
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    root = z_alpha * sqrt(discordant) + z_power * sqrt(discordant - change * change)
    return ceil(root * root / (change * change))


def detectable(n: int, discordant: float = 0.1) -> float:
    """Smallest change that n pairs show at 80 % power, in steps of half a point; 1.0 when none below it does."""
    for step in range(1, 200):
        change = step / 200
        if pairs_needed(change, max(discordant, change)) <= n:
            return change
    return 1.0


def half_width(n: int, rate: float = 0.9) -> float:
    """Half the width of the Wilson interval of `rate` on n cases: what a set of this size can tell at best."""
    low, high = wilson(round(rate * n), n)
    return (high - low) / 2
