"""Accuracy without a cluster of units, against networks whose weights are set to zero by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.data import arrays
from vestige.models import mlp
from vestige.models.network import build
from vestige.stages import ablated_clusters
from vestige.stages.cluster_ablation import Settings, cluster_ablation
from vestige.training import checkpoints, evaluation

SAID = {"measures": ("covariance", "output_gradient"), "repeats": 3, "seed": 0, "batch_size": 16}
HIDDEN = (6, 5)
PERCEPTRON = mlp.Settings(family="mlp", inputs=2 * 8 * 8, hidden=HIDDEN)


def clustering(epochs, clusters, module, block):
    """A result of clustering: clusters (epoch, measure, unit) by three measures."""
    layers = [str(each) for each in dict.fromkeys(module)]
    return xr.Dataset(
        {"cluster": (("epoch", "measure", "unit"), clusters)},
        {
            "epoch": ("epoch", epochs),
            "measure": ("measure", ["covariance", "input_gradient", "output_gradient"], {"long_name": "measure"}),
            "layer": ("layer", layers, {"long_name": "layer"}),
            "module": ("unit", np.array(module)),
            "block": ("unit", np.array(block)),
        },
    )


def of_perceptron(epochs=(0, 1)):
    """Clusters of a perceptron, 1 to 3 a layer; by covariance two units of the first layer are dead."""
    covariance, output = [0, 1, 0, -1, 2, -1, 0, 0, 1, 1, 0], [0] * 6 + [0, 1, 2, 0, 1]
    return clustering(
        [*epochs], np.array([[covariance, covariance, output]] * len(epochs)), [1] * 6 + [2] * 5, [0] * 11
    )


@pytest.fixture(scope="module")
def perceptron(made, tmp_path_factory):
    """Two checkpoints of a perceptron that has learnt some of the toy images."""
    folder, digests = tmp_path_factory.mktemp("perceptron"), []
    network = build(PERCEPTRON, channels=2, classes=6, seed=0)
    descent = torch.optim.Adam(network.trunk.parameters(), 0.01)
    images = arrays.normalise(
        torch.from_numpy(made.decoded.images["train"]), torch.tensor([0.45, 0.55]), torch.tensor([0.25, 0.3])
    )
    labels = torch.from_numpy(made.decoded.labels["train"])
    for epoch in range(2):
        for _ in range(15):
            descent.zero_grad()
            torch.nn.functional.cross_entropy(network.trunk(images), labels).backward()
            descent.step()
        digests.append(checkpoints.write(folder / checkpoints.name(epoch), network.trunk))
    return folder, xr.Dataset({"checkpoint": ("epoch", digests)}, coords={"epoch": range(2), "seed": 7})


def ablated(run, perceptron, clusters=None, network=PERCEPTRON, **said):
    """The result for the perceptron, or for the folder and training result of another network."""
    folder, training = perceptron
    settings = run.settings(cluster_ablation=Settings(**SAID | said))
    settings.network = network
    inputs = run.inputs | {"training": training, "checkpoints": folder}
    return cluster_ablation(settings, **inputs, clustering=of_perceptron() if clusters is None else clusters)


def accuracy_by_hand(run, perceptron, epoch, layer=None, units=()):
    """The accuracy of a perceptron whose weights from some units of a hidden layer are 0."""
    network = build(PERCEPTRON, channels=2, classes=6, seed=0)
    checkpoints.load(network, perceptron[0], epoch, perceptron[1]["checkpoint"].values[epoch])
    with torch.no_grad():
        if layer:
            network.steps[{1: "hidden2", 2: "fc"}[layer]].weight[:, list(units)] = 0
        return (network.trunk.eval()(run.batch).argmax(1).numpy() == run.labels).mean()


def test_accuracy_without_a_cluster_is_that_with_the_weights_from_its_units_set_to_zero(run, perceptron):
    found, clusters = ablated(run, perceptron), of_perceptron()
    for epoch in (0, 1):
        assert found["accuracy"].sel(epoch=epoch) == accuracy_by_hand(run, perceptron, epoch)
        for measure, layer in [(each, layer) for each in SAID["measures"] for layer in (1, 2)]:
            partition = clusters["cluster"].sel(epoch=epoch, measure=measure).values[clusters["module"].values == layer]
            at = found.sel(epoch=epoch, measure=measure, layer=str(layer))
            for cluster in range(partition.max() + 1):
                units = np.flatnonzero(partition == cluster)
                by_hand = accuracy_by_hand(run, perceptron, epoch, layer, units)
                assert at["accuracy_cluster"].values[cluster] == by_hand
                assert at["units"].values[cluster] == len(units)
    assert len(np.unique(found["accuracy_cluster"].values)) > 5


def test_where_a_layer_has_fewer_clusters_there_is_nothing(run, perceptron):
    found = ablated(run, perceptron)
    there = np.isfinite(found["accuracy_cluster"]).sum("cluster").sel(epoch=0)
    assert there.sel(measure="covariance").values.tolist() == [3, 2]
    assert there.sel(measure="output_gradient").values.tolist() == [1, 3]
    for name in ("units", "accuracy_random"):
        assert (np.isfinite(found[name]) == np.isfinite(found["accuracy_cluster"])).all()


def test_accuracy_without_random_units_is_that_with_the_weights_from_them_set_to_zero(run, perceptron):
    found, clusters = ablated(run, perceptron), of_perceptron()
    said = SimpleNamespace(**SAID)
    drawn = ablated_clusters.draw_sets(clusters.sel(epoch=1, measure=[*SAID["measures"]]), said, (7, 1))
    for sets in drawn:
        for measure, cluster, masks in zip(sets.measures, sets.clusters, sets.masks, strict=True):
            at = found.isel(measure=measure, layer=sets.layer, cluster=cluster).sel(epoch=1)
            by_hand = [accuracy_by_hand(run, perceptron, 1, sets.module, np.flatnonzero(mask)) for mask in masks[1:]]
            assert at["accuracy_random"].values.tolist() == by_hand


def partition_of(sizes, dead):
    """A partition with clusters of these sizes and some dead units, in a random order."""
    return np.random.default_rng(0).permutation(np.repeat([*range(len(sizes)), -1], [*sizes, dead]))


def test_random_sets_are_as_large_as_the_cluster_hold_live_units_and_differ():
    partition = partition_of((9, 6, 5), dead=12)
    masks = ablated_clusters.masks_of(partition, 1, 50, (0, "key"))
    assert masks[0].tolist() == (partition == 1).tolist()
    assert (masks.sum(axis=1) == 6).all()
    assert not masks[:, partition < 0].any()
    assert len(np.unique(masks, axis=0)) == 51


def test_every_live_unit_is_drawn_as_often():
    partition = partition_of((9, 6, 5), dead=12)
    masks = ablated_clusters.masks_of(partition, 0, 2000, (0, "key"))
    assert masks[1:, partition >= 0].mean(axis=0) == pytest.approx(np.full(20, 9 / 20), abs=0.06)


@pytest.mark.parametrize("changed", ["seed", "run", "epoch", "measure", "layer", "cluster"])
def test_random_sets_are_drawn_anew_for_whatever_they_are_for(changed):
    def drawn(seed=0, run=0, epoch=0, measure="covariance", layer=1, cluster=0):
        partition = partition_of((20, 20), dead=0)
        result = clustering([epoch], np.tile(partition, (1, 3, 1)), [layer] * 40, [0] * 40)
        one = result.sel(epoch=epoch, measure=[measure])
        (sets,) = ablated_clusters.draw_sets(one, SimpleNamespace(seed=seed, repeats=2), (run, epoch))
        return sets.masks[cluster, 1:].tolist()

    other = {"measure": "output_gradient"}.get(changed, 1 + (changed == "layer"))
    assert drawn() == drawn()
    assert drawn(**{changed: other}) != drawn()


def test_a_result_of_fewer_epochs_and_measures_has_the_same_numbers(run, perceptron):
    whole = ablated(run, perceptron)
    alone = ablated(run, perceptron, of_perceptron().isel(epoch=[1]), measures=("output_gradient",))
    xr.testing.assert_identical(alone, whole.isel(epoch=[1], measure=[1]))


def test_run_one_by_one_the_sets_have_the_same_accuracy(run, perceptron, monkeypatch):
    whole = ablated(run, perceptron)
    monkeypatch.setitem(ablated_clusters.TOGETHER, "cpu", 1)
    xr.testing.assert_identical(ablated(run, perceptron), whole)


def test_a_layer_without_clusters_has_no_accuracy_and_the_network_has_its_own(run, perceptron):
    dead = of_perceptron()
    dead["cluster"][:] = -1
    found = ablated(run, perceptron, dead)
    assert found.sizes["cluster"] == 1
    assert np.isnan(found["accuracy_cluster"]).all()
    assert found["accuracy"].values.tolist() == [accuracy_by_hand(run, perceptron, epoch) for epoch in (0, 1)]


def test_in_a_convolutional_network_the_channels_of_the_last_block_are_set_to_zero(run):
    network, name = run.network(2), "layer3.2"
    units = dict(evaluation.walk(network, run.batch[:1]))[name].shape[1]
    partition = np.arange(units) % 3
    clusters = clustering([2], np.tile(partition, (1, 3, 1)), [6] * units, [2] * units)
    toy = run.inputs["checkpoints"], run.inputs["training"]
    found = ablated(run, toy, clusters, run.settings().network)
    for cluster in range(3):

        def silence(block, inputs, output, cluster=cluster):
            return output * torch.from_numpy(partition != cluster)[:, None, None]

        hook = network.steps[name].register_forward_hook(silence)
        expected = (network.trunk(run.batch).argmax(1).numpy() == run.labels).mean()
        hook.remove()
        assert found["accuracy_cluster"].values[0, :, 0, cluster].tolist() == [expected] * 2


@pytest.mark.parametrize(
    ("shape", "axis"), [((4, 3, 2, 2), 1), ((4, 3), 1), ((4, 3), -1), ((4, 5, 3), -1), ((4, 3, 5), 1)]
)
def test_sets_are_silenced_side_by_side_as_one_by_one(shape, axis):
    output = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    output[0] = float("nan")
    masks = torch.tensor([[True, False, False], [False, True, True], [False, False, False]])
    expected = torch.cat([evaluation.zero_channels(output, mask, axis) for mask in masks])
    assert torch.equal(ablated_clusters.silence_each(output, masks, axis).nan_to_num(9), expected.nan_to_num(9))


@pytest.fixture
def carried(run, tmp_path, monkeypatch):
    """Images of one bright pixel, the class, and a perceptron whose first three hidden units alone pass it on."""
    monkeypatch.chdir(tmp_path)
    labels = np.repeat([0, 1, 2], [10, 20, 30])
    images = np.zeros((60, 2, 8, 8), dtype=np.uint8)
    images[np.arange(60), 0, 0, labels] = 255
    described = run.described(
        arrays.Decoded(
            dict.fromkeys(("train", "val"), images), dict.fromkeys(("train", "val"), labels), tuple("abcdef")
        )
    )
    network = build(PERCEPTRON, channels=2, classes=6, seed=0)
    with torch.no_grad():
        for weight in network.trunk.parameters():
            weight.zero_()
        network.steps["hidden1"].weight[:3, :3] = torch.eye(3)
        network.steps["hidden1"].bias[3:] = 1
        network.steps["hidden2"].weight[:3, :3] = torch.eye(3)
        network.steps["fc"].weight[:3, :3] = torch.eye(3)
        network.steps["fc"].bias[0] = 0.1
    digest = checkpoints.write(tmp_path / checkpoints.name(0), network.trunk)
    run.inputs["images"] = described
    return tmp_path, xr.Dataset({"checkpoint": ("epoch", [digest])}, coords={"epoch": [0], "seed": 0})


def test_without_the_cluster_that_carries_it_all_accuracy_is_that_of_one_class_and_without_another_it_stays(
    run, carried
):
    partition = [0, 0, 0, 1, 1, 1] + [0, 0, 0, 1, 1]
    found = ablated(
        run, carried, clustering([0], np.tile(partition, (1, 3, 1)), [1] * 6 + [2] * 5, [0] * 11), repeats=20
    )
    assert found["accuracy"].item() == 1
    assert found["accuracy_cluster"].values[0].tolist() == [[[10 / 60, 1]] * 2] * 2
    drawn = found["accuracy_random"].values[0]
    assert ((drawn >= 10 / 60) & (drawn <= 1)).all()
    assert (drawn.mean(axis=-1)[..., 0] > 0.3).all()


def test_everything_says_what_it_is(run, perceptron):
    found = ablated(run, perceptron)
    assert all(each.attrs["long_name"] for each in found.variables.values())
    assert all(found[name].attrs["units"] == "1" for name in found.data_vars)
