"""Dropout beside a network: what it drops, when, and that the network itself knows nothing of it."""

from dataclasses import replace

import pytest
import torch

from vestige.models import bottleneck_resnet, mlp, vgg
from vestige.models.network import at_step, build, forward
from vestige.training.dropout import Dropout, with_dropout

PERCEPTRON = build(mlp.Settings(family="mlp", inputs=64, hidden=[40, 30]), 1, 5, seed=0)
RESNET = build(bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[1, 2, 1, 1], width=4), 1, 5, seed=0)
IMAGES = torch.randn(6, 1, 8, 8)


@pytest.mark.parametrize("network", [PERCEPTRON, RESNET], ids=["perceptron", "resnet"])
def test_it_comes_after_each_module_and_leaves_weights_and_evaluation_alone(network):
    dropping = with_dropout(network, 0.5, seed=1)
    assert [name for name in dropping.steps if name.endswith(".dropout")] == [
        f"{blocks[-1]}.dropout" for blocks in network.modules.values()
    ]
    assert dropping.trunk is network.trunk
    assert list(network.trunk.state_dict()) == list(dropping.trunk.state_dict())
    assert not any(isinstance(part, Dropout) for part in network.trunk.modules())
    network.trunk.eval()
    assert not torch.allclose(forward(dropping, IMAGES)[0], network.trunk(IMAGES))


def test_a_share_of_the_channels_of_each_image_is_dropped_as_a_whole_and_the_others_scaled():
    found = Dropout(0.3, 0, "layer")(torch.ones(50, 200, 3, 3))
    kept = found[:, :, 0, 0]
    assert (found == kept[:, :, None, None]).all()
    assert kept.unique().tolist() == pytest.approx([0, 1 / 0.7])
    assert (kept == 0).double().mean().item() == pytest.approx(0.3, abs=0.015)
    assert found.mean().item() == pytest.approx(1, abs=0.02)


def test_what_is_dropped_follows_from_seed_layer_and_step_alone():
    dropping = with_dropout(PERCEPTRON, 0.5, seed=1)

    def masks(network, step):
        at_step(network, step)
        with torch.no_grad():
            _, outputs = forward(network, IMAGES, [name for name in network.steps if name.endswith(".dropout")])
        return [(each != 0) for each in outputs.values()]

    first, second = masks(dropping, 3), masks(dropping, 4)
    assert not torch.equal(first[0], second[0])
    assert all(torch.equal(*each) for each in zip(masks(dropping, 3), first, strict=True))
    assert not torch.equal(masks(with_dropout(PERCEPTRON, 0.5, seed=2), 3)[0], first[0])
    one, other = (layer(torch.ones(4, 30)) for layer in dropping.dropouts)
    assert not torch.equal(one, other)


def test_the_first_module_of_a_network_without_a_stem_drops_too():
    plain = build(vgg.Settings(family="vgg", depth=11), 1, 5, seed=0)
    assert [name for name in with_dropout(plain, 0.5, seed=0).steps if name.endswith(".dropout")][
        0
    ] == "conv1.0.dropout"


def test_without_a_share_the_network_is_the_same():
    assert with_dropout(PERCEPTRON, None, seed=0) is PERCEPTRON


def test_a_network_with_dropout_of_its_own_or_channels_elsewhere_is_refused():
    own = build(vgg.Settings(family="vgg", depth=11, dropout=0.5), 1, 5, seed=0)
    with pytest.raises(ValueError, match=r"network\.dropout"):
        with_dropout(own, 0.5, seed=0)
    with pytest.raises(ValueError, match="second dimension"):
        with_dropout(replace(PERCEPTRON, channel_axis=-1), 0.5, seed=0)
