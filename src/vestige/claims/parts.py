"""A part of a claim: its values by seed, and at which epochs they were read."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vestige.claims.evidence import BySeed
from vestige.claims.windows import Reading, length

Values = dict[int, np.ndarray]  # seed -> (any, all)


class Part(NamedTuple):
    """One of the statements that a claim is made of: values by seed, or those of which others are subtracted.

    `failed` are the seeds of networks that diverged and have no value; others count without them. `left_out` is how
    many networks were not looked at, as too little was learnt in them.
    """

    name: str
    first: Values
    second: Values | None = None
    used: str = ""  # which epochs of runs how long, to follow the reason of the verdict
    failed: tuple[int, ...] = ()
    left_out: int = 0


def part(name: str, read: Callable, first: BySeed, second: BySeed | None = None, other: Callable | None = None) -> Part:
    """What is read off each run of one condition, or of two to compare, with the epochs that it was read at.

    `other` reads the second one, if not as the first is.
    """
    columns = [align_lengths({seed: read(run) for seed, run in first.items()})]
    columns += (
        [align_lengths({seed: (other or read)(run) for seed, run in second.items()})] if second is not None else []
    )
    runs = [first, second][: len(columns)]
    failed = {
        seed
        for column, found in zip(columns, runs, strict=True)
        for seed, reading in column.items()
        if has_diverged(found[seed]) and not np.isfinite(reading.values).all()
    }
    sound = [{seed: reading for seed, reading in column.items() if seed not in failed} for column in columns]
    epochs = {epoch for column in sound for reading in column.values() for epoch in reading.epochs}
    lasting = max((length(run) for run in first.values()), default=0)
    values = [{seed: reading.values for seed, reading in column.items()} for column in sound]
    used = f"{spans(epochs)} of {lasting}" if epochs else f"in runs of {lasting} epochs"
    return Part(name, *values, used=used, failed=tuple(sorted(failed)))


def align_lengths(readings: dict[int, Reading]) -> dict[int, Reading]:
    """Readings that all hold as many numbers: one of a run that lacks epochs which others have has no value."""
    shape = max((reading.values.shape for reading in readings.values()), default=())
    return {
        seed: reading if reading.values.shape == shape else Reading(np.full(shape, np.nan), reading.epochs)
        for seed, reading in readings.items()
    }


def has_diverged(run) -> bool:
    """Whether the network of some curves diverged, as `evidence` says."""
    return bool(run.coords["diverged"]) if "diverged" in run.coords else False


def spans(epochs: set[int]) -> str:
    """Epochs in words: "epochs 1 to 3, 12"."""
    starts = [epoch for epoch in sorted(epochs) if epoch - 1 not in epochs]
    ends = [epoch for epoch in sorted(epochs) if epoch + 1 not in epochs]
    said = [f"{one}" if one == other else f"{one} to {other}" for one, other in zip(starts, ends, strict=True)]
    return f"epoch{'s' if len(epochs) > 1 else ''} {', '.join(said)}"
