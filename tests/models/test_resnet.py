"""Torchvision's ResNets, and what they see of an image."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torchvision.models import get_model
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms import functional as TF

from vestige.data import arrays
from vestige.foundation.random import generator
from vestige.models import resnet
from vestige.models.network import build, forward
from vestige.stages.images import described
from vestige.stages.training import training
from vestige.training import checkpoints
from vestige.training.resume import Trajectory

VIEW = {"size": 24, "scale": [0.08, 1], "ratio": [3 / 4, 4 / 3]}


def settings(depth=18, **view):
    return resnet.Settings(family="resnet", depth=depth, view={**VIEW, **view} if view else None)


def seen(**changed):
    """The view alone, with a seed of its own."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return resnet.seen_through(resnet.View(**{**VIEW, **changed}))


def pictures(height=40, width=30, count=6):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("depth", [18, 50])
def test_without_a_view_weights_and_their_names_are_torchvisions(depth):
    mine = build(settings(depth), 3, 10, seed=1).trunk.state_dict()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        theirs = get_model(f"resnet{depth}", weights=None, num_classes=10).state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[key], theirs[key]) for key in theirs)


def test_a_view_leaves_the_initial_weights_alone():
    bare, viewing = (build(each, 3, 10, seed=1).trunk for each in (settings(), settings(size=24)))
    weights = zip(bare.parameters(), viewing.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in weights)


@pytest.mark.parametrize(("depth", "relu", "units"), [(18, "relu_1", 1920), (34, "relu_1", 3776)])
def test_units_are_the_outputs_of_the_last_relu_after_the_addition(depth, relu, units):
    network = build(settings(depth), 3, 10, seed=1)
    network.trunk.eval()
    blocks = [block for blocks in network.modules.values() for block in blocks]
    images = pictures(33, 33, 2).float()
    with torch.no_grad():
        _, outputs = forward(network, images, blocks)
        expected = create_feature_extractor(network.trunk, {f"{block}.{relu}": block for block in blocks})(images)
    assert sum(output.shape[1] for output in outputs.values()) == units
    assert all(torch.equal(outputs[block], expected[block]) for block in blocks)


def test_the_steps_one_after_another_are_the_trunk_with_a_view_too():
    network = build(settings(size=24), 3, 10, seed=1)
    for mode in (True, False):
        network.trunk.train(mode)
        with torch.no_grad():
            by_steps, _ = forward(network, pictures().float())
            network.trunk.conv1.view.count.zero_()
            assert torch.equal(by_steps, network.trunk(pictures().float()))


@pytest.mark.parametrize(("height", "width"), [(24, 24), (40, 30), (41, 29), (25, 27)])
def test_in_evaluation_the_middle_is_seen(height, width):
    images = pictures(height, width)
    assert torch.equal(seen().eval()(images), TF.center_crop(images, [24, 24]))


def test_images_that_are_smaller_than_the_view_are_refused():
    with pytest.raises(ValueError, match="network.view.size: found 24; the images have only 23 pixels a side"):
        seen().eval()(pictures(40, 23))


def test_in_evaluation_nothing_is_drawn():
    view = seen().eval()
    view(pictures())
    assert view.count == 0


@pytest.mark.parametrize("size", [7, 24, 90])
def test_parts_are_resized_as_torchvision_resizes_them(size):
    images = pictures(count=40)
    places = resnet.parts(generator("test"), len(images), 40, 30, resnet.View(**VIEW))
    found = resnet.resized(images, places, size)
    for image, (top, height, left, width), each in zip(images, places.T.tolist(), found, strict=True):
        torch.testing.assert_close(each, TF.resized_crop(image, top, left, height, width, [size, size], antialias=True))


def test_images_at_their_own_size_come_out_unchanged():
    images = pictures(24, 24)
    whole = np.repeat([[0], [24], [0], [24]], len(images), axis=1)
    assert torch.equal(resnet.resized(images, whole, 24), images)


@pytest.mark.parametrize(("scale", "ratio"), [([0.08, 1], [3 / 4, 4 / 3]), ([0.5, 0.9], [0.5, 3])])
def test_parts_are_distributed_as_torchvisions(scale, ratio):
    count = 4_000
    mine = resnet.parts(generator("test"), count, 40, 60, resnet.View(size=24, scale=scale, ratio=ratio))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = [RandomResizedCrop.get_params(torch.empty(3, 40, 60), scale, ratio) for _ in range(count)]
    theirs = np.array(drawn).T[[0, 2, 1, 3]]
    apart = np.abs(mine.mean(1) - theirs.mean(1)) / (theirs.std(1) * np.sqrt(2 / count))
    assert apart.max() < 4
    np.testing.assert_allclose(np.corrcoef(mine), np.corrcoef(theirs), atol=0.08)
    np.testing.assert_allclose(mine.std(1), theirs.std(1), rtol=0.08)
    assert (mine.min(1) >= [0, 1, 0, 1]).all()
    assert ((mine[0] + mine[1]).max(), (mine[2] + mine[3]).max()) <= (40, 60)


@pytest.mark.parametrize(("height", "width"), [(40, 40), (40, 90), (90, 40)])
@pytest.mark.parametrize("ratio", [[2, 2], [0.5, 0.5], [7, 9]])
def test_where_no_try_fits_the_largest_part_in_the_middle_is_seen_as_by_torchvision(height, width, ratio):
    scale = [1, 1]
    places = resnet.parts(generator("test"), 3, height, width, resnet.View(size=24, scale=scale, ratio=ratio))
    top, left, high, wide = RandomResizedCrop.get_params(torch.empty(3, height, width), scale, ratio)
    assert places.T.tolist() == [[top, high, left, wide]] * 3


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (3, 3)])
@pytest.mark.parametrize("ratio", [[20, 20], [0.05, 0.05], [0.05, 20]])
def test_every_part_has_a_pixel_however_small_the_image(height, width, ratio):
    view = resnet.View(size=4, scale=[1e-3, 1e-3], ratio=ratio)
    places = resnet.parts(generator("test"), 50, height, width, view)
    assert places[[1, 3]].min() >= 1
    assert ((places[0] + places[1]).max(), (places[2] + places[3]).max()) <= (height, width)
    assert resnet.resized(pictures(height, width, 50), places, 4).isfinite().all()


def test_each_step_of_training_sees_other_parts():
    view, images = seen(), pictures()
    assert not torch.equal(view(images), view(images))


def test_each_image_of_a_batch_is_seen_in_another_part():
    images = pictures()[:1].expand(2, -1, -1, -1)
    first, second = seen()(images)
    assert not torch.equal(first, second)


def test_views_of_other_seeds_see_other_parts():
    views = [build(settings(size=24), 3, 4, seed=seed).trunk.conv1.view for seed in (0, 0, 1)]
    one, again, other = (view(pictures()) for view in views)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    "changed",
    [
        {"scale": [1, 0.08]},
        {"scale": [0, 1]},
        {"scale": [9e-4, 1]},
        {"scale": [0.5, 1.1]},
        {"ratio": [2, 1]},
        {"ratio": [0.049, 1]},
        {"ratio": [1, 20.1]},
        {"size": 0},
    ],
)
def test_an_impossible_view_is_refused(changed):
    with pytest.raises(ValidationError):
        resnet.View(**{**VIEW, **changed})


TRAINING = {
    "batch_size": 2,
    "learning_rate": 0.05,
    "learning_rate_step": 2,
    "learning_rate_gamma": 0.1,
    "momentum": 0.9,
    "weight_decay": 1e-3,
    "class_reduction": "mean",
    "epsilon": 1e-6,
    "shift": None,
    "flip": 0.5,
}


@pytest.fixture
def images(tmp_path, monkeypatch):
    """The images result of noise: 4 images to train on, 2 to validate."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    counts = {"train": 4, "val": 2}
    pixels = {split: rng.integers(0, 256, (count, 3, 40, 36), np.uint8) for split, count in counts.items()}
    return described(arrays.Decoded(pixels, {split: np.arange(n) % 2 for split, n in counts.items()}, ("a", "b")))


def run(images, folder, epochs):
    """A ResNet-18 with a view, trained until so many epochs; its result."""
    folder.mkdir(exist_ok=True)
    study = SimpleNamespace(
        device="cpu",
        threads=1,
        seed=0,
        images=SimpleNamespace(source="absent"),
        network=settings(size=32),
        training=SimpleNamespace(epochs=epochs, **TRAINING),
        condition=SimpleNamespace(alpha=-1.0, modules=(4, 5), start=0, stop=2),
    )
    trajectory = Trajectory(folder, tuple(map(str, range(study.training.epochs + 1))))
    return training(study, images, folder, trajectory, lambda line: None)


def test_a_run_with_a_view_that_was_stopped_goes_on_as_if_it_had_not(images, tmp_path):
    run(images, tmp_path / "stopped", 1)
    resumed, whole = run(images, tmp_path / "stopped", 2), run(images, tmp_path / "whole", 2)
    assert resumed.identical(whole)
    last = checkpoints.name(2)
    assert (tmp_path / "stopped" / last).read_bytes() == (tmp_path / "whole" / last).read_bytes()
