"""Members of a tar, or of a tar in a tar, with the byte ranges of their data in the outer file."""

import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vestige.data.shards.entries import is_leftover_path
from vestige.data.shards.faults import Faults

BLOCK = tarfile.BLOCKSIZE
TAIL = 2**20  # bytes after the end of an archive that are looked at
MAGIC = {
    b"\x1f\x8b": "gzip: gunzip",
    b"\xfd7zXZ\x00": "xz: unxz",
    b"\x28\xb5\x2f\xfd": "zstd: zstd -d",
    b"BZh": "bzip2",
}


class Member(NamedTuple):
    """A regular file in a tar."""

    name: str
    offset: int  # where its data begins in the outer file
    length: int  # bytes


@contextmanager
def open_tar(root: Path, shard: str, faults: Faults) -> Iterator[tuple[BinaryIO, int] | None]:
    """A tar and its size in bytes; None, and a fault, if it cannot be opened."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(root / shard, "rb"))
        except OSError as fault:
            faults.add("unreadable", shard, fault.strerror or "")
            yield None
            return
        yield file, file.seek(0, os.SEEK_END)


def list_members(file: BinaryIO, start: int, end: int, shown: str, faults: Faults) -> list[Member]:
    """The regular files of the tar that lies between two bytes of an open file.

    Folders are left out and left-overs of systems noted; all else, and all damage, becomes a fault under the name
    `shown`. What stands before the damage is returned.
    """
    file.seek(start)
    magic = file.read(min(8, end - start))
    for beginning, method in MAGIC.items():
        if magic.startswith(beginning):
            faults.add("tar_compressed", shown, method)
            return []
    members, seen = [], set()
    for each in _read_headers(file, start, end, shown, faults):
        if is_leftover_path(each.name):
            faults.note("leftover", f"{each.name} in {shown}")
        elif each.name in seen:
            faults.add("duplicate_member", f"{each.name} in {shown}")
        elif each.isdir():
            continue
        elif each.issparse() or not each.isreg():
            faults.add("tar_member", f"{each.name} in {shown}", _describe(each))
        else:
            seen.add(each.name)
            members.append(Member(each.name, each.offset_data, each.size))
    return members


def _describe(member: tarfile.TarInfo) -> str:
    """What a member is, that is no regular file."""
    if member.issym() or member.islnk():
        return f"link to {member.linkname}"
    return "sparse file" if member.issparse() else "device or pipe"


def _read_headers(file: BinaryIO, start: int, end: int, shown: str, faults: Faults) -> Iterator[tarfile.TarInfo]:
    """The headers of a tar as far as they are sound; what is wrong after them becomes a fault."""
    file.seek(start)
    position = start  # where the next header should be
    try:
        tar = tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape")
        while (member := tar.next()) and member.offset < end:
            if member.size < 0 or member.offset < position:
                raise tarfile.ReadError("impossible size")
            position = tar.offset
            if member.offset_data + (0 if member.islnk() else member.size) > end:
                faults.add("tar_truncated", shown, f"{member.name} is incomplete")
                return
            yield member
            tar.members = []  # which would grow with every member
    except Exception as fault:  # a damaged tar may raise anything
        if file.tell() >= end:
            faults.add("tar_truncated", shown, f"at byte {position - start}")
        else:
            faults.add("tar_damaged", shown, f"at byte {position - start}: {fault}")
        return
    _check_end(file, position, start, end, shown, faults)


def _check_end(file: BinaryIO, position: int, start: int, end: int, shown: str, faults: Faults) -> None:
    """Add a fault if a tar does not end with a block of zeros, or if anything follows it."""
    file.seek(min(position, end))
    tail = file.read(min(TAIL, max(end - position, 0)))
    if position == end:
        faults.add("tar_without_end", shown)
    elif len(tail) < BLOCK:
        faults.add("tar_truncated", shown, f"after byte {end - start}")
    elif any(tail[:BLOCK]):
        faults.add("tar_damaged", shown, f"bad header at byte {position - start}")
    elif tail.count(0) != len(tail):
        faults.add("tar_goes_on", shown, f"after byte {position - start}")
