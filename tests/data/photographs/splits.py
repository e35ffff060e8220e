"""Splits of a set of photographs, and the bytes of their batches."""

import hashlib
from types import SimpleNamespace

import numpy as np
import torch

from vestige.data import imagenet
from vestige.data.augmentation import augmentation
from vestige.data.loader import split_of
from vestige.data.shards.description import images

CPU, BATCH = torch.device("cpu"), 4
TRAINING = SimpleNamespace(shift=None, flip=0.5, random_crop=SimpleNamespace(scale=(0.08, 1), ratio=(3 / 4, 4 / 3)))


def settings(root="set", **changed):
    said = {"source": "imagenet", "root": root, "crop": 12, "resize": 16, "resize_with": "pillow"} | changed
    return imagenet.Settings(**said)


def open_split(split="train", batch_size=BATCH, **changed):
    """A split of the set, described first."""
    asked = settings(**changed)
    described = images(SimpleNamespace(images=asked), lambda line: None)
    return split_of(described, asked, split, batch_size, CPU)


def augment(split, epoch=1):
    return augmentation(TRAINING, *split.sides(), split.crop, seed=0, epoch=epoch)


def hashes(split, order=None, augmented=True):
    """The sha256 of each batch of an epoch."""
    order = np.random.default_rng(0).permutation(len(split.labels)) if order is None else order
    batches = split.batches(order, augment(split) if augmented else None)
    return [hashlib.sha256(x.contiguous().numpy().tobytes() + y.numpy().tobytes()).hexdigest() for x, y in batches]


def seen(split, order, augment=None):
    """All images of an epoch (images, 3, crop, crop): copies, for the memory of a batch is used again."""
    return torch.cat([images.clone() for images, _ in split.batches(order, augment)])
