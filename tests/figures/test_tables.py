import numpy as np
import pytest
import xarray as xr

from vestige.figures.tables import over_seeds

T_OF_TWO = 4.302652729911275  # 97.5 % quantile of Student's t with 2 degrees of freedom


def run(condition: str, seed: int, values: list[float]) -> xr.Dataset:
    facts = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": len(values) - 1, "note": condition}
    epochs = np.arange(len(values))
    return xr.Dataset({"loss": ("epoch", values)}, {"epoch": epochs, "condition": condition, "seed": seed, **facts})


def table_of(*runs, bands=None):
    return over_seeds(list(runs), lambda one: one[["loss"]], bands)


THREE = run("a", 0, [1.0, 0.0]), run("a", 1, [2.0, 0.5]), run("a", 2, [6.0, 1.0])


def test_the_band_is_the_t_interval_over_seeds():
    table = table_of(*THREE, bands="networks")
    half = T_OF_TWO * np.std([1, 2, 6], ddof=1) / np.sqrt(3)
    first = table.iloc[0]
    assert (first["epoch"], first["mean"], first["seeds"]) == (0, 3, 3)
    assert (first["low"], first["high"]) == pytest.approx((3 - half, 3 + half))


def test_the_band_is_one_standard_deviation_over_seeds_where_asked_for():
    first = table_of(*THREE, bands="sd").iloc[0]
    assert (first["low"], first["high"]) == pytest.approx((3 - np.sqrt(7), 3 + np.sqrt(7)))


def test_a_few_seeds_have_a_column_each_and_the_lowest_and_the_highest_are_the_ends():
    columns = ["mean", "low", "high", "seeds", "seed_0", "seed_1", "seed_2"]
    table = table_of(*THREE)
    assert table.columns[-7:].tolist() == columns
    assert table[columns].iloc[0].tolist() == [3, 1, 6, 3, 1, 2, 6]


def test_a_seed_that_one_condition_lacks_is_empty_there():
    table = table_of(*THREE[:2], run("b", 2, [4.0, 5.0]))
    assert table.query("condition == 'b' and epoch == 1")[["seed_0", "seed_1", "seed_2"]].values.tolist() == [
        pytest.approx([np.nan, np.nan, 5], nan_ok=True)
    ]


@pytest.mark.parametrize(("several", "shown"), [(5, True), (6, False)])
def test_conditions_are_shown_alike_as_the_one_with_most_seeds_decides(several, shown):
    table = table_of(*THREE, *(run("b", seed, [1.0 * seed]) for seed in range(several)))
    assert ("seed_0" in table) == shown


def test_the_mean_alone_has_no_ends():
    assert table_of(*THREE, bands="none")[["low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("bands", [None, "networks", "sd", "paper", "none"])
def test_one_seed_has_no_band(bands):
    table = table_of(run("a", 0, [1.0, 0.5]), bands=bands)
    assert table["mean"].tolist() == [1.0, 0.5]
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["seeds"].tolist() == [1, 1]


def test_runs_of_different_length_keep_their_own_epochs():
    table = table_of(run("long", 0, [1.0, 2.0, 3.0]), run("short", 0, [4.0, 5.0]))
    assert list(zip(table["condition"], table["epoch"], table["mean"], strict=True)) == [
        ("long", 0, 1.0), ("long", 1, 2.0), ("long", 2, 3.0), ("short", 0, 4.0), ("short", 1, 5.0),
    ]  # fmt: skip


def test_conditions_come_in_the_order_of_the_runs():
    names = table_of(run("z", 0, [1.0]), run("a", 0, [2.0]), run("z", 1, [3.0]))["condition"]
    assert names.tolist() == ["z", "a"]


def test_a_place_without_any_value_has_no_row():
    table = table_of(run("a", 0, [np.nan, 1.0, np.nan]), run("a", 1, [np.nan, 2.0, 3.0]))
    assert table[["epoch", "seeds"]].values.tolist() == [[1, 2], [2, 1]]


def test_every_row_says_what_training_did_to_selectivity():
    row = table_of(run("a", 0, [1.0])).iloc[0]
    assert row[["label", "alpha", "start", "stop", "modules"]].tolist() == ["no penalty", 0, 0, 0, ""]


def test_a_figure_of_no_runs_is_refused():
    with pytest.raises(ValueError, match="select"):
        table_of()


def test_an_interval_does_not_leave_what_is_possible_and_the_papers_band_is_what_it_drew(results):
    runs = results("training", ["baseline"])
    for run, value in zip(runs, (1.0, 0.90, 1.0), strict=True):
        run["val_accuracy"][:] = value
    for bands in ("networks", "sd"):
        table = over_seeds(runs, lambda run: run[["val_accuracy"]], bands)
        assert table["high"].unique().tolist() == [1.0]
        assert (table["low"] < 0.93).all()
    apart = over_seeds(runs, lambda run: run[["val_accuracy"]], "paper")
    assert apart["high"].max() > 1.0
