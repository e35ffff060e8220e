"""What jobs of studies that were never run are estimated to cost."""

import re
import shutil
from pathlib import Path

import pytest
from engines import TINY

from vestige import pipeline
from vestige.commands import cost_records, disk_room
from vestige.commands import due_jobs as planning
from vestige.commands.plan import plan, sums
from vestige.config import loading
from vestige.provenance import status

ROOT = TINY.parents[2]
PLAIN = loading.parse_yaml(TINY.read_text(), TINY)


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
