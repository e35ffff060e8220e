"""Small trainings of some steps, and the files that they leave."""

from types import SimpleNamespace

import torch

from vestige.models.bottleneck_resnet import Settings
from vestige.models.network import build
from vestige.training import resume
from vestige.training.optimizers import sgd
from vestige.training.optimizers.sgd import begin

KEYS = tuple("abcdef")
SETTINGS = Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)


def fresh():
    network = build(SETTINGS, channels=1, classes=3, seed=0)
    return network, begin(network.trunk)


def step(network, momentum, seed):
    images = torch.randn(8, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    network.trunk(images).square().sum().backward()
    sgd.step(network.trunk, momentum, 0.1, SimpleNamespace(momentum=0.9, weight_decay=1e-4))


def walked(trajectory, folder, epochs=3):
    """A network whose epochs were saved, its momentum and the records then."""
    (network, momentum), records = fresh(), []
    for epoch in range(epochs):
        record = {"val_loss": 0.1 + epoch, "nan": float("nan")}
        records = resume.save(folder, trajectory, network, momentum, [*records, record])
        if epoch < epochs - 1:
            step(network, momentum, epoch)
    return network, momentum, records


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}
