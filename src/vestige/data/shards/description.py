"""What the stage `images` says of photographs: counts, normalisation, and the hashes that stand for them."""

from types import SimpleNamespace

import numpy as np
import xarray as xr

from vestige.data.arrays import SPLITS, store_array
from vestige.data.center_crops import decode_squares
from vestige.data.photograph_index import Index
from vestige.data.probe import probe
from vestige.data.shards.indexing import Note, build_index


def images(settings: SimpleNamespace, note: Note) -> xr.Dataset:
    """Counts, normalisation and hashes of the photographs, whose index and validation squares are left in `work/`.

    No place and no file name is in it: the same photographs in another format, or elsewhere, give the same result.
    """
    chosen = settings.images
    index = build_index(chosen, note)
    classes = count_classes(index)
    counts = [np.bincount(index.splits[split].label, minlength=classes) for split in SPLITS]
    note(f"{', '.join(f'{count.sum()} {split}' for split, count in zip(SPLITS, counts, strict=True))} of {classes}")
    mean, std = normalisation(index, chosen)
    digests = {split: index.splits[split].digest() for split in SPLITS}
    squares = decode_squares(index, chosen)
    labels = [store_array(index.splits[split].label) for split in SPLITS]
    return xr.Dataset(
        {
            "count": (("split", "class"), counts, {"long_name": "number of images", "units": "1"}),
            "mean": ("channel", mean, {"long_name": "mean of the training images' pixels", "units": "full scale"}),
            "std": ("channel", std, {"long_name": "deviation of the training images' pixels", "units": "full scale"}),
            "photographs_sha256": (
                "split",
                [digests[split] for split in SPLITS],
                {"long_name": "sha256 of the labels and the sha256 of each photograph"},
            ),
            "images_sha256": (
                "split",
                [digests["train"], squares],
                {"long_name": "sha256 of the decoded images; of training photographs, which are not stored, as above"},
            ),
            "labels_sha256": ("split", labels, {"long_name": "sha256 of the labels"}),
            "decoder_sha256": (
                (),
                probe(chosen.resize_with),
                {"long_name": "sha256 of the pixels of a few images, as decoded"},
            ),
            "height": ((), chosen.crop, {"long_name": "height of an image", "units": "pixel"}),
            "width": ((), chosen.crop, {"long_name": "width of an image", "units": "pixel"}),
        },
        coords={
            "split": ("split", list(SPLITS), {"long_name": "part of the images"}),
            "class": ("class", np.arange(classes), {"long_name": "number of the class"}),
            "class_name": ("class", [str(number) for number in range(classes)], {"long_name": "name of the class"}),
            "channel": ("channel", np.arange(3), {"long_name": "colour channel of the images"}),
        },
    )


def count_classes(index: Index) -> int:
    """How many classes there are in either split."""
    return 1 + max(int(rows.label.max()) for rows in index.splits.values())


def normalisation(index: Index, settings) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (3), of full scale: those that the study states, or of what evaluation sees of train.

    From sums of whole numbers, so that neither order nor threads matter. Raises ValueError for a constant channel.
    """
    if settings.mean is not None and settings.std is not None:
        return np.array(settings.mean), np.array(settings.std)
    rows = index.splits["train"]
    count = len(rows) * settings.crop**2
    sums = [sum(map(int, column)) for column in rows.sums.T]
    mean = np.array([each / count for each in sums[:3]])
    variance = np.array(
        [(count * squares - total**2) / count**2 for total, squares in zip(sums[:3], sums[3:], strict=True)]
    )
    if not variance.all():
        raise ValueError(f"channel {np.argmin(variance)} of the training images is constant: it cannot be normalised")
    own, stated = (mean / 255, np.sqrt(variance) / 255), (settings.mean, settings.std)
    return tuple(each if said is None else np.array(said) for said, each in zip(stated, own, strict=True))
