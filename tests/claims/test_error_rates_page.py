"""docs/claims.md says what is so: its tables are of these claims, and its numbers follow from what it names."""

import re

import numpy as np
import pytest
from claims.deviations import DEVIATIONS
from claims.errors import rates, truth
from claims.paper import CLAIMS
from claims.truths import AT, SIX_SEEDS, SMALL, beyond
from engines import ROOT
from scipy import stats

from vestige.metrics.power import distance_found, power_of_t

PAGE = (ROOT / "docs" / "claims.md").read_text()
NAMES = [claim.name for claim in CLAIMS]
CELLS = "".join(re.findall(r"<!-- claim_errors -->(.*)<!-- /claim_errors -->", PAGE, re.DOTALL))
COLUMNS = ("reproduced", "reproduced, skewed", "refused", "refused, skewed", "beyond")


def rows_of(text: str) -> list[list[str]]:
    """The cells of the rows of Markdown tables."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]


RATES = {row[0]: {column: [*map(float, cell.split(" / "))] for column, cell in zip(COLUMNS, row[1:], strict=True)}
         for row in rows_of(CELLS) if row[0] in NAMES and len(row) == 1 + len(COLUMNS)}  # fmt: skip


def test_the_table_has_every_claim():
    assert [*RATES] == NAMES


@pytest.mark.parametrize("column", ["reproduced", "refused"])
def test_with_symmetric_deviations_no_rate_is_beyond_the_nominal_but_by_chance(column):
    (error,) = map(float, re.findall(r"one standard error is ([\d.]+) points", CELLS))
    assert max(rate for row in RATES.values() for rate in row[column]) <= 2.5 + 4 * error


def test_the_worst_rates_of_skewed_deviations_are_said():
    for column in ("reproduced, skewed", "refused, skewed"):
        worst = [max(row[column][k] for row in RATES.values()) for k in range(3)]
        assert " / ".join(f"{rate:.1f}" for rate in worst) in PAGE.replace(CELLS, "")


def test_five_seeds_find_half_a_margin_in_nine_of_ten_studies_of_all_claims_but_those_of_accuracy():
    below = {name for name, row in RATES.items() if row["beyond"][1] < 90}
    assert below == set(SIX_SEEDS)
    assert f"the {len(below)} claims of accuracy with that margin" in PAGE


def test_networks_that_fail_now_and_then_go_unseen_as_often_as_is_said():
    said = [f"{100 * 0.9**seeds:.0f} %" for seeds in (3, 5, 10)]
    words = " ".join(PAGE.split())
    assert "three seeds show none in {} of studies, five in {} and ten in {}".format(*said) in words


def one_sided(noise: str, seeds: int) -> tuple[list[float], list[float]]:
    """The shares of studies in which a true mean lies below or above the ends of its interval, and by Johnson's t."""
    values = DEVIATIONS[noise](np.random.default_rng(0), (40_000, seeds))
    mean, sd = values.mean(axis=1), values.std(axis=1, ddof=1)
    third = ((values - mean[:, np.newaxis]) ** 3).sum(axis=1) * seeds / ((seeds - 1) * (seeds - 2))
    shift = third / (6 * sd**2 * seeds) + third / (3 * sd**4) * mean**2
    limit = stats.t.isf(0.025, seeds - 1)
    scores = [each / (sd / seeds**0.5) for each in (mean, mean + shift)]
    return [np.mean(each < -limit) for each in scores], [np.mean(each > limit) for each in scores]


def test_a_correction_for_skewness_gains_and_costs_what_is_said():
    lognormal, collapse = one_sided("lognormal, up", 5)[0], one_sided("collapse, up", 5)[0]
    other = one_sided("lognormal, up", 3)[1]
    for (plain, corrected), digits in ((lognormal, 0), (collapse, 0), (other, 1)):
        assert f"from {100 * plain:.{digits}f} % to {100 * corrected:.{digits}f} %" in PAGE


def test_the_distances_are_those_at_which_power_is_nine_tenths():
    lines = [row for row in rows_of(PAGE) if row[0].isdigit() and row[1][0].isdigit()]
    said = {int(seeds): float(distance.split()[0]) for seeds, distance in lines}
    assert said == {seeds: round(distance_found(seeds, 0.025), 2) for seeds in (3, 4, 5, 6, 8, 10, 15)}


def test_at_two_standard_deviations_five_seeds_have_the_power_that_is_said():
    values = np.random.default_rng(0).normal(2, 1, (100_000, 5))
    t = values.mean(axis=1) / values.std(axis=1, ddof=1) * 5**0.5
    both = np.mean((t > stats.t.isf(0.025, 4)) & (values > 0).all(axis=1))
    for share in (power_of_t(2.0, 5, 0.025), stats.norm.cdf(2) ** 5, both):
        assert f"{100 * share:.0f} %" in PAGE


def test_the_plan_of_the_default_study_names_twenty_claims():
    plan = PAGE[PAGE.index("## How many seeds") :]
    named = [name for row in rows_of(plan) for name in row[1].split(", ") if name in NAMES]
    assert len(named) == len(set(named)) == 20


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES[::5])
def test_the_power_of_a_row_is_found_again(name):
    (claim,) = [claim for claim in CLAIMS if claim.name == name]
    found = rates(claim, truth(claim, **AT[name](beyond(claim))), "normal", SMALL, 5, 500).reproduced
    assert 100 * found == pytest.approx(RATES[name]["beyond"][1], abs=7)
