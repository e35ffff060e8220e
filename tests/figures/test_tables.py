import numpy as np
import pytest
import xarray as xr

from vestige.figures.tables import over_seeds

T_OF_TWO = 4.302652729911275  # 97.5 % quantile of Student's t with 2 degrees of freedom


def run(condition: str, seed: int, values: list[float]) -> xr.Dataset:
    facts = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": len(values) - 1, "note": condition}
    epochs = np.arange(len(values))
    return xr.Dataset({"loss": ("epoch", values)}, {"epoch": epochs, "condition": condition, "seed": seed, **facts})


def table_of(*runs):
    return over_seeds(list(runs), lambda one: one[["loss"]])


def test_the_band_is_the_t_interval_over_seeds():
    table = table_of(run("a", 0, [1.0, 0.0]), run("a", 1, [2.0, 0.5]), run("a", 2, [6.0, 1.0]))
    half = T_OF_TWO * np.std([1, 2, 6], ddof=1) / np.sqrt(3)
    first = table.iloc[0]
    assert (first["epoch"], first["mean"], first["seeds"]) == (0, 3, 3)
    assert (first["low"], first["high"]) == pytest.approx((3 - half, 3 + half))


def test_one_seed_has_no_band():
    table = table_of(run("a", 0, [1.0, 0.5]))
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
    for run, value in zip(runs, (0.99, 0.90, 0.98), strict=True):
        run["val_accuracy"][:] = value
    table = over_seeds(runs, lambda run: run[["val_accuracy"]])
    assert table["high"].unique().tolist() == [1.0]
    assert (table["low"] < 0.9).all()
    apart = over_seeds(runs, lambda run: run[["val_accuracy"]], "paper")
    assert apart["high"].max() > 1.0
