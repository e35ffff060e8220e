"""Snakemake makes anew what it would believe by itself, and says why."""

import os
import shutil

import pytest
from engine_jobs import snakemake_stale
from engines import edit, run, unproven

pytestmark = pytest.mark.slow
SELECTIVITY = "results/tiny/selectivity/suppressed-seed0.nc"
OTHER = "results/tiny/selectivity/promoted-seed0.nc"
FIGURE = "results/tiny/figures/emergence.png"


def changed_by_hand(project):
    """A picture with a byte more, and its former times."""
    times = (project / FIGURE).stat()
    (project / FIGURE).write_bytes((project / FIGURE).read_bytes() + b"x")
    os.utime(project / FIGURE, ns=(times.st_atime_ns, times.st_mtime_ns))
    return FIGURE, "was changed after it was written"


def copied(project):
    """A result in the place of another, with the times of that."""
    times = (project / SELECTIVITY).stat()
    shutil.copyfile(project / OTHER, project / SELECTIVITY)
    os.utime(project / SELECTIVITY, ns=(times.st_atime_ns, times.st_mtime_ns))
    return SELECTIVITY, f"it is a copy of {OTHER}"


def touched(project):
    """A stale result that Snakemake was told to believe."""
    edit(project, "figures", "selectivity", "emergence", "dpi", to=90)
    run(project, "snakemake figures --touch --forceall --quiet all --cores 1")
    return FIGURE, "setting figures.selectivity.emergence.dpi was 80, is 90"


@pytest.mark.parametrize("happens", [changed_by_hand, copied, touched])
def test_what_is_wrong_is_made_anew_and_named_with_the_reason(project, happens):
    path, why = happens(project)
    said = run(project, "snakemake figures").stdout
    assert f"snakemake takes {path} for current, but" in said
    assert why in said
    assert unproven(project) == {}
    assert snakemake_stale(project) == set()
    assert "nothing to do" in run(project, "snakemake figures").stdout


def test_where_nothing_is_wrong_nothing_is_said(project):
    assert "for current, but" not in run(project, "snakemake figures").stdout


def test_what_snakemake_sees_by_itself_is_not_named(project):
    edit(project, "figures", "selectivity", "emergence", "dpi", to=90)
    assert "for current, but" not in run(project, "snakemake figures").stdout
    assert unproven(project) == {}
