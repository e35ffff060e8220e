"""Decodes the images of a source, and says what they are."""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import xarray as xr

from vestige.data import arrays
from vestige.data.settings import refuse_smaller


def images(settings: SimpleNamespace, note: Callable[[str], None]) -> xr.Dataset:
    """The counts, class names, normalisation and digests of the images, whose arrays are left in `work/`."""
    decoded = arrays.read(settings.images)
    sizes = ", ".join(f"{len(decoded.labels[split])} {split}" for split in arrays.SPLITS)
    note(f"{sizes} images of {len(decoded.class_names)} classes")
    return normalised_by(settings.images, describe_images(decoded))


def normalised_by(settings, made: xr.Dataset) -> xr.Dataset:
    """The result with the mean and the deviation that the study gives, where it gives any. Raises ValueError."""
    given = {key: getattr(settings, key) for key in ("mean", "std") if getattr(settings, key, None) is not None}
    for key, values in given.items():
        if len(values) != made.sizes["channel"]:
            channels = f"the images have {made.sizes['channel']}"
            raise ValueError(f"images.{key}: found {len(values)} numbers, one for each channel; {channels}")
    return made.assign({key: made[key].copy(data=np.array(values, float)) for key, values in given.items()})


def check_result(settings: SimpleNamespace, images: xr.Dataset) -> None:
    """Refuse images without a split or a class, of one class, or too small, before a network is trained."""
    counts = images["count"]
    for split in counts["split"].values:
        empty = [str(images["class_name"].values[each]) for each in (counts.sel(split=split).values == 0).nonzero()[0]]
        if empty:
            raise ValueError(f"images: there is no {split} image of {', '.join(empty[:6])}")
    if counts.sizes["class"] < 2:
        raise ValueError("images: there is one class only; selectivity compares two or more")
    if not (images["height"].item() and images["width"].item()):
        raise ValueError("images: they have no pixels")
    refuse_smaller(settings.images.crop, images["height"].item(), images["width"].item())


def describe_images(decoded: arrays.Decoded) -> xr.Dataset:
    """What is to be known of decoded images, which are stored in `work/`."""
    digests = arrays.store(decoded)
    mean, std = normalisation(decoded.images["train"])
    classes = len(decoded.class_names)
    counts = [np.bincount(decoded.labels[split], minlength=classes) for split in arrays.SPLITS]
    height, width = decoded.images["train"].shape[2:]
    return xr.Dataset(
        {
            "count": (("split", "class"), counts, {"long_name": "number of images", "units": "1"}),
            "mean": ("channel", mean, {"long_name": "mean of the training images' pixels", "units": "full scale"}),
            "std": ("channel", std, {"long_name": "deviation of the training images' pixels", "units": "full scale"}),
            "images_sha256": ("split", digests["images"], {"long_name": "sha256 of the decoded images"}),
            "labels_sha256": ("split", digests["labels"], {"long_name": "sha256 of the labels"}),
            "height": ((), height, {"long_name": "height of an image", "units": "pixel"}),
            "width": ((), width, {"long_name": "width of an image", "units": "pixel"}),
        },
        coords={
            "split": ("split", list(arrays.SPLITS), {"long_name": "part of the images"}),
            "class": ("class", np.arange(classes), {"long_name": "number of the class"}),
            "class_name": ("class", list(decoded.class_names), {"long_name": "name of the class"}),
            "channel": ("channel", np.arange(len(mean)), {"long_name": "colour channel of the images"}),
        },
    )


def normalisation(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (channels) of uint8 images, of full scale, from exact counts of levels."""
    levels = np.arange(256) / 255
    shares = [np.bincount(images[:, c].ravel(), minlength=256) / images[:, c].size for c in range(images.shape[1])]
    mean = np.array(shares) @ levels
    std = np.sqrt([share @ (levels - middle) ** 2 for share, middle in zip(shares, mean, strict=True)])
    if not std.all():
        raise ValueError(f"channel {np.argmin(std)} of the training images is constant: it cannot be normalised")
    return mean, std
