"""Which figures of a study show what a claim is about, and which claims a figure bears on: by the paper's numbers."""

import re
from collections.abc import Iterable

from vestige.report.embedded_figures import FIRST, Plate
from vestige.report.verdicts import ABSENT, Claim

FIGURES = re.compile(r"[Ff]igures? (?P<numbers>\d+[a-z]?(?:(?:, | and )\d+[a-z]?\b)*)")


def cited_figures(paper: str) -> list[str]:
    """The numbers of figures in a text: "figures 6b and 7, section 4.4" -> ["6b", "7"]."""
    return [number for found in FIGURES.finditer(paper) for number in re.findall(r"\d+[a-z]?", found["numbers"])]


def is_of(plate: Plate, number: str) -> bool:
    """Whether a figure answers a number of the paper's; 6 is answered by 6a, too, and 6a by one called 6."""
    shorter, longer = sorted((plate.number, number), key=len)
    return bool(shorter) and longer.rstrip("abcdefgh" if shorter.isdigit() else "") == shorter


def figures_of(claim: Claim, plates: Iterable[Plate]) -> list[Plate]:
    """The figures of the study that show what a claim is about: of its own kind of results, if there are any.

    Those whose number the claim names; of the second paper, whose figures have none here, those of its kind of results.
    """
    own = [plate for plate in plates if plate.article == claim.article]
    if claim.article != FIRST:
        return [plate for plate in own if plate.kind == claim.kind]
    found = [plate for plate in own if any(is_of(plate, number) for number in cited_figures(claim.paper))]
    return [plate for plate in found if plate.kind == claim.kind] or found


def link_claims_and_figures(
    claims: list[Claim], plates: list[Plate]
) -> tuple[dict[str, list[Plate]], dict[str, list[Claim]]]:
    """The figures of each claim, and of each figure the claims that this study speaks to, by name."""
    shown_in = {claim.name: figures_of(claim, plates) for claim in claims}
    asked = [claim for claim in claims if claim.verdict != ABSENT]
    return shown_in, {plate.name: [claim for claim in asked if plate in shown_in[claim.name]] for plate in plates}
