"""Results on disk: each is written whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestige.pipeline import canonical
from vestige.proofs import ATTRIBUTE, PAGE, SCRIPT, digest_of_text
from vestige.study import PER_RUN, Study


def make_folders(study: Study) -> None:
    """Make the folders of all kinds of results: DVC calls one missing that is only empty."""
    for kind in (*PER_RUN, "between", "figures"):
        Path("results", study.study, kind).mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file, then put it in place in one step: a reader sees all of it or nothing.

    The temporary file lies in a folder that no engine looks into, so that a killed job leaves nothing half-written
    among the results.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(path)
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    write(partial)
    with open(partial, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)


def partial_of(path: Path) -> Path:
    """Where a result lies until it is whole: `results/{study}/.partial/`, on the same disk as the result."""
    study, *inside = path.parts[1:]
    return Path(path.parts[0], study, ".partial", "-".join(inside))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole."""
    write_whole(path, lambda partial: partial.write_bytes(data))


def write_dataset(path: Path, dataset, stamp: dict[str, Any]) -> None:
    """Write a labelled array file: attributes in sorted order, so that equal contents are equal bytes."""
    dataset = dataset.assign_attrs({ATTRIBUTE: canonical(stamp)})
    for array in [dataset, *dataset.variables.values()]:
        array.attrs = dict(sorted(array.attrs.items()))
    plain = {name: {"_FillValue": None} for name, array in dataset.variables.items() if array.dtype.kind == "f"}
    write_whole(path, lambda partial: dataset.to_netcdf(partial, engine="netcdf4", encoding=plain))


def write_page(path: Path, page: str, stamp: dict[str, Any]) -> None:
    """Write a page of HTML with its proof at the end of its body, where no text of the proof can end the script.

    The proof holds the digest of the page without it.
    """
    proof = canonical({**stamp, PAGE: digest_of_text(page)}).replace("<", "\\u003c")
    script = f"{SCRIPT}{proof}</script>"
    body, end, rest = page.rpartition("</body>")
    write_bytes(path, f"{body}{script}{end}{rest}".encode())


def open_dataset(path: str | Path):
    """Open a labelled array file, lazily; close it after use."""
    import xarray

    return xarray.open_dataset(path, engine="netcdf4")
