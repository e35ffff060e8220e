"""What a claim is, and how one is made of its row in paper.yaml."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, Literal, get_args

from vestige.claims import curves
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.row import Row, nearest
from vestige.claims.statistics import STATISTICS, functions_of, parameters_of
from vestige.foundation.papers import ARTICLES

Decision = Literal["greater", "less", "equivalent"]
KINDS = tuple(functions_of(curves))
TEXTS = ("name", "sentence", "paper", "quantity", "units", "needs")
NEEDED = (*TEXTS, "kind", "statistic", "decision", "margin")
OPTIONAL = ("arguments", "margin_reason", "blank", "opposite", "presupposes", "reading", "article")
READINGS = ("paper", "ours")
SHARED = "{shared}"  # stands in a claim's reason for that of its shared margin


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper in our words, and how it is decided.

    The claim holds where the mean of `quantity` over seeds is greater than `margin`, less than it, or nearer to 0 than
    it ("equivalent"), in every part; the margin comes with its reason, and neither was chosen after any result. Of one
    that is greater, what lies below `opposite` contradicts it, and what lies between is weaker than it says.
    """

    name: str
    sentence: str
    paper: str
    kind: str  # of the result that decides it
    decision: Decision
    margin: float
    margin_reason: str
    quantity: str
    units: str
    needs: str  # what a study must have for it, to follow "it needs"
    parts: Callable[[Evidence], list[Part]]
    blank: str = "the result holds no number there"  # why a seed may have no value
    opposite: float = 0.0
    presupposes: str = ""  # the claim without which this one says nothing: where that fails, it is not asked
    reading: str = "paper"  # whose the statement is: the paper's, or ours where its text leaves it open
    article: str = ARTICLES[0]  # the paper whose claim it is, or on which it is

    @property
    def region(self) -> tuple[float, float]:
        """The values that count as reproduced, without its bounds."""
        regions = {
            "greater": (self.margin, inf),
            "less": (-inf, self.margin),
            "equivalent": (-self.margin, self.margin),
        }
        return regions[self.decision]


def claims_of(rows: dict[str, Any]) -> tuple[Claim, ...]:
    """The claims of paper.yaml, in their order, from its plain values. Raises RowRefused."""
    file = Row("the file", rows)
    file.check_keys(["margins", "accuracy", "claims"])
    shared = file.section("margins")
    margins = {name: margin_at(shared.section(name, f"margin {name}")) for name in shared.values}
    least_accuracy_of(rows)
    if not isinstance(file.values["claims"], list):
        raise file.refusal("claims", "allowed: a list of rows")
    claims: dict[str, Claim] = {}
    for number, values in enumerate(file.values["claims"], start=1):
        row = Row(f"claim {values.get('name', number) if isinstance(values, dict) else number}", values)
        claim = claim_of(row, margins)
        if claim.presupposes and claim.presupposes not in claims:
            raise row.refusal("presupposes", f"found {claim.presupposes!r}; {nearest(claim.presupposes, claims)}")
        if claim.name in claims:
            raise row.refusal("name", "another claim has it; allowed: a name of its own")
        claims[claim.name] = claim
    return tuple(claims.values())


def least_accuracy_of(rows: dict[str, Any]) -> float:
    """The accuracy under which paper.yaml leaves networks out of the second paper's claims. Raises RowRefused."""
    row = Row("the file", rows).section("accuracy")
    row.check_keys(["least", "reason"])
    row.text("reason")
    least = row.number("least")
    if not 0 <= least < 1:
        raise row.refusal("least", f"found {least:g}; allowed: 0 to less than 1, a share of the images")
    return least


def margin_at(row: Row) -> tuple[float, str]:
    """A margin that several claims share, and its reason."""
    row.check_keys(["margin", "reason"])
    return row.number("margin"), row.text("reason")


def claim_of(row: Row, margins: dict[str, tuple[float, str]]) -> Claim:
    """The claim that a row says."""
    row.check_keys(NEEDED, OPTIONAL)
    margin, reason = margin_of(row, margins)
    decision = row.choice("decision", get_args(Decision))
    if decision == "equivalent" and margin <= 0:
        raise row.refusal("margin", f"found {margin:g}; allowed: more than 0, as nothing is nearer to 0 than that")
    return Claim(
        **{key: row.text(key) for key in (*TEXTS, *(["blank"] if "blank" in row.values else []))},
        kind=row.choice("kind", KINDS),
        decision=decision,
        margin=margin,
        margin_reason=reason,
        parts=parts_of(row),
        opposite=opposite_of(row, decision, margin),
        presupposes=row.text("presupposes") if "presupposes" in row.values else "",
        reading=row.choice("reading", READINGS) if "reading" in row.values else "paper",
        article=row.choice("article", ARTICLES) if "article" in row.values else ARTICLES[0],
    )


def opposite_of(row: Row, decision: Decision, margin: float) -> float:
    """Below what a claim of more than a margin is contradicted: 0, where the row says nothing, or a lower margin."""
    if "opposite" not in row.values:
        return min(0.0, margin)
    opposite = row.number("opposite")
    if decision != "greater" or opposite > margin:
        raise row.refusal("opposite", f"found {opposite:g}; allowed: up to the margin, of a claim that is greater")
    return opposite


def margin_of(row: Row, margins: dict[str, tuple[float, str]]) -> tuple[float, str]:
    """The margin and its reason: those of a shared one, which the row may explain further, or the row's own."""
    if isinstance(row.values["margin"], str):
        margin, reason = margins[row.choice("margin", margins)]
        return margin, row.text("margin_reason").replace(SHARED, reason) if "margin_reason" in row.values else reason
    row.check_keys([*NEEDED, "margin_reason"], OPTIONAL)
    return row.number("margin"), row.text("margin_reason")


def parts_of(row: Row) -> Callable[[Evidence], list[Part]]:
    """The row's statistic, with its arguments."""
    statistic = STATISTICS[row.choice("statistic", STATISTICS)]
    parameters, given = parameters_of(statistic), row.section("arguments")
    needed = [name for name, each in parameters.items() if each.default is each.empty]
    given.check_keys(needed, parameters)
    words = {name: get_args(parameters[name].annotation) for name in given.values}
    arguments = {key: given.choice(key, allowed) if allowed else given.number(key) for key, allowed in words.items()}
    return partial(statistic, **arguments)
