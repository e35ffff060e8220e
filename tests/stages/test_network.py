"""The structure of networks against torchvision's own numbers, the paper's table of ResNet-50, and layers by hand."""

from types import SimpleNamespace

import pytest
import torch
import xarray as xr
from torch import nn

from vestige.figures.architecture import Settings, architecture
from vestige.models import bottleneck_resnet, mlp, preactivation_resnet, resnet, vgg
from vestige.models.network import Network, build
from vestige.stages.network import describe_steps, network

DIGITS = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 2, 1), width=16)


def images(channels=3, side=64, classes=1000):
    return xr.Dataset({"height": side, "width": side}, {"channel": range(channels), "class": range(classes)})


def found(settings, crop=None, **shape):
    return network(SimpleNamespace(network=settings, images={"crop": crop}), images(**shape), [].append)


@pytest.fixture(scope="module")
def resnet50():
    return found(resnet.Settings(family="resnet", depth=50))


@pytest.mark.parametrize(
    ("settings", "parameters"),
    [
        (resnet.Settings(family="resnet", depth=18), 11_689_512),
        (resnet.Settings(family="resnet", depth=34), 21_797_672),
        (resnet.Settings(family="resnet", depth=50), 25_557_032),
        (vgg.Settings(family="vgg", depth=16), 138_357_544),
    ],
    ids=lambda value: getattr(value, "depth", None) and f"{value.family}{value.depth}",
)
def test_parameters_are_as_many_as_torchvision_documents(settings, parameters):
    structure = found(settings)
    assert structure["parameters_total"] == parameters
    assert structure["parameters"].sum() == parameters


def test_a_resnet_50_has_the_blocks_and_units_of_the_paper(resnet50):
    blocks = resnet50.where(resnet50["module"] >= 0, drop=True)
    assert [int((blocks["module"] == module).sum()) for module in (4, 5, 6, 7)] == [3, 4, 6, 3]
    assert blocks["channels"].sum() == 15_104


@pytest.mark.parametrize(
    ("step", "layers", "shortcut"),
    [
        ("stem", "conv 7×7, 64, stride 2; max pool 3×3, stride 2", ""),
        ("layer1.0", "conv 1×1, 64; conv 3×3, 64; conv 1×1, 256", "conv 1×1, 256"),
        ("layer1.1", "conv 1×1, 64; conv 3×3, 64; conv 1×1, 256", "identity"),
        ("layer2.0", "conv 1×1, 128; conv 3×3, 128, stride 2; conv 1×1, 512", "conv 1×1, 512, stride 2"),
        ("pool", "average pool to 1×1", ""),
        ("fc", "linear, 1000", ""),
    ],
)
def test_the_layers_of_a_step_are_told_apart_from_its_shortcut(resnet50, step, layers, shortcut):
    here = resnet50.sel(step=step)
    assert (here["layers"].item(), here["shortcut"].item()) == (layers, shortcut)


def test_our_own_blocks_are_described_as_torchvision_s(resnet50):
    here = found(DIGITS, channels=1, side=8, classes=10).sel(step=["layer2.0", "layer2.1"])
    assert here["layers"].values.tolist() == [
        "conv 1×1, 32; conv 3×3, 32, stride 2; conv 1×1, 128",
        "conv 1×1, 32; conv 3×3, 32; conv 1×1, 128",
    ]
    assert here["shortcut"].values.tolist() == ["conv 1×1, 128, stride 2", "identity"]


def test_a_step_has_the_shape_of_its_output_and_the_place_of_its_block(resnet50):
    rows = [resnet50.sel(step=step) for step in ("stem", "layer3.5", "fc")]
    names = ("module", "block", "channels", "height", "width")
    assert [[int(row[name]) for name in names] for row in rows] == [
        [-1, -1, 64, 16, 16],
        [6, 5, 1024, 4, 4],
        [-1, -1, 1000, 1, 1],
    ]


def test_a_vgg_has_no_shortcut_and_the_convolutions_of_configuration_d():
    structure = found(vgg.Settings(family="vgg", depth=16), side=32, classes=10)
    convolutions = structure.where((structure["module"] > 0) & (structure["module"] < 6), drop=True)
    widths = [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert convolutions["layers"].values.tolist() == [f"conv 3×3, {width}" for width in widths]
    assert set(structure["shortcut"].values) == {""}


def test_what_the_network_is_given_stands_beside_its_steps():
    structure = found(DIGITS, channels=2, side=8, classes=10)
    names = ("family", "input_channels", "input_height", "input_width", "classes")
    assert [structure[name].item() for name in names] == ["bottleneck_resnet", 2, 8, 8, 10]
    assert all(structure[name].attrs["long_name"] for name in structure.variables)


def test_steps_have_the_shapes_that_they_have_for_the_square_that_is_seen_and_the_image_its_own():
    structure = found(DIGITS, crop=8, channels=1, side=16, classes=10)
    assert structure.sel(step="stem")[["height", "width"]].to_array().values.tolist() == [8, 8]
    assert (structure["input_height"].item(), structure["input_width"].item()) == (16, 16)


class Backwards(nn.Module):
    """A step that runs its layers in another order than it was given them; one does nothing that needs saying."""

    def __init__(self):
        super().__init__()
        self.last, self.odd, self.first = nn.AvgPool2d((1, 2)), nn.Dropout(), nn.Conv2d(2, 3, (3, 1), (2, 1), (1, 0))

    def forward(self, batch):
        return self.last(self.odd(self.first(batch)))


def test_layers_come_in_the_order_of_execution_and_others_than_squares_are_spelled_out():
    step = Backwards().eval()
    (row,) = describe_steps(Network(step, {"odd.one": step}, {}, head="odd.one"), torch.zeros(1, 2, 8, 8))
    assert row["layers"] == "conv 3×1, 3, stride 2×1; average pool 1×2, stride 1×2"
    assert (row["channels"], row["height"], row["width"]) == (3, 4, 4)


def test_no_hook_is_left_on_the_network():
    built = build(DIGITS, channels=1, classes=10, seed=0)
    list(describe_steps(built, torch.zeros(2, 1, 8, 8)))
    assert not any(part._forward_hooks for part in built.trunk.modules())


def test_what_a_family_has_of_its_own_kind_says_what_it_is():
    structure = found(preactivation_resnet.Settings(family="preactivation_resnet", width=2), side=32, classes=10)
    assert structure["layers"].sel(step="pool").item() == "max and average pool to 1×1"


@pytest.mark.parametrize(
    "settings",
    [
        DIGITS,
        mlp.Settings(family="mlp", inputs=3 * 32 * 32, hidden=(8, 8)),
        preactivation_resnet.Settings(family="preactivation_resnet", width=2),
        resnet.Settings(family="resnet", depth=18),
        vgg.Settings(family="vgg", depth=11),
    ],
    ids=lambda value: value.family,
)
def test_every_family_has_a_figure_of_its_architecture_in_which_each_block_says_its_layers(settings):
    structure = found(settings, side=32, classes=10)
    blocks = structure.where(structure["module"] >= 0, drop=True)
    assert blocks["layers"].astype(bool).all()
    _, table = architecture(Settings(), [structure.assign_coords(study="any")])
    assert len(table) >= structure.sizes["step"]
