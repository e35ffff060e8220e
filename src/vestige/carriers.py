"""How each kind of file carries its proof, and what it says besides."""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

ATTRIBUTE = "proof"
SCRIPT = f'<script type="application/json" id="{ATTRIBUTE}">'
END = "</script>"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def seen(path: Path, kind: str = "") -> tuple[str, str]:
    """The JSON of a file's proof, "" if it has none, and the sha256 of what it says besides; `kind` is its suffix.

    What it says are the text of a page, the bytes of a picture, the arrays of a NetCDF file. Raises OSError where the
    file cannot be read, ValueError and RuntimeError where it is damaged.
    """
    kind = kind or path.suffix
    if kind == ".html":
        start, _, rest = path.read_text(encoding="utf-8").rpartition(SCRIPT)
        proof, _, end = rest.partition(END)
        return (proof, sha256(start + end)) if start else ("", sha256(rest))
    if kind == ".png":
        parts = chunks(path.read_bytes())
        proof = next(map(said, filter(is_proof, parts)), "")
        return proof, sha256(*(each for each in parts if not is_proof(each)))
    with opened_in_memory(path) as opened:
        return opened.getncattr(ATTRIBUTE) if ATTRIBUTE in opened.ncattrs() else "", sha256(*arrays(opened))


def opened_in_memory(path: Path):
    """A NetCDF file as an open netCDF4.Dataset, to be closed, of which no handle on the disk is left or found.

    If the process still has a file open that is gone, HDF5 may take another one on the disk for it, and crash.
    """
    import netCDF4

    return netCDF4.Dataset(path.name, memory=path.read_bytes())


def stamp(path: Path, proof: str) -> None:
    """Give a NetCDF file its proof."""
    import netCDF4

    with netCDF4.Dataset(path, "a") as opened:
        opened.setncattr(ATTRIBUTE, proof)


def sha256(*parts: str | bytes) -> str:
    """The sha256 of some texts and bytes, one after another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()


def page_with(page: str, proof: str) -> str:
    """A page with its proof at the end of its body, where no text of the proof can end the script."""
    body, end, rest = page.rpartition("</body>")
    return "".join([body, SCRIPT, proof.replace("<", "\\u003c"), END, end, rest])


def picture_with(png: bytes, proof: str) -> bytes:
    """A PNG with its proof in a text chunk before its end."""
    *parts, end = chunks(png)
    text = b"tEXt" + ATTRIBUTE.encode() + b"\0" + proof.encode("latin-1")
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return b"".join([*parts, chunk, end])


def chunks(png: bytes) -> list[bytes]:
    """The signature and the chunks of a PNG; what lies behind its last whole chunk is one more."""
    parts, at = [png[: len(SIGNATURE)]], len(SIGNATURE)
    while at + 12 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        parts.append(png[at : at + 12 + length])
        at += 12 + length
    return [*parts, png[at:]] if png[at:] else parts


def is_proof(chunk: bytes) -> bool:
    """Whether a chunk of a PNG is the text of a proof."""
    return chunk[4:].startswith(b"tEXt" + ATTRIBUTE.encode() + b"\0")


def said(chunk: bytes) -> str:
    """The text of a chunk that holds a proof."""
    return chunk[8 + len(ATTRIBUTE) + 1 : -4].decode("latin-1")


def arrays(opened) -> Iterator[bytes]:
    """Names, sizes, types, attributes and values of an open netCDF4.Dataset, but for its proof."""
    yield spelt([facts(opened), {name: len(each) for name, each in opened.dimensions.items()}])
    for name, variable in sorted(opened.variables.items()):
        variable.set_auto_maskandscale(False)
        values = variable[...]
        yield spelt([name, str(variable.dtype), variable.dimensions, facts(variable)])
        yield spelt(values) if variable.dtype is str else values.tobytes()


def facts(of) -> dict:
    """The attributes of a file or of a variable, but for the proof."""
    return {name: of.getncattr(name) for name in of.ncattrs() if name != ATTRIBUTE}


def spelt(value) -> bytes:
    """Attributes or texts as bytes."""
    return json.dumps(value, sort_keys=True, default=lambda each: each.tolist()).encode()
