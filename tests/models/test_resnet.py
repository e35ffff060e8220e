"""Torchvision's ResNets."""

import pytest
import safetensors.torch
import torch
from torchvision.models import get_model
from torchvision.models.feature_extraction import create_feature_extractor

from vestige.models import resnet
from vestige.models.network import build, forward
from vestige.training import checkpoints


def settings(depth=18):
    return resnet.Settings(family="resnet", depth=depth)


@pytest.mark.parametrize("depth", [18, 50])
def test_weights_and_their_names_are_torchvisions(depth):
    mine = build(settings(depth), 3, 10, seed=1).trunk.state_dict()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        theirs = get_model(f"resnet{depth}", weights=None, num_classes=10).state_dict()
    assert list(mine) == list(theirs)
    assert all(torch.equal(mine[key], theirs[key]) for key in theirs)


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_torchvision_loads_a_checkpoint_key_by_key(depth, tmp_path):
    network, images = build(settings(depth), 3, 10, seed=1), torch.rand(2, 3, 33, 33)
    network.trunk(images)  # so that the buffers of batch normalisation are not those of a new network
    checkpoints.write(tmp_path / "checkpoint", network.trunk)
    peer = get_model(f"resnet{depth}", weights=None, num_classes=10)
    peer.load_state_dict(safetensors.torch.load_file(tmp_path / "checkpoint"), strict=True)
    with torch.no_grad():
        torch.testing.assert_close(peer.eval()(images), network.trunk.eval()(images))


@pytest.mark.parametrize(("depth", "relu", "units"), [(18, "relu_1", 1920), (34, "relu_1", 3776)])
def test_units_are_the_outputs_of_the_last_relu_after_the_addition(depth, relu, units):
    network = build(settings(depth), 3, 10, seed=1)
    network.trunk.eval()
    blocks = [block for blocks in network.modules.values() for block in blocks]
    images = torch.rand(2, 3, 33, 33, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        _, outputs = forward(network, images, blocks)
        expected = create_feature_extractor(network.trunk, {f"{block}.{relu}": block for block in blocks})(images)
    assert sum(output.shape[1] for output in outputs.values()) == units
    assert all(torch.equal(outputs[block], expected[block]) for block in blocks)
