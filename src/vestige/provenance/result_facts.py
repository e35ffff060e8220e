"""What results of `images`, `network` and `training` say, as far as others than stages ask: read once for each file."""

import json
from pathlib import Path

from vestige.foundation.file_cache import find_remembered
from vestige.foundation.files import read_regular
from vestige.provenance import embedding


def counts(path: Path) -> tuple[int, int, int]:
    """How many training images, validation images and classes an images result describes."""
    return tuple(json.loads(find_remembered("counts", path, counts_in)))


def counts_in(path: Path) -> str:
    """The same as JSON, read from the file."""
    with embedding.opened_in_memory(read_regular(path)) as opened:
        splits, table = opened["split"][...].tolist(), opened["count"][...]
        return json.dumps([*(int(table[splits.index(split)].sum()) for split in ("train", "val")), table.shape[1]])


def layers(path: Path) -> list[str]:
    """The names of the layers that CKA compares in the network that a result describes: modules by number, its head."""
    return json.loads(find_remembered("layers", path, layers_in))


def layers_in(path: Path) -> str:
    """The same as JSON, read from the file."""
    with embedding.opened_in_memory(read_regular(path)) as opened:
        modules = sorted({int(module) for module in opened["module"][...] if module >= 0})
        return json.dumps([*map(str, modules), str(opened["head"][...])])


def read_best_epoch(path: Path) -> int | None:
    """The best epoch of the run that a training result is of; None where it has none, or cannot be read."""
    try:
        return json.loads(find_remembered("best", path, best_in))
    except (OSError, RuntimeError):
        return None


def best_in(path: Path) -> str:
    """The same as JSON, read from the file."""
    with embedding.opened_in_memory(read_regular(path)) as opened:
        return json.dumps(int(opened["best"][...]) if "best" in opened.variables else None)


def machines(path: Path) -> list[str]:
    """The kind of machine that has computed each epoch of a training; none where it does not say, or cannot be read."""
    try:
        return json.loads(find_remembered("machines", path, machines_in))
    except (OSError, RuntimeError):
        return []


def machines_in(path: Path) -> str:
    """The same as JSON, read from the file."""
    with embedding.opened_in_memory(read_regular(path)) as opened:
        return json.dumps(opened["machine"][...].tolist() if "machine" in opened.variables else [])
