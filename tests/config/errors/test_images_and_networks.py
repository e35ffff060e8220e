"""Each source of images and each family of networks has its own keys, and refuses what it could not do."""

import pytest
from config.errors.corrupted_study import cases, edited, message

DIGITS = "source: digits\n  val_fraction: 0.2\n  split_seed: 0\n"
BOTTLENECKS = "family: bottleneck_resnet\n  blocks: [1, 1, 1, 1]\n  width: 4\n"
CROP = "source: digits\n  val_fraction: 0.2\n  split_seed: 0\n  crop: 6\n"
CONDITIONS = "  epsilon: 1e-6\nconditions:\n"
RANDOM = "  epsilon: 1e-6\n  random_crop: {scale: [0.5, 1], ratio: [1, 1]}\nconditions:\n"


@cases(
    (DIGITS, "source: mnist\n", "images.folder (line 5): missing; this key is required"),
    (
        DIGITS,
        "source: cifar10\n  folder: data\n  split_seed: 0\n",
        "images.split_seed (line 8): unknown key; allowed: ",
    ),
    (
        DIGITS,
        "source: imagenet\n  root: data\n  crop: 64\n  resize: 32\n  resize_with: pillow\n",
        "images.resize (line 9): found 32; allowed: at least images.crop, which is 64",
    ),
    (
        DIGITS,
        "source: folder\n  folder: data\n  size: 64\n  resize: 64\n",
        'images.source (line 6): found "folder"; photographs are read where they lie: say `source: imagenet`, `root` ',
    ),
    (BOTTLENECKS, "family: resnet\n  depth: 51\n", "network.depth (line 11): found 51; allowed: 18, 34, 50"),
    (
        BOTTLENECKS,
        "family: resnet\n  depth: 18\n  view: {size: 8, scale: [0.5, 1], ratio: [1, 1]}\n",
        "network.view (line 12): unknown key; say its size as images.crop, and its scale and ratio as "
        "training.random_crop; allowed: family, depth",
    ),
    (
        BOTTLENECKS,
        "family: vgg\n  depth: 16\n  dropout: 1\n",
        "network.dropout (line 12): found 1; allowed: a number below 1",
    ),
    (
        BOTTLENECKS,
        "family: vgg\n  depth: 16\n",
        "ablation.modules (line 35): found 7; the network has no such module; allowed: 1, 2, 3, 4, 5, 6",
    ),
)
def test_each_source_and_family_has_its_own_keys_and_modules(refusal, old, new, says):
    assert refusal(edited(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            DIGITS,
            DIGITS,
            "training.random_crop (line 23): images.crop is missing, the side of the square to which crops are "
            "resized: add it",
        ),
        (
            "momentum: 0.9",
            "momentum: 0.9\n  shift: 1",
            "training.random_crop (line 25): found random_crop and shift, which both move what is seen of an image; "
            "allowed: one of them",
        ),
        (
            "alpha: 0\n",
            "alpha: 0\n    shift: 1\n",
            "conditions.plain.shift (line 28): found random_crop and shift, which both move what is seen of an image; "
            "allowed: one of them",
        ),
        (
            "scale: [0.5, 1]",
            "scale: [1, 0.5]",
            "training.random_crop.scale (line 24): found [1, 0.5]; allowed: two numbers, the",
        ),
        ("scale: [0.5, 1]", "scale: [0, 1]", "training.random_crop.scale.0 (line 24): found 0; allowed: a number of"),
        (
            "ratio: [1, 1]",
            "ratio: [1, 20.1]",
            "training.random_crop.ratio.1 (line 24): found 20.1; allowed: a number of",
        ),
        (", ratio: [1, 1]", "", "training.random_crop.ratio (line 24): missing; this key is required"),
        ("crop: 6\n", "crop: 0\n", "images.crop (line 9): found 0; allowed: a number above 0"),
    ],
)
def test_a_crop_that_no_image_could_have_is_refused(refusal, old, new, says):
    text = edited(CONDITIONS, RANDOM)
    if old != DIGITS:
        text = text.replace(DIGITS, CROP)
    assert text.count(old) == 1
    assert refusal(text.replace(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("{statistics: recomputed, images: 8}", ".batch_size (line 23): missing; statistics is recomputed: say in"),
        ("{statistics: recomputed, batch_size: 8}", ".images (line 23): missing; statistics is recomputed: say on"),
        ("{statistics: recomputed, images: 8, batch_size: 9}", ".batch_size (line 23): found 9; images is 8; allowed:"),
        ("{statistics: recomputed, images: 1, batch_size: 2}", ".images (line 23): found 1; allowed: a number of at"),
        ("{statistics: running, images: 8}", ".images (line 23): found 8; statistics is running, which needs none:"),
        (
            "{statistics: runing}",
            ".statistics (line 23): found \"runing\"; did you mean 'running'? allowed: running, re",
        ),
        ("recomputed", ' (line 23): found "recomputed"; allowed: keys and their values'),
    ],
)
def test_statistics_of_batch_norm_that_say_too_little_or_too_much_are_refused(refusal, given, says):
    text = edited(CONDITIONS, f"  epsilon: 1e-6\n  batch_norm: {given}\nconditions:\n")
    assert refusal(text).startswith(message(f"training.batch_norm{says}"))
    own = edited("alpha: 0\n", f"alpha: 0\n    batch_norm: {given}\n")
    assert refusal(own).startswith(message(f"conditions.plain.batch_norm{says}".replace("line 23", "line 26")))


def test_statistics_of_batch_norm_are_refused_where_the_network_has_none(refusal):
    vgg = edited(BOTTLENECKS, "family: vgg\n  depth: 16\n").replace("modules: [4, 7]", "modules: [4, 5]")
    given = "  epsilon: 1e-6\n  batch_norm: {statistics: recomputed, images: 8, batch_size: 8}\nconditions:\n"
    says = "training.batch_norm (line 22): found recomputed; a vgg has no batch norm; leave this key out"
    assert says in refusal(vgg.replace(CONDITIONS, given))
