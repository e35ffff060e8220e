"""What the rules ask for: by records, else by the estimate, else by default; and a profile has the last word."""

import json
import re

import pytest
from engine_jobs import DRY_RUN
from engines import ROOT, edit, run
from ruamel.yaml import YAML

from vestige.commands import rule_resources
from vestige.commands.cost_estimates import Price
from vestige.commands.job_limits import MEGABYTES
from vestige.config import loading
from vestige.foundation.rows import STAGES

SLURM = f"{DRY_RUN} --profile slurm"


def asked(project, command: str = DRY_RUN) -> dict[str, tuple[int, int]]:
    """The minutes and megabytes that a dry run shows, by the log that each job writes."""
    found = {}
    for block in re.split(r"\n(?= *(?:local)?rule )", run(project, command).stdout):
        if log := re.search(r"^ +log: logs/tiny/(\S+)\.log", block, re.M):
            said = [re.search(rf"\b{name}=(\d+)", block) for name in ("runtime", "mem_mb")]
            found[log[1]] = tuple(int(each[1]) for each in said)
    return found


def state(project, stage: str, **cost) -> None:
    """State in the study what a stage costs."""
    edit(project, "estimate", to={stage: cost})


def test_where_nobody_knows_each_stage_is_given_the_time_of_its_row(empty_project):
    given = asked(empty_project)
    stage_of = {name: name.split("/")[0] for name in given}
    assert {stage_of[name]: minutes for name, (minutes, _) in given.items() if stage_of[name] in STAGES} == {
        name: STAGES[name].hours * 60 for name in stage_of.values() if name in STAGES
    }


def test_without_a_profile_s_default_memory_begins_with_one_of_its_own(empty_project):
    assert {megabytes for _, megabytes in asked(empty_project).values()} == {MEGABYTES}


def test_that_default_is_the_profile_s(empty_project):
    said = YAML(typ="safe").load(ROOT / "profiles/slurm/profile.yaml")
    assert said["default-resources"]["mem_mb"] == MEGABYTES


def test_another_default_of_a_profile_holds_where_nobody_knows(empty_project):
    profile = empty_project / "profiles/slurm/profile.yaml"
    profile.write_text(profile.read_text().replace("{mem_mb: 4000}", "{mem_mb: 7000}"))
    state(empty_project, "training", megabytes_of_memory=1000)
    given = asked(empty_project, SLURM)
    assert given["training/baseline-seed0"][1] == 2000
    assert given["selectivity/baseline-seed0"][1] == 7000


def test_a_stated_time_is_that_of_the_run_s_own_epochs(empty_project):
    state(empty_project, "training", minutes=100)
    edit(empty_project, "training", "epochs", to=2)
    edit(empty_project, "conditions", "baseline", "epochs", to=4)
    given = asked(empty_project)
    assert given["training/suppressed-seed0"][0] == 2 * 100 + 10
    assert given["training/baseline-seed0"][0] == 2 * 200 + 10


def test_what_the_profile_sets_for_a_rule_wins(empty_project):
    state(empty_project, "training", minutes=100, megabytes_of_memory=1000)
    profile = empty_project / "profiles/slurm/profile.yaml"
    profile.write_text(profile.read_text() + "\nset-resources: {training: {runtime: 77, mem_mb: 1234}}\n")
    given = asked(empty_project, SLURM)
    assert given["training/baseline-seed0"] == (77, 1234)
    assert given["selectivity/baseline-seed0"] == (STAGES["selectivity"].hours * 60, MEGABYTES)


@pytest.mark.slow
def test_a_record_of_what_a_job_took_counts_and_makes_nothing_run_again(project):
    for path in project.glob("benchmarks/tiny/training/baseline-seed*.json"):
        record = json.loads(path.read_text())
        whole = {"seconds": 3600.0, "passes": record["of"], "memory": {"process": 3_000_000_000}}
        path.write_text(json.dumps(record | whole))
    assert asked(project) == {}
    given = asked(project, f"{DRY_RUN} --forcerun training")
    assert given["training/baseline-seed0"] == (130, 5000)


@pytest.mark.parametrize(("attempt", "minutes", "megabytes"), [(1, 20, 2000), (2, 40, 4000), (3, 60, 8000)])
def test_a_later_attempt_is_given_more(monkeypatch, attempt, minutes, megabytes):
    study = loading.read(ROOT / "tests/studies/tiny.yaml")
    monkeypatch.setattr(rule_resources, "pricer_of_records", lambda: lambda job, whole: Price(seconds=300, memory=1e9))
    cell = {"study": "tiny", "condition": "baseline", "seed": "0"}
    assert rule_resources.runtime(study, "training")(cell, attempt) == minutes
    assert rule_resources.mem_mb(study, "training", None)(cell, attempt) == megabytes
