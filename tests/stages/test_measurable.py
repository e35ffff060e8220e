"""What of a network can be measured is known before it is trained: blocks put out channels that are 0 or more."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from vestige.metrics.selectivity import spatial_means
from vestige.models.network import Network, build, channels_of, refuse_unmeasurable
from vestige.stages.network import network as network_stage
from vestige.stages.selectivity import selectivity
from vestige.training import checkpoints
from vestige.training.evaluation import zero_channels

CPU = torch.device("cpu")
SIDE, CHANNELS, CLASSES, DIM = 8, 2, 6, 5


class Tokens(nn.Module):
    """Patches of an image as tokens (images, positions, channels)."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(CHANNELS, DIM, 4, stride=4)

    def forward(self, images):
        return self.patches(images).flatten(2).transpose(1, 2)


class Mean(nn.Module):
    """The mean over tokens."""

    def forward(self, tokens):
        return tokens.mean(1)


def of_parts(modules, **how) -> Network:
    steps = dict(modules)
    blocks = {4: ("first",), 5: ("second",)}
    return Network(nn.Sequential(*steps.values()), steps, blocks, "classifier", **how)


def linear_convolutions(**how):
    """Blocks that end without a ReLU, as those of MobileNetV2 do."""
    return of_parts(
        {
            "first": nn.Conv2d(CHANNELS, 3, 3, padding=1),
            "second": nn.Sequential(nn.ReLU(), nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)),
            "pool": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            "classifier": nn.Linear(4, CLASSES),
        },
        **how,
    )


def of_tokens(**how):
    """Blocks that put out tokens, as those of a transformer do."""
    return of_parts(
        {
            "patches": Tokens(),
            "first": nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, DIM), nn.ReLU()),
            "second": nn.Sequential(nn.Linear(DIM, DIM), nn.GELU()),
            "pool": Mean(),
            "classifier": nn.Linear(DIM, CLASSES),
        },
        **how,
    )


@pytest.fixture
def family(monkeypatch):
    """Makes a function a family of networks; its settings."""

    def of(function, **how):
        module = ModuleType("vestige.models.invented")
        module.network = lambda settings, channels, classes: function(**how)
        monkeypatch.setitem(sys.modules, "vestige.models.invented", module)
        return SimpleNamespace(family="invented")

    return of


def refused(network) -> str:
    with pytest.raises(ValueError, match="network: the output of .*, a block of module") as refusal:
        refuse_unmeasurable(network, (CHANNELS, SIDE, SIDE), CPU)
    return str(refusal.value)


def test_negative_responses_are_refused_with_the_block_and_the_remedy():
    says = refused(linear_convolutions())
    assert says.startswith("network: the output of first, a block of module 4, is negative in ")
    assert "rectified=True" in says


def test_tokens_are_refused_unless_the_family_says_which_dimension_holds_the_channels():
    assert "has the shape (8, 4, 5) for 8 images, as tokens have" in refused(of_tokens())
    assert "negative" in refused(of_tokens(channel_axis=-1))  # GELU
    refuse_unmeasurable(of_tokens(channel_axis=-1, rectified=True), (CHANNELS, SIDE, SIDE), CPU)


def test_an_output_that_is_no_batch_of_channels_is_refused():
    parts = {"first": nn.Flatten(0), "second": nn.ReLU(), "classifier": nn.Identity()}
    assert "has the shape (1024,) for 8 images" in refused(of_parts(parts))


def test_a_network_that_is_looked_at_stays_as_it_is():
    network = linear_convolutions(rectified=True)
    before = {name: each.clone() for name, each in network.trunk.state_dict().items()}
    network.trunk.train()
    refuse_unmeasurable(network, (CHANNELS, SIDE, SIDE), CPU)
    assert network.trunk.training
    assert all(torch.equal(each, before[name]) for name, each in network.trunk.state_dict().items())


def test_tokens_become_channels_and_positions_and_what_is_negative_counts_as_0():
    tokens = torch.randn(3, 4, 5)
    network = of_tokens(channel_axis=-1, rectified=True)
    torch.testing.assert_close(spatial_means(channels_of(network, tokens)), tokens.relu().mean(1))


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 4), (3, 5, 4, 2)])
def test_responses_are_means_over_whatever_positions_there_are(shape):
    output = torch.rand(shape)
    expected = output.reshape(3, 5, -1).mean(-1)
    torch.testing.assert_close(spatial_means(output), expected)


@pytest.mark.parametrize("chosen", [torch.tensor([True, False, False, True, False]), torch.rand(3, 5) < 0.5])
@pytest.mark.parametrize(("axis", "shape"), [(1, (3, 5)), (1, (3, 5, 4, 2)), (-1, (3, 4, 5)), (-2, (3, 5, 4))])
def test_channels_are_silenced_wherever_they_lie(chosen, axis, shape):
    output = torch.rand(shape) + 1
    found = zero_channels(output, chosen, axis).movedim(axis, 1).reshape(3, 5, -1)
    whole = output.movedim(axis, 1).reshape(3, 5, -1)
    mask = chosen.expand(3, 5)
    assert (found[mask] == 0).all()
    assert torch.equal(found[~mask], whole[~mask])


def of_all_pixels(settings):
    """Settings as the stage `network` is handed them, of networks that see whole images."""
    return SimpleNamespace(network=settings.network, images={})


@pytest.mark.parametrize("function", [linear_convolutions, of_tokens])
def test_the_stage_network_refuses_what_cannot_be_measured(run, family, function):
    settings = run.settings()
    settings.network = family(function)
    images = run.inputs["images"].assign(height=SIDE, width=SIDE)
    with pytest.raises(ValueError, match="network: the output of first, a block of module 4"):
        network_stage(of_all_pixels(settings), images, run.noted.append)


@pytest.mark.parametrize(
    ("function", "how", "channels"),
    [(linear_convolutions, {"rectified": True}, [3, 4]), (of_tokens, {"channel_axis": -1, "rectified": True}, [5, 5])],
)
def test_what_the_family_makes_measurable_is_measured_rightly(run, family, tmp_path, function, how, channels):
    settings = run.settings(selectivity=SimpleNamespace(batch_size=7, epsilon=1e-6))
    settings.network = family(function, **how)
    described = network_stage(
        of_all_pixels(settings), run.inputs["images"].assign(height=SIDE, width=SIDE), run.noted.append
    )
    assert described["head"].item() == "classifier"
    assert described["channels"].values[described["module"].values >= 0].tolist() == channels
    network = build(settings.network, CHANNELS, CLASSES, seed=3)
    digest = checkpoints.write(tmp_path / checkpoints.name(0), network.trunk)
    training = run.inputs["training"].isel(epoch=[0]).assign(checkpoint=("epoch", [digest]))
    found = selectivity(settings, run.inputs["images"], training, tmp_path, run.noted.append)
    np.testing.assert_allclose(found["selectivity"].values[0], oracle(network, run, how), rtol=1e-5)
    assert ((found["selectivity"] >= 0) & (found["selectivity"] <= 1) | found["selectivity"].isnull()).all()


def oracle(network, run, how):
    """Equation 1 in plain numpy, block by block."""
    network.trunk.double().eval()
    with torch.no_grad():
        now, outputs = run.batch.double(), {}
        for name, step in network.steps.items():
            outputs[name] = now = step(now)
    index = []
    for block in ("first", "second"):
        output = np.maximum(np.moveaxis(outputs[block].numpy(), how.get("channel_axis", 1), 1), 0)
        responses = output.reshape(*output.shape[:2], -1).mean(2)
        means = np.stack([responses[run.labels == label].mean(0) for label in range(CLASSES)])
        largest = means.max(0)
        rest = (means.sum(0) - largest) / (CLASSES - 1)
        index.append(np.where(largest == 0, np.nan, (largest - rest) / (largest + rest + 1e-6)))
    return np.concatenate(index)
