"""The development kit of ILSVRC-2012: the WordNet id of each validation image, in the order of their numbers."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from vestige.data.shards.faults import Faults

FOLDER = "ILSVRC2012_devkit_t12"
META, TRUTH = "data/meta.mat", "data/ILSVRC2012_validation_ground_truth.txt"


def find_devkit(root: Path) -> str | None:
    """The folder of the development kit at a place, else its tar, else None."""
    present = [name for name in (FOLDER, f"{FOLDER}.tar.gz") if (root / name).exists()]
    return present[0] if present else None


def read_devkit(root: Path, faults: Faults) -> list[str] | None:
    """The WordNet id of each validation image; None, and a fault, if the kit is missing or damaged.

    An id that names no class is returned as `ILSVRC2012_ID 7`.
    """
    kit = find_devkit(root)
    if kit is None:
        faults.add("devkit_missing", f"{FOLDER}.tar.gz")
        return None
    wnids = _read(root, kit, META, parse_meta, faults)
    ids = _read(root, kit, TRUTH, parse_ground_truth, faults)
    if wnids is None or ids is None:
        return None
    return [wnids.get(number, f"ILSVRC2012_ID {number}") for number in ids]


def _read(root: Path, kit: str, name: str, parse: Callable, faults: Faults):
    """What a file of the kit holds; None, and a fault, if it is missing or damaged."""
    try:
        return parse(_read_bytes(root / kit, name))
    except Exception as fault:  # SciPy and gzip raise many kinds of errors for damaged files
        faults.add("devkit_damaged", f"{kit}/{name}", f"{type(fault).__name__}: {fault}")
    return None


def _read_bytes(kit: Path, name: str) -> bytes:
    """The bytes of a file in the kit's folder or tar."""
    if kit.is_dir():
        return (kit / name).read_bytes()
    with tarfile.open(kit) as tar:
        return tar.extractfile(f"{FOLDER}/{name}").read()


def parse_meta(data: bytes) -> dict[int, str]:
    """The WordNet id of each ILSVRC2012_ID, from the bytes of `meta.mat`."""
    from scipy.io import loadmat

    synsets = loadmat(io.BytesIO(data), squeeze_me=True)["synsets"].reshape(-1)
    return {int(each["ILSVRC2012_ID"]): str(each["WNID"]) for each in synsets}


def parse_ground_truth(data: bytes) -> list[int]:
    """The ILSVRC2012_ID of each validation image, from a text with one a line."""
    return [int(line) for line in data.decode("ascii").splitlines()]
