"""A part of a claim: its values by seed, and at which epochs they were read."""

from collections.abc import Callable
from typing import NamedTuple

from vestige.claims.evidence import BySeed
from vestige.claims.windows import length


class Part(NamedTuple):
    """One of the statements that a claim is made of: values by seed, or those of which others are subtracted."""

    name: str
    first: dict[int, float]
    second: dict[int, float] | None = None
    used: str = ""  # which epochs of runs how long, to follow the reason of the verdict


def part(name: str, read: Callable, first: BySeed, second: BySeed | None = None) -> Part:
    """What is read off each run of one condition, or of two to compare, with the epochs that it was read at."""
    columns = [{seed: read(run) for seed, run in runs.items()} for runs in (first, second) if runs is not None]
    epochs = {epoch for column in columns for reading in column.values() for epoch in reading.epochs}
    lasting = max((length(run) for run in first.values()), default=0)
    values = [{seed: reading.value for seed, reading in column.items()} for column in columns]
    return Part(name, *values, used=f"{spans(epochs)} of {lasting}" if epochs else f"in runs of {lasting} epochs")


def spans(epochs: set[int]) -> str:
    """Epochs in words: "epochs 1 to 3, 12"."""
    starts = [epoch for epoch in sorted(epochs) if epoch - 1 not in epochs]
    ends = [epoch for epoch in sorted(epochs) if epoch + 1 not in epochs]
    said = [f"{one}" if one == other else f"{one} to {other}" for one, other in zip(starts, ends, strict=True)]
    return f"epoch{'s' if len(epochs) > 1 else ''} {', '.join(said)}"
