"""Running a network step by step gives what running it whole gives."""

from types import SimpleNamespace

import pytest
import torch
import xarray as xr
from torch import nn

from vestige.models.bottleneck_resnet import Settings
from vestige.models.network import Network, build
from vestige.training import checkpoints
from vestige.training.evaluation import each_checkpoint, hits, load_network, resume, walk, zero_channels

NETWORK = Settings(family="bottleneck_resnet", blocks=(1, 2, 1, 1), width=2)
INF, NAN = torch.inf, torch.nan


@pytest.fixture
def network():
    built = build(NETWORK, channels=1, classes=3, seed=0)
    built.trunk.eval()
    return built


@pytest.fixture
def batch():
    return torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def test_a_walk_gives_the_output_of_every_step_and_ends_with_the_logits(network, batch):
    walked = dict(walk(network, batch))
    assert list(walked) == list(network.steps)
    assert torch.equal(walked["layer2.1"], network.steps["layer2.1"](walked["layer2.0"]))
    assert torch.equal(walked[network.head], network.trunk(batch))


@pytest.mark.parametrize("after", ["stem", "layer1.0", "layer2.1", "pool", "fc"])
def test_a_network_resumes_from_any_step_to_the_same_logits(network, batch, after):
    assert torch.equal(resume(network, dict(walk(network, batch))[after], after, {}), network.trunk(batch))


def test_silent_channels_are_zero_for_all_that_follows(network, batch):
    silent = {"layer2.0": torch.arange(16) % 3 == 0, "layer2.1": torch.arange(16) < 4}
    for name, channels in silent.items():
        network.steps[name].register_forward_hook(
            lambda _, given, output, channels=channels: output * ~channels[:, None, None]
        )
    expected = network.trunk(batch)
    for name in silent:
        network.steps[name]._forward_hooks.clear()
    found = resume(network, dict(walk(network, batch))["layer2.0"], "layer2.0", silent)
    assert torch.equal(found, expected)
    assert not torch.equal(found, network.trunk(batch))


def test_a_resumed_network_leaves_the_output_it_started_from_alone(network, batch):
    output = dict(walk(network, batch))["layer1.0"]
    before = output.clone()
    resume(network, output, "layer1.0", {"layer1.0": torch.ones(8, dtype=torch.bool)})
    assert torch.equal(output, before)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 3, 4, 5)])
@pytest.mark.parametrize("held", [1.0, -2.0, INF, NAN])
def test_a_silenced_channel_is_zero_whatever_it_held(shape, held):
    found = zero_channels(torch.full(shape, held), torch.tensor([True, False, True]))
    assert (found[:, [0, 2]] == 0).all()
    assert torch.equal(found[:, 1], torch.full(shape, held)[:, 1]) or held is NAN


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4, 5)])
def test_each_image_may_have_channels_of_its_own_silenced(shape):
    channels = torch.tensor([[True, False, True], [False, False, True]])
    found = zero_channels(torch.ones(shape), channels)
    assert (found.flatten(2) if len(shape) > 2 else found[..., None]).amax(2).tolist() == [[0, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    ("classes", "labels", "expected"),
    [
        (7, [6, 2, 1, 0], [1, 2]),
        (6, [5, 1, 0, 0], [1, 2]),
        (3, [2, 1, 0, 0], [1, 4]),
    ],
)
def test_hits_count_the_first_and_the_five_first_classes(classes, labels, expected):
    logits = torch.arange(classes, dtype=torch.float32).expand(4, classes)
    assert hits(logits, torch.tensor(labels)).tolist() == expected


@pytest.fixture
def written(tmp_path, network):
    """Two checkpoints, whose head's first bias is 10 times the epoch, and the training result that lists them."""
    digests = []
    for epoch in (0, 1):
        network.trunk.fc.bias.data[0] = 10 * epoch
        digests.append(checkpoints.write(tmp_path / checkpoints.name(epoch), network.trunk))
    return tmp_path, xr.Dataset({"checkpoint": ("epoch", digests)}, coords={"epoch": [0, 1]})


def fresh():
    images = xr.Dataset(coords={"channel": [0], "class": [0, 1, 2]})
    return load_network(SimpleNamespace(network=NETWORK), images, torch.device("cpu"))


def test_a_network_is_made_ready_in_evaluation_mode_for_the_images_that_there_are(batch):
    network = fresh()
    assert not any(part.training for part in network.trunk.modules())
    assert network.trunk(batch).shape == (5, 3)


@pytest.mark.parametrize(("asked", "epochs"), [("all", [0, 1]), ((1,), [1]), ((1, 5), [1])])
def test_each_checkpoint_asked_for_is_loaded_in_turn(written, asked, epochs):
    network, (folder, training) = fresh(), written
    seen = [(epoch, network.trunk.fc.bias[0].item()) for epoch in each_checkpoint(network, asked, training, folder)]
    assert seen == [(epoch, 10 * epoch) for epoch in epochs]


def test_a_checkpoint_that_the_training_result_does_not_list_is_never_measured(written):
    folder, training = written
    (folder / checkpoints.name(0)).rename(folder / checkpoints.name(1))
    with pytest.raises(checkpoints.ForeignCheckpoint, match="epoch-001"):
        list(each_checkpoint(fresh(), (1,), training, folder))


def test_steps_that_are_no_part_of_a_block_may_have_two_dimensions():
    head = nn.Linear(3, 2)
    network = Network(head, {"fc": head}, {}, head="fc")
    output = torch.ones(1, 2)
    assert torch.equal(resume(network, output, "fc", {"fc": torch.tensor([True, False])}), torch.tensor([[0.0, 1.0]]))
