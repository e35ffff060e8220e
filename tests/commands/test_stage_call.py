"""What a stage is called with; images that no study can use are refused before a network is trained on them."""

import numpy as np
import pytest
import xarray as xr
from engines import TINY

from vestige import pipeline
from vestige.commands.stage_call import refuse_unusable, settings_of
from vestige.config import loading
from vestige.config.rows import load_rows

IMAGES = pipeline.job(loading.read(TINY), "images")


def images(counts, height=8):
    """What the stage `images` says of so many images (split, class)."""
    counts = np.array(counts)
    return xr.Dataset(
        {"count": (("split", "class"), counts), "height": height, "width": 8},
        {
            "split": ["train", "val"],
            "class": range(counts.shape[1]),
            "class_name": ("class", list("abc")[: counts.shape[1]]),
        },
    )


def test_images_of_every_class_in_either_split_are_used():
    assert refuse_unusable(IMAGES, images([[3, 4], [1, 1]])) is None


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (images([[3, 0, 0], [1, 1, 1]]), "there is no train image of b, c"),
        (images([[3, 4], [0, 0]]), "there is no val image of a, b"),
        (images([[3], [1]]), "there is one class only; selectivity compares two or more"),
        (images([[3, 4], [1, 1]], height=0), "they have no pixels"),
    ],
)
def test_others_are_refused_with_what_they_lack(made, says):
    with pytest.raises(ValueError, match=f"images: {says}"):
        refuse_unusable(IMAGES, made)


def test_claims_are_handed_the_rows_of_their_file():
    assert settings_of(pipeline.job(loading.read(TINY), "claims")).rows == load_rows("claims/paper.yaml")
