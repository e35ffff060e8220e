"""Images that no study can use are refused before a network is trained on them."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from vestige.stages.images import check_result

WHOLE = SimpleNamespace(images=SimpleNamespace(crop=None))


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
    assert check_result(WHOLE, images([[3, 4], [1, 1]])) is None


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
        check_result(WHOLE, made)


def test_images_that_are_smaller_than_what_networks_see_of_them_are_refused():
    seen = SimpleNamespace(images=SimpleNamespace(crop=7))
    assert check_result(seen, images([[3, 4], [1, 1]])) is None
    with pytest.raises(ValueError, match="images.crop: found 7; the images have only 6 pixels a side; allowed: 1 to 6"):
        check_result(seen, images([[3, 4], [1, 1]], height=6))
