"""The second paper's ResNet: its size, its shapes, what its shortcuts carry, and what is measured of it."""

import pytest
import torch
import torch.nn.functional as F

from vestige.models import preactivation_resnet
from vestige.models.network import build, channels_of, forward, refuse_unmeasurable
from vestige.training.dropout import with_dropout

SHAPES = {
    "stem": (64, 32, 32),
    "layer1.1": (64, 32, 32),
    "layer2.1": (128, 16, 16),
    "layer3.1": (256, 8, 8),
    "layer4.1": (256, 4, 4),
    "pool": (512, 1, 1),
}


def built(width):
    return build(preactivation_resnet.Settings(family="preactivation_resnet", width=width), 3, 10, seed=0)


def test_at_the_papers_width_it_has_the_papers_weights_and_shapes():
    network = built(64)
    assert sum(weight.numel() for weight in network.trunk.parameters()) == 5_205_962
    network.trunk.eval()
    with torch.no_grad():
        logits, outputs = forward(network, torch.randn(2, 3, 32, 32), SHAPES)
    assert {name: tuple(each.shape[1:]) for name, each in outputs.items()} == SHAPES
    assert logits.shape == (2, 10)
    assert [blocks[-1] for blocks in network.modules.values()] == list(SHAPES)


def test_shortcuts_carry_the_activated_input():
    network = built(2)
    network.trunk.eval()
    block, images = network.steps["layer1.1"], torch.randn(3, 2, 8, 8)
    with torch.no_grad():
        block.conv2.weight.zero_()
        assert torch.equal(block(images), F.relu(block.bn1(images)))
        changing = network.steps["layer2.0"]
        changing.conv2.weight.zero_()
        assert torch.equal(changing(images), changing.downsample(F.relu(changing.bn1(images))))


def test_what_is_pooled_is_the_largest_and_the_mean_of_each_channel():
    network, images = built(2), torch.randn(3, 8, 4, 4)
    pooled = network.steps["pool"](images)[..., 0, 0]
    torch.testing.assert_close(pooled, torch.cat([images.amax((2, 3)), images.mean((2, 3))], 1))


@pytest.mark.parametrize("size", [8, 32])
def test_stages_put_out_negative_values_of_which_the_positive_part_is_measured(size):
    network = built(4)
    network.trunk.eval()
    refuse_unmeasurable(network, (3, size, size), torch.device("cpu"))
    with torch.no_grad():
        _, outputs = forward(network, torch.randn(4, 3, size, size), ["layer4.1", "pool"])
    assert all((each < 0).any() for each in outputs.values())
    assert all((channels_of(network, each) >= 0).all() for each in outputs.values())


def test_the_stem_keeps_all_its_channels_under_dropout():
    dropped = [name for name in with_dropout(built(2), 0.5, seed=0).steps if name.endswith(".dropout")]
    assert dropped == [f"{name}.dropout" for name in list(SHAPES)[1:]]
