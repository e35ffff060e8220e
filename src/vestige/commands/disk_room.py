"""How much disk a plan takes: in results/, in DVC's cache, in the folders where jobs work; whether there is room."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vestige.commands.due_jobs import Planned
from vestige.commands.formatting import format_size
from vestige.commands.scratch_files import find_parquet
from vestige.config.study import Study
from vestige.engines import dvc_repo
from vestige.foundation.disk import free_bytes, nearest_folder
from vestige.provenance import scratch, trajectories

WITHIN_PASS = 2  # files as large as a checkpoint, of which what is saved within a pass consists
RESULTS, STORES = Path("results"), Path("work")


@dataclass(frozen=True)
class Share:
    """The bytes that are written in one folder, as far as they are known."""

    folder: str
    bytes: float


@dataclass(frozen=True)
class Room:
    """What a plan writes, folder by folder, and how DVC's cache holds it.

    `link` is `reflink` where the cache and the results share their bytes, `copy` where each has its own, and None where
    there is no DVC here. `short` are lines on each disk on which there is less room than would be written.
    """

    shares: tuple[Share, ...]
    link: str | None
    short: tuple[str, ...]

    @property
    def bytes(self) -> float:
        """The bytes in all folders."""
        return sum(each.bytes for each in self.shares)


def room(study: Study, due: list[Planned]) -> Room:
    """What would be written, were all made that is planned and cannot be restored."""
    runs = [each for each in due if not each.restorable and each.price.bytes is not None]
    stored = sum(each.price.bytes for each in runs if each.job.stage.stores)
    kept = sum(each.price.bytes for each in runs if not each.job.stage.stores)
    found = {str(RESULTS): kept}
    cache, link = find_cache()
    if link == "copy":
        found[str(cache)] = kept
    seen = any(not each.restorable and (each.job.stage.lists_places or each.job.stage.networks) for each in due)
    stored += measure_parquet(study) if seen else 0
    for folder, size in ((STORES, stored), (place_of_work(study), measure_trainings(study, runs))):
        found[str(folder)] = found.get(str(folder), 0) + size
    shares = tuple(Share(folder, size) for folder, size in found.items() if size)
    return Room(shares, link, tuple(too_small(shares)))


def find_cache() -> tuple[Path | None, str | None]:
    """Where DVC's cache lies, and whether files are shared with it, found out by a try; None where there is no DVC."""
    try:
        return dvc_repo.find_sharing(RESULTS)
    except RuntimeError:
        return None, None


def place_of_work(study: Study) -> Path:
    """The folder where trainings work; the usual one where the study names none that can be used."""
    try:
        return scratch.scratch(study)
    except scratch.ScratchRefused:
        return STORES


def measure_parquet(study: Study) -> float:
    """The bytes of the flat copies of Parquet shards that are not made yet, about; 0 where no path is known."""
    from vestige.data.shards.parquet_copies import measure_copies

    try:
        return measure_copies(find_parquet(study))
    except (ValueError, OSError):  # a variable that is not set, or files that are gone meanwhile
        return 0


def measure_trainings(study: Study, runs: list[Planned]) -> float:
    """The bytes that trainings leave where they work.

    A state as large as a checkpoint at each epoch from which a run may go on, weights and state within the pass that is
    trained, and all weights once more where they are other files than the checkpoints: on another disk, or evaluated
    with recomputed statistics.
    """
    due = [each for each in runs if each.job.stage.resumes]
    chains = trajectories.all_keys(study) if due else {}
    elsewhere = bool(due) and disk_of(place_of_work(study)) != disk_of(RESULTS)
    total = 0.0
    for each in due:
        training = study.training_of(each.job.names["condition"])
        states = len(trajectories.forks(chains, each.job.output)) + WITHIN_PASS
        total += each.price.bytes * (states / (training.epochs + 1) + (elsewhere or is_recomputed(training)))
    return total


def is_recomputed(training) -> bool:
    """Whether checkpoints are other files than the weights in scratch, since their statistics are recomputed."""
    return training.batch_norm is not None and training.batch_norm.statistics == "recomputed"


def too_small(shares: tuple[Share, ...]) -> Iterator[str]:
    """A line on each disk on which there is less room than would be written."""
    by_disk: dict[int, list[Share]] = {}
    for each in shares:
        by_disk.setdefault(disk_of(Path(each.folder)), []).append(each)
    for on_it in by_disk.values():
        free, needed = free_bytes(Path(on_it[0].folder)), sum(each.bytes for each in on_it)
        if needed > free:
            names = " and ".join(f"{each.folder}/" for each in on_it)
            yield f"too little room: {format_size(needed)} for {names}, where {format_size(free)} are free"


def disk_of(path: Path) -> int:
    """The disk on which a path lies, or would."""
    return nearest_folder(path).stat().st_dev


def describe_room(found: Room) -> Iterator[str]:
    """The room as a person reads it."""
    if found.shares:
        held = {"reflink": "DVC's cache shares them (reflink)", "copy": "DVC's cache has copies", None: ""}[found.link]
        sizes = ", ".join(f"{format_size(each.bytes)} in {each.folder}/" for each in found.shares)
        yield f"disk: {sizes}{'; ' if held else ''}{held}"
    yield from found.short
