"""A hash of the pixels that this machine's decoder and resampler make of a few carried images."""

import hashlib
from functools import cache
from pathlib import Path

from vestige.data.decoding import decode
from vestige.data.resizing import Resampler, resize_middle, resize_part

FOLDER = Path(__file__).with_name("probe_images")
DIGESTS = {  # the sha256 of each image, so that the images are part of what the code says
    "cmyk.jpg": "27fabee1b562a2a589e7272a47fd5ce730720bbb6d111ae80177feeb598f67e1",
    "colour_420.jpg": "b5be14a10a11c8d62981a09c32dcc8e36692ac6837e3695b1b68aaea822fedd0",
    "colour_420_odd.jpg": "f315148d5a27c1608470ab8d719456be6c7ed68f4f309cacf0eb44c98b896c30",
    "colour_444.jpg": "895cf3ed753f8c1420c0899fe2aee0cb2c528ff8551f24fd66af5a947a5b7f42",
    "grey.jpg": "2fc255e9c16204983dcf8f5b38be0766ff662b26270f2bc44ce19069dd8b402a",
    "progressive.jpg": "0c1d4e6fb2360627536337335f2b3be53741a6f8f276ffd28a9dcbcd446cf5be",
}
PART, SIZE, SHORTER = (3, 25, 5, 31), 24, 30


@cache
def probe(resampler: Resampler) -> str:
    """The sha256 of decoded and resized pixels of the images in `probe_images/`.

    Another libjpeg or resampler shows in it. workflow/draw_probe.py has drawn the images. Raises RuntimeError for an
    image that is another one.
    """
    found = hashlib.sha256()
    for name, digest in DIGESTS.items():
        data = (FOLDER / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise RuntimeError(f"{FOLDER / name} is another image than the one that tells decoders apart: restore it")
        pixels = decode(data)
        views = (pixels, resize_part(pixels, PART, SIZE, resampler), resize_middle(pixels, SHORTER, SIZE, resampler))
        for each in views:
            found.update(repr(each.shape).encode() + each.tobytes())
    return found.hexdigest()
