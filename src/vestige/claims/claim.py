"""What a claim is, and what it is decided from."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

from vestige.claims.evidence import BySeed, Evidence
from vestige.claims.windows import length

Decision = Literal["greater", "less", "equivalent"]


class Part(NamedTuple):
    """One of the statements that a claim is made of: values by seed, or those of which others are subtracted."""

    name: str
    first: dict[int, float]
    second: dict[int, float] | None = None
    used: str = ""  # which epochs of runs how long, to follow the reason of the verdict


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper in our words, and how it is decided.

    The claim holds where the mean of `quantity` over seeds is greater than `margin`, less than it, or nearer to 0 than
    it ("equivalent"), in every part; the margin comes with its reason, and neither was chosen after any result.
    """

    name: str
    sentence: str
    paper: str
    kind: Literal["training", "selectivity", "ablation", "cka"]
    decision: Decision
    margin: float
    margin_reason: str
    quantity: str
    units: str
    needs: str  # what a study must have for it, to follow "it needs"
    parts: Callable[[Evidence], list[Part]]
    blank: str = "the result holds no number there"  # why a seed may have no value

    @property
    def region(self) -> tuple[float, float]:
        """The values that count as reproduced, without its bounds."""
        regions = {
            "greater": (self.margin, inf),
            "less": (-inf, self.margin),
            "equivalent": (-self.margin, self.margin),
        }
        return regions[self.decision]


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
