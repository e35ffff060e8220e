"""Compares all files that two sides made of a study."""

from collections.abc import Iterator
from pathlib import Path

from comparison.netcdf import compare_netcdf
from comparison.page import compare_html
from comparison.pictures import compare_pdf, compare_png
from comparison.records import Compared, Difference, Record
from comparison.renamed import Renamed, pair_names
from comparison.tables import compare_csv, compare_json
from comparison.tensors import compare_tensors


def compare_bytes(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """Two files of a kind that is not known here."""
    if old.read_bytes() != new.read_bytes():
        yield Difference("bytes", "content", ("its bytes differ, and nothing here knows such files",))


KINDS = {
    ".nc": compare_netcdf,
    ".safetensors": compare_tensors,
    ".png": compare_png,
    ".pdf": compare_pdf,
    ".csv": compare_csv,
    ".json": compare_json,
    ".html": compare_html,
}


def compare_folders(old: Path, new: Path, renamed: Renamed) -> Iterator[tuple[str, Record]]:
    """The path of each file, with what there is to say of it: under the new name where it has one."""
    pairs, missing = pair_names(renamed, "files", list_files(old), list_files(new))
    yield from ((getattr(each, "item", ""), each) for each in missing)
    for name, others_name in pairs:
        suffix = Path(name).suffix
        yield others_name, Compared(f"{suffix or 'other'} files", 1)
        for record in KINDS.get(suffix, compare_bytes)(old / name, new / others_name, renamed):
            yield others_name, record


def list_files(folder: Path) -> list[str]:
    """The paths of all files in a folder, in order. Raises ValueError where there is none."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if not found:
        raise ValueError(f"{folder} holds no file: nothing would be compared")
    return found
