"""With `keep: listed`, `vestige prune` lets the checkpoints go that no measure names, once nothing has to read them."""

import json

import pytest
from engine_jobs import dvc_stale, snakemake_stale
from engines import ROOT, edit, run, study_of, unproven

from vestige import pipeline
from vestige.commands.checkpoint_release import describe_kept
from vestige.config import loading
from vestige.provenance import result_facts, retention

LET_GO = {  # cka names epochs 0 and 2 of the suppressed runs, and no measure any of the promoted ones
    f"results/tiny/checkpoints/{condition}-seed{seed}/epoch-001.safetensors"
    for condition in ("suppressed", "promoted")
    for seed in (0, 1)
}


@pytest.fixture
def listed(project):
    """The finished study, in which checkpoints stay that are listed."""
    edit(project, "keep", to="listed")
    return project


@pytest.fixture
def pruned(listed):
    """The same, after the others were let go."""
    run(listed, "vestige prune --remove")
    return listed


def checkpoints_of(project) -> set[str]:
    return {str(path.relative_to(project)) for path in project.glob("results/tiny/checkpoints/*/*")}


@pytest.mark.nightly
def test_the_key_alone_makes_nothing_stale_and_removes_nothing(listed):
    assert unproven(listed) == {}
    assert snakemake_stale(listed) == dvc_stale(listed) == set()
    before = checkpoints_of(listed)
    said = run(listed, "vestige prune").stdout
    assert "results/tiny/checkpoints/suppressed-seed0: 1 of 3 checkpoints" in said
    assert "4 checkpoints of 4 runs are named by no measure" in said
    assert "so many networks are trained again" in said
    assert "DVC's cache holds 4 of them" in said
    assert checkpoints_of(listed) == before


@pytest.mark.slow
def test_what_no_measure_names_goes_and_all_stays_proven_in_both_engines(listed):
    before = checkpoints_of(listed)
    run(listed, "vestige prune --remove")
    assert before - checkpoints_of(listed) == LET_GO
    assert unproven(listed) == {}
    assert snakemake_stale(listed) == dvc_stale(listed) == set()
    assert "explains all that is here" in run(listed, "vestige prune").stdout


@pytest.mark.slow
def test_without_the_key_nothing_goes(project):
    before = checkpoints_of(project)
    run(project, "vestige prune --remove")
    assert checkpoints_of(project) == before


@pytest.mark.slow
def test_nothing_of_a_run_goes_before_all_that_reads_it_is_proven(listed):
    (listed / "results/tiny/selectivity/promoted-seed0.nc").unlink()
    edit(listed, "conditions", "suppressed", "alpha", to=-6)
    before = checkpoints_of(listed)
    said = run(listed, "vestige prune --remove").stdout
    line = "{0}: all checkpoints stay until results/tiny/{1} is proven"
    assert line.format("results/tiny/checkpoints/promoted-seed0", "selectivity/promoted-seed0.nc") in said
    assert line.format("results/tiny/checkpoints/suppressed-seed1", "training/suppressed-seed1.nc") in said
    assert before - checkpoints_of(listed) == {path for path in LET_GO if "promoted-seed1" in path}


@pytest.mark.nightly
def test_a_measure_that_names_them_later_asks_for_them_and_dvc_brings_them_back(pruned):
    edit(pruned, "applies", "cka", to=["baseline", "suppressed", "promoted"])
    edit(pruned, "cka", "epochs", to=[0, 1, 2])
    wanted = {f"results/tiny/training/{condition}-seed{seed}.nc" for condition, seed in CELLS}
    wrong = unproven(pruned)
    assert {path for path in wrong if "/training/" in path} == wanted
    due = {each["result"] for each in json.loads(run(pruned, "vestige plan --json").stdout)["jobs"]}
    assert wanted <= due
    said = run(pruned, "vestige make results/tiny/cka/promoted-seed0.nc", check=False).stdout
    assert "epoch-001.safetensors written with it: missing, and `keep: listed` let it go" in said
    assert "Bring it back: `vestige restore results/tiny/training/promoted-seed0.nc" in said
    trained = times_of_logs(pruned)
    run(pruned, "vestige restore")
    assert checkpoints_of(pruned) >= LET_GO
    assert {path for path in unproven(pruned) if "/training/" in path} == set()
    run(pruned, "snakemake figures --quiet")
    assert unproven(pruned) == {}
    assert times_of_logs(pruned) == trained


CELLS = [(condition, seed) for condition in ("suppressed", "promoted") for seed in (0, 1)]


def times_of_logs(project) -> dict:
    """When each training last ran, by its log."""
    return {path.name: path.stat().st_mtime_ns for path in project.glob("logs/tiny/training/*")}


@pytest.mark.slow
def test_a_measure_of_every_epoch_that_must_be_made_again_asks_for_all(pruned):
    edit(pruned, "selectivity", "epsilon", to=1e-5)
    wrong = {path for path in unproven(pruned) if "/training/" in path}
    assert wrong == {f"results/tiny/training/{condition}-seed{seed}.nc" for condition, seed in CELLS}


@pytest.mark.slow
def test_the_plan_says_how_many_checkpoints_stay(listed):
    run(listed, "rm -r results/tiny/cka")
    assert "keep: listed: 14 of 18 checkpoints stay" in run(listed, "vestige plan").stdout


def test_all_epochs_are_needed_until_a_measure_of_every_epoch_is_proven(listed):
    training = pipeline.job(study_of(listed), "training", condition="promoted", seed=0)
    assert retention.needed_epochs(training, 2, lambda reader: reader.stage.name != "selectivity") is None
    assert retention.needed_epochs(training, 2, lambda reader: True) == {0, 2}


def test_a_pair_names_epochs_of_both_its_runs(listed):
    training = pipeline.job(study_of(listed), "training", condition="baseline", seed=1)
    assert {each.output for each in retention.readers(training)} == {
        "results/tiny/selectivity/baseline-seed1.nc",
        "results/tiny/ablation/baseline-seed1.nc",
        "results/tiny/cka/baseline-seed1.nc",
        "results/tiny/between/baselines-seed0.nc",
        "results/tiny/between/baselines-seed1.nc",
    }


def test_of_a_run_that_ended_early_the_last_checkpoint_stays(listed):
    training = pipeline.job(study_of(listed), "training", condition="promoted", seed=0)
    written = [f"{training.folder}/epoch-{epoch:03d}.safetensors" for epoch in range(2)]
    assert retention.needed_files(training, written, lambda reader: True) == written


@pytest.fixture
def best_kept(project, monkeypatch):
    """A training of a study that keeps the best checkpoints, and what its result calls the best epoch."""
    training = pipeline.job(
        study_of(project).model_copy(update={"keep": "best"}), "training", condition="promoted", seed=0
    )
    monkeypatch.chdir(project)
    return training


def test_the_best_checkpoint_stays_with_the_first_the_last_and_those_that_a_measure_names(best_kept):
    assert retention.needed_epochs(best_kept, 9, lambda reader: True, lambda path: 4) == {0, 4, 9}


def test_where_nobody_knows_which_is_the_best_all_checkpoints_stay(best_kept):
    assert retention.needed_epochs(best_kept, 9, lambda reader: True) is None  # this run holds no images out
    assert (
        retention.needed_epochs(
            best_kept, 9, lambda reader: True, lambda path: result_facts.read_best_epoch(path / "none")
        )
        is None
    )


def test_a_plan_counts_a_best_checkpoint_that_is_not_known_yet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = loading.read(ROOT / "studies" / "digits_clustering.yaml").model_copy(update={"keep": "best"})
    (said,) = describe_kept(study)
    assert said.startswith("keep: best: 99 of 6,633 checkpoints stay; ")
