"""A toy run: a network trained for moments on patterned noise, with its checkpoints, as the measures receive it."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.data import arrays
from vestige.models.bottleneck_resnet import Settings
from vestige.models.network import build
from vestige.training import checkpoints

COUNTS = {"train": [20, 20, 20, 20, 20, 20], "val": [4, 11, 25, 7, 14, 9]}
NETWORK = Settings(family="bottleneck_resnet", blocks=(1, 2, 3, 1), width=4)
MEAN, STD = torch.tensor([0.45, 0.55]), torch.tensor([0.25, 0.3])


def drawn_images():
    """Noise around one pattern a class, two channels of 8x8; as many validation images of a class as COUNTS says."""
    rng = np.random.default_rng(0)
    patterns = rng.integers(60, 190, (6, 2, 8, 8))
    labels = {split: rng.permutation(np.repeat(np.arange(6), counts)) for split, counts in COUNTS.items()}
    images = {split: patterns[each] + rng.normal(0, 20, (len(each), 2, 8, 8)) for split, each in labels.items()}
    images = {split: each.clip(0, 255).astype(np.uint8) for split, each in images.items()}
    return arrays.Decoded(images, labels, tuple("abcdef"))


def trained(network, images, labels):
    """Some steps of gradient descent on all images; then one silent channel in module 5."""
    weights = list(network.trunk.parameters())
    for _ in range(15):
        loss = torch.nn.functional.cross_entropy(network.trunk(images), labels)
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.data -= 0.1 * gradient
    block = network.steps["layer2.0"]
    for norm in (block.bn3, block.downsample[1]):
        norm.weight.data[3], norm.bias.data[3] = 0, -1


def described(decoded):
    """The images result of decoded arrays, which are left in work/ under the folder in which we are."""
    digests = arrays.store(decoded)
    return xr.Dataset(
        {f"{kind}_sha256": ("split", digests[kind]) for kind in arrays.KINDS}
        | {"mean": ("channel", MEAN), "std": ("channel", STD)},
        coords={"split": ["train", "val"], "class": range(6)},
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Images in work/, and checkpoints 0, 1 and 2 of a network: random, trained, and trained further."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("run")
    decoded = drawn_images()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        images = described(decoded)
    network = build(NETWORK, channels=2, classes=6, seed=1)
    batch = arrays.normalise(torch.from_numpy(decoded.images["train"]), MEAN, STD)
    digests = [checkpoints.write(folder / checkpoints.name(0), network.trunk)]
    for epoch in (1, 2):
        trained(network, batch, torch.from_numpy(decoded.labels["train"]))
        digests.append(checkpoints.write(folder / checkpoints.name(epoch), network.trunk))
    training = xr.Dataset({"checkpoint": ("epoch", digests)}, coords={"epoch": range(3), "seed": 7})
    return SimpleNamespace(folder=folder, decoded=decoded, images=images, training=training)


@pytest.fixture
def run(made, monkeypatch):
    """The toy run: `inputs` and `settings(**sections)` as the shell gives them, and what oracles need."""
    monkeypatch.chdir(made.folder)
    noted = []

    def settings(**sections):
        source = SimpleNamespace(source="absent", crop=None)
        return SimpleNamespace(device="cpu", threads=1, images=source, network=NETWORK, **sections)

    def network(epoch, dtype=torch.float32):
        built = build(NETWORK, channels=2, classes=6, seed=0)
        checkpoints.load(built, made.folder, epoch, made.training["checkpoint"].values[epoch])
        built.trunk.eval().to(dtype)
        return built

    return SimpleNamespace(
        inputs={"images": made.images, "training": made.training, "checkpoints": made.folder, "note": noted.append},
        settings=settings,
        network=network,
        described=described,
        decoded=made.decoded,
        batch=arrays.normalise(torch.from_numpy(made.decoded.images["val"]), MEAN, STD),
        labels=made.decoded.labels["val"],
        noted=noted,
    )
