"""A stage is handed what the text of its job says, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from engines import ROOT, TINY, environment
from formats import make_results
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading
from vestige.engines import dvc_lock
from vestige.foundation.canonical_json import canonical


def test_a_text_is_canonical_and_names_no_place(monkeypatch):
    data = TINY.read_text()
    for job in pipeline.jobs(loading.of_text(data, Path("params.yaml"))):
        assert canonical(json.loads(job.text)) == job.text
        assert str(Path.cwd()) not in job.text


# What says the same of a run, said in two ways.
ALIKE = [
    (
        "promoted: {alpha: 2, modules: [4, 5, 6, 7], start: 0, stop: 1}",
        "promoted: {alpha: 2.0, modules: [7, 6, 5, 4], start: 0, stop: 1}",
    ),
    (
        "suppressed: {alpha: -5, modules: [4, 5], start: 1}",
        "suppressed: {alpha: -5, modules: [5, 4], start: 1, stop: 2}",
    ),
    ("learning_rate: 0.1\n", "learning_rate: 1e-1\n"),
    ("cka: {epochs: [0, 2],", "cka: {epochs: [2, 0],"),
    ("  epochs: [1, 2]\n", "  epochs: [2, 1]\n"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_equal_meanings_have_equal_texts(one, other):
    text = TINY.read_text()
    assert text.count(one) == 1
    both = (loading.of_text(each, Path("params.yaml")) for each in (text, text.replace(one, other)))
    first, second = ([job.text for job in pipeline.jobs(study)] for study in both)
    assert first == second


def test_a_figure_is_the_same_whatever_selects_the_same_runs():
    text = TINY.read_text()
    other = text.replace("emergence: {select: {alpha: [0]},", "emergence: {select: {alpha: [0, 0.0]},")
    assert other != text
    both = (loading.of_text(each, Path("params.yaml")) for each in (text, other))
    first, second = ({job.output: job.text for job in pipeline.jobs(study)} for study in both)
    assert [path for path in first if first[path] != second[path]] == ["results/tiny/report.html"]  # it shows settings


def test_texts_are_written_only_where_they_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TINY.read_text())
    study = loading.read()
    dvc_lock.write_texts(study)
    lying = {path: path.stat().st_mtime_ns for path in Path("work/texts").rglob("*.json")}
    assert lying.keys() == {Path(job.text_file) for job in pipeline.jobs(study)}
    edited = loading.of_text(TINY.read_text().replace("dpi: 80, area", "dpi: 90, area"), Path("params.yaml"))
    dvc_lock.write_texts(edited)
    written = {path for path, time in lying.items() if path.stat().st_mtime_ns != time}
    assert {path.stem for path in written} == {"ablation_curves", "report"}


def test_texts_of_no_job_go_and_other_studies_write_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(TINY.read_text())
    dvc_lock.write_texts(loading.read())
    assert dvc_lock.CHECKED.read_text() == TINY.read_text()
    one_seed = YAML(typ="safe").load(TINY.read_text()) | {"seeds": [0], "between": {}}
    one_seed["figures"]["between"] = {}
    dvc_lock.write_texts(loading.validate_study(one_seed))
    assert not [*Path("work/texts").rglob("*seed1*")]
    lying = sorted(Path("work/texts").rglob("*"))
    dvc_lock.write_texts(loading.of_text(TINY.read_text(), Path("studies/tiny.yaml")))
    assert sorted(Path("work/texts").rglob("*")) == lying


@pytest.mark.slow
def test_every_stage_makes_its_result_of_the_text_of_its_job_alone(tmp_path, monkeypatch):
    project = make_results(tmp_path / "project").parents[1]
    monkeypatch.chdir(project)
    texts = {job.output: job.text for job in pipeline.jobs(loading.read())}
    called = subprocess.run(
        [sys.executable, ROOT / "tests" / "alone.py"],
        cwd=project, env=environment(project), input=json.dumps(texts), capture_output=True, text=True,
    )  # fmt: skip
    assert called.returncode == 0, called.stderr[-3000:]
    said = dict(map(json.loads, called.stdout.splitlines()))
    assert said == dict.fromkeys(texts, "")
