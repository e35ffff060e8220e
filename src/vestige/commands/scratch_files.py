"""What trainings have left in the scratch folder, and copies of photographs, that nothing in the study explains."""

import re
import time
from collections.abc import Collection
from pathlib import Path

from vestige.config.study import Study
from vestige.pipeline import job
from vestige.provenance import results, scratch, trajectories

DAY = 86400
ABANDONED = DAY  # seconds after which what was never finished is nobody's
UNUSED = 30 * DAY  # seconds after which what another study or clone may have left is nobody's
RUN = "(-[0-9a-f]{16}){0,3}"  # and kind of machine, and for a pass where it began; former files have none of these
KINDS = f"weights|state{RUN}|pass-[0-9]+{RUN}|statistics-[0-9a-f]{{64}}"
OURS = re.compile(rf"\.?[0-9a-f]{{32}}-({KINDS})-[0-9a-f]{{64}}\.safetensors")  # and what follows while it is written
COPIES = Path("work", "images", "parquet")  # as in data/shards/indexing.py, which loads much


def find_unexplained(study: Study, dropped: Collection[str] = ()) -> list[Path]:
    """Files and folders in the scratch folder that belong to no training of the study as it stands, or to a killed one.

    Other studies and clones may have put them there, so that they are those of checkpoints that are `dropped`, given
    by their sha256, and what nobody has written for a month. Nothing is listed while the images are missing, for then
    nothing is known.
    """
    if trajectories.pictures(Path(job(study, "images").output)) is None:
        return []
    known = {key for mine in trajectories.all_keys(study).values() for key in mine}
    try:
        there = [path for path in scratch.trajectories(study).iterdir() if OURS.match(path.name)]
        begun = [path for path in there if path.name.startswith(".")]
        left = [path for path in {*there} - {*begun} if key_of(path) not in known]
        gone = {key_of(path) for path in left if path.stem.rpartition("-")[2] in dropped}
        begun += [path for path in scratch.workplaces(study).iterdir() if scratch.WORKPLACE.fullmatch(path.name)]
        old = [path for path in left if key_of(path) in gone or age(path) > UNUSED]
        return sorted([*old, *(path for path in begun if age(path) > ABANDONED)])
    except (scratch.ScratchRefused, OSError):
        return []


def unneeded_copies(study: Study) -> list[Path]:
    """Copies of Parquet shards that the study does not read, by its indices and shards, not written for a month.

    Of those that are half-written, a day. Another study may read them: they are made again where they are missing.
    Nothing is listed where nobody can look at its photographs.
    """
    there = sorted(COPIES.iterdir()) if COPIES.is_dir() else []
    try:
        needed = named_copies(study) if there else set()
    except (ValueError, OSError):
        return []
    begun = [path for path in there if path.name.startswith(".")]
    old = [path for path in there if path.name.split(".")[0] not in needed and age(path) > UNUSED]
    return sorted({*old, *(path for path in begun if age(path) > ABANDONED)})


def unneeded_arrays() -> list[Path]:
    """Arrays of images that no images result of any study here names, and nobody has written for a day.

    Nothing is listed where such a result cannot be read.
    """
    there = [*COPIES.parent.glob("*.npy"), *COPIES.parent.glob("*.checked")]
    try:
        made = Path("results").glob("*/images.nc") if there else ()
        needed = {name for path in made for name in named_arrays(path)}
    except (OSError, ValueError, KeyError):
        return []
    return sorted(path for path in there if path.stem not in needed and age(path) > DAY)


def named_arrays(path: Path) -> set[str]:
    """The sha256 of the arrays that an images result names."""
    with results.open_dataset(path) as images:
        return {str(each) for name in ("images_sha256", "labels_sha256") for each in images[name].values}


def named_copies(study: Study) -> set[str]:
    """The names, without what follows the dot, of the copies that a study reads: of its indices, and of its shards.

    An edit of how photographs are seen needs another index, and the same copies.
    """
    from vestige.data import photograph_index

    images, found = study.images, {path.stem for path in find_parquet(study)}
    for kind in ("place", "reading_place"):
        index = photograph_index.read_index(COPIES.parent, getattr(images, kind)) if hasattr(images, kind) else None
        found |= {Path(shard).name.split(".")[0] for shard in index.shards} if index else set()
    return found


def find_parquet(study: Study) -> dict[Path, Path]:
    """The copy of each Parquet shard that a study reads -> the shard; none where its images are no photographs.

    Raises ValueError where nobody knows where they lie, or no folder is there, and OSError where it cannot be read.
    """
    from vestige.data.shards.parquet_copies import find_copies

    if not hasattr(study.images, "names_of_fields"):
        return {}
    root = study.images.path("root")
    if not root.is_dir():
        raise ValueError(f"images.root: no folder is there: {root}")
    return find_copies(root, COPIES, study.images.names_of_fields)


def key_of(path: Path) -> str:
    """The key of the epoch to which a file belongs."""
    return path.name.split("-")[0]


def age(path: Path) -> float:
    """Seconds since something was last written to a file or a folder."""
    return time.time() - path.stat().st_mtime
