"""What `vestige plan` sums up for people and for machines, and in which units."""

import dataclasses
import json
import shutil

import pytest
from commands.plan.planned_jobs import lines, planned, why
from engines import edit

from vestige.commands.formatting import columns, format_size, format_time
from vestige.commands.plan import as_json, sums
from vestige.config import loading


def test_every_job_is_counted_once_in_the_sums(project):
    edit(project, "training", "momentum", to=0.5)
    said = sums([*planned().values()])
    assert said["jobs"] == len(planned())
    assert said["cpu_seconds"] == pytest.approx(1.5 * len(planned()))
    assert said["gpu_seconds"] == said["without_time"] == said["without_size"] == said["restorable"] == 0
    assert said["epochs"] == 2 * 4
    assert said["if_changed"] == len(why(certain=False))


def test_what_can_be_restored_costs_nothing(project):
    edit(project, "training", "momentum", to=0.5)
    due = [dataclasses.replace(each, restorable=each.job.stage.name == "training") for each in planned().values()]
    said = sums(due)
    assert (said["restorable"], said["epochs"]) == (4, 0)
    assert said["cpu_seconds"] == pytest.approx(1.5 * (len(due) - 4))


def test_what_nobody_knows_is_said_and_counted_apart(project):
    shutil.rmtree("benchmarks")
    edit(project, "training", "momentum", to=0.5)
    edit(project, "estimate", to={"training": {"minutes": 30, "megabytes": 5}})
    said = sums([*planned().values()])
    assert said["cpu_seconds"] == 4 * 1800
    assert said["without_time"] == said["jobs"] - 4
    told = "\n".join(" ".join(line.split()) for line in lines())
    assert "training 4 - - 2.0 h CPU 20 MB 70 min, 4.0 GB* stated training.momentum was 0.9, is 0.5" in told
    assert "2.0 h CPU + ? 20 MB + ?" in told
    assert "unknown (?): selectivity, ablation, cka, between, figures, claims, report; no such job" in told


def test_the_table_has_a_line_for_each_stage_and_the_total(project):
    edit(project, "training", "momentum", to=0.5)
    told = lines()
    assert told[0] == "study wide: 3 of 29 results proven; what is not would be made:"
    stages = ["training", "selectivity", "ablation", "cka", "between", "figures", "claims", "report", "total"]
    assert [line.split()[0] for line in told[3 : 3 + len(stages)]] == stages
    assert told[3].split()[-5:] == ["training.momentum", "was", "0.9,", "is", "0.5"]
    assert [line.count("after training") for line in told[4:7]] == [1, 1, 1]


def test_machines_are_told_every_job_and_the_sums(project):
    edit(project, "training", "momentum", to=0.5)
    said = json.loads(as_json(loading.read()))
    assert len(said["jobs"]) == said["total"]["jobs"] == len(planned())
    assert said["jobs"][0] == {
        **{"result": "results/wide/training/baseline-seed0.nc", "stage": "training", "state": "stale"},
        **{"certain": True, "why": "training.momentum was 0.9, is 0.5", "restorable": False},
        **{"begun": 0, "epochs": 2, "shared": 0, "device": "cpu", "seconds": 1.5},
        **{"bytes": said["jobs"][0]["bytes"], "source": "measured with other settings", "records": 2},
        "hardware": said["jobs"][0]["hardware"],
        "expected_epochs": None,
        "memory": said["jobs"][0]["memory"],
        "limits": {"minutes": 15, "megabytes": said["jobs"][0]["limits"]["megabytes"]},
    }


def test_planning_changes_no_file(project):
    edit(project, "training", "momentum", to=0.5)
    before = times(project)
    lines()
    assert times(project) == before


def times(project) -> dict:
    """When each file was changed, but for what DVC notes when it is looked at."""
    files = (path for path in project.rglob("*") if path.is_file() and path.parent.name != "tmp")
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "<0.1 s"),
        (1.5, "1.5 s"),
        (119, "119 s"),
        (150, "2.5 min"),
        (7199, "120 min"),
        (7200, "2.0 h"),
        (5.4e6, "1,500 h"),
    ],
)
def test_a_time_is_told_in_the_unit_that_suits_it(seconds, told):
    assert format_time(seconds) == told


@pytest.mark.parametrize(("size", "told"), [(400, "0.4 kB"), (9.4e6, "9.4 MB"), (204e9, "204 GB"), (1.2e12, "1.2 TB")])
def test_a_size_is_told_in_the_unit_that_suits_it(size, told):
    assert format_size(size) == told


def test_a_column_of_numbers_ends_at_the_right():
    assert columns([("a", "12", "x"), ("bcd", "3", "")], right=[1]) == ["a    12  x", "bcd   3"]
