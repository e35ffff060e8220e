"""What an edit of a study of the second paper makes due: exactly what depends on it."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading

STUDY = Path(__file__).resolve().parents[1] / "studies/digits_clustering.yaml"
GATHER = {"claims", "report"}


def jobs(*edits) -> dict:
    """Path -> job, of the study after some edits of its plain values."""
    data = YAML(typ="safe").load(STUDY)
    for edit in edits:
        edit(data)
    return {job.output: job for job in pipeline.jobs(loading.validate_study(data))}


def due(*edits) -> set[str]:
    """The results whose settings, or inputs, an edit changes, or which it adds."""
    before, found = jobs(), set()
    for path, job in jobs(*edits).items():
        inputs = {each.output for each in job.inputs}
        as_before = path in before and before[path].settings == job.settings
        same_inputs = as_before and inputs == {each.output for each in before[path].inputs}
        if not same_inputs or inputs & found:
            found.add(path)
    return found


def stages(paths: set[str]) -> set[str]:
    """The stages, or kinds of figures, of some results."""
    every = jobs() | jobs(add_condition)
    return {every[path].stage.name for path in paths}


def edit_steps(data) -> None:
    data["clustering"]["steps"] += 1


def add_condition(data) -> None:
    data["conditions"]["dropout_60"] = {"dropout": 0.6}
    for measure in ("association", "norms", "cluster_ablation"):
        data["applies"][measure] = [*data["applies"][measure], "dropout_60"]


def test_another_number_of_steps_makes_clusters_and_what_reads_them_and_no_training_and_no_association():
    made = stages(due(edit_steps))
    assert {"clustering", "agreement", "untrained", "cluster_classes", "cluster_ablation", *GATHER} <= made
    assert not made & {"images", "network", "training", "selectivity", "association", "norms", "figures_norms"}


def test_a_condition_more_makes_its_own_runs_and_what_gathers_them_alone():
    found = due(add_condition)
    runs = {path for path in found if "-seed" in path}
    assert runs
    assert all("/dropout_60-seed" in path for path in runs)
    gathered = stages(found - runs)
    assert {name for name in gathered if not name.startswith("figures_")} == GATHER


@pytest.mark.parametrize(
    ("section", "key", "value", "made"),
    [
        ("norms", "small", 0.01, {"norms", "figures_norms", "report"}),
        ("cluster_ablation", "repeats", 11, {"cluster_ablation", "figures_cluster_ablation", *GATHER}),
        ("agreement", "dead_units", "one_cluster", {"agreement", "untrained", "figures_agreement", *GATHER}),
    ],
)
def test_a_setting_of_a_measure_makes_that_measure_and_what_shows_it(section, key, value, made):
    found = stages(due(lambda data: data[section].update({key: value})))
    assert found - made <= {"figures_clustering"}  # which show untrained networks
    assert made <= found
