"""Results on disk: each is written whole or not at all."""

import errno
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestige.config.study import Study
from vestige.foundation.files import open_regular, read_regular
from vestige.foundation.result_encoding import encoding_of, sort_attributes
from vestige.foundation.rows import STAGES, STUDY
from vestige.provenance import embedding

LEAST = 2**16  # bytes: a disk with less to spare is full
MANY = 2**14  # files that are held open at most


def make_folders(study: Study) -> None:
    """Make the folders of all kinds of results: DVC calls one missing that is only empty."""
    for folder in {Path(stage.output).parent.name for stage in STAGES.values() if stage.axis != STUDY}:
        Path("results", study.study, folder).mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file, then put it in place in one step: a reader sees all of it or nothing.

    The temporary file lies in a folder that no engine looks into, so that a killed job leaves nothing half-written
    among the results.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(path)
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    try:
        write(partial)
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    except Exception as error:
        partial.unlink(missing_ok=True)
        raise full_disk_error(path) or error from None


def full_disk_error(path: Path) -> OSError | None:
    """The error of a full disk, if the disk of a path is full: the library of NetCDF calls that "HDF error"."""
    if shutil.disk_usage(path.parent).free < LEAST:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return None


def partial_of(path: Path) -> Path:
    """Where a result lies until it is whole: `results/{study}/.partial/`, on the same disk as the result."""
    study, *inside = path.parts[1:]
    return Path(path.parts[0], study, ".partial", "-".join(inside))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole."""
    write_whole(path, lambda partial: partial.write_bytes(data))


def write_dataset(path: Path, dataset, stamp: dict[str, Any]) -> None:
    """Write a labelled array file with its proof: equal contents are equal bytes."""
    sort_attributes(dataset)

    def write(partial: Path) -> None:
        dataset.to_netcdf(partial, engine="netcdf4", encoding=encoding_of(dataset))
        embedding.stamp(partial, stamp)

    write_whole(path, write)


def write_page(path: Path, page: str, stamp: dict[str, Any]) -> None:
    """Write a page of HTML with its proof."""
    write_bytes(path, embedding.page_with(page, stamp).encode())


def write_picture(path: Path, png: bytes, stamp: dict[str, Any]) -> None:
    """Write a PNG with its proof."""
    write_bytes(path, embedding.picture_with(png, stamp))


def open_dataset(path: str | Path):
    """Open a labelled array file, lazily; close it after use. Raises OSError where no file lies there."""
    import xarray

    hold_open(xarray)
    open_regular(path).close()  # the library would wait for whoever writes to a pipe
    return xarray.open_dataset(path, engine="netcdf4")


def hold_open(xarray) -> None:
    """Let xarray hold open half of the files that this process may: of more, it opens one anew for each variable."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = MANY if allowed == resource.RLIM_INFINITY else min(allowed // 2, MANY)
    if most > xarray.get_options()["file_cache_maxsize"]:
        xarray.set_options(file_cache_maxsize=most)


def load_dataset(path: str | Path):
    """A labelled array file in memory, read without leaving or finding a handle on it: a notebook may hold others."""
    import xarray

    return xarray.load_dataset(xarray.backends.NetCDF4DataStore(embedding.opened_in_memory(read_regular(path))))
