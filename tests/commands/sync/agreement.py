"""What both engines and the proofs would have made, that they agree, and the events that they are told of."""

import pytest
from engine_jobs import asked_again, dvc_stale, snakemake_stale, without_checkpoints
from engines import downstream, status, study_of, unproven

RUN = "results/tiny/selectivity/promoted-seed0.nc"


def due(project) -> set[str]:
    """The files that are not proven, and all that is made from them."""
    return downstream(study_of(project), set(unproven(project)))


def assert_engines_agree(project, asked: set[str]) -> None:
    """Both engines, and the proofs, would have these files made, and no others."""
    assert due(project) == asked
    assert snakemake_stale(project) == asked
    assert without_checkpoints(dvc_stale(project)) == asked | asked_again(study_of(project), asked)


def assert_nothing_to_do(project) -> None:
    """Both engines, asked with their own commands, have nothing to do."""
    assert unproven(project) == {}
    assert status(project) == {}
    assert snakemake_stale(project) == set()


FAST = {"a comment edited in the training code"}
SELDOM = (  # are tried each night
    *("a result copied from another condition", "two settings swapped"),
    *("a result changed on the disk", "an edited file beside a result", "an edit of the code"),
)


def marked(events):
    """Each event, those that are not asked for in `make test` marked as slow, or as nightly."""
    marks = dict.fromkeys(FAST, ()) | dict.fromkeys(SELDOM, pytest.mark.nightly)
    return [pytest.param(event, id=name, marks=marks.get(name, pytest.mark.slow)) for name, event in events.items()]
