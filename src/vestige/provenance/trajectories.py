"""The course of each training: what determines its weights after every epoch, and which runs share how much of it."""

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from vestige.config.selection import OF_PENALTY
from vestige.config.study import Study
from vestige.foundation.canonical_json import canonical
from vestige.foundation.file_cache import find_remembered
from vestige.foundation.files import read_regular
from vestige.foundation.processor import kind_of
from vestige.pipeline import Job, cells, job
from vestige.provenance import embedding, environment, hashing, proofs, scratch

KEY = 32  # digits of an epoch's key
# What describes the penalty counts for the passes that are penalised; the length of a run for none, and neither do the
# statistics with which its networks are evaluated.
OF_NO_EPOCH = {"epochs", "batch_norm", *OF_PENALTY}
OF_ONE_RUN = {"labels", "reads", "classes"}  # parts of a text: whose it is, and where it lies
versions = cache(environment.versions)


def keys(job: Job) -> tuple[str, ...]:
    """For each epoch of a training, 0 to its last, a digest of all that determines the weights after so many passes.

    They are made of the job's text without what tells one run from others that begin alike. Equal keys are equal
    weights, records and optimiser states. `start`, `stop` and `epochs` count only as far as the passes until then show
    them.
    """
    return chain(job, alike_in(job))


def chain(job: Job, alike: dict[str, Any]) -> tuple[str, ...]:
    """The keys of a training, given what is alike in every one of its study."""
    said = json.loads(job.text)
    settings = said["settings"]
    training, penalty = settings.pop("training"), settings.pop(f"conditions.{job.names['condition']}")
    own = {key: value for key, value in training.items() if key not in OF_NO_EPOCH}
    begin = {part: value for part, value in said.items() if part not in OF_ONE_RUN} | {"own": own}
    penalised = [penalty["alpha"], penalty["modules"], training["class_reduction"], training["epsilon"]]
    found = [hashing.of_text(canonical([alike, begin]))]
    for epoch in range(training["epochs"]):
        given = penalised if penalty["start"] <= epoch < penalty["stop"] else None
        found.append(hashing.of_text(canonical([found[-1], given])))
    return tuple(key[:KEY] for key in found)


def alike_in(job: Job) -> dict[str, Any]:
    """What is alike in all trainings of a study, beside their texts: code, versions of packages, images."""
    return {
        "code": proofs.code_digests(job),
        "versions": versions(job.code),
        "pictures": pictures(Path(job.read_jobs["images"].output)),
    }


def pictures(path: Path) -> str | None:
    """The digest of what an images result says, whichever study it belongs to; None where it cannot be read."""
    try:
        return find_remembered("pictures", path, values_in)
    except (OSError, RuntimeError):
        return None


def values_in(path: Path) -> str:
    """The sha256 of the values of an images result, but for the study's name."""
    data = read_regular(path)
    if not embedding.is_sealed(data):
        raise RuntimeError(f"{path} was changed after it was written")
    with embedding.opened_in_memory(data) as opened:
        opened.set_auto_maskandscale(False)
        kept = [(name, each) for name, each in sorted(opened.variables.items()) if name != "study"]
        values = ((name, each.dimensions, each[...]) for name, each in kept)
        texts = [repr((name, dims, held if isinstance(held, str) else held.tolist())) for name, dims, held in values]
        return embedding.sha256(*texts)


def all_keys(study: Study) -> dict[str, tuple[str, ...]]:
    """The keys of every training of a study by its result, in the order in which they are made."""
    runs = [each for cell in cells(study, "training") if (each := job(study, "training", **cell)).stage.resumes]
    alike = alike_in(runs[0]) if runs else {}
    return {each.output: chain(each, alike) for each in runs}


def passes_in_common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many passes two runs have in common, given their keys; -1 if they do not even begin with the same weights."""
    return sum(mine == theirs for mine, theirs in zip(one, other, strict=False)) - 1


def lasting_epochs(job: Job) -> frozenset[int]:
    """The epochs of a training whose state stays when it is done, because a run may go on from there.

    They are those at which the ways of another run of the study and its own part, and its last. At epoch 0 nothing
    would be saved.
    """
    return forks(all_keys(job.study), job.output)


def forks(chains: dict[str, tuple[str, ...]], output: str) -> frozenset[int]:
    """The same, given the keys of every training of the study."""
    mine = chains[output]
    ends = {passes_in_common(mine, other) for path, other in chains.items() if path != output} | {len(mine) - 1}
    return frozenset(epoch for epoch in ends if epoch > 0)


def count_shared(study: Study, among: Collection[str] | None = None) -> dict[str, int]:
    """For each training, in the order in which they are made, how many of its epochs an earlier one trains too.

    So many are saved at most: of two that are trained side by side, neither waits. `among` are the results of those
    that will be trained; left out, all.
    """
    before, found = set(), {}
    for output, mine in all_keys(study).items():
        if among is not None and output not in among:
            continue
        found[output] = max(0, sum(key in before for key in mine) - 1)
        before.update(mine)
    return found


def first_epoch_to_train(job: Job, machine: str = "") -> int:
    """From which epoch a training would go on now, by what lies in scratch, sound or not; 0 if by nothing.

    On the kind of machine that is named; else on one of the kind that has computed what lies there.
    """
    try:
        weights, states = scratch.keys_in_folder(scratch.trajectories(job.study))
    except (scratch.ScratchRefused, OSError):
        return 0
    mine = keys(job) if states else ()
    unbroken = next((epoch for epoch, key in enumerate(mine) if key not in weights), len(mine))
    run, kind = scratch.digest_of(job), kind_of([machine])

    def is_usable(epoch: int) -> bool:
        return any(not machine or mark[0] == run or mark[1] == kind for mark in states.get(mine[epoch], ()))

    return next(filter(is_usable, reversed(range(unbroken))), 0)
