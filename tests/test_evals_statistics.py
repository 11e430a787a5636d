"""Intervals and tests against values worked out by hand or published."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import statistics


def test_wilson_matches_published_values() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    assert statistics.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert statistics.wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert statistics.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert statistics.wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_an_interval_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        statistics.wilson(0, 0)
    with pytest.raises(ValueError, match="at least one"):
        statistics.cluster_bootstrap([], [])


def test_the_bootstrap_is_seeded_and_ignores_the_order_of_the_cases() -> None:
    """Known evaluators draw without a seed, or halves without replacement."""
    values = [0.0, 1.0, 0.5, 1.0, 1.0, 0.25]
    clusters = ["a", "b", "c", "d", "e", "f"]
    first = statistics.cluster_bootstrap(values, clusters)
    assert first == statistics.cluster_bootstrap(values, clusters)
    assert first == statistics.cluster_bootstrap(values[::-1], clusters[::-1])


def test_the_bootstrap_has_the_width_of_the_standard_error() -> None:
    values = [float(v % 2) for v in range(400)]
    low, high = statistics.cluster_bootstrap(values, [str(v) for v in range(400)])
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.05)


def test_copies_of_a_case_in_one_cluster_do_not_make_the_interval_narrower() -> None:
    values = [float(v % 2) for v in range(40)]
    names = [str(v) for v in range(40)]
    alone = statistics.cluster_bootstrap(values, names)
    copied = statistics.cluster_bootstrap(values * 5, names * 5)
    assert copied == pytest.approx(alone)


def test_a_rate_of_one_still_has_an_interval() -> None:
    found = statistics.interval([1.0] * 20, ["a", "b"] * 10)
    assert (found.mean, found.high, found.n) == (1.0, 1.0, 20)
    assert found.low == pytest.approx(statistics.wilson(2, 2)[0])


def test_mcnemar_by_hand() -> None:
    assert statistics.mcnemar(6, 0) == pytest.approx(2 / 64)
    assert statistics.mcnemar(5, 0) == pytest.approx(2 / 32)
    assert statistics.mcnemar(10, 2) == pytest.approx(2 * sum(comb(12, k) for k in (10, 11, 12)) / 2**12)
    assert statistics.mcnemar(0, 0) == 1.0
    assert statistics.mcnemar_drop(5, 0) == pytest.approx(1 / 32)
    assert statistics.mcnemar_drop(0, 5) == 1.0


def test_sign_flips_of_few_clusters_are_counted_exactly() -> None:
    # Five clusters all down: only the observed pattern of 2^5 is as low.
    assert statistics.sign_flip_drop([-0.5] * 5, list("abcde")) == pytest.approx(1 / 32)
    # Ten cases in two clusters are two clusters: a quarter at best.
    assert statistics.sign_flip_drop([-0.5] * 10, ["a", "b"] * 5) == pytest.approx(1 / 4)
    assert statistics.sign_flip_drop([0.0, 0.0], ["a", "b"]) == 1.0
    assert statistics.sign_flip_drop([0.5] * 5, list("abcde")) == 1.0


def test_sign_flips_of_many_clusters_are_seeded_and_never_zero() -> None:
    names = [str(v) for v in range(60)]
    first = statistics.sign_flip_drop([-1.0] * 60, names)
    assert first == statistics.sign_flip_drop([-1.0] * 60, names) == pytest.approx(1 / (statistics.ROUNDS + 1))


def test_holm_by_hand() -> None:
    assert statistics.holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


@given(st.dictionaries(st.text("abcdef", min_size=1), st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_its_order(p_values: dict[str, float]) -> None:
    adjusted = statistics.holm(p_values)
    assert all(adjusted[name] >= p for name, p in p_values.items())
    ordered = [adjusted[name] for name in sorted(p_values, key=lambda name: (p_values[name], name))]
    assert ordered == sorted(ordered)


def test_how_many_pairs_a_change_needs() -> None:
    # Connor 1987: (1.96 sqrt(d) + 0.8416 sqrt(d - c^2))^2 / c^2 = 311.6 and 115.3.
    assert statistics.pairs_needed(0.05, 0.10) == 312
    assert statistics.pairs_needed(0.10, 0.15) == 116
    with pytest.raises(ValueError, match="at most the share"):
        statistics.pairs_needed(0.2, 0.1)


def test_what_a_set_can_tell() -> None:
    assert statistics.half_width(200) == pytest.approx(0.042, abs=0.001)
    assert statistics.detectable(312) == pytest.approx(0.05)
    assert statistics.detectable(3) == 1.0
