"""Compares two pictures: a PNG pixel by pixel, a PDF by what its objects hold."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison.records import FIRST, TEXT, Compared, Difference, LeftOut, Record, compare_plain, show_change
from comparison.renamed import Renamed, pair_texts
from PIL import Image

PROOF = "proof"
OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
INFORMATION = re.compile(rb"/Info (\d+) 0 R")


def compare_png(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """The pixels, the resolution and the texts of two PNG files, but their proofs."""
    with Image.open(old) as one, Image.open(new) as other:
        yield from compare_plain("pixel", "mode", one.mode, other.mode)
        yield from compare_plain("pixel", "size", one.size, other.size)
        yield from compare_plain("pixel", "dpi", one.info.get("dpi"), other.info.get("dpi"))
        if (one.mode, one.size) == (other.mode, other.size):
            yield from compare_pixels(np.asarray(one), np.asarray(other))
        yield from compare_texts(one.text, other.text, renamed)


def compare_pixels(old, new) -> Iterator[Record]:
    """Two pictures (height, width, channels) of one size."""
    yield Compared("pixels", old.shape[0] * old.shape[1])
    differ = (old != new).reshape(*old.shape[:2], -1).any(axis=2)
    if differ.any():
        places = [tuple(map(int, place)) for place in np.argwhere(differ)[:FIRST]]
        first = tuple(show_change(old[at].tolist(), new[at].tolist(), f"x={at[1]} y={at[0]}") for at in places)
        yield Difference("pixel", "pixels", first, int(differ.sum()), differ.size)


def compare_texts(old: dict, new: dict, renamed: Renamed) -> Iterator[Record]:
    """The texts that go with two pictures."""
    if PROOF in old or PROOF in new:
        yield LeftOut("the proof in a PNG", "it holds hashes of the source, which differs on purpose")
    tables = [{key: str(text) for key, text in each.items() if key != PROOF} for each in (old, new)]
    pairs, missing = pair_texts(renamed, "attributes", *tables)
    yield from missing
    for key, others_key in pairs:
        yield from compare_plain(TEXT, key, tables[0][key], tables[1][others_key])


def compare_pdf(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """The objects of two PDF files, unpacked; what they say of themselves (title, subject) is a text."""
    (objects, information), (others, others_information) = load_objects(old), load_objects(new)
    yield Compared("objects of PDF files", len(objects))
    differ = sorted(key for key in objects.keys() | others.keys() if objects.get(key) != others.get(key))
    drawn = [key for key in differ if key not in (information, others_information)]
    if len(drawn) < len(differ):
        texts = [
            each.get(key, b"").decode("latin-1") for each, key in ((objects, information), (others, others_information))
        ]
        yield Difference(TEXT, "information", (show_change(*texts),))
    if drawn:
        first = tuple(show_object(key, objects.get(key), others.get(key)) for key in drawn[:FIRST])
        yield Difference("pixel", "objects", first, len(drawn), len(objects))


def load_objects(path: Path) -> tuple[dict[int, bytes], int | None]:
    """What a PDF holds by the number of each object, unpacked, and the number of what it says of itself."""
    data = path.read_bytes()
    found = INFORMATION.search(data)
    return {int(number): unpack(held) for number, held in OBJECT.findall(data)}, int(found[1]) if found else None


def unpack(held: bytes) -> bytes:
    """An object of a PDF, its stream unpacked where it is packed by zlib."""
    found = STREAM.search(held)
    if found is None or b"/FlateDecode" not in held[: found.start()]:
        return held
    return zlib.decompressobj().decompress(found[1])


def show_object(number: int, old: bytes | None, new: bytes | None) -> str:
    """The first lines in which an object differs."""
    if old is None or new is None:
        return f"object {number}: the {'old' if old is None else 'new'} side lacks it"
    lines = [each.decode("latin-1").splitlines() for each in (old, new)]
    pair = next((both for both in zip(*lines, strict=False) if both[0] != both[1]), ("", ""))
    return show_change(*pair, f"object {number}")
