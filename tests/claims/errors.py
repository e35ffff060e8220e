"""How often a claim is called what, over many made-up studies of one world."""

from dataclasses import replace

from claims.worlds import CLASSES, CONDITIONS, World, study

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import CONTRADICTED, REPRODUCED, WEAKER, decide


def rates(claim, world: World, repeats: int, conditions=CONDITIONS) -> tuple[float, float]:
    """The shares of studies in which a claim is reproduced, and in which it is contradicted or weaker."""
    verdicts = [verdict_in(claim, replace(world, study=number), conditions) for number in range(repeats)]
    refused = sum(verdict in (CONTRADICTED, WEAKER) for verdict in verdicts)
    return verdicts.count(REPRODUCED) / repeats, refused / repeats


def verdict_in(claim, world: World, conditions=CONDITIONS) -> str:
    """What a claim is called in one study, from results of its own kind."""
    return decide(claim, evidence(study(world, conditions, kinds=[claim.kind]), CLASSES)).verdict
