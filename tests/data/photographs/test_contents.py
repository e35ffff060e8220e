"""Training and evaluation see torchvision's crops of the photographs, with the labels of their folders."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import photograph_sets
import pytest
import torch
from data.photographs.splits import augment, open_split, seen, settings
from PIL import Image
from torchvision.transforms import functional as TF

from vestige.data import imagenet
from vestige.data.shards.description import images


def raw(split, number, part=None):
    """A photograph as Pillow opens its bytes; what torchvision cuts and resizes of it."""
    path = split.reader.index.path(int(split.rows.shard[number]))
    image = Image.open(path).convert("RGB")
    if part is None:
        return photograph_sets.torchvision_middle(path, split.resize, split.crop)
    top, height, left, width = part
    return np.asarray(TF.resized_crop(image, top, left, height, width, [split.crop] * 2)).transpose(2, 0, 1)


def normalised(split, pixels):
    return (torch.from_numpy(np.array(pixels)).float() / 255 - split.mean[:, None, None]) / split.std[:, None, None]


def test_training_sees_torchvisions_crops_of_the_whole_photograph_and_mirrors_them(here):
    split = open_split()
    drawn, order = augment(split), np.arange(len(split.labels))
    for number, (found, flip) in enumerate(zip(seen(split, order, drawn), drawn.flips, strict=True)):
        expected = normalised(split, raw(split, number, drawn.parts[:, number].tolist()))
        torch.testing.assert_close(found, expected.flip(2) if flip else expected)


@pytest.mark.parametrize("split", ["train", "val"])
def test_evaluation_sees_torchvisions_middle(here, split):
    opened, train = open_split(split), open_split()
    if split == "val":
        paths = {hashlib.sha256(path.read_bytes()).digest(): path for path in Path("set/val").glob("*/*")}
        rows = imagenet.find_index(images(SimpleNamespace(images=settings()), print), settings()).splits["val"]
        expected = [photograph_sets.torchvision_middle(paths[sha.tobytes()], 16, 12) for sha in rows.sha256]
    else:
        expected = [raw(train, number) for number in range(len(train.labels))]
    for found, pixels in zip(seen(opened, np.arange(len(opened.labels))), expected, strict=True):
        torch.testing.assert_close(found, normalised(train, pixels))


def test_labels_are_those_of_the_class_folders(here):
    split = open_split()
    names = sorted(path.name for path in Path("set/train").iterdir())
    for number, label in enumerate(split.labels):
        assert split.reader.index.path(int(split.rows.shard[number])).parent.name == names[label]
