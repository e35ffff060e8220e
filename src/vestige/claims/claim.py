"""What a claim is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part

Decision = Literal["greater", "less", "equivalent"]


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
