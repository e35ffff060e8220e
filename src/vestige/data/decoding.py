"""Decodes a JPEG or PNG file to 8-bit RGB pixels: the same with simplejpeg, where it is installed, as with Pillow."""

import io
from functools import cache

import numpy as np

FORMATS = ("JPEG", "PNG")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")  # Pillow's, of at most 8 bits a channel
GREY_16 = ("I", "I;16", "I;16B", "I;16L")  # of 16 bits; Pillow itself reduces those in colour, to their high byte
FAST = ("YCbCr", "Gray")  # colour spaces of JPEG files that simplejpeg decodes to Pillow's pixels
LARGEST = 2 * (2**30 // 4 // 3)  # pixels; of more, Pillow says that they would fill the memory
JPEG = b"\xff\xd8"


class DecodingError(ValueError):
    """A file that is no image, is cut short, or is damaged."""


@cache
def fast_decoder():
    """The package simplejpeg; None where it is not installed."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg


def decode(data: bytes) -> np.ndarray:
    """The pixels of an image, uint8 (height, width, 3): as `PIL.Image.open(...).convert("RGB")` gives them.

    An alpha channel is dropped, CMYK is converted as Pillow converts it, of 16 bits a channel the high byte is taken,
    and EXIF's orientation is not applied. Raises DecodingError for a file that is damaged or cut short.
    """
    pixels = decode_fast(data) if data[:2] == JPEG else None
    return decode_with_pillow(data) if pixels is None else pixels


def decode_fast(data: bytes) -> np.ndarray | None:
    """The pixels by simplejpeg; None where it is absent, finds fault with the file, or might differ from Pillow."""
    decoder = fast_decoder()
    if decoder is None:
        return None
    try:
        height, width, colours = decoder.decode_jpeg_header(data)[:3]
        if colours not in FAST or height * width > LARGEST:
            return None
        return decoder.decode_jpeg(data, "RGB")  # strict: refuses what libjpeg only warns of, which Pillow may accept
    except ValueError:
        return None


def decode_with_pillow(data: bytes) -> np.ndarray:
    """The pixels by Pillow. Raises DecodingError."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.mode in GREY_16:
                return np.repeat((np.asarray(image) >> 8).astype(np.uint8)[..., None], 3, axis=2)
            converted = image.convert("RGB") if image.mode in MODES else None
    except Exception as error:  # a damaged file may raise anything
        raise DecodingError(describe(error)) from error
    if converted is None:
        raise DecodingError(f"its mode is {image.mode}; allowed: {', '.join(MODES)}, and 16-bit grey")
    return np.asarray(converted)


def describe(error: Exception) -> str:
    """What is wrong with a file, in one line, without the address of an object in memory."""
    return str(error).partition(" <_io")[0].partition("\n")[0] or type(error).__name__
