import numpy as np
import pytest
from scipy import stats

ENDS = {"first": "second", "second": "first"}


def turned(pair):
    """The same pair with the networks in the other order."""
    stems = [name.removesuffix("_first") for name in pair.coords if name.endswith("_first")]
    names = {f"{stem}_{end}": f"{stem}_{other}" for stem in stems for end, other in ENDS.items()}
    return pair.rename(names).assign(cka=(pair["cka"].dims, pair["cka"].values.swapaxes(1, 2)))


def test_a_pair_of_layers_is_averaged_over_both_directions(results, draw):
    pair = results("between", seeds=[0, 1])[0]
    table = draw("similarity_between_networks", [pair], pairs=[[4, 7]])[1]
    there, back = (pair["cka"].sel(epoch=5, layer=a, layer_other=b).item() for a, b in [("4", "7"), ("7", "4")])
    assert table.query("epoch == 5")["mean"].item() == pytest.approx((there + back) / 2)


def test_pairs_of_the_same_two_conditions_are_averaged_whichever_comes_first(results, draw):
    first, *others = results("between", ["baseline", "suppressed"])
    same = draw("similarity_between_networks", [first, *others])[1]
    other = draw("similarity_between_networks", [first, *others[:-1], turned(others[-1])])[1]
    assert np.allclose(same["mean"], other["mean"])
    assert same["seeds"].unique().tolist() == [3]
    assert same["label"].unique().tolist() == ["no penalty with no penalty", "no penalty with α = −20 from epoch 0"]


def test_the_band_leaves_out_a_seed_at_a_time_with_all_pairs_that_hold_a_network_of_it(results, draw):
    pairs = results("between", seeds=range(5))
    drawn = draw("similarity_between_networks", pairs, pairs=[[4, 4]], bands="networks")[1]
    row = drawn.query("epoch == 3").squeeze()
    values = np.array([pair["cka"].sel(layer="4", layer_other="4", epoch=3).item() for pair in pairs])
    without = [np.delete(values, [seed, seed - 1]).mean() for seed in range(5)]
    half = stats.t.ppf(0.975, 4) * np.sqrt(4 / 5 * np.sum((without - values.mean()) ** 2))
    assert (row["mean"], row["low"], row["high"]) == pytest.approx(
        (values.mean(), values.mean() - half, values.mean() + half)
    )


def test_two_seeds_have_no_band_because_without_one_of_them_no_pair_is_left(results, draw):
    table = draw("similarity_between_networks", results("between", seeds=[0, 1]), bands="networks")[1]
    assert table["seeds"].unique().tolist() == [2]
    assert table["low"].isna().all()


def test_up_to_five_pairs_are_drawn_one_by_one(results, draw):
    pairs = results("between", seeds=range(3))
    row = draw("similarity_between_networks", pairs, pairs=[[4, 4]])[1].query("epoch == 3").squeeze()
    values = [pair["cka"].sel(layer="4", layer_other="4", epoch=3).item() for pair in pairs]
    assert row[["pair_0_1", "pair_1_2", "pair_2_0"]].tolist() == pytest.approx(values)
    assert (row["low"], row["high"]) == pytest.approx((min(values), max(values)))


def test_the_papers_band_takes_pairs_for_independent(results, draw):
    pairs = results("between", seeds=range(5))
    row = draw("similarity_between_networks", pairs, pairs=[[4, 4]], bands="paper")[1].query("epoch == 3").squeeze()
    values = [pair["cka"].sel(layer="4", layer_other="4", epoch=3).item() for pair in pairs]
    assert row["high"] - row["mean"] == pytest.approx(2 * np.std(values) / np.sqrt(5))


def test_every_two_layers_have_a_panel(results, draw):
    figure, _ = draw("similarity_between_networks", results("between", seeds=[0, 1]), pairs=[[4, 7], [5, "fc"]])
    titles = [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in figure.axes]
    assert titles == ["module 4 – module 7", "module 5 – fc"]


def test_a_layer_can_be_compared_with_the_same_one_of_another_network(results, draw):
    pair = results("between", seeds=[0, 1])[0]
    table = draw("similarity_between_networks", [pair], pairs=[[4, 4]])[1]
    assert table["mean"].tolist() == pytest.approx(pair["cka"].sel(layer="4", layer_other="4").values.tolist())


def test_without_any_pair_nothing_is_drawn(draw):
    with pytest.raises(ValueError, match="no pair"):
        draw("similarity_between_networks", [])
