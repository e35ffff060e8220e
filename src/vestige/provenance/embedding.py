"""How each kind of file carries its proof, and how it shows that nobody has changed it since."""

import hashlib
import json
import struct
import zlib
from pathlib import Path
from typing import Any

from vestige.foundation.canonical_json import canonical
from vestige.foundation.files import read_regular

ATTRIBUTE = "proof"
CONTENT = "content"  # of the proof in a page or a picture: the sha256 of what is before, behind, and of its own rest
SEAL = 64  # bytes at the end of a NetCDF file, where HDF5 looks for nothing: the sha256 of all bytes before
SCRIPT = f'<script type="application/json" id="{ATTRIBUTE}">'
END = "</script>"
BODY = "</body>"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_embedded(path: Path, kind: str = "") -> tuple[str, bool]:
    """The JSON of a file's proof, "" if it has none, and whether the file is as it was written; `kind` is its suffix.

    A page or a picture has one proof, at its end: moved elsewhere, or with another one beside it, it was changed.

    Of a NetCDF file that is not, the proof is not read. Raises OSError where a file cannot be read, and ValueError,
    TypeError, AttributeError, RuntimeError or IndexError where it is damaged.
    """
    kind, data = kind or path.suffix, read_regular(path)
    if kind == ".html":
        return seen_in_page(data.decode())
    if kind == ".png":
        return seen_in_picture(data)
    if not is_sealed(data):
        return "", False  # HDF5 may crash on a damaged file, or never come back
    with opened_in_memory(data) as opened:
        proof = opened.getncattr(ATTRIBUTE) if ATTRIBUTE in opened.ncattrs() else ""
        return proof if isinstance(proof, str) else "", True


def seen_in_page(page: str) -> tuple[str, bool]:
    """The JSON of the proof of a page, and whether it is as it was written: the script is the end of its body."""
    body, end, rest = page.rpartition(BODY)
    before, script, proof = body.rpartition(SCRIPT)
    if not script:
        return "", False
    proof, _, behind = proof.partition(END)
    is_alone = SCRIPT not in before and not behind
    return proof, is_alone and proof == in_script(seal_proof(json.loads(proof), before, end + rest))


def seen_in_picture(png: bytes) -> tuple[str, bool]:
    """The JSON of the proof of a PNG, and whether it is as it was written: the chunk is the last before its end."""
    parts = chunks(png)
    found = [each for each in parts if is_proof(each)]
    if not found:
        return "", False
    *before, last, end = parts
    is_alone = found == [last] and end[4:8] == b"IEND"
    return chunk_text(found[0]), is_alone and last == chunk_of(
        seal_proof(json.loads(chunk_text(last)), b"".join(before), end)
    )


def seal_proof(proof: dict[str, Any], before: str | bytes, behind: str | bytes) -> str:
    """The text of a proof with the digest of what its file holds before it and behind it, and of what it says itself.

    Each part has a digest of its own: the same bytes with the proof at another place among them have another one.
    """
    plain = {key: value for key, value in proof.items() if key != CONTENT}
    return canonical(plain | {CONTENT: sha256(*map(sha256, (before, behind, canonical(plain))))})


def is_sealed(data: bytes) -> bool:
    """Whether the bytes of a NetCDF file are those that were written."""
    return data[-SEAL:] == sha256(data[:-SEAL]).encode()


def opened_in_memory(data: bytes):
    """The bytes of a NetCDF file as an open netCDF4.Dataset, to be closed, with no handle on the disk.

    If the process still has a file open that is gone, HDF5 may take another one on the disk for it, and crash.
    """
    import netCDF4

    return netCDF4.Dataset("in memory", memory=data)


def stamp(path: Path, proof: dict[str, Any]) -> None:
    """Give a NetCDF file its proof, and seal it."""
    import netCDF4

    with netCDF4.Dataset(path, "a") as opened:
        opened.setncattr(ATTRIBUTE, canonical(proof))
    with open(path, "rb+") as file:
        seal = sha256(file.read())
        file.write(seal.encode())


def sha256(*parts: str | bytes) -> str:
    """The sha256 of some texts and bytes, one after another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()


def page_with(page: str, proof: dict[str, Any]) -> str:
    """A page with its proof at the end of its body."""
    body, end, rest = page.rpartition(BODY)
    return "".join([body, SCRIPT, in_script(seal_proof(proof, body, end + rest)), END, end, rest])


def in_script(proof: str) -> str:
    """The text of a proof, spelt so that nothing in it can end the script."""
    return proof.replace("<", "\\u003c")


def picture_with(png: bytes, proof: dict[str, Any]) -> bytes:
    """A PNG with its proof in a text chunk before its end."""
    *parts, end = chunks(png)
    before = b"".join(parts)
    return b"".join([before, chunk_of(seal_proof(proof, before, end)), end])


def chunk_of(proof: str) -> bytes:
    """The chunk of a PNG that holds the text of a proof."""
    text = b"tEXt" + ATTRIBUTE.encode() + b"\0" + proof.encode("latin-1")
    return struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))


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


def chunk_text(chunk: bytes) -> str:
    """The text of a chunk that holds a proof."""
    return chunk[8 + len(ATTRIBUTE) + 1 : -4].decode("latin-1")
