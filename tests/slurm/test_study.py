"""`snakemake --profile slurm figures` on a real Slurm: what each job asked for and got, and what came of it."""

import re

import pytest
from cluster import NODES
from engines import bytes_of, run, unproven

pytestmark = pytest.mark.slurm


def rule(job: dict[str, str]) -> str:
    """The rule, or the group, that a job ran."""
    return re.match("rule_(.*?)(_wildcards.*)?$", job["Comment"])[1]


def test_every_job_ended_well_at_its_first_attempt(by_slurm):
    assert by_slurm.jobs
    assert {job["JobState"] for job in by_slurm.jobs} == {"COMPLETED"}
    assert {job["Restarts"] for job in by_slurm.jobs} == {"0"}


def test_rules_given_a_gpu_got_one_and_the_others_none(by_slurm):
    got = {rule(job): (job.get("TresPerJob"), job.get("JOB_GRES")) for job in by_slurm.jobs}
    computing = {name for name in got if name == "training" or name.startswith("measures")}
    assert {got[name] for name in computing} == {("gres:gpu:1", "gpu:1")}
    assert {got[name] for name in set(got) - computing} == {(None, "(null)")}
    assert {"images", "network", "ablation", "claims", "report", "figures_training"} <= set(got) - computing


def test_jobs_ran_on_both_nodes(by_slurm):
    assert {job["NodeList"] for job in by_slurm.jobs} == set(NODES)


def test_a_group_of_measures_asks_for_one_gpu_and_the_sum_of_their_times(by_slurm):
    (group,) = [job for job in by_slurm.jobs if rule(job).startswith("measures")]
    assert (group["JOB_GRES"], group["NumCPUs"], group["MinMemoryNode"]) == ("gpu:1", "1", "4000M")
    assert group["TimeLimit"] == "1-00:00:00"  # twice selectivity, cka, between: 2 x 240 + 2 x 480 minutes
    made = {path for path in bytes_of(by_slurm.project, "results/tiny/*/*.nc") if "training" not in path}
    assert {path.split("/")[2] for path in made} == {"selectivity", "ablation", "cka", "between"}
    assert not [job for job in by_slurm.jobs if rule(job) in ("selectivity", "cka", "between")]


def test_the_results_are_those_of_a_local_run_byte_for_byte(by_slurm, local):
    there, here = (bytes_of_files(project) for project in (by_slurm.project, local))
    assert set(there) == set(here)
    assert [path for path in here if here[path] != there[path]] == []


def bytes_of_files(project) -> dict[str, bytes]:
    """Every file of the results."""
    return {
        str(path.relative_to(project)): path.read_bytes() for path in project.glob("results/**/*") if path.is_file()
    }


def test_everything_is_proven_and_nothing_is_left_to_make(by_slurm):
    assert unproven(by_slurm.project) == {}
    assert "nothing to do, all results are current" in run(by_slurm.project, "snakemake figures --dry-run").stdout
