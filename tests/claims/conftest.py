"""What several tests of claims ask of a made-up study."""

import pytest
from claims.paper import CLAIMS
from claims.worlds import CLASSES, CONDITIONS, World, study

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide


def judged(results: dict) -> dict:
    """Name of a claim -> what is decided of it, from results by kind."""
    found = evidence(results, CLASSES)
    return {claim.name: decide(claim, found) for claim in CLAIMS}


def judged_alone(name: str, world: World, conditions: dict = CONDITIONS):
    """What is decided of one claim, from results of its own kind alone."""
    (claim,) = [claim for claim in CLAIMS if claim.name == name]
    return decide(claim, evidence(study(world, conditions, kinds=[claim.kind]), CLASSES))


@pytest.fixture(scope="session")
def decided():
    """Decides all claims of results by kind."""
    return judged


@pytest.fixture(scope="session")
def decided_alone():
    """Decides one claim of a world and its conditions."""
    return judged_alone


@pytest.fixture(scope="session")
def as_the_paper_says():
    """What is decided in a world where all of the paper's claims hold."""
    return judged(study(World()))


@pytest.fixture(scope="session")
def with_one_seed():
    """What is decided in the same world from one network of each condition."""
    return judged(study(World(seeds=(0,))))
