"""Photographs on which a pass of training is timed: JPEGs in class folders, over which it goes several times."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gpu_inputs as inputs
from gpu_table import Missing

RESIZE = 8 / 7  # of the shorter side to the square that is seen, as 256 to 224
SMALL = 16  # pixels of the square that is seen at toy size
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def with_photographs(run: SimpleNamespace | None, root: Path | None, sizes: inputs.Sizes) -> SimpleNamespace:
    """The same run, but trained on the photographs of a folder, over all of which a pass goes several times.

    They come from the page cache after the first time. Random crops and flips are those of the ImageNet studies.
    """
    if root is None:
        raise Missing("no --photographs were given")
    if run is None:
        raise Missing("there is nothing to train")
    try:
        from vestige.data import imagenet
        from vestige.data.shards.description import images
    except ImportError as error:
        raise Missing(f"photographs need a package that lacks here ({error})") from error
    crop = run.source.crop or SMALL
    said = {
        "source": "imagenet",
        "root": str(root),
        "crop": crop,
        "resize": round(crop * RESIZE),
        "mean": MEAN,
        "std": STD,
    }
    source = imagenet.Settings(**said, resize_with="torch")
    found = images(SimpleNamespace(images=source), inputs.print_nothing)
    case = replace(run.case, training=run.case.training | {"flip": 0.5, "random_crop": inputs.RANDOM_CROP})
    times = -(-sizes.photographs // found["count"].sel(split="train").sum().item())
    return SimpleNamespace(**vars(run) | {"case": case, "images": found, "source": source, "times": times, "best": {}})
