"""`--profile slurm` finds the profile of this project, and the two profiles do not undo each other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_jobs import DRY_RUN
from engines import ROOT, edit, run
from ruamel.yaml import YAML

from vestige.engines import slurm
from vestige.pipeline import STAGES


def profile(name: str) -> dict:
    """The settings of a profile."""
    return YAML(typ="safe").load(ROOT / "profiles" / name / "profile.yaml")


def test_the_link_leads_to_the_profile():
    assert (ROOT / "slurm").is_symlink()
    assert (ROOT / "slurm" / "profile.yaml").resolve() == (ROOT / "profiles/slurm/profile.yaml").resolve()


def test_no_setting_is_in_both_profiles():
    # Snakemake lets one profile's whole key hide the other's.
    assert set(profile("default")) & set(profile("slurm")) == set()


def test_the_default_profile_goes_on_after_a_failure_and_leaves_no_lock():
    assert {"keep-going": True, "nolock": True, "rerun-incomplete": True}.items() <= profile("default").items()


def test_the_slurm_profile_plans_the_whole_study(empty_project):
    said = run(empty_project, f"{DRY_RUN} --profile slurm").stdout
    assert "profiles/default" in said
    assert "rule training" in said


def test_groups_name_stages_and_their_components_groups():
    groups = profile("slurm")["groups"]
    assert set(groups) <= set(STAGES)
    assert set(profile("slurm")["group-components"]) == set(groups.values())


def test_the_rules_name_no_group_which_is_a_site_s_to_decide(empty_project):
    assert "group" not in "".join(path.read_text() for path in (empty_project / "workflow/rules").glob("*.smk"))


def test_jobs_on_a_cluster_have_the_name_by_which_they_are_found_again():
    assert profile("slurm")["slurm-jobname-prefix"] == slurm.PREFIX


@pytest.mark.slow
@pytest.mark.parametrize(("slurm_is", "code"), [("wished", 0), ("required", 1)])
def test_where_there_is_no_slurm_its_tests_say_so_and_fail_where_it_is_required(slurm_is, code):
    bare = {**os.environ, "PATH": os.path.dirname(sys.executable), "VESTIGE_SLURM": slurm_is}
    command = [sys.executable, "-m", "pytest", "-m", "slurm", "tests/slurm", "-n", "0", "-rs", "--exitfirst"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert done.returncode == code
    assert "there is no Slurm on this machine" in done.stdout
    assert "apt-get install slurm-wlm munge" in done.stdout


def test_a_rule_asks_for_a_gpu_where_the_study_computes_on_one_and_for_none_otherwise(empty_project):
    asked = run(empty_project, DRY_RUN).stdout
    assert "gpu=1" not in asked
    edit(empty_project, "device", to="cuda")
    asked = run(empty_project, DRY_RUN).stdout
    blocks = asked.split("\nrule ")[1:]
    given = {block.split(":")[0]: "gpu=1" in block for block in blocks}
    computing = {"training", "selectivity", "ablation", "cka", "between"}
    assert {name for name, gpu in given.items() if gpu} == computing
    assert computing < set(given)


def test_the_editor_s_schema_is_named_in_the_study():
    first = (ROOT / "studies" / "digits.yaml").read_text().splitlines()[0]
    assert Path(ROOT / first.split("$schema=")[1]).is_file()
