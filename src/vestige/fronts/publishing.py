"""Where one training works, and how its checkpoints come among the results: all of them or none."""

import os
import shutil
from pathlib import Path

from vestige import pipeline, proofs
from vestige.pipeline import Job

KEY = 16  # digits that tell one training's work from another's


def workplace(job: Job, before: dict[str, str]) -> Path:
    """The folder in which one very training works: named by all that determines it, so that only it is ever resumed."""
    inputs = {each.output: proofs.sha256(Path(each.output)) for each in job.inputs}
    key = proofs.digest_of_text(pipeline.canonical([job.output, before, job.settings, inputs]))
    folder = Path("work", "training", f"{job.study.study}-{Path(job.output).stem}-{key[:KEY]}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clear_work(folder: Path) -> None:
    """Remove the work on a result that is written, and on what was begun for it with other settings or code."""
    for other in folder.parent.glob(folder.name[:-KEY] + "?" * KEY):
        shutil.rmtree(other, ignore_errors=True)


def publish(job: Job, folder: Path, dataset) -> dict[str, str]:
    """Replace the run's checkpoints by the finished ones; their digests. The work stays until the result is written."""
    from vestige.apparatus import checkpoints

    final = Path(job.checkpoints).parent.resolve() / Path(job.checkpoints).name
    fresh = final.with_name(f".{final.name}.partial")  # on the disk where the checkpoints are, wherever that is
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    names = [checkpoints.name(int(epoch)) for epoch in dataset["epoch"].values]
    for name in names:
        link_or_copy(folder / name, fresh / name)
    final.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(fresh, final)
    return {f"{job.checkpoints}/{name}": proofs.sha256(final / name) for name in names}


def link_or_copy(source: Path, target: Path) -> None:
    """A second name for a file, or a copy where the disks differ."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
