"""Networks as steps, in every family."""

import pytest
import torch

from vestige.models import bottleneck_resnet, resnet
from vestige.models.network import build, forward

SMALL = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[1, 2, 2, 1], width=4)
FAMILIES = [
    (SMALL, 1, 10, 8),
    (bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[2, 1, 1, 3], width=2), 3, 5, 16),
    (resnet.Settings(family="resnet", depth=18), 1, 7, 40),
    (resnet.Settings(family="resnet", depth=50), 3, 4, 33),
]


@pytest.fixture(params=FAMILIES, ids=lambda each: f"{each[0].family}-{each[1]}-{each[2]}")
def family(request):
    """A network, and images for it."""
    settings, channels, classes, size = request.param
    return build(settings, channels, classes, seed=1), torch.randn(3, channels, size, size)


@pytest.mark.parametrize("mode", [True, False])
def test_the_steps_one_after_another_are_the_trunk(family, mode):
    network, images = family
    network.trunk.train(mode)
    with torch.no_grad():
        whole = network.trunk(images)
        by_steps, _ = forward(network, images)
    assert torch.equal(whole, by_steps)


def test_every_weight_and_buffer_belongs_to_one_step(family):
    network, _ = family
    in_steps = [id(each) for step in network.steps.values() for each in step.state_dict(keep_vars=True).values()]
    assert sorted(in_steps) == sorted(id(each) for each in network.trunk.state_dict(keep_vars=True).values())


def test_blocks_are_steps_and_give_no_negative_response(family):
    network, images = family
    blocks = [block for blocks in network.modules.values() for block in blocks]
    _, outputs = forward(network, images, blocks)
    assert list(outputs) == blocks
    assert all(output.min() == 0 for output in outputs.values())


def test_a_recorded_output_is_not_changed_by_later_steps(family):
    network, images = family
    network.trunk.eval()
    with torch.no_grad():
        _, together = forward(network, images, network.steps)
        kept, now = {}, images
        for name, step in network.steps.items():
            kept[name] = (now := step(now)).clone()
    assert all(torch.equal(together[name], kept[name]) for name in kept)


def test_the_head_gives_one_logit_a_class(family):
    network, images = family
    assert list(network.steps)[-1] == network.head
    assert forward(network, images)[0].shape == (3, network.steps[network.head].out_features)


def test_all_modules_of_the_settings_are_modules_of_the_network(family):
    network, _ = family
    assert tuple(network.modules) == SMALL.modules == resnet.Settings(family="resnet", depth=50).modules


def test_a_resnet_50_is_the_papers_network():
    network = build(resnet.Settings(family="resnet", depth=50), channels=3, classes=1000, seed=0)
    blocks = [block for blocks in network.modules.values() for block in blocks]
    _, outputs = forward(network, torch.randn(2, 3, 64, 64), blocks)
    assert [len(blocks) for blocks in network.modules.values()] == [3, 4, 6, 3]
    assert sum(output.shape[1] for output in outputs.values()) == 15_104
    assert sum(weight.numel() for weight in network.trunk.parameters()) == 25_557_032


def test_a_small_bottleneck_network_halves_images_thrice_and_doubles_its_channels():
    _, outputs = forward(build(SMALL, 1, 10, seed=0), torch.randn(2, 1, 8, 8), ["stem", *FIRST_BLOCKS])
    shapes = [tuple(output.shape[1:]) for output in outputs.values()]
    assert shapes == [(4, 8, 8), (16, 8, 8), (32, 4, 4), (64, 2, 2), (128, 1, 1)]


FIRST_BLOCKS = ["layer1.0", "layer2.0", "layer3.0", "layer4.0"]


def test_initial_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    one = build(SMALL, 1, 10, seed=3).trunk.state_dict()
    torch.randn(100)
    other = build(SMALL, 1, 10, seed=3).trunk.state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)
    different = build(SMALL, 1, 10, seed=4).trunk.state_dict()
    assert not torch.equal(one["fc.weight"], different["fc.weight"])


def test_building_a_network_leaves_torchs_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    build(SMALL, 1, 10, seed=3)
    assert torch.equal(torch.randn(3), expected)


def test_a_small_bottleneck_network_is_initialised_as_torchvision_does():
    trunk = build(bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[1, 1, 1, 1], width=64), 3, 10, 0).trunk
    peer = build(resnet.Settings(family="resnet", depth=50), 3, 10, 0).trunk
    for mine, theirs in [
        (trunk.layer1[0].conv2, peer.layer1[1].conv2),
        (trunk.layer4[0].conv3, peer.layer4[0].conv3),
    ]:
        assert mine.weight.shape == theirs.weight.shape
        assert mine.weight.std().item() == pytest.approx(theirs.weight.std().item(), rel=0.02)
    assert torch.equal(trunk.layer4[0].bn3.weight, peer.layer4[0].bn3.weight)


def test_tensors_of_a_small_bottleneck_network_have_torchvisions_names_and_shapes():
    from torchvision.models.resnet import Bottleneck, ResNet

    mine = build(bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[1, 2, 2, 1], width=64), 3, 10, 0).trunk
    theirs = ResNet(Bottleneck, [1, 2, 2, 1], num_classes=10).state_dict()
    shapes = [{name: each.shape for name, each in tensors.items()} for tensors in (mine.state_dict(), theirs)]
    assert list(shapes[0]) == list(shapes[1])
    assert {name for name in theirs if shapes[0][name] != shapes[1][name]} == {"conv1.weight"}  # 3x3 for small images


def test_parameters_of_a_small_bottleneck_network_are_in_the_order_of_execution():
    names = [name for name, _ in build(SMALL, 1, 10, seed=0).trunk.named_parameters()]
    block = [f"layer1.0.{name}" for name in ("conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight")]
    assert names[:8] == ["conv1.weight", "bn1.weight", "bn1.bias", *block]
    assert names[12:16] == [f"layer1.0.downsample.{name}" for name in ("0.weight", "1.weight", "1.bias")] + [
        "layer2.0.conv1.weight"
    ]
    assert names[-2:] == ["fc.weight", "fc.bias"]


def test_a_small_network_does_not_import_torchvision():
    import subprocess
    import sys

    code = (
        "import sys; from vestige.models.network import build; from vestige.models.bottleneck_resnet "
        "import Settings; build(Settings(family='bottleneck_resnet', blocks=[1, 1, 1, 1], width=2), 1, 2, 0); "
        "print('torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
