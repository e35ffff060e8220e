"""What a plan says of the disk: how much is written where, and whether there is room."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from engines import TINY

from vestige.commands.disk_room import describe_room, room
from vestige.commands.due_jobs import plan_jobs
from vestige.commands.plan import as_json
from vestige.config import loading
from vestige.provenance import status

PLAIN = loading.parse_yaml(TINY.read_text(), TINY)
MB = 1e6
RECOMPUTED = {"statistics": "recomputed", "images": 16, "batch_size": 8}
EPOCHS = PLAIN["training"]["epochs"]
RUNS = len(PLAIN["conditions"]) * len(PLAIN["seeds"])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, without DVC."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def with_dvc(here):
    """The same with a DVC that has noted nothing yet."""
    (here / ".dvc").mkdir()
    (here / ".dvc" / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    return here


def study_with(estimate: dict, **changes):
    """The tiny study, where each job of some stages writes so many megabytes."""
    said = {stage: {"megabytes": size} for stage, size in estimate.items()}
    return loading.validate_study(PLAIN | changes | {"estimate": said})


def found(study):
    """The room that the study needs from its beginning."""
    return room(study, plan_jobs(study, status.judge(study)))


def sizes(study) -> dict[str, float]:
    """The megabytes that the study writes in each folder."""
    return {each.folder: each.bytes / MB for each in found(study).shares}


def alone(**training) -> dict:
    """The changes by which the study has one run."""
    one = {"conditions": {"baseline": {"alpha": 0}}, "seeds": [0], "between": {}}
    one |= {"applies": {"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []}}
    one |= {"figures": {kind: {} for kind in PLAIN["figures"]}}
    return one | {"training": PLAIN["training"] | training}


def test_what_jobs_write_counts_once_for_each_job(here):
    assert sizes(study_with({"selectivity": 3})) == {"results": 3 * RUNS}


def test_decoded_images_lie_where_jobs_work(here):
    assert sizes(study_with({"images": 7})) == {"work": 7}


def test_what_is_copied_of_parquet_shards_counts_until_it_is_there(here):
    (here / "set").mkdir()
    for split, size in (("train", 3000), ("val", 1000)):
        (here / "set" / f"{split}.parquet").write_bytes(bytes(size))
    said = {"source": "imagenet", "root": "set", "crop": 8, "resize": 8, "resize_with": "pillow"}
    study = study_with({"images": 7}, images=said)
    assert sizes(study) == {"work": pytest.approx(7.004)}
    listed = status.judge(study)
    (here / "set" / "val.parquet").unlink()
    assert [each.bytes for each in room(study, plan_jobs(study, listed)).shares] == [7.003 * MB]


def test_a_run_alone_leaves_one_state_as_large_as_a_checkpoint_and_within_a_pass_weights_and_state(here):
    size = 10 * (EPOCHS + 1)
    assert sizes(study_with({"training": size}, **alone())) == {"results": size, "work": pytest.approx(30)}


def test_with_recomputed_statistics_all_weights_lie_where_trainings_work_once_more(here):
    size = 10 * (EPOCHS + 1)
    study = study_with({"training": size}, **alone(batch_norm=RECOMPUTED))
    assert sizes(study)["work"] == pytest.approx(30 + size)


def test_on_another_disk_weights_are_copies_of_the_checkpoints(here):
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == here.stat().st_dev:
        pytest.skip("no other disk is known here")
    size = 10 * (EPOCHS + 1)
    study = study_with({"training": size}, scratch=str(other), **alone())
    assert sizes(study) == {"results": size, "/dev/shm": pytest.approx(30 + size)}


def test_the_cache_has_copies_but_where_the_disk_can_share_them(with_dvc):
    (with_dvc / "one").write_bytes(b"some bytes")
    tried = subprocess.run(["cp", "--reflink=always", "one", "other"], capture_output=True, text=True)
    if "unrecognized" in tried.stderr or "illegal" in tried.stderr:
        pytest.skip("this cp cannot try it")
    link = "copy" if tried.returncode else "reflink"
    study = study_with({"selectivity": 3})
    assert found(study).link == link
    assert sizes(study) == {"results": 3 * RUNS} | ({".dvc/cache": 3 * RUNS} if link == "copy" else {})


def test_to_find_out_leaves_nothing_behind(with_dvc):
    found(study_with({"selectivity": 3}))
    left = {path.relative_to(with_dvc) for path in with_dvc.rglob("*") if path.is_file()}
    assert {path for path in left if not path.is_relative_to(".dvc/tmp")} == {Path(".dvc/config")}


def test_without_dvc_nothing_is_said_of_a_cache(here):
    assert [*describe_room(found(study_with({"selectivity": 3})))] == [f"disk: {3 * RUNS} MB in results/"]


def test_what_does_not_fit_on_the_disk_is_said(here):
    free = shutil.disk_usage(here).free
    (line,) = found(study_with({"selectivity": 2 * free / MB / RUNS})).short
    assert line.startswith("too little room: ")
    assert "for results/, where" in line


def test_what_fits_together_only_without_the_other_is_said_too(here):
    part = 0.6 * shutil.disk_usage(here).free / MB
    (line,) = found(study_with({"selectivity": part / RUNS, "images": part})).short
    assert "for results/ and work/, where" in line


def test_machines_are_told_of_the_disk(here):
    said = json.loads(as_json(study_with({"selectivity": 3})))["disk"]
    assert said == {"shares": [{"folder": "results", "bytes": 3 * RUNS * MB}], "link": None, "short": []}
