"""Claims, numbers and strips, one by one."""

from dataclasses import replace
from math import inf, nan

import pytest
from report import made

from vestige.report.conditions import conditions_of
from vestige.report.interval_strips import strip
from vestige.report.papers import headline, outcome, papers_of, unspoken
from vestige.report.verdicts import Part, claims_of
from vestige.report.wording import format_interval, format_list, number, plural, span, typeset


def part(low, high, bound_low=-inf, bound_high=inf, verdict="undecided", name=""):
    """A part whose statistic is the middle of its interval."""
    middle = (low + high) / 2
    return Part(name, middle, low, high, low, high, bound_low, bound_high, 3, 0, 0, "paired", nan, middle, verdict)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.12345, "0.123"),
        (-0.5, "−0.5"),
        (1234567, "1,234,567"),
        (3.0, "3"),
        (nan, "–"),
        (1e-6, "1e−06"),
        ("x-1", "x-1"),
    ],
)
def test_a_number_is_printed(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((0.07123, 0.0521, 0.0904), ("0.071", "[0.052, 0.090]")),
        ((-14.21, -19.6, -8.8), ("−14.2", "[−19.6, −8.8]")),
        ((0.25, nan, nan), ("0.25", "")),
        ((0.5, 0.5, 0.5), ("0.5", "[0.5, 0.5]")),
        ((-0.001, -3.0, 3.0), ("0.0", "[−3.0, 3.0]")),
        ((1234.5, 1000, 1469), ("1,234", "[1,000, 1,469]")),
    ],
)
def test_a_mean_has_the_digits_that_its_interval_allows(values, shown):
    assert format_interval(*values) == shown


@pytest.mark.parametrize(("items", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")])
def test_a_list_is_a_phrase(items, shown):
    assert format_list(items) == shown


def test_the_span_of_equal_numbers_is_one_of_them():
    assert (span([3, 3]), span([3, 5, 4]), span([])) == ("3", "3–5", "–")


def test_a_count_agrees_with_its_noun():
    assert (plural(1, "class", "classes"), plural(2, "class", "classes"), plural(0, "row")) == (
        "1 class", "2 classes", "0 rows"
    )  # fmt: skip


def test_only_the_sign_of_a_number_becomes_a_minus():
    assert typeset("alpha -20, [-0.1, 1e-6], early-on, 0-4") == "alpha −20, [−0.1, 1e-6], early-on, 0-4"


@pytest.mark.parametrize(
    ("bounds", "says"),
    [((0.02, inf), "above 0.02"), ((-inf, -0.02), "below −0.02"), ((-1, 1), "between −1 and 1")],
)
def test_a_bound_is_said(bounds, says):
    assert part(0, 1, *bounds).bound_text == says


def test_the_part_with_least_room_among_those_of_the_verdict_decides():
    claims = {claim.name: claim for claim in claims_of(made.claims())}
    assert claims["rise"].deciding_part.part == "module 4"
    assert claims["recession"].deciding_part.part == "module 4"
    assert claims["vgg"].deciding_part is None


def test_the_outcome_is_a_sentence():
    assert outcome(claims_of(made.claims())) == (
        "Of 6 claims of the paper, this study speaks to 5: 2 reproduced, 1 weaker than the margin, 1 contradicted and "
        "1 undecided. The other 1 is not in this study. Where seeds scatter evenly to either side, each verdict that "
        "is not undecided is false in at most one of 40 such studies: of these 4, 0.1 at most are to be expected."
    )


@pytest.mark.parametrize(
    ("diverged", "left_out", "says"),
    [
        (0, 0, "3"),
        (1, 0, "3 (1 more diverged)"),
        (0, 2, "3 (2 runs under 0.80 left out)"),
        (1, 1, "3 (1 more diverged, 1 run under 0.80 left out)"),
    ],
)
def test_networks_that_do_not_count_are_counted(diverged, left_out, says):
    dataset = made.claims()
    dataset["row_diverged"][-1], dataset["row_left_out"][-1] = diverged, left_out
    (claim,) = [claim for claim in claims_of(dataset) if claim.name == "later_gain"]
    dataset_part = replace(claim.parts[0], seeds=3)
    assert dataset_part.networks == says
    whole = replace(claim, parts=(dataset_part,))
    assert whole.seeds == "3"
    assert whole.describe_uncounted == says.removeprefix("3").strip(" ()")


def test_a_study_that_speaks_to_one_paper_has_no_heading_and_a_line_on_the_other():
    papers, others = papers_of(claims_of(made.claims(of_later=("vgg",))))
    assert [(paper.article, paper.heading, len(paper.claims)) for paper in papers] == [("Ranadive et al. 2023", "", 5)]
    assert unspoken(others) == "The study does not speak to the 1 claim of Lange et al. 2022."
    assert headline(papers)[0] == "Class-selective units in early training"


def test_a_study_that_speaks_to_both_papers_has_a_heading_and_a_tally_for_each():
    papers, others = papers_of(claims_of(made.claims(of_later=("vgg", "rise", "suppression"))))
    assert [paper.heading for paper in papers] == ["Lange et al. 2022", "Ranadive et al. 2023"]
    assert [[count for _, _, count in paper.tally] for paper in papers] == [[2, 0, 0, 0, 1], [0, 1, 1, 1, 0]]
    assert papers[0].outcome.startswith("Of 3 claims of Lange et al. 2022, this study speaks to 2: 2 reproduced, ")
    assert (others, unspoken(others)) == ([], "")


def test_a_study_of_the_later_paper_is_about_that():
    papers, _ = papers_of(claims_of(made.claims(of_later=[name for name in made.CLAIMS if name != "vgg"])))
    assert headline(papers) == ("Clusters of units, upstream and downstream", "Lange, Rolnick and Kording (2022)")


def test_of_a_study_that_speaks_to_no_paper_the_first_ones_claims_are_named():
    absent = {name: ((*said[:5], "not in this study", "it needs runs"), []) for name, (said, _) in made.CLAIMS.items()}
    papers, others = papers_of(claims_of(made.claims(absent, of_later=("vgg",))))
    assert ([paper.article for paper in papers], [paper.article for paper in others]) == ([made.FIRST], [made.LATER])


def test_a_strip_keeps_the_order_and_the_distances_of_its_numbers():
    (line,) = strip([part(1, 3, bound_low=2)]).lines
    low, high = line.interval
    assert line.dot == pytest.approx((low + high) / 2, abs=0.1)
    assert line.region[0] == line.dot
    assert line.region[1] == 200


def test_the_seeds_of_a_part_lie_on_its_strip():
    (line,) = strip([replace(part(1, 3), by_seed=(1.0, 2.0, 3.0))]).lines
    assert line.seeds == (line.interval[0], line.dot, line.interval[1])


def test_a_seed_beyond_the_interval_widens_the_strip():
    (line,) = strip([replace(part(1, 3), by_seed=(-5.0,))]).lines
    assert 0 < line.seeds[0] < line.interval[0]


def test_seeds_without_a_value_are_no_points():
    (rise, *_) = claims_of(made.claims().assign(value=(("row", "seed"), [[0.1, nan, 0.2]] * 10)))
    assert rise.parts[0].by_seed == (0.1, 0.2)


def test_the_region_of_an_equivalence_is_closed_on_the_strip():
    (line,) = strip([part(-3, 3, -1, 1)]).lines
    assert line.region[1] - line.region[0] == pytest.approx((line.interval[1] - line.interval[0]) / 3, abs=0.1)


def test_all_parts_lie_on_one_scale():
    first, second = strip([part(0, 1), part(1, 2)]).lines
    assert first.interval[1] == second.interval[0]


def test_zero_is_drawn_where_it_lies_on_the_strip():
    assert strip([part(-1, 1)]).zero == 100
    assert strip([part(1, 2)]).zero is None


@pytest.mark.parametrize("same", [0.0, 5.0, -1e-9])
def test_an_interval_without_width_has_a_strip(same):
    (line,) = strip([part(same, same, same, same)]).lines
    assert line.dot == 100


def test_without_numbers_there_is_no_strip():
    assert strip([part(nan, nan, 0, 1)]) is None


def test_conditions_keep_their_order_and_collect_their_seeds():
    found = conditions_of(made.training(seeds=(4, 9)), 10)
    assert [(one.name, one.seeds) for one in found] == [(name, (4, 9)) for name in made.CONDITIONS]


@pytest.mark.parametrize(
    ("name", "selectivity", "penalised"),
    [
        ("baseline", "left alone", "–"),
        ("suppressed", "suppressed, α = −20", "all"),
        ("suppressed_later", "suppressed, α = −20", "from 5 to the end"),
        ("promoted", "promoted, α = 10", "0 to 4, then none"),
    ],
)
def test_a_condition_is_said_in_words(name, selectivity, penalised):
    (one,) = [one for one in conditions_of(made.training(), 10) if one.name == name]
    assert (one.selectivity, one.penalised_epochs) == (selectivity, penalised)


def test_what_a_condition_overrides_is_said():
    assert conditions_of(made.training(), 10)[-1].other_settings == (("learning rate", "0.05"),)


def test_the_accuracy_of_a_condition_has_its_interval_over_seeds():
    # Mean 91 and deviation 1 of three seeds: 91 ± 4.3027 / sqrt(3).
    assert conditions_of(made.training(), 10)[0].accuracy == ("91.0", "[88.5, 93.5]")


def test_a_network_that_diverged_counts_as_one_at_chance_and_is_named():
    runs = made.training()
    runs[1] = runs[1].isel(epoch=[0]).assign(diverged=1)
    first = conditions_of(runs, 10)[0]
    assert first.diverged == ((1, 1),)
    assert first.accuracies == (0.9, 0.1, 0.92)


def test_what_recomputed_statistics_add_is_the_difference_to_running_ones_network_by_network():
    runs = [run.assign(val_accuracy_running=run["val_accuracy"] - 0.02) for run in made.training()]
    assert conditions_of(runs, 10)[0].gain == ("+2.0", "[+2.0, +2.0]")
    assert conditions_of(made.training(), 10)[0].gain == ("–", "")
