"""Agreement of partitions against closed forms, CluSim (where it is installed), scikit-learn, and simulation."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from vestige.metrics import partitions
from vestige.metrics.partitions import (
    adjust,
    count_shared,
    drop_dead,
    element_centric,
    expect_element_centric,
    log_tables,
    match_greedily,
    reduced_mutual_information,
    share_dead,
    variation_of_information,
    variation_similarity,
)

SEEDS = range(6)


def drawn(seed, n=30):
    """Two partitions that have something in common."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 2 + seed, n)
    return first, np.where(rng.random(n) < 0.5, first, rng.integers(0, 5, n))


def in_clusim(partition):
    clustering = pytest.importorskip("clusim.clustering")
    return clustering.Clustering().from_membership_list([int(each) for each in partition])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("alpha", [0.3, 0.9])
def test_element_centric_similarity_is_that_of_clusim_whatever_its_alpha(seed, alpha):
    first, second = drawn(seed)
    theirs = pytest.importorskip("clusim.sim").element_sim(in_clusim(first), in_clusim(second), alpha=alpha)
    assert element_centric(first, second) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("normalised", [False, True])
def test_reduced_mutual_information_is_that_of_clusim(seed, normalised):
    first, second = drawn(seed)
    sim = pytest.importorskip("clusim.sim")
    theirs = sim.rmi(in_clusim(first), in_clusim(second), norm_type="normalized" if normalised else "none")
    assert reduced_mutual_information(first, second, normalised) == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_variation_of_information_is_that_of_clusim(seed):
    first, second = drawn(seed)
    sim = pytest.importorskip("clusim.sim")
    theirs = [sim.vi(in_clusim(first), in_clusim(second), norm_type=kind) for kind in ("none", "entropy")]
    assert [variation_of_information(first, second), variation_similarity(first, second)] == pytest.approx(theirs)


def literal_element_centric(first, second):
    """Unit by unit, by the personalised PageRank of the cliques of each partition, of restart probability 0.1."""
    total = 0.0
    for unit in range(len(first)):
        ranks = []
        for each in (first, second):
            mates = np.flatnonzero(each == each[unit])
            rank = np.zeros(len(first))
            rank[mates] = 0.9 / len(mates)
            rank[unit] += 0.1
            ranks.append(rank)
        total += 1 - np.abs(ranks[0] - ranks[1]).sum() / (2 * 0.9)
    return total / len(first)


@pytest.mark.parametrize("seed", SEEDS)
def test_element_centric_similarity_is_the_distance_of_the_walks_from_each_unit(seed):
    assert element_centric(*drawn(seed)) == pytest.approx(literal_element_centric(*drawn(seed)), abs=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_variation_of_information_is_what_entropies_exceed_mutual_information_by(seed):
    first, second = drawn(seed)
    shared = mutual_info_score(first, second)
    entropies = mutual_info_score(first, first) + mutual_info_score(second, second)
    assert variation_of_information(first, second) * np.log(2) == pytest.approx(entropies - 2 * shared)


MEASURES = {
    "element_centric": (element_centric, 1),
    "greedy": (match_greedily, 1),
    "variation_similarity": (variation_similarity, 1),
    "reduced_normalised": (lambda first, second: reduced_mutual_information(first, second, normalised=True), 1),
    "variation": (variation_of_information, 0),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_partition_agrees_with_itself_under_other_numbers_and_in_either_order(name):
    measure, perfect = MEASURES[name]
    first, second = drawn(3)
    renamed = np.array([4, 0, 7, 1, 2])[first]
    assert measure(first, renamed) == pytest.approx(perfect, abs=1e-12)
    assert measure(first, second) == pytest.approx(measure(second, first), abs=1e-12)
    assert measure(renamed, second) == pytest.approx(measure(first, second), abs=1e-12)


def test_one_cluster_and_single_units_have_closed_forms():
    n = 12
    one, all_apart = np.zeros(n, dtype=int), np.arange(n)
    assert element_centric(one, all_apart) == pytest.approx(1 / n)
    assert variation_of_information(one, all_apart) == pytest.approx(np.log2(n))
    assert match_greedily(one, all_apart) == pytest.approx(1 / n)
    assert np.isnan(variation_similarity(one, all_apart))


@pytest.mark.parametrize("seed", range(3))
def test_the_expected_similarity_is_the_mean_over_all_orders_of_few_units(seed):
    first, second = drawn(seed, n=6)
    orders = itertools.permutations(range(6))
    mean = np.mean([element_centric(first, second[list(order)]) for order in orders])
    assert expect_element_centric(first, second) == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_expected_similarity_is_the_mean_of_simulated_orders(seed):
    first, second = drawn(seed, n=64)
    rng = np.random.default_rng(seed)
    simulated = [element_centric(first, rng.permutation(second)) for _ in range(2000)]
    error = np.std(simulated) / np.sqrt(len(simulated))
    assert expect_element_centric(first, second) == pytest.approx(np.mean(simulated), abs=4 * error)


def test_what_is_adjusted_is_0_by_chance_1_at_best_and_nothing_where_chance_is_perfect():
    assert adjust(np.array([0.3, 1.0, 0.65]), np.array([0.3, 0.3, 0.3])) == pytest.approx([0, 1, 0.5])
    assert np.isnan(adjust(1.0, 1.0))


def test_a_pair_of_clusters_that_share_most_is_matched_first():
    first = np.array([0, 0, 0, 0, 1, 1, 1, 2])
    second = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    assert count_shared(first, second).tolist() == [[3, 1, 0], [0, 2, 1], [0, 0, 1]]
    assert match_greedily(first, second) == pytest.approx((3 + 2 + 1) / 8)


def test_dead_units_are_left_out_or_share_a_cluster_or_count_in_neither_number_of_live_ones():
    first, second = np.array([0, 0, 1, -1, -1]), np.array([0, 1, -1, -1, 2])
    assert [each.tolist() for each in drop_dead(first, second)] == [[0, 0], [0, 1]]
    assert [each.tolist() for each in share_dead(first, second)] == [[0, 0, 1, 2, 2], [0, 1, 3, 3, 2]]
    assert match_greedily(first, second) == pytest.approx(1 / 3)


@pytest.mark.parametrize("name", sorted(set(MEASURES) - {"greedy"}))
def test_of_no_units_nothing_is_known(name):
    empty = np.zeros(0, dtype=int)
    assert np.isnan(MEASURES[name][0](empty, empty))


def every_table(rows, columns):
    """How many tables of whole numbers from 0 on have these margins, counted one by one."""
    if len(rows) == 1:
        return 1
    splits = itertools.product(*(range(min(rows[0], each) + 1) for each in columns))
    return sum(
        every_table(rows[1:], tuple(one - two for one, two in zip(columns, each, strict=True)))
        for each in splits
        if sum(each) == rows[0]
    )


@pytest.mark.parametrize("margins", [((5, 7), (6, 6)), ((4, 6, 5), (5, 5, 5)), ((8, 8), (4, 6, 6))])
def test_the_number_of_tables_is_near_the_true_one(margins):
    rows, columns = (np.array(each) for each in margins)
    assert log_tables(rows, columns) == pytest.approx(np.log(every_table(*margins)), abs=0.1)


def test_of_independent_partitions_the_reduced_information_is_none_or_a_little_less():
    rng = np.random.default_rng(0)
    found = [reduced_mutual_information(rng.integers(0, 4, 64), rng.integers(0, 4, 64)) for _ in range(50)]
    assert -0.15 < np.mean(found) < 0
    assert partitions.entropy(np.array([1, 1, 2])) == pytest.approx(1.5)
