"""docs/claims.md lists the claims of the second paper as their rows say them."""

import re

from claims.paper import OF_CLUSTERS, ROWS
from engines import ROOT

from vestige.claims.claim import Claim, least_accuracy_of
from vestige.claims.modularity import DRAWS

SECTION = (ROOT / "docs" / "claims.md").read_text().partition("## The claims of the second paper")[2]
HOLDS = {"greater": "above {:g}", "less": "below {:g}", "equivalent": "between -{0:g} and {0:g}"}


def line_of(claim: Claim) -> str:
    """The line of a claim in the table."""
    whose = "ours" if claim.reading == "ours" else "paper"
    return f"| {claim.name} | {claim.sentence} | {whose} | {HOLDS[claim.decision].format(claim.margin)} |"


def test_the_table_has_every_claim_with_its_bound_and_whose_it_is():
    table = re.findall(r"^\| \w+ \| .*", SECTION, re.MULTILINE)[1:]
    assert table == [line_of(claim) for claim in OF_CLUSTERS]


def test_the_least_accuracy_and_the_draws_are_said():
    assert f"accuracy is under {least_accuracy_of(ROWS):.2f}" in " ".join(SECTION.split())
    assert f"at least {DRAWS} draws" in " ".join(SECTION.split())
