"""What is told of a run: a line a finished job, a block a failed one, and in the end the verdicts."""

import json
import re
from types import SimpleNamespace

import pytest
from engines import ROOT, TINY

from vestige import pipeline
from vestige.commands import progress
from vestige.commands.printing import TOLD
from vestige.config import loading
from vestige.report.verdicts import MARKS

STUDY = loading.read(TINY)
TRAINING = "results/tiny/training/baseline-seed0.nc"
CLAIMS = "results/tiny/claims.nc"
COUNTS = {"images": 1, "training": 6, "figures_training": 1, "figures_selectivity": 2, "report": 1, "figures": 1}
VERDICTS = dict(zip(MARKS, (3, 0, 1, 2, 4), strict=True))


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """A run of the whole tiny study in an empty folder."""
    return run_of(tmp_path, monkeypatch, targets={"figures"})


def run_of(folder, monkeypatch, targets=frozenset(), touch: bool = False) -> progress.Progress:
    """A run with some targets."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv(TOLD, "")
    monkeypatch.setattr(progress, "RUN", [])
    progress.begin(STUDY, SimpleNamespace(dag_settings=SimpleNamespace(targets=targets), touch=touch))
    return progress.Progress()


def made(folder, path: str, text: str = "") -> None:
    """Write a file."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def conclude(folder) -> None:
    """Leave verdicts and a report."""
    made(folder, "results/tiny/claims.json", json.dumps({"verdicts": VERDICTS, "claims": {}}))
    made(folder, "results/tiny/report.html")


def end(run: progress.Progress, number: int, rule: str, path: str) -> list[str]:
    """Start a job and let it end; what is told."""
    assert [*run.on_started(number, rule, [path])] == []
    return [*run.on_finished(number)]


def test_it_begins_with_how_many_jobs_of_each_stage_there_are(whole):
    (line,) = whole.on_expected(COUNTS)
    assert line == "study tiny: 11 jobs to run: 1 images, 6 training, 3 figures, 1 report"


def test_a_finished_training_is_a_line_with_accuracy_time_and_time_left(whole, tmp_path):
    [*whole.on_expected(COUNTS)]
    made(tmp_path, TRAINING)
    made(tmp_path, TRAINING.replace("results", "logs").replace(".nc", ".log"), "val_accuracy 0.8125\n")
    (line,) = end(whole, 3, "training", TRAINING)
    assert re.fullmatch(r" 1/11  training     baseline, seed 0 +81\.2 %  +<0\.1 s  about .+ left", line)


@pytest.mark.parametrize(
    ("rule", "path", "told"),
    [
        ("images", "results/tiny/images.nc", "images"),
        ("between", "results/tiny/between/baselines-seed0.nc", "between      baselines, seed 0"),
        ("figures_selectivity", "results/tiny/figures/emergence.png", "figures      emergence"),
    ],
)
def test_a_job_is_called_by_its_stage_and_what_tells_it_apart(whole, tmp_path, rule, path, told):
    [*whole.on_expected(COUNTS)]
    made(tmp_path, path)
    (line,) = end(whole, 1, rule, path)
    assert line.startswith(f" 1/11  {told} ")


def test_every_job_of_a_study_has_a_line_of_its_own(whole, tmp_path):
    jobs = [*pipeline.jobs(STUDY)]
    [*whole.on_expected({name: len([*pipeline.cells(STUDY, name)]) for name in pipeline.STAGES})]
    lines = [line for i, job in enumerate(jobs) for line in end(whole, i, job.stage.name, job.output)]
    assert len({line.split("was there")[0][7:] for line in lines}) == len(jobs)


def test_the_target_that_gathers_all_is_no_job_that_is_told(whole):
    [*whole.on_expected(COUNTS)]
    assert end(whole, 0, "figures", TRAINING) == []


def test_what_has_not_started_is_counted_by_stage(whole, tmp_path):
    [*whole.on_expected({"selectivity": 4, "report": 1, "figures": 1})]  # of six: two are current
    end(whole, 1, "selectivity", "results/tiny/selectivity/baseline-seed0.nc")
    [*whole.on_started(2, "selectivity", ["results/tiny/selectivity/baseline-seed1.nc"])]
    counts = {paths[0].split("/")[2]: (count, len(paths)) for count, paths in whole.count_waiting() if count}
    assert counts == {"selectivity": (2, 6), "report.html": (1, 1)}


def test_a_failed_job_is_a_block_with_the_end_of_its_log(whole, tmp_path):
    [*whole.on_started(3, "training", [TRAINING])]
    made(tmp_path, "logs/a.log", "Traceback\nValueError: no\n")
    said = [*whole.on_failed(3, "training", [TRAINING], ["logs/a.log"])]
    assert said[1].startswith("FAILED  training baseline, seed 0, after ")
    assert said[1].endswith(f": {TRAINING}")
    assert said[2:5] == ["  the end of its log, logs/a.log:", "    Traceback", "    ValueError: no"]


def test_a_failed_job_that_is_the_only_one_of_its_stage_is_named_by_that(whole):
    assert [*whole.on_failed(3, "claims", [CLAIMS], [])][1].startswith("FAILED  claims, after ")


def test_a_job_that_ends_well_in_a_second_attempt_has_not_failed(whole, tmp_path):
    [*whole.on_expected({"training": 1})]
    [*whole.on_started(3, "training", [TRAINING])]
    [*whole.on_failed(3, "training", [TRAINING], [])]
    made(tmp_path, TRAINING)
    assert len(end(whole, 3, "training", TRAINING)) == 1
    assert "failed" not in "\n".join(whole.on_ended())


def test_a_run_that_failed_ends_with_what_did_and_no_verdicts(whole, tmp_path):
    conclude(tmp_path)
    [*whole.on_expected({"training": 2})]
    [*whole.on_started(3, "training", [TRAINING])]
    [*whole.on_failed(3, "training", [TRAINING], [])]
    first, second = whole.on_ended()
    assert first.startswith("study tiny: 0 of 2 jobs done in ")
    assert first.endswith("1 failed; the same command goes on from here")
    assert second == f"  failed: {TRAINING}"


def test_a_run_that_was_stopped_names_no_failures(whole):
    [*whole.on_expected({"training": 2})]
    [*whole.on_started(3, "training", [TRAINING])]
    [*whole.on_stopped(3)]
    (line,) = whole.on_ended()
    assert "failed" not in line
    assert line.endswith("; the same command goes on from here")


def test_a_whole_run_ends_with_the_verdicts_in_the_report_s_words_and_the_report(whole, tmp_path):
    conclude(tmp_path)
    [*whole.on_expected({"training": 1})]
    end(whole, 3, "training", TRAINING)
    assert [*whole.on_ended()][1:] == [
        "claims of the paper: 3 reproduced, 1 contradicted, 2 undecided, 4 not in this study",
        "report: results/tiny/report.html",
    ]


def test_a_run_of_a_part_tells_no_verdicts_which_may_be_former_ones(tmp_path, monkeypatch):
    run = run_of(tmp_path, monkeypatch, targets={TRAINING})
    conclude(tmp_path)
    [*run.on_expected({"training": 1})]
    end(run, 3, "training", TRAINING)
    assert len([*run.on_ended()]) == 1


def test_where_nothing_has_to_run_the_verdicts_are_told_all_the_same(whole, tmp_path):
    conclude(tmp_path)
    first, verdicts, page = whole.on_nothing_to_run()
    assert first == "study tiny: nothing to do, all results are current"
    assert (verdicts[:6], page) == ("claims", "report: results/tiny/report.html")


def test_touched_results_are_not_called_made(tmp_path, monkeypatch):
    run = run_of(tmp_path, monkeypatch, targets={"figures"}, touch=True)
    [*run.on_expected({"training": 1})]
    assert end(run, 3, "training", TRAINING) == []
    assert [*run.on_ended()] == ["study tiny: results of 1 of 1 job marked as current, and none made"]


def test_a_dry_run_is_a_table_of_stages(whole):
    assert [*whole.dry(COUNTS)][:-1] == [
        "study tiny: 11 jobs would run",
        "  images    1",
        "  training  6",
        "  figures   3",
        "  report    1",
    ]


def test_a_dry_run_ends_with_how_to_see_each_of_its_own_jobs(whole):
    """Other targets than `figures`, or another profile, stay those that were asked for."""
    assert [*whole.dry(COUNTS)][-1].endswith("the same command with --logger-vestige-details")


def test_the_transcript_in_the_readme_is_what_is_printed_of_the_shipped_study():
    study = loading.read(ROOT / "params.yaml")
    text = re.search(r"```console\n\$ make figures\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    head, *lines = text.splitlines()
    counts = {name: len([*pipeline.cells(study, name)]) for name in pipeline.STAGES}
    stages = progress.of_stages(counts)
    assert head == f"study digits: {sum(stages.values())} jobs to run: " + ", ".join(
        f"{count} {stage}" for stage, count in stages.items()
    )
    shown = [line for line in lines if re.match(r" *\d+/\d+  ", line)]
    cells = {(job.stage.group, progress.cell_of(job)) for job in pipeline.jobs(study)}
    named = [(line[7:20].strip(), re.split(r" {2,}", line[20:])[0]) for line in shown]
    assert set(named) <= cells
    assert len(named) > 5
    assert lines[-1] == "report: results/digits/report.html"
    verdicts = re.fullmatch(r"claims of the paper: (.*)", lines[-2])[1].split(", ")
    assert {verdict.split(" ", 1)[1] for verdict in verdicts} <= set(MARKS)
