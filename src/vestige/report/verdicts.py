"""The claims and what the study says of each, read off the result `claims`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from vestige.report.interval_strips import Strip, strip
from vestige.report.wording import ABSENT as ABSENT_NUMBER
from vestige.report.wording import format_interval, format_list, number, plural, span

# Each verdict and the mark that stands for it wherever colour might not be seen.
MARKS = {
    "reproduced": "yes",
    "weaker than the margin": "weak",
    "contradicted": "no",
    "undecided": "open",
    "not in this study": "absent",
}
REPRODUCED, WEAKER, CONTRADICTED, UNDECIDED, ABSENT = MARKS
DECIDED = (REPRODUCED, WEAKER, CONTRADICTED)
ERROR = 40  # a verdict is false in one of so many studies at most, where the truth lies at a bound
FEWEST = 3  # seeds for a verdict
CHECKED = 5  # seeds from which on a test without a distribution stands beside an interval
COMPARED = {
    "one sample": "one value for each seed",
    "paired": "the difference between two networks of the same seed",
    "unpaired": "the difference between two groups of seeds (Welch)",
}
CLAIM = (
    "sentence",
    "paper",
    "kind",
    "reading",
    "article",
    "quantity",
    "units",
    "margin_reason",
    "verdict",
    "explanation",
    "decision",
    "seeds_needed",
)
PART = (
    *("part", "statistic", "low", "high", "wide_low", "wide_high", "bound_low", "bound_high"),
    *("seeds", "row_diverged", "row_left_out", "pairing", "check", "trimmed", "row_verdict"),
)


@dataclass(frozen=True)
class Part:
    """One statistic with its interval over seeds, and the bounds of the region that counts as reproduced.

    `wide_low` and `wide_high` are the ends of the interval that is widened for the number of parts, `by_seed` the
    values of the seeds where each has one.
    """

    part: str
    statistic: float
    low: float
    high: float
    wide_low: float
    wide_high: float
    bound_low: float
    bound_high: float
    seeds: int
    row_diverged: int
    row_left_out: int
    pairing: str
    check: float
    trimmed: float
    row_verdict: str
    by_seed: tuple[float, ...] = ()
    least_accuracy: float = 0.0  # under which networks are left out

    @property
    def mark(self) -> str:
        """The mark of its verdict."""
        return MARKS.get(self.row_verdict, "open")

    @property
    def value(self) -> tuple[str, str]:
        """The statistic and its interval in figures."""
        return format_interval(self.statistic, self.low, self.high)

    @property
    def bound_text(self) -> str:
        """Where the interval must lie for the claim to hold."""
        if math.isinf(self.bound_high):
            return f"above {number(self.bound_low)}"
        if math.isinf(self.bound_low):
            return f"below {number(self.bound_high)}"
        return f"between {number(self.bound_low)} and {number(self.bound_high)}"

    @property
    def networks(self) -> str:
        """How many seeds it rests on, and how many networks more do not count."""
        said = describe_uncounted([self])
        return f"{self.seeds} ({said})" if said else f"{self.seeds}"

    @property
    def test_text(self) -> str:
        """What the test without a distribution says."""
        if math.isfinite(self.check):
            return f"{self.check:.2g}"
        return f"takes {CHECKED} seeds" if self.seeds < CHECKED else ABSENT_NUMBER

    @property
    def without_extremes(self) -> str:
        """The statistic without the smallest and the largest value."""
        return number(self.trimmed)

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
    kind: str  # of the results that decide it
    reading: str
    article: str  # the paper
    quantity: str
    units: str
    margin_reason: str
    verdict: str
    explanation: str
    decision: str
    seeds_needed: float  # of an undecided claim: seeds that would decide it; NaN where that is not known
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
    def describe_uncounted(self) -> str:
        """How many networks more do not count in its parts; nothing where all do."""
        return describe_uncounted(self.parts)

    @property
    def source(self) -> str:
        """Where the paper makes it; whether the statement is ours."""
        return self.paper if self.reading == "paper" else f"{self.paper}; our reading"

    @property
    def comparison(self) -> str:
        """Whether seeds are compared one by one."""
        return format_list(dict.fromkeys(COMPARED.get(part.pairing, part.pairing) for part in self.parts))

    @property
    def deciding_part(self) -> Part | None:
        """Of the parts that have the claim's verdict, the one whose interval leaves the least room."""
        same = [part for part in self.parts if part.row_verdict == self.verdict]
        return min(same or self.parts, key=lambda part: part.room, default=None)

    @cached_property
    def strip(self) -> Strip | None:
        """The strip of all its parts."""
        return strip(self.parts)


def describe_uncounted(parts: Iterable[Part]) -> str:
    """How many networks more diverged or learnt too little; nothing if none."""
    parts = list(parts)
    diverged, left_out = (
        max((getattr(part, name) for part in parts), default=0) for name in ("row_diverged", "row_left_out")
    )
    said = [f"{diverged} more diverged"] if diverged else []
    if left_out:
        said.append(f"{plural(left_out, 'run')} under {parts[0].least_accuracy:.2f} left out")
    return ", ".join(said)


def claims_of(dataset) -> list[Claim]:
    """Every claim of a `claims` result, in its order."""
    columns = {name: dataset[name].values.tolist() for name in ("claim_of_row", *PART)}
    columns["by_seed"] = [tuple(filter(math.isfinite, each)) for each in dataset["value"].values.tolist()]
    columns["least_accuracy"] = [dataset["least_accuracy"].item()] * dataset.sizes["row"]
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    parts = [(row.pop("claim_of_row"), Part(**row)) for row in rows]
    said = zip(dataset["claim"].values.tolist(), *(dataset[name].values.tolist() for name in CLAIM), strict=True)
    return [Claim(name, *texts, tuple(part for owner, part in parts if owner == name)) for name, *texts in said]


def has_few_seeds(claims: Iterable[Claim]) -> bool:
    """Whether some decided claims rest on too few seeds for a test without a distribution."""
    decided = [claim for claim in claims if claim.verdict not in (UNDECIDED, ABSENT)]
    return any(part.seeds < CHECKED for claim in decided for part in claim.parts)
