"""Photographs on which a pass of training is timed: JPEGs in class folders, over which it goes several times."""

from pathlib import Path
from types import SimpleNamespace

import gpu_inputs as inputs
from gpu_table import Missing

RESIZE = 8 / 7  # of the shorter side to the square that is seen, as 256 to 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def described(root: Path | None, case: inputs.Case, sizes: inputs.Sizes, device: str, folder: Path) -> SimpleNamespace:
    """The photographs of a folder, as a study has them, and how many times a pass goes over all of them.

    They come from the page cache after the first time. Random crops and flips are those of the ImageNet studies.
    """
    if root is None:
        raise Missing("no --photographs were given")
    try:
        from vestige.data import imagenet
        from vestige.data.shards.description import images
    except ImportError as error:
        raise Missing(f"photographs need a package that lacks here ({error})") from error
    crop = case.images()[1].crop or 16
    source = imagenet.Settings(
        source="imagenet",
        root=str(root),
        crop=crop,
        resize=round(crop * RESIZE),
        resize_with="torch",
        mean=MEAN,
        std=STD,
    )
    found = images(SimpleNamespace(images=source), inputs.print_nothing)
    count = found["count"].sel(split="train").sum().item()
    drawn = case.training | {"flip": 0.5, "random_crop": inputs.RANDOM_CROP}
    case = inputs.Case(case.name, case.images, case.network, drawn)
    times = -(-sizes.photographs // count)
    return SimpleNamespace(case=case, device=device, images=found, source=source, times=times, best={})
