"""The claims of the paper and what the study says of each, read off the result `claims`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from vestige.report.strips import Strip, strip
from vestige.report.wording import listed, measured, number, several, span

# Each verdict and the mark that stands for it wherever colour might not be seen.
MARKS = {"reproduced": "yes", "not reproduced": "no", "undecided": "open", "not in this study": "absent"}
COMPARED = {
    "one sample": "one value for each seed",
    "paired": "the difference between two networks of the same seed",
    "unpaired": "the difference between two groups of seeds (Welch)",
}
ABSENT = "not in this study"
CLAIM = ("sentence", "paper", "quantity", "units", "margin_reason", "verdict", "explanation", "decision")
PART = ("part", "statistic", "low", "high", "bound_low", "bound_high", "seeds", "pairing", "row_verdict")


@dataclass(frozen=True)
class Part:
    """One statistic with its interval over seeds, and the bounds of the region that counts as reproduced."""

    part: str
    statistic: float
    low: float
    high: float
    bound_low: float
    bound_high: float
    seeds: int
    pairing: str
    row_verdict: str

    @property
    def mark(self) -> str:
        """The mark of its verdict."""
        return MARKS.get(self.row_verdict, "open")

    @property
    def value(self) -> tuple[str, str]:
        """The statistic and its interval in figures."""
        return measured(self.statistic, self.low, self.high)

    @property
    def bound(self) -> str:
        """Where the interval must lie for the claim to hold."""
        if math.isinf(self.bound_high):
            return f"above {number(self.bound_low)}"
        if math.isinf(self.bound_low):
            return f"below {number(self.bound_high)}"
        return f"between {number(self.bound_low)} and {number(self.bound_high)}"

    @property
    def room(self) -> float:
        """How far the interval is inside the region (negative: outside); infinite where there is no interval."""
        room = min(self.low - self.bound_low, self.bound_high - self.high)
        return math.inf if math.isnan(room) else room

    @cached_property
    def strip(self) -> Strip | None:
        """Its strip."""
        return strip([self])


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper with its verdict and the parts that decide it."""

    name: str
    sentence: str
    paper: str
    quantity: str
    units: str
    margin_reason: str
    verdict: str
    explanation: str
    decision: str
    parts: tuple[Part, ...]

    @property
    def mark(self) -> str:
        """The mark of its verdict."""
        return MARKS.get(self.verdict, "open")

    @property
    def measure(self) -> str:
        """What is measured, with its units where it has any."""
        return f"{self.quantity} ({self.units})" if self.units not in ("", "1") else self.quantity

    @property
    def seeds(self) -> str:
        """How many seeds its parts rest on."""
        return span(part.seeds for part in self.parts)

    @property
    def comparison(self) -> str:
        """Whether seeds are compared one by one."""
        return listed(dict.fromkeys(COMPARED.get(part.pairing, part.pairing) for part in self.parts))

    @property
    def deciding(self) -> Part | None:
        """Of the parts that have the claim's verdict, the one whose interval leaves the least room."""
        same = [part for part in self.parts if part.row_verdict == self.verdict]
        return min(same or self.parts, key=lambda part: part.room, default=None)

    @cached_property
    def strip(self) -> Strip | None:
        """The strip of all its parts."""
        return strip(self.parts)


def claims_of(dataset) -> list[Claim]:
    """Every claim of a `claims` result, in its order."""
    columns = {name: dataset[name].values.tolist() for name in ("claim_of_row", *PART)}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    parts = [(row.pop("claim_of_row"), Part(**row)) for row in rows]
    said = zip(dataset["claim"].values.tolist(), *(dataset[name].values.tolist() for name in CLAIM), strict=True)
    return [Claim(name, *texts, tuple(part for owner, part in parts if owner == name)) for name, *texts in said]


def tally(claims: Iterable[Claim]) -> list[tuple[str, str, int]]:
    """(verdict, mark, count) for each verdict there is."""
    verdicts = [claim.verdict for claim in claims]
    return [(verdict, mark, verdicts.count(verdict)) for verdict, mark in MARKS.items()]


def outcome(claims: list[Claim]) -> str:
    """The tally in a sentence."""
    counts = {verdict: count for verdict, _, count in tally(claims)}
    if not claims:
        return "No claim of the paper was asked of this study."
    absent = counts[ABSENT]
    others = f" The other {absent} {'is' if absent == 1 else 'are'} not in this study." if absent else ""
    return (
        f"Of {several(len(claims), 'claim')} of the paper, this study speaks to {number(len(claims) - absent)}: "
        f"{counts['reproduced']} reproduced, {counts['not reproduced']} not reproduced, "
        f"{counts['undecided']} undecided.{others}"
    )
