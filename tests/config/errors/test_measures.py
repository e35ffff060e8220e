"""A measure that contradicts itself, or the runs and networks that it covers, is refused."""

from pathlib import Path

from config.errors.corrupted_study import LETTERS, cases, edited, message

from vestige.config import loading


@cases(
    (
        "[plain, early]",
        "[plain, erly]",
        "applies.cka (line 52): found 'erly'; no such condition; did you mean 'early'? ",
    ),
    ("[plain, early]", "[plain, plain]", "applies.cka (line 52): plain is given 2 times; allowed: each once"),
    ("[plain, early]", "plain", 'applies.cka (line 52): found "plain"; allowed: a list'),
    ("[plain, early]", "[plain, Early]", f'applies.cka.1 (line 52): found "Early"; allowed: {LETTERS}'),
    ("[4, 7]", "[4, 8]", "ablation.modules (line 36): found 8; the network has no such module; allowed: 4, 5, 6, 7"),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0, 1.5]",
        "ablation.grid.fractions.1 (line 38): found 1.5; allowed: a number of at most 1",
    ),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0.5, 1]",
        "ablation.grid.fractions (line 38): found 0.5, 1; allowed: two or more",
    ),
    ("fractions: [0, 0.5, 1]", "fractions: [0, 1, 0.5]", "ablation.grid.fractions (line 38): found 0, 1, 0.5; allowed"),
    (
        "fractions: [0, 0.5, 1]",
        "fractions: [0]",
        "ablation.grid.fractions (line 38): found 0; allowed: two or more",
    ),
    ("fractions: [0, 0.5, 1]", "steps: [15]", "ablation.grid.steps (line 38): found [15]; allowed: 2 entries"),
    (
        "grid:\n    fractions: [0, 0.5, 1]",
        "grid: {}",
        "ablation.grid (line 37): found neither of fractions and steps; allowed: one of them",
    ),
    (
        "grid:\n",
        "grid:\n    steps: [15, 40]\n",
        "ablation.grid (line 37): found both of fractions and steps; allowed: one of them",
    ),
    (
        "  order_seed: 0\n",
        "",
        "cka.order_seed (line 44): missing; cka.order is shuffled: say with which seed",
    ),
    (
        "shuffled",
        "class_sorted",
        "cka.order_seed (line 48): found 0; cka.order is class_sorted, which needs no seed: leave this key out",
    ),
    (
        "epochs: all",
        "epochs: [7, 9]",
        "cka.epochs (line 45): found 7, 9; conditions.plain ends at epoch 6; allowed: all",
    ),
    ("epochs: [1, 6]", "epochs: [1, 6, 6]", "ablation.epochs (line 35): 6 is given 2 times; allowed: each once"),
    (
        "alpha: 0\n",
        "alpha: 0\n    epochs: 0\n",
        "conditions.plain.epochs (line 26): found 0; allowed: a number above 0",
    ),
)
def test_a_measure_that_contradicts_itself_or_the_runs_is_refused(refusal, old, new, says):
    assert f"\n  {says}" in refusal(edited(old, new))


@cases(
    (
        "same_images",
        "held_out_halves",
        "ablation.halves_seed (line 34): missing; ablation.ranked_on is held_out_halves: say with which seed; allowed: "
        "a number from 0",
    ),
    (
        "same_images",
        "same_images\n  halves_seed: 1",
        "ablation.halves_seed (line 44): found 1; ablation.ranked_on is same_images, which needs no seed: leave this "
        "key out",
    ),
    (
        "same_images",
        "same",
        'ablation.ranked_on (line 43): found "same"; allowed: same_images, held_out_halves',
    ),
)
def test_a_seed_of_halves_goes_with_ranking_on_halves_alone(refusal, old, new, says):
    assert refusal(edited(old, new)) == message(says)


def test_networks_of_one_seed_are_not_compared(refusal):
    pair = "between:\n  both:\n    first: plain\n    second: early\n"
    says = "it compares networks of different seeds, and seeds lists one; add another, or remove the pair"
    text = edited("\nbetween: {}\n", f"\n{pair}", "seeds: [0, 1]", "seeds: [0]")
    assert refusal(text) == message(f"between.both (line 81): {says}")


@cases(
    (
        "",
        "plan",
        "between.both.second (line 83): found 'plan'; the study has no such condition; did you mean 'plain'? allowed: ",
    ),
    (
        "",
        "plain-seed1",
        'between.both.second (line 83): found "plain-seed1", a run; a pair is of two conditions, over all seeds: '
        "say plain; `baseline_suppressed: {first: baseline, second: suppressed}`",
    ),
    (
        "",
        "Plain",
        f'between.both.second (line 83): found "Plain"; allowed: {LETTERS}',
    ),
    (
        "",
        "early\n  again:\n    first: early\n    second: plain",
        "between.again (line 84): it compares the same conditions as between.both; remove one of them",
    ),
    (
        "",
        "early\n    third: early",
        "between.both.third (line 84): unknown key; allowed: first, second",
    ),
)
def test_a_pair_is_two_conditions_of_the_study_compared_once(refusal, old, new, says):
    pair = f"between:\n  both:\n    first: plain\n    second: {new}\n"
    assert refusal(edited("\nbetween: {}\n", f"\n{pair}")).startswith(message(says))


def test_a_measure_must_reach_each_run_that_it_covers_and_no_other(refusal):
    shorter = ("stop: 4\n", "stop: 4\n    epochs: 4\n", "epochs: all", "epochs: [5, 6]")
    says = "cka.epochs (line 46): found 5, 6; conditions.early ends at epoch 4; allowed: all, or some of 0 to 4"
    assert refusal(edited(*shorter)) == message(says)
    assert loading.validate_study(
        loading.parse_yaml(edited(*shorter, "[plain, early]", "[plain]"), Path("params.yaml"))
    )
