"""A hash of the pixels that this machine's decoder and resampler make of a few carried images."""

import hashlib
from functools import cache
from pathlib import Path

from vestige.data.decoding import decode
from vestige.data.resizing import Resampler, resize_middle, resize_part

FOLDER = Path(__file__).with_name("probe_images")
PART, SIZE, SHORTER = (3, 25, 5, 31), 24, 30


@cache
def probe(resampler: Resampler) -> str:
    """The sha256 of decoded and resized pixels of the images in `probe_images/`.

    Another libjpeg or resampler shows in it. workflow/draw_probe.py has drawn the images.
    """
    found = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.jpg")):
        pixels = decode(path.read_bytes())
        views = (pixels, resize_part(pixels, PART, SIZE, resampler), resize_middle(pixels, SHORTER, SIZE, resampler))
        for each in views:
            found.update(repr(each.shape).encode() + each.tobytes())
    return found.hexdigest()
