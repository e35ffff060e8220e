"""A toy data set, and runs of the training stage on it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from vestige.data import arrays
from vestige.models.bottleneck_resnet import Settings
from vestige.stages.training import BatchNorm, training
from vestige.stages.training import Settings as Training
from vestige.training.resume import Trajectory

NETWORK = Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)
TRAINING = dict.fromkeys(Training.model_fields) | {  # all that is not said is left out
    "epochs": 3,
    "batch_size": 16,
    "learning_rate": 0.05,
    "learning_rate_step": 2,
    "learning_rate_gamma": 0.1,
    "momentum": 0.9,
    "weight_decay": 1e-3,
    "class_reduction": "mean",
    "epsilon": 1e-6,
    "shift": 1,
    "flip": 0.5,
}
CROPPED = {"crop": 6, "shift": None, "random_crop": SimpleNamespace(scale=(0.1, 1), ratio=(0.75, 1.25))}
BASELINE = {"alpha": 0.0, "modules": (), "start": 0, "stop": 0}
SUPPRESSED = {"alpha": -5.0, "modules": (4, 6), "start": 1, "stop": 3}
CONDITIONS = [BASELINE, SUPPRESSED]


def toy():
    """Noise around one pattern a class: 50 images to train on, 20 to validate."""
    rng = np.random.default_rng(0)
    patterns = rng.integers(60, 190, (4, 1, 8, 8))
    labels = {"train": rng.integers(0, 4, 50), "val": rng.integers(0, 4, 20)}
    images = {split: patterns[each] + rng.normal(0, 40, (len(each), 1, 8, 8)) for split, each in labels.items()}
    images = {split: each.clip(0, 255).astype(np.uint8) for split, each in images.items()}
    return arrays.Decoded(images, labels, tuple("abcd"))


def settings(condition=BASELINE, seed=0, crop=None, **changed):
    return SimpleNamespace(
        device="cpu",
        threads=1,
        seed=seed,
        images=SimpleNamespace(source="absent", crop=crop),
        network=NETWORK,
        training=SimpleNamespace(**{**TRAINING, **changed}),
        condition=SimpleNamespace(**condition),
    )


def ignore(text):
    pass


def trained(folder, images, *arguments, note=ignore, shared=None, lasting=(), save_seconds=math.inf, **changed):
    """Train in a folder, and leave what others may go on from in another, or beside."""
    folder.mkdir(exist_ok=True)
    asked = settings(*arguments, **changed)
    keys = tuple(f"{epoch:02d}" for epoch in range(asked.training.epochs + 1))
    return training(asked, images, folder, Trajectory(shared or folder, keys, frozenset(lasting), save_seconds), note)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("epoch-*.safetensors")}


def recomputed(images=48, batch_size=16):
    """The setting that has statistics recomputed."""
    return BatchNorm(statistics="recomputed", images=images, batch_size=batch_size)


class Killed(BaseException):
    """What stands for a kill."""


def kill_after(epoch, folder, images, *arguments, **changed):
    """Train in a folder, and be killed once an epoch is told of."""

    def dies(text):
        if text.startswith(f"epoch {epoch} "):
            raise Killed

    with pytest.raises(Killed):
        trained(folder, images, *arguments, note=dies, **changed)
