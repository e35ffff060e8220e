"""What `vestige plan` says would run, why, and at what cost."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
from engines import TINY, edit
from synthetic import synthetic_project

from vestige import pipeline
from vestige.commands import cost_records, disk_room
from vestige.commands import due_jobs as planning
from vestige.commands.formatting import columns, size_told, time_told
from vestige.commands.plan import as_json, plan, sums
from vestige.config import loading
from vestige.provenance import status

ROOT = TINY.parents[2]
PLAIN = loading.parse_yaml(TINY.read_text(), TINY)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A project with all results of a study of two conditions and two seeds, none computed; not to be changed."""
    return synthetic_project(tmp_path_factory.mktemp("narrow") / "project", conditions=2, seeds=2)


@pytest.fixture
def project(narrow, tmp_path, monkeypatch):
    """A copy of it to work in."""
    shutil.copytree(narrow, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def planned() -> dict[str, planning.Planned]:
    """What is planned here, by the end of the result's path."""
    study = loading.read()
    found = planning.plan_jobs(study, status.judge(study))
    return {planning.shorten_reason(each.job.output, study): each for each in found}


def why(certain: bool) -> dict[str, str]:
    """The reasons of what runs for certain, or only if its inputs change."""
    return {name: each.why for name, each in planned().items() if each.certain == certain}


def lines() -> list[str]:
    """The plan as a person reads it."""
    return [*plan(loading.read())]


def test_where_all_is_proven_nothing_would_run(project):
    assert lines() == ["study wide: 29 of 29 results proven; nothing would run"]
    assert json.loads(as_json(loading.read()))["jobs"] == []


def test_where_nothing_is_there_everything_would_run(project):
    shutil.rmtree("results")
    assert set(why(certain=True).values()) == {"missing"}
    assert len(why(certain=True)) == len(list(pipeline.jobs(loading.read())))
    assert why(certain=False) == {}


def test_an_edited_setting_makes_its_jobs_and_what_reads_them_runs_only_if_they_change(project):
    edit(project, "cka", "order_seed", to=7)
    said = "cka.order_seed was 0, is 7"
    cka = {f"cka/{run}": said for run in map(str, loading.read().runs)}
    assert why(certain=True) == cka | {f"between/baselines-seed{seed}": said for seed in (0, 1)}
    assert why(certain=False) == {
        "figures/linearity": "after cka/baseline-seed0",
        "figures/similarity_between_networks": "after between/baselines-seed0",
        "claims": "after cka/baseline-seed0",
        "report": "after claims",
    }


def test_a_result_that_is_gone_is_made_and_its_readers_only_if_it_changes(project):
    Path("results/wide/selectivity/baseline-seed1.nc").unlink()
    assert why(certain=True) == {"selectivity/baseline-seed1": "missing"}
    assert why(certain=False)["ablation/baseline-seed1"] == "after selectivity/baseline-seed1"
    assert "cka/baseline-seed1" not in planned()


def test_a_result_of_another_run_is_foreign(project):
    shutil.copy("results/wide/cka/baseline-seed0.nc", "results/wide/cka/baseline-seed1.nc")
    assert why(certain=True) == {"cka/baseline-seed1": "a copy of cka/baseline-seed0"}
    assert set(why(certain=False)) == {"figures/linearity", "claims", "report"}


def test_what_was_made_from_another_input_runs_once_that_is_settled(project):
    edit(project, "cka", "order_seed", to=7)
    shutil.copy("results/wide/selectivity/baseline-seed0.nc", "results/wide/selectivity/baseline-seed1.nc")
    assert why(certain=False)["claims"] == "after selectivity/baseline-seed1"
    assert why(certain=False)["report"] == "after claims"


def test_what_lies_far_behind_reaches_all_that_comes_from_it(project):
    edit(project, "images", "split_seed", to=7)
    assert len(planned()) == len(list(pipeline.jobs(loading.read())))
    assert why(certain=False)["claims"] == "after images"


def test_a_training_without_checkpoints_runs_only_if_something_reads_them(project):
    shutil.rmtree("results/wide/checkpoints")
    assert lines() == [
        "study wide: 25 of 29 results proven; nothing would run",
        "4 trainings without checkpoints here, which nothing that would run reads",
    ]
    edit(project, "figures", "cka", "linearity", "dpi", to=90)
    assert set(planned()) == {"figures/linearity", "report"}
    Path("results/wide/cka/baseline-seed1.nc").unlink()
    absent = "epoch-000.safetensors and 2 more files written with it: missing"
    assert why(certain=True)["training/baseline-seed1"] == f"checkpoints/baseline-seed1/{absent}"
    assert why(certain=False)["training/baseline-seed0"] == f"checkpoints/baseline-seed0/{absent}"  # read by the pair
    assert lines()[-1].startswith("2 trainings without checkpoints here")


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


def test_an_estimate_is_no_science():
    study = loading.validate_study(PLAIN | {"estimate": {"training": {"minutes": 220, "megabytes": 9000}}})
    before = {job.output: job.settings for job in pipeline.jobs(loading.validate_study(PLAIN))}
    assert {job.output: job.settings for job in pipeline.jobs(study)} == before
    assert "estimate" not in (ROOT / "dvc.yaml").read_text()


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"trainng": {"minutes": 1}}, "estimate.trainng: unknown key; did you mean 'training'?"),
        ({"training": {"minutes": 0}}, "estimate.training.minutes: found 0; allowed: a number above 0"),
        (
            {"training": {"hours": 1}},
            "estimate.training.hours: unknown key; allowed: minutes, megabytes, megabytes_of_memory",
        ),
        ({"training": 5}, "estimate.training: found 5; allowed: keys and their values"),
    ],
)
def test_an_estimate_that_says_nothing_is_refused(said, refusal):
    with pytest.raises(loading.StudyRefused) as refused:
        loading.validate_study(PLAIN | {"estimate": said})
    assert refusal in str(refused.value)


@pytest.mark.parametrize("name", ["digits", "digits_paper", "digits_fidelity"])
def test_of_a_small_study_every_cost_is_known_before_its_first_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = loading.read(ROOT / "studies" / f"{name}.yaml")
    said = sums(planning.plan_jobs(study, status.judge(study)))
    assert said["without_time"] == said["without_size"] == 0
    assert 300 < said["cpu_seconds"] < 7200


def test_trainings_that_may_stop_early_count_the_epochs_that_like_ones_took(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = loading.read(ROOT / "studies" / "digits_clustering.yaml")
    job = pipeline.job(study, "training", condition="dropout_30", seed=0)
    left = {"result": job.output, "stage": "training", "study": study.study, "settings": job.settings, "memory": {}}
    left |= {"seconds": 4, "passes": 40, "of": 40, "bytes": 4000, "hardware": {"cpu": "a processor"}}
    path = cost_records.path_of(job)
    path.parent.mkdir(parents=True)
    path.write_text(cost_records.Record(**left).model_dump_json())
    said = [*plan(study)]
    assert "33 trainings may stop early, and of each as many epochs count as like ones took: 40 in the median" in said
    (line,) = (line for line in said if line.startswith("training "))
    assert re.search(r" 2\.2 min CPU +132 kB ", line)


def test_where_nobody_knows_what_a_training_takes_shared_epochs_save_no_stated_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = [*plan(loading.read(ROOT / "studies" / "cifar10.yaml"))]
    assert "up to 288 of 1,860 epochs saved where runs begin alike" in said


@pytest.mark.parametrize("path", ["params.yaml", "studies/imagenet-intervention.yaml"])
def test_what_the_docs_show_of_a_fresh_clone_is_what_is_said_there(path, tmp_path, monkeypatch):
    (tmp_path / path).parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(disk_room, "find_cache", lambda: (Path(".dvc/cache"), "copy"))  # as on most disks
    said = "\n".join(line for line in plan(loading.read(path)) if not line.startswith("too little room"))
    command = "vestige plan" if path == "params.yaml" else f"vestige --study {path} plan"
    assert f"```console\n$ {command}\n{said}\n```" in (ROOT / "docs/plan.md").read_text()


@pytest.mark.parametrize("name", ["development", "intervention", "recovery", "resnet18", "resnet34"])
def test_the_studies_on_imagenet_state_what_every_costly_stage_takes(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = loading.read(ROOT / "studies" / f"imagenet-{name}.yaml")
    found = planning.plan_jobs(study, status.judge(study))
    networks = [each for each in found if "device" in each.job.stage.settings and not each.job.stage.gathers]
    assert {each.price.source for each in networks} == {"stated"}
    assert sums(networks)["without_time"] == sums(networks)["without_size"] == 0


def test_the_main_study_on_imagenet_costs_what_its_header_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = loading.read(ROOT / "studies" / "imagenet-intervention.yaml")
    said = sums(planning.plan_jobs(study, status.judge(study)))
    assert said["gpu_seconds"] / 3600 == pytest.approx(960 + 15 + 4.5, rel=0.02)
    assert said["bytes"] == pytest.approx(204e9 + 7.6e9, rel=0.02)
    assert (said["epochs"], said["shared"]) == (380 * 5, 32 * 5)


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
    assert time_told(seconds) == told


@pytest.mark.parametrize(("size", "told"), [(400, "0.4 kB"), (9.4e6, "9.4 MB"), (204e9, "204 GB"), (1.2e12, "1.2 TB")])
def test_a_size_is_told_in_the_unit_that_suits_it(size, told):
    assert size_told(size) == told


def test_a_column_of_numbers_ends_at_the_right():
    assert columns([("a", "12", "x"), ("bcd", "3", "")], right=[1]) == ["a    12  x", "bcd   3"]


def test_gpus_of_one_training_all_count_and_it_is_said_what_was_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    alone = (ROOT / "studies" / "imagenet-intervention.yaml").read_text()
    said, hours = {}, {}
    for devices in (1, 4):
        Path("params.yaml").write_text(alone.replace("\ntraining:\n", f"\ntraining:\n  devices: {devices}\n"))
        study = loading.read("params.yaml")
        found = planning.plan_jobs(study, status.judge(study))
        trainings = [each for each in found if each.job.stage.name == "training"]
        assert {each.job.devices for each in trainings} == {devices}
        hours[devices], said[devices] = sums(trainings)["gpu_seconds"], "\n".join(plan(study))
    assert hours[4] == pytest.approx(4 * hours[1])  # the study states what a job takes, whatever it runs on
    assert "NCCL" not in said[1]
    assert "95 trainings on up to 4 GPUs each, whose hours all count; they speak through NCCL, which" in said[4]
