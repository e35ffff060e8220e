"""Files of every kind decode to Pillow's pixels, with simplejpeg and without; damaged ones are refused."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vestige.data import decoding, probe
from vestige.data.decoding import DecodingError, decode

SIZES = [(1, 1), (2, 9), (16, 16), (37, 53), (64, 48)]


def draw(mode: str, height: int = 23, width: int = 31, seed: int = 0) -> Image.Image:
    """Noise over a gradient."""
    rng = np.random.default_rng(seed)
    pixels = np.add.outer(np.arange(height), np.arange(width))[..., None] * 2 + rng.integers(0, 99, (height, width, 3))
    return Image.fromarray((pixels % 256).astype(np.uint8)).convert(mode)


def encode(image: Image.Image, kind: str = "JPEG", **how) -> bytes:
    """The bytes of a file."""
    data = io.BytesIO()
    image.save(data, kind, **how)
    return data.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def encode_png_16(samples: np.ndarray, colour_type: int) -> bytes:
    """A PNG file of 16 bits a channel, of samples (height, width, channels): Pillow writes none of more than one."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], 16, colour_type, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def pillow(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture(params=["simplejpeg", "pillow"])
def decoder(request, monkeypatch):
    """With simplejpeg, and as if it were not installed."""
    if request.param == "simplejpeg":
        pytest.importorskip("simplejpeg")
    else:
        monkeypatch.setattr(decoding, "fast_decoder", lambda: None)
    return request.param


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("how", [{"subsampling": 0}, {"subsampling": 1}, {"subsampling": 2}, {"progressive": True}])
def test_jpeg_files_in_colour_decode_to_pillows_pixels(decoder, size, how):
    data = encode(draw("RGB", *size), quality=87, **how)
    np.testing.assert_array_equal(decode(data), pillow(data))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpeg_files_decode_to_pillows_pixels(decoder, mode):
    data = encode(draw(mode))
    np.testing.assert_array_equal(decode(data), pillow(data))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_png_files_decode_to_pillows_pixels(decoder, mode):
    image = draw("L").convert(mode) if mode == "LA" else draw(mode)
    data = encode(image, "PNG")
    np.testing.assert_array_equal(decode(data), pillow(data))


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_of_16_bits_a_channel_the_high_byte_counts_in_every_colour_type(decoder, colour_type, channels):
    samples = np.random.default_rng(1).integers(0, 2**16, (7, 5, channels))
    high = (samples >> 8).astype(np.uint8)
    expected = np.repeat(high[..., :1], 3, axis=2) if channels < 3 else high[..., :3]
    np.testing.assert_array_equal(decode(encode_png_16(samples, colour_type)), expected)


def test_a_png_that_is_called_jpeg_is_decoded(decoder):
    data = encode(draw("RGB"), "PNG")
    np.testing.assert_array_equal(decode(data), pillow(data))


def test_the_orientation_in_exif_is_not_applied(decoder):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    data = encode(draw("RGB", 20, 30), exif=exif)
    assert decode(data).shape == (20, 30, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_refused(decoder, kind, share):
    data = encode(draw("RGB", 90, 120), kind)
    with pytest.raises(DecodingError):
        decode(data[: int(len(data) * share)])


@pytest.mark.parametrize("data", [b"", b"no image", b"GIF89a" + bytes(40), b"\xff\xd8\xff" + bytes(40)])
def test_what_is_no_jpeg_and_no_png_is_refused(decoder, data):
    with pytest.raises(DecodingError) as refused:
        decode(data)
    assert "0x" not in str(refused.value)


def test_a_format_that_pillow_reads_and_images_do_not_come_in_is_refused(decoder):
    with pytest.raises(DecodingError, match="identify"):
        decode(encode(draw("RGB"), "TIFF"))


def test_a_jpeg_with_damage_that_pillow_accepts_decodes_to_pillows_pixels(decoder):
    data = bytearray(encode(draw("RGB", 64, 64)))
    data[len(data) // 2 : len(data) // 2 + 8] = bytes(8)
    np.testing.assert_array_equal(decode(bytes(data)), pillow(bytes(data)))


def test_of_too_many_pixels_no_decoder_makes_an_image(decoder, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    monkeypatch.setattr(decoding, "LARGEST", 600)
    with pytest.raises(DecodingError, match="exceeds limit"):
        decode(encode(draw("RGB", 30, 30)))


def test_the_most_pixels_are_pillows():
    assert decoding.LARGEST == 2 * Image.MAX_IMAGE_PIXELS


def test_photographs_decode_to_pillows_pixels(real):
    pytest.importorskip("simplejpeg")
    files = sorted(Path(real("imagenet-fullsize-coarse")).rglob("*.JPEG"))[::8]
    assert files
    for path in files:
        data = path.read_bytes()
        np.testing.assert_array_equal(decoding.decode_fast(data), pillow(data))


@pytest.mark.parametrize("resampler", ["pillow", "torch"])
def test_the_probe_is_the_same_with_simplejpeg_and_without(monkeypatch, resampler):
    pytest.importorskip("simplejpeg")
    fast = probe.probe.__wrapped__(resampler)
    monkeypatch.setattr(decoding, "fast_decoder", lambda: None)
    assert probe.probe.__wrapped__(resampler) == fast


def test_the_probe_notices_one_level_of_one_pixel_and_the_resampler(monkeypatch):
    found = probe.probe.__wrapped__("pillow")
    assert found != probe.probe.__wrapped__("torch")
    monkeypatch.setattr(probe, "decode", lambda data: decode(data) ^ np.uint8(len(data) == 1337 and 1))
    changed = probe.probe.__wrapped__("pillow")
    assert any(len(path.read_bytes()) == 1337 for path in probe.FOLDER.glob("*.jpg"))
    assert changed != found


def test_the_probe_covers_grey_colour_of_either_subsampling_cmyk_and_odd_sizes():
    images = [Image.open(path) for path in probe.FOLDER.glob("*.jpg")]
    assert {image.mode for image in images} == {"L", "RGB", "CMYK"}
    assert {image.layer[0][1:3] for image in images if image.mode == "RGB"} == {(1, 1), (2, 2)}
    assert any(image.width % 2 and image.height % 2 for image in images)
