"""Metrics on examples worked out by hand, among them those on which known evaluators go wrong."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import Span

A, B, C = Span("article", 0, 100), Span("article", 200, 300), Span("source", 0, 50)
FACT_A, FACT_B, FACT_C = (A,), (B,), (C,)
NOISE = Span("article", 400, 450)


def test_a_span_covers_a_fact_from_four_fifths_of_it_or_from_inside_it() -> None:
    assert metrics.covers(Span("article", 0, 80), FACT_A)
    assert not metrics.covers(Span("article", 0, 90), (Span("article", 20, 140),))
    assert metrics.covers(Span("article", 10, 40), FACT_A), "a sentence of a gold passage of several sentences"
    assert not metrics.covers(Span("source", 0, 100), FACT_A), "the same offsets in another document"


def test_recall_counts_facts_of_the_best_set() -> None:
    ranked = [NOISE, A, B]
    assert metrics.recall_at(ranked, [(FACT_A, FACT_B)], 2) == 0.5
    assert metrics.recall_at(ranked, [(FACT_A, FACT_B)], 3) == 1.0
    assert metrics.recall_at(ranked, [(FACT_A, FACT_C), (FACT_B,)], 3) == 1.0, "any one set suffices"
    assert metrics.recall_at(ranked, [], 3) is None


def test_recall_within_characters_makes_long_passages_pay() -> None:
    long = Span("article", 400, 2300)
    assert metrics.recall_within([long, A], [(FACT_A,)], 2000) == 1.0
    assert metrics.recall_within([long, long, A], [(FACT_A,)], 2000) == 0.0


def test_reciprocal_rank_is_of_the_first_hit_and_nothing_beyond_k() -> None:
    assert metrics.reciprocal_rank([NOISE, NOISE, B, A], [(FACT_A, FACT_B)]) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank([NOISE] * 10 + [A], [(FACT_A,)]) == 0.0


def test_average_precision_keeps_the_running_count() -> None:
    # Facts at ranks 1 and 3: precisions 1/1 and 2/3. Counting only what is new at each rank would give (1 + 1/3) / 2.
    assert metrics.average_precision([A, NOISE, B], [(FACT_A, FACT_B)]) == pytest.approx((1 + 2 / 3) / 2)
    assert metrics.average_precision([A, B], [(FACT_A, FACT_B)]) == 1.0


def test_ndcg_gains_only_by_what_is_new() -> None:
    assert metrics.ndcg([A, A, B], [(FACT_A, FACT_B)]) == pytest.approx((1 + 1 / log2(4)) / (1 + 1 / log2(3)))
    assert metrics.ndcg([A, B], [(FACT_A, FACT_B)]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("It costs $4.2 million.", "2", False),
        ("It costs $4.2 million.", "$4.2 million", True),
        ("It costs 2,000 dollars.", "2", False),
        ("It costs 12 dollars.", "2", False),
        ("There were 2.", "2", True),
        ("The Mayor’s letter", "the mayor's letter", True),
        ("Berryman wrote", "Berry", False),
        ("between 2 – 4 cities", "re:2 - 4", True),
        ("ALBUQUERQUE", "Albuquerque", True),
        ("four  \n cities", "four cities", True),
    ],
)
def test_accepted_wordings_are_whole_words_and_whole_numbers(text: str, pattern: str, found: bool) -> None:
    assert metrics.mentions(text, pattern) is found


def test_an_answer_with_one_word_in_common_is_not_right() -> None:
    """A known evaluator counts any shared word as right and reports 33 % accuracy when every answer is wrong."""
    wrong = ["The mayor said so.", "It was in the letter.", "The council met."]
    wanted = [["the mayor of Stockton"], ["a letter from Hanson"], ["the council of Baltimore"]]
    assert [metrics.nugget_recall(text, [any_]) for text, any_ in zip(wrong, wanted, strict=True)] == [0.0, 0.0, 0.0]


def test_nugget_recall_is_strict() -> None:
    nuggets = [["four", "4"], ["Stockton"], ["Baltimore"]]
    assert metrics.nugget_recall("Four cities, Stockton among them.", nuggets) == pytest.approx(2 / 3)
    assert metrics.nugget_recall("anything", []) is None


def test_curly_quotation_marks_quote_and_apostrophes_do_not() -> None:
    """A known evaluator opens quotations at apostrophes and does not know curly marks."""
    assert metrics.quotations("Sessions's letter and the city's 'reply'") == ()
    assert metrics.quotations('He called it “a bully’s move” and "odd".') == ("a bully’s move", "odd")


def test_quoting_nothing_is_not_applicable_and_not_zero() -> None:
    assert metrics.quotation_exactness("No quotation here.", ["No quotation here."]) is None
    assert metrics.quotation_exactness("He called it “odd,” she said.", ['He called it "odd" and left.']) == 1.0
    assert metrics.quotation_exactness("He called it “even” and “odd”.", ["It was odd."]) == 0.5


def test_citation_precision_and_recall_by_hand() -> None:
    sets = [(FACT_A, FACT_B)]
    assert metrics.citation_precision([A, NOISE], sets) == 0.5
    assert metrics.citation_recall([A, NOISE], sets) == 0.5
    assert metrics.citation_recall([A, B, NOISE], sets) == 1.0
    assert metrics.f1(0.5, 1.0) == pytest.approx(2 / 3)
    assert metrics.f1(0.0, 0.0) == 0.0
    assert metrics.f1(None, 1.0) is None


def test_an_answer_that_cites_nothing_is_not_precise_and_one_without_gold_is_not_measured() -> None:
    assert metrics.citation_precision([], [(FACT_A,)]) == 0.0
    assert metrics.citation_precision([A], []) is None


def test_the_next_sentence_does_not_support() -> None:
    assert not metrics.supports(Span("article", 100, 200), FACT_A)
    assert metrics.supports(Span("article", 50, 150), FACT_A), "half of the gold"
    assert not metrics.supports(Span("article", 60, 160), FACT_A)
    assert metrics.supports(Span("article", 0, 400), FACT_A), "a wider citation holds it; character F1 shows the width"


def test_any_occurrence_of_repeated_words_supports() -> None:
    again = (Span("article", 0, 10), Span("article", 500, 510))
    assert metrics.citation_recall([Span("article", 500, 510)], [(again,)]) == 1.0


def test_character_f1_tells_a_page_from_a_sentence() -> None:
    assert metrics.character_f1([A], [(FACT_A,)]) == 1.0
    assert metrics.character_f1([Span("article", 0, 300)], [(FACT_A,)]) == pytest.approx(2 * 100 / (300 + 100))
    assert metrics.character_f1([], [(FACT_A,)]) == 0.0


def test_risk_coverage_and_its_area_by_hand() -> None:
    points = metrics.risk_coverage([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1])
    assert points == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert metrics.aurc([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1]) == pytest.approx((0 + 0.5 + 1 / 3 + 0.5) / 4)
    assert metrics.aurc([], []) is None


def test_equal_confidences_do_not_depend_on_the_order_of_the_cases() -> None:
    assert metrics.aurc([0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1]) == metrics.aurc([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0]) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40))
def test_the_last_point_of_the_curve_is_the_base_rate(pairs: list[tuple[float, float]]) -> None:
    confidences, losses = [c for c, _ in pairs], [loss for _, loss in pairs]
    coverage, risk = metrics.risk_coverage(confidences, losses)[-1]
    assert coverage == 1.0
    assert risk == pytest.approx(sum(losses) / len(losses))


def test_auroc_counts_ties_half() -> None:
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx((2 + 1.5) / 4)
    assert metrics.auroc([0.9], [True]) is None


def test_calibration_error_of_bins_by_hand() -> None:
    assert metrics.calibration_error([1.0, 1.0, 0.0, 0.0], [1, 1, 0, 0], bins=2) == 0.0
    assert metrics.calibration_error([0.8, 0.8, 0.2, 0.2], [1, 0, 0, 0], bins=2) == pytest.approx((0.6 + 0.4) / 4)


def test_an_expected_score_of_zero_is_a_score() -> None:
    """A known evaluator asks `if expected:` and so turns an expected 0.0 into NaN."""
    assert metrics.calibration_error([0.0], [0.0]) == 0.0
    assert metrics.calibration_error([0.3], [0.0]) == pytest.approx(0.3)
    assert metrics.recall_at([NOISE], [(FACT_A,)], 1) == 0.0


@pytest.mark.parametrize(
    ("name", "aliases", "same"),
    [
        ("Mayor Richard Berry", ["Berry"], True),
        ("Berry", ["Richard Berry"], False),
        ("Jeff Sessions", ["Berry"], False),
        (None, ["Berry"], False),
        ("", [""], False),
    ],
)
def test_names_hold_all_words_of_an_alias(name: str | None, aliases: list[str], same: bool) -> None:
    assert metrics.same_name(name, aliases) is same


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(v) for v in range(1, 101)]
    assert metrics.percentile(values, 0.5) == 50
    assert metrics.percentile(values, 0.95) == 95
    assert metrics.percentile([7.0], 0.95) == 7.0
    assert metrics.percentile([], 0.5) is None


def test_token_recall_of_a_reference() -> None:
    assert metrics.token_recall("It is in France.", "in France") == 1.0
    assert metrics.token_recall("It is in Spain.", "in France") == 0.5
