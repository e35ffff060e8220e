"""Checkpoints that `keep` lets go: those that no measure names, once all that reads them is proven."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vestige.commands import cost_records, scratch_files
from vestige.commands.cost_estimates import expected_length, make_pricer
from vestige.commands.formatting import format_size, format_time, plural
from vestige.config.study import Study
from vestige.engines import dvc_cache, dvc_repo
from vestige.pipeline import Job, jobs
from vestige.provenance import result_facts, retention, scratch, status, trajectories
from vestige.provenance.status import PROVEN, Judgement

SHOWN = 6  # runs whose checkpoints stay are named, if there are more


@dataclass(frozen=True)
class Release:
    """What can go of a finished run: checkpoints, and what lies in scratch for others to go on from."""

    job: Job
    checkpoints: tuple[Path, ...]
    work: tuple[Path, ...]
    of: int  # checkpoints that the run has written

    @property
    def line(self) -> str:
        """The run, and how many of its checkpoints can go."""
        also = f", and {plural(len(self.work), 'file')} in scratch from which it would go on" if self.work else ""
        return f"{self.job.folder}: {len(self.checkpoints)} of {plural(self.of, 'checkpoint')}{also}"


def find_releases(study: Study, found: Mapping[str, Judgement]) -> tuple[list[Release], dict[str, str]]:
    """What can go of each run of a study that does not keep all; of runs all of which stays, what is not proven yet."""
    if study.keep not in retention.RELEASING:
        return [], {}
    trainings = [each for each in found.values() if each.job.stage.resumes]
    lying = files_in_scratch(study, trainings)
    releases, staying = [], {}
    for each in trainings:
        waited = [one.output for one in (each.job, *retention.readers(each.job)) if found[one.output].state != PROVEN]
        if waited:
            staying[each.job.folder] = waited[0]
            continue
        written = status.written_beside(each.job)
        needed = set(status.needed_beside(each.job, written))
        there = tuple(Path(path) for path in written if path not in needed and Path(path).exists())
        release = Release(each.job, there, tuple(lying.get(each.job.output, ())), len(written))
        if there or (release.work and len(needed) < len(written)):
            releases.append(release)
    return releases, staying


def files_in_scratch(study: Study, trainings: Collection[Judgement]) -> dict[str, list[Path]]:
    """What lies in scratch of each training, but for that from which one that is not proven may go on; each file once.

    Weights on the disk of the results are second names of the checkpoints: their room is free once both are removed.
    """
    chains = trajectories.all_keys(study)
    wanted = {key for each in trainings if each.state != PROVEN for key in chains[each.job.output]}
    try:
        paths = sorted(scratch.trajectories(study).glob("*.safetensors"))
    except scratch.ScratchRefused:
        return {}
    owner = {key: output for output in reversed(chains) for key in chains[output] if key not in wanted}
    found: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        if output := owner.get(scratch_files.key_of(path)):
            found[output].append(path)
    return found


def describe_releases(study: Study, releases: list[Release]) -> Iterator[str]:
    """What a later analysis would need of what goes: trainings and their time, unless DVC still holds them."""
    paths = [path for each in releases for path in each.checkpoints]
    if not releases:
        return
    price = make_pricer(cost_records.records())
    seconds = [price(each.job, 0).seconds for each in releases]
    span = "nobody knows how long" if None in seconds else format_time(sum(seconds))
    yield (
        f"{plural(len(paths), 'checkpoint')} of {plural(len(releases), 'run')} are named by no measure. To measure "
        "them later, to train further, or to add a condition that begins like them, so many networks are trained "
        f"again: {span}."
    )
    yield where_held(paths)


def where_held(paths: list[Path]) -> str:
    """Whether DVC holds some checkpoints, so that they can come back."""
    try:
        cache, remote = dvc_repo.glimpse()
    except RuntimeError:
        return "DVC is not here: once removed they are gone."
    held = sum(dvc_cache.holds(cache, path) for path in paths)
    elsewhere = ", and the remote what was pushed" if remote else ""
    return (
        f"DVC's cache holds {held} of them{elsewhere}: `vestige restore` brings these back where a measure names them, "
        "or with `keep: all`; `dvc gc --workspace` frees their room there."
    )


def describe_staying(staying: Mapping[str, str]) -> Iterator[str]:
    """Of which runs all checkpoints stay, and for what they wait."""
    lines = [f"{folder}: all checkpoints stay until {output} is proven" for folder, output in staying.items()]
    yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"and so do those of {plural(len(lines) - SHOWN, 'run')} more"


def likely_best(path: Path) -> int:
    """The best epoch of a run, before it is known any one that is not its first."""
    best = result_facts.read_best_epoch(path)
    return 1 if best is None else best


def describe_kept(study: Study) -> Iterator[str]:
    """How many checkpoints of the whole study stay, and their bytes, as far as these are known."""
    if study.keep not in retention.RELEASING:
        return
    price, stay, every, bytes_stay, bytes_all = make_pricer(cost_records.records()), 0, 0, 0.0, 0.0
    for each in (job for job in jobs(study) if job.stage.resumes):
        cost = price(each, 0)
        last = expected_length(each, cost)
        needed = retention.needed_epochs(each, last, lambda reader: True, likely_best) or range(last + 1)
        count, size = len([epoch for epoch in needed if epoch <= last]), cost.bytes or 0
        stay, every = stay + count, every + last + 1
        bytes_stay, bytes_all = bytes_stay + size * count / (last + 1), bytes_all + size
    sizes = f" ({format_size(bytes_stay)} of {format_size(bytes_all)})" if bytes_all else ""
    yield (
        f"keep: {study.keep}: {stay:,} of {plural(every, 'checkpoint')} stay{sizes}; `{study.command} prune` lets the "
        "others go once all that reads them is proven"
    )
