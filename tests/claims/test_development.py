"""What develops is read off the longest unpenalised runs, at the epochs that were measured and say something."""

import pytest
from claims.worlds import BASELINE, LONG, OF_RUNS, World, result, study

from vestige.claims.chance import least_useful_accuracy

PLAIN = {"baseline": BASELINE}


def test_a_study_whose_runs_are_too_short_for_first_epochs_has_no_claims_about_them(decided):
    plain = BASELINE | {"epochs": 6}
    results = {kind: [result(kind, World(), "b", plain, seed) for seed in (0, 1, 2)] for kind in OF_RUNS}
    found = decided(results)
    told = {found[name].verdict for name in ("selectivity_rises_early", "early_similarity_is_high")}
    assert told == {"not in this study"}
    assert "9 epochs or more" in found["selectivity_rises_early"].explanation


def test_development_is_read_off_the_longest_training_that_has_the_measure_and_says_so(decided):
    results = study(World(), PLAIN)
    longer = [result("selectivity", World(), "l", BASELINE | {"epochs": LONG}, seed) for seed in (0, 1, 2)]
    found = decided(results | {"selectivity": results["selectivity"] + longer})
    assert found["selectivity_recedes"].rows[0].reason.endswith(", epochs 1 to 6, 29 to 36 of 36")
    assert found["selective_area_grows"].rows[0].reason.endswith(", epochs 1, 12 of 12")


def test_development_is_not_read_off_other_training(decided):
    results = study(World(), PLAIN)
    other = BASELINE | {"epochs": LONG, "weight_decay": 0.1}
    longer = [result("selectivity", World(), "l", other, seed) for seed in (0, 1, 2)]
    found = decided(results | {"selectivity": results["selectivity"] + longer})
    assert found["selectivity_recedes"].rows[0].reason.endswith(" of 12")


def test_what_was_not_measured_at_the_end_of_the_run_says_nothing_of_trained_networks(decided):
    results = study(World(), PLAIN)
    short = {kind: [run.isel(epoch=run["epoch"] <= 9) for run in results[kind]] for kind in ("selectivity", "ablation")}
    found = decided(results | short)
    names = ("selectivity_recedes", "selective_ablation_hurts_less_at_the_end", "selective_area_grows")
    assert {found[name].verdict for name in names} == {"undecided"}
    assert "the last fifth of the run" in found["selectivity_recedes"].explanation
    assert found["selective_ablation_hurts_more_early"].verdict == "reproduced"


def test_the_fall_of_similarity_is_sought_in_the_epochs_measured(decided):
    long = BASELINE | {"epochs": 90}
    runs = [result("cka", World(), "b", long, seed) for seed in (0, 1, 2)]
    results = {kind: [] for kind in OF_RUNS} | {"cka": [run.isel(epoch=run["epoch"] <= 20) for run in runs]}
    found = decided(results)["early_and_late_layers_are_alike_first"]
    assert found.verdict == "reproduced"
    assert "epochs 1 to 3, 17 to 20 of 90" in found.rows[0].reason


def at_chance(run, epochs):
    """The ablation of a network that knows nothing at some epochs."""
    return run.assign(accuracy=run["accuracy"].where(~run["epoch"].isin(epochs), 0.1))


@pytest.mark.parametrize(("epochs", "used"), [([], "epoch 1 of 12"), ([1, 2], "epoch 3 of 12")])
def test_epochs_at_which_the_network_is_at_chance_are_passed_over(epochs, used, decided):
    results = study(World(), PLAIN, kinds=["ablation"])
    found = decided(results | {"ablation": [at_chance(run, epochs) for run in results["ablation"]]})
    (*_, row) = found["selective_ablation_hurts_more_early"].rows
    assert (row.verdict, row.reason.rpartition(", ")[2]) == ("reproduced", used)


@pytest.mark.parametrize(
    ("epochs", "claim"),
    [
        ([1, 2, 3], "selective_ablation_hurts_more_early"),
        ([1, 2, 3], "selective_area_grows"),
        ([12], "selective_ablation_hurts_less_at_the_end"),
    ],
)
def test_a_network_at_chance_throughout_a_window_leaves_the_claim_undecided(epochs, claim, decided):
    results = study(World(), PLAIN, kinds=["ablation"])
    found = decided(results | {"ablation": [at_chance(run, epochs) for run in results["ablation"]]})[claim]
    assert found.verdict == "undecided"
    assert "twice chance" in found.explanation


@pytest.mark.parametrize(("classes", "accuracy"), [(1000, 0.002), (10, 0.2), (3, 2 / 3), (2, 0.75)])
def test_enough_is_twice_chance_or_half_way_from_it(classes, accuracy):
    assert least_useful_accuracy(classes) == pytest.approx(accuracy)


def near_chance(run):
    """The training of a network that learns next to nothing."""
    return run.assign({name: 0.1 + (run[name] - run[name].mean()) / 10 for name in ("val_accuracy", "train_accuracy")})


OF_ACCURACY = [
    "suppression_from_epoch_0_costs_accuracy",
    "suppression_from_later_costs_nothing",
    "suppression_by_1_does_nothing",
    "suppression_costs_more_the_stronger",
    "suppression_by_5_is_worse_from_epoch_0",
    "strong_suppression_is_much_worse_from_epoch_0",
    "strong_promotion_harms",
    "weak_promotion_harms",
    "lifted_suppression_is_recovered_from",
    "suppression_over_represents_classes_early",
    "promotion_over_represents_classes_no_more_at_the_end",
]


@pytest.mark.parametrize("claim", OF_ACCURACY)
@pytest.mark.slow
def test_what_a_penalty_costs_is_undecided_where_the_network_without_it_ends_near_chance(claim, decided):
    results = study(World(), kinds=["training"])
    assert decided(results)[claim].verdict == "reproduced"
    found = decided(results | {"training": [near_chance(run) for run in results["training"]]})[claim]
    assert found.verdict == "undecided"
    assert "no value in seed 0" in found.explanation
    assert "twice chance" in found.explanation


def test_a_network_without_a_penalty_that_diverged_is_left_out_of_what_penalties_cost_and_counted(decided):
    results = study(World(seeds=(0, 1, 2, 3)), kinds=["training"])
    run = next(run for run in results["training"] if run["condition"] == "baseline" and run["seed"] == 2)
    short = run.isel(epoch=slice(3)).assign(diverged=3)
    results["training"] = [short if each is run else each for each in results["training"]]
    found = decided(results)["suppression_from_later_costs_nothing"]
    assert {(row.seeds, row.diverged) for row in found.rows} == {(3, 1)}


def test_a_network_that_diverged_counts_in_a_claim_on_accuracy_as_one_at_chance(decided):
    results = study(World(scatter=0))
    diverges = [run for run in results["training"] if run["condition"] == "zero_20"][1]
    short = diverges.isel(epoch=slice(3)).assign(diverged=3)
    results["training"] = [short if run is diverges else run for run in results["training"]]
    found = decided(results)["suppression_from_epoch_0_costs_accuracy"]
    whole = 0.95 - 0.65
    assert found.rows[0].statistic == pytest.approx((2 * whole + 0.95 - 0.1) / 3, abs=1e-3)


def test_a_network_that_diverged_has_no_selectivity_at_the_end_and_is_counted_beside_the_verdict(decided):
    results = study(World(seeds=(0, 1, 2, 3)), PLAIN)
    for kind in ("training", "selectivity"):
        run = results[kind][1]
        results[kind][1] = run.isel(epoch=slice(6))
    results["training"][1] = results["training"][1].assign(diverged=6)
    found = decided(results)["selectivity_recedes"]
    assert found.verdict == "reproduced"
    assert [(row.seeds, row.diverged) for row in found.rows] == [(3, 1)] * 3
    assert found.rows[0].reason.endswith(", without seed 1, which diverged")
