"""`--profile slurm` finds the profile of this project, and the two profiles do not undo each other."""

from pathlib import Path

from engines import ROOT, edit, run
from ruamel.yaml import YAML


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
    said = run(empty_project, "snakemake --profile slurm figures --dry-run").stdout
    assert "profiles/default" in said
    assert "rule training" in said


def test_a_rule_asks_for_a_gpu_where_the_study_computes_on_one_and_for_none_otherwise(empty_project):
    asked = run(empty_project, "snakemake figures --dry-run").stdout
    assert "gpu=1" not in asked
    edit(empty_project, "device", to="cuda")
    asked = run(empty_project, "snakemake figures --dry-run").stdout
    blocks = asked.split("\nrule ")[1:]
    given = {block.split(":")[0]: "gpu=1" in block for block in blocks}
    computing = {"training", "selectivity", "ablation", "cka", "between"}
    assert {name for name, gpu in given.items() if gpu} == computing
    assert computing < set(given)


def test_the_editor_s_schema_is_named_in_the_study():
    first = (ROOT / "studies" / "digits.yaml").read_text().splitlines()[0]
    assert Path(ROOT / first.split("$schema=")[1]).is_file()
