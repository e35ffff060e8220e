"""The pipeline whole: the same bytes through either engine, clean in both, and nothing written elsewhere."""

import numpy as np
import pytest
import xarray as xr
from engine_jobs import snakemake_stale
from engines import bytes_of, copied, edit, run, status, study_of, table_jobs, unproven

OURS = {"results", "work", "logs", "benchmarks"}
RUN = {"study", "condition", "seed", "alpha", "start", "stop", "modules", "epochs"}
SCHEMAS = {
    "training": (
        {"epoch": 3, "class": 10},
        {
            "train_loss",
            "train_accuracy",
            "penalty",
            "learning_rate",
            "val_loss",
            "val_accuracy",
            "predicted",
            "checkpoint",
            "machine",
        },
    ),
    "selectivity": (
        {"epoch": 3, "unit": 16 + 32 + 64 + 128},
        {"selectivity", "preferred_class", "response_max", "response_rest"},
    ),
    "ablation": ({"epoch": 2, "order": 2, "repeat": 2, "point": 6}, {"accuracy", "accuracy_top5"}),
    "cka": ({"epoch": 2, "layer": 5, "layer_other": 5}, {"cka"}),
}
SINGLE = {"images": {"count", "mean", "std"}, "network": {"layers", "shortcut"}, "claims": {"verdict", "statistic"}}


@pytest.mark.slow
def test_both_engines_make_the_same_bytes(by_snakemake, by_dvc):
    for pattern in ("results/**/*.nc", "results/**/*.safetensors", "results/**/figures/*.*"):
        one, other = bytes_of(by_snakemake, pattern), bytes_of(by_dvc, pattern)
        assert one
        assert {path for path in one | other if one.get(path) != other.get(path)} == set()


@pytest.mark.slow
def test_both_engines_make_all_that_the_table_names(by_snakemake, by_dvc):
    for project in (by_snakemake, by_dvc):
        assert [path for path in table_jobs(study_of(project)) if not (project / path).is_file()] == []


@pytest.mark.slow
def test_every_result_proves_itself(by_snakemake, by_dvc):
    for project in (by_snakemake, by_dvc):
        assert unproven(project) == {}


@pytest.mark.slow
def test_after_snakemake_and_a_commit_dvc_is_clean_and_runs_nothing(project):
    assert status(project) == {}
    assert "up to date" in run(project, "dvc repro").stdout
    assert snakemake_stale(project) == set()


def test_what_dvc_remembers_snakemake_may_still_replace(by_both):
    locked = [path for path in by_both.glob("results/**/*.*") if path.is_file() and not path.stat().st_mode & 0o200]
    assert locked == []


@pytest.mark.slow
def test_only_folders_of_results_work_and_the_tools_own_are_written(by_snakemake, by_dvc, empty_project):
    shipped = {path.name for path in empty_project.iterdir()}
    assert {path.name for path in by_snakemake.iterdir()} - shipped == {*OURS, ".snakemake", "dvc.lock"}
    assert {path.name for path in by_dvc.iterdir()} - shipped == {*OURS, "dvc.lock"}


def test_nothing_half_written_is_left(by_snakemake):
    assert list(by_snakemake.glob("results/*/.partial/*")) == []
    assert list(by_snakemake.glob("work/training/*")) == []


@pytest.mark.parametrize(("stage", "sizes", "variables"), [(name, *schema) for name, schema in SCHEMAS.items()])
def test_a_result_has_the_names_dimensions_and_coordinates_that_were_promised(by_snakemake, stage, sizes, variables):
    files = sorted(by_snakemake.glob(f"results/tiny/{stage}/*.nc"))
    for file in files:
        with xr.open_dataset(file) as result:
            assert dict(result.sizes) == sizes
            assert set(result.data_vars) == variables
            assert set(result.coords) >= RUN
            assert file.stem == f"{result['condition'].item()}-seed{result['seed'].item()}"
            assert [
                name for name in result.variables if "long_name" not in result[name].attrs and name not in RUN
            ] == []


@pytest.mark.parametrize(("stage", "variables"), SINGLE.items())
def test_a_result_of_which_there_is_one_says_what_each_variable_is(by_snakemake, stage, variables):
    with xr.open_dataset(by_snakemake / f"results/tiny/{stage}.nc") as result:
        assert set(result.data_vars) >= variables
        assert [name for name in result.variables if "long_name" not in result[name].attrs and name != "study"] == []


def test_a_pair_says_of_which_two_runs_it_is(by_snakemake):
    with xr.open_dataset(by_snakemake / "results/tiny/between/baselines-seed0.nc") as result:
        assert dict(result.sizes) == {"epoch": 2, "layer": 5, "layer_other": 5}
        assert result["pair"].item() == "baselines"
        both = {f"{name}_{place}" for name in RUN - {"study"} for place in ("first", "second")}
        assert set(result.coords) >= both | {"study"}
        assert (result["seed_first"].item(), result["seed_second"].item()) == (0, 1)


def test_coordinates_say_what_training_did(by_snakemake):
    with xr.open_dataset(by_snakemake / "results/tiny/selectivity/suppressed-seed1.nc") as result:
        said = {name: result[name].item() for name in ("alpha", "start", "stop", "modules", "seed", "epochs")}
    assert said == {"alpha": -5, "start": 1, "stop": 2, "modules": "4 5", "seed": 1, "epochs": 2}


def test_the_penalty_acts_from_its_start_alone(by_snakemake):
    with xr.open_dataset(by_snakemake / "results/tiny/training/suppressed-seed0.nc") as result:
        assert np.isnan(result["penalty"].values).tolist() == [True, True, False]
    with xr.open_dataset(by_snakemake / "results/tiny/training/baseline-seed0.nc") as result:
        assert np.isnan(result["penalty"].values).all()


def test_a_penalty_that_starts_later_shares_the_epochs_before_it(by_snakemake):
    folder = by_snakemake / "results/tiny/checkpoints"
    for epoch, same in ((0, True), (1, True), (2, False)):
        name = f"epoch-{epoch:03}.safetensors"
        baseline, later = (folder / run / name for run in ("baseline-seed0", "suppressed-seed0"))
        assert (baseline.read_bytes() == later.read_bytes()) is same


@pytest.mark.nightly
def test_a_removed_condition_vanishes_from_the_figures(project):
    table = project / "results/tiny/figures/regularised_accuracy.csv"
    assert "suppressed" in table.read_text()
    edit(project, "applies", "cka", to=["baseline"])
    edit(project, "conditions", "suppressed", remove=True)
    run(project, "snakemake figures --quiet")
    assert "suppressed" not in table.read_text()


@pytest.mark.nightly
def test_an_added_condition_appears_in_the_figures_by_itself(project):
    edit(project, "conditions", "gentle", to={"alpha": -1, "modules": [4], "start": 0, "epochs": 1})
    ran = run(project, "dvc repro").stdout
    assert ran.count("Running stage 'training@") == 2
    assert ran.count("Running stage 'selectivity@") == 2
    assert ran.count("Running stage 'figures_") == 3
    assert "gentle" in (project / "results/tiny/figures/regularised_selectivity.csv").read_text()


REFUSED = {
    "a misspelt key": (("training", "lerning_rate"), 0.1, "training.lerning_rate"),
    "a penalty that is no number": (("conditions", "suppressed", "alpha"), "strong", "conditions.suppressed.alpha"),
    "a module that is not there": (("ablation", "modules"), [3], "ablation.modules"),
}


@pytest.mark.parametrize("command", ["snakemake figures", "snakemake -n", "dvc repro"])
@pytest.mark.parametrize(("path", "value", "named"), REFUSED.values(), ids=list(REFUSED))
def test_both_engines_refuse_bad_input_and_name_the_key(empty_project, command, path, value, named):
    edit(empty_project, *path, to=value)
    done = run(empty_project, command, check=False)
    assert done.returncode != 0
    assert named in done.stdout
    assert not (empty_project / "results").exists()


FAULTS = {
    "a misspelt section": ("network:", "netwrok:", "network"),
    "a missing section": ("selectivity: {batch_size: 512, epsilon: 1e-6}\n", "", "selectivity"),
    "no conditions": ("conditions:\n  baseline: {alpha: 0}", "conditional:\n  baseline: {alpha: 0}", "conditions"),
    "an alpha that is no number": ("alpha: -5", "alpha: high", "conditions.suppressed.alpha"),
    "a start after the stop": ("start: 1}", "start: 1, stop: 1}", "conditions.suppressed.stop"),
    "a start beyond the epochs": ("start: 1}", "start: 9}", "conditions.suppressed.start"),
    "a module that is not there": ("modules: [4, 5]", "modules: [3, 5]", "conditions.suppressed.modules"),
    "a measure of no condition": ("cka: [baseline, suppressed]", "cka: [baseline, supressed]", "supressed"),
    "two conditions that mean the same": ("suppressed: {alpha: -5,", "suppressed: {alpha: 0,", "conditions.suppressed"),
    "no seeds": ("seeds: [0, 1]", "seeds: []", "seeds"),
    "seeds given twice": ("seeds: [0, 1]", "seeds: [1, 1]", "seeds"),
    "a name that would break a path": ("study: tiny", "study: ../tiny", "study"),
    "text that is not YAML": ("seeds: [0, 1]", "seeds: [0, 1", "params.yaml"),
}


@pytest.mark.nightly
@pytest.mark.parametrize("command", ["vestige check", "snakemake figures", "dvc repro"])
@pytest.mark.parametrize(("old", "new", "named"), FAULTS.values(), ids=list(FAULTS))
def test_every_fault_is_refused_by_all_and_named(empty_project, command, old, new, named):
    file = empty_project / "params.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    done = run(empty_project, command, check=False)
    assert done.returncode != 0
    assert named in done.stdout
    assert not (empty_project / "results").exists()


@pytest.mark.slow
def test_dvc_refuses_a_misspelt_section_even_when_all_is_made(project):
    edit(project, "selectivty", to={})
    done = run(project, "dvc repro", check=False)
    assert done.returncode != 0
    assert "did you mean 'selectivity'?" in done.stdout


def test_snakemake_refuses_values_that_differ_from_the_study(empty_project):
    done = run(empty_project, "snakemake -n --config threads=2", check=False)
    assert done.returncode != 0
    assert "params.yaml says 1" in done.stdout
    assert run(empty_project, "snakemake -n --config threads=1").returncode == 0


def test_a_report_that_was_edited_is_found(by_snakemake, tmp_path):
    project = copied(by_snakemake, tmp_path / "project")
    page = project / "results/tiny/report.html"
    page.write_text(page.read_text().replace("undecided", "reproduced"))
    [(path, why)] = unproven(project).items()
    assert why == f"{path} was changed after it was written"


@pytest.mark.nightly
def test_a_study_that_measures_nothing_else_is_made_by_dvc_also_where_its_empty_folders_are_gone(empty_project):
    edit(
        empty_project, "applies", to={"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []}
    )
    for kind in ("ablation", "cka", "between"):
        edit(empty_project, "figures", kind, to={})
    edit(empty_project, "between", to={})
    run(empty_project, "dvc repro --quiet")
    assert "not in this study" in (empty_project / "results/tiny/claims.json").read_text()
    for kind in ("ablation", "cka"):
        (empty_project / "results/tiny" / kind).rmdir()
    edit(empty_project, "conditions", "suppressed", "alpha", to=-6)
    run(empty_project, "dvc repro --quiet")
    assert unproven(empty_project) == {}
