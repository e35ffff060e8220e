"""What a run of Snakemake prints, and that it prints its own lines where ours cannot be."""

import io
import logging
from types import SimpleNamespace

import pytest
from engines import few_jobs, run
from snakemake_interface_logger_plugins.common import LogEvent

from vestige.engines import internals, snakemake_logger

SETTINGS = {"printshellcmds": True, "nocolor": False, "quiet": None, "debug_dag": False, "verbose": False}
SETTINGS |= {"show_failed_logs": True, "stdout": False, "dryrun": False}
FIGURE = "results/tiny/figures/emergence.png"


class Heard:
    """A listener that answers with the name of what it is told."""

    def __getattr__(self, name: str):
        return lambda *said: [" ".join([name, *map(str, said)])]


def handler(**settings):
    """The plugin with some settings of Snakemake's, which prints into memory."""

    class Handler(snakemake_logger.LogHandler):
        listens = Heard

    made = Handler(SimpleNamespace(**SETTINGS | settings), snakemake_logger.LogHandlerSettings())
    made.stream = io.StringIO()
    made.setFormatter(logging.Formatter("%(message)s"))
    return made


def tell(made, event=None, text=None, level=logging.INFO, **said) -> None:
    """Hand a record to a handler."""
    record = logging.LogRecord("snakemake", level, "", 0, text, None, None)
    record.__dict__.update(said, **({"event": event} if event else {}))
    made.emit(record)


def printed(made) -> list[str]:
    """What a handler has printed."""
    return made.stream.getvalue().splitlines()


JOB = {"rule_name": "training", "output": ["a.nc"], "log": ["a.log"]}
STORY = [
    (LogEvent.WORKFLOW_STARTED, {"text": "Workflow has started!"}),
    (LogEvent.RUN_INFO, {"stats": {"training": 1, "total": 1}}),
    (LogEvent.JOB_INFO, {"jobid": 4, **JOB}),
    (LogEvent.SHELLCMD, {"text": "vestige make a.nc"}),
    (LogEvent.JOB_FINISHED, {"job_id": 4}),
    (LogEvent.PROGRESS, {"done": 1, "total": 1}),
]


def test_events_are_handed_on_and_a_run_has_an_end():
    made = handler()
    for event, said in STORY:
        tell(made, event, **said)
    made.close()
    whole = ["on_expected {'training': 1}", "on_started 4 training ['a.nc']", "on_finished 4", "on_ended"]
    assert printed(made) == whole


def test_with_quiet_only_failures_and_warnings_are_printed():
    made = handler(quiet={"RULES", "PROGRESS"})
    for event, said in STORY:
        tell(made, event, **said)
    tell(made, LogEvent.JOB_ERROR, jobid=4, level=logging.ERROR, **JOB)
    tell(made, text="a disk is full", level=logging.WARNING)
    made.close()
    assert printed(made) == ["on_failed 4 training ['a.nc'] ['a.log']", "a disk is full"]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("died with <Signals.SIGKILL: 9>.", ["vestige make a.nc was killed (SIGKILL)"]),
        ("returned non-zero exit status 137.", ["vestige make a.nc was killed (SIGKILL)"]),
        ("returned non-zero exit status 1.", []),
        ("died with <Signals.SIGINT: 2>.", []),
    ],
)
def test_that_a_job_was_killed_is_said_for_its_log_cannot(end, said):
    made = handler()
    text = f"RuleException:\nCalledProcessError in file \"a.smk\", line 22:\nCommand 'set -e;  vestige make a.nc' {end}"
    tell(made, text=text, level=logging.ERROR)
    assert printed(made) == said


def test_a_job_that_ends_because_the_run_is_stopped_has_not_failed():
    made = handler()
    for event, said in STORY[:3]:
        tell(made, event, **said)
    tell(made, text="Terminating processes on user request, this might take some time.", level=logging.WARNING)
    tell(made, LogEvent.JOB_ERROR, jobid=4, level=logging.ERROR, **JOB)
    made.close()
    assert printed(made)[-2:] == ["on_stopped 4", "on_ended"]


@pytest.mark.parametrize("settings", [{"verbose": True}, {"debug_dag": True}, {"quiet": {"ALL"}}])
def test_the_terminal_is_left_to_snakemake_where_a_person_asks_for_more_or_for_nothing(settings):
    assert not handler(**settings).writes_to_stream


def test_what_snakemake_says_where_nothing_is_run_is_passed_on():
    made = handler()
    tell(made, text="Building DAG of jobs...")
    tell(made, text="Congratulations, your workflow is in a good condition!")
    made.close()
    assert printed(made) == ["Congratulations, your workflow is in a good condition!"]


def test_a_dry_run_is_told_once_and_has_no_end():
    made = handler(dryrun=True, stdout=True)
    for event, said in [*STORY, STORY[1]]:
        tell(made, event, **said)
    made.close()
    assert printed(made) == ["dry {'training': 1}"]


def test_a_fault_of_the_listener_is_said_once_and_stops_no_run(monkeypatch):
    made = handler()
    monkeypatch.setattr(Heard, "on_expected", lambda self, counts: 1 / 0, raising=False)
    for event, said in STORY:
        tell(made, event, **said)
    made.close()
    (line,) = printed(made)
    assert "ZeroDivisionError" in line
    assert "the run goes on" in line


def test_a_snakemake_that_lacks_an_event_prints_its_own_lines_and_says_why(monkeypatch, capsys):
    lacking = ("snakemake_interface_logger_plugins.common:LogEvent.GONE",)
    monkeypatch.setattr(snakemake_logger, "MEMBERS", lacking)
    assert not handler().writes_to_stream
    with pytest.raises(internals.MemberMissing) as missing:
        internals.check(snakemake_logger.INTERFACE, lacking)
    assert str(missing.value) in capsys.readouterr().err


def test_a_study_that_is_current_says_so_with_its_verdicts_and_report(by_both):
    said = run(by_both, "snakemake figures").stdout
    assert "study tiny: nothing to do, all results are current\nclaims of the paper: " in said
    assert said.endswith("report: results/tiny/report.html\n")


def test_a_dry_run_is_a_table(project):
    (project / FIGURE).unlink()
    said = run(project, "snakemake figures --dry-run").stdout
    assert "study tiny: 2 jobs would run\n  figures  1\n  report   1\n" in said


@pytest.mark.slow
def test_a_run_prints_a_line_a_job_and_its_log_has_all_that_snakemake_says(project):
    (project / FIGURE).unlink()
    lines = run(project, "snakemake figures").stdout.splitlines()
    assert [line[:30].strip() for line in lines if line[1:4] == "/2 "] == [
        "1/2  figures      emergence",
        "2/2  report",
    ]
    assert lines[-1] == "report: results/tiny/report.html"
    assert not any("made in" in line or line.startswith("rule ") for line in lines)
    log = max((project / ".snakemake/log").iterdir()).read_text()
    for text in ("rule figures_selectivity:", f"vestige make {FIGURE}", "Finished jobid", "steps (", "Complete log"):
        assert text in log


@pytest.mark.slow
def test_a_failed_job_is_shown_with_the_end_of_its_log_and_its_message_is_not_printed_twice(project):
    file, line = project / "src/vestige/stages/selectivity.py", "    from vestige.foundation.device import prepare\n"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, f'    raise ValueError("no such " + "thing")\n{line}', 1))
    done = run(project, "snakemake results/tiny/selectivity/baseline-seed0.nc", check=False)
    assert done.returncode == 1
    assert "\nFAILED  selectivity baseline, seed 0, after " in done.stdout
    assert "  the end of its log, logs/tiny/selectivity/baseline-seed0.log:\n" in done.stdout
    assert done.stdout.count("no such thing") == 1
    assert "0 of 1 job done" in done.stdout
    assert "1 failed; the same command goes on from here" in done.stdout
    assert "CalledProcessError" not in done.stdout


@pytest.mark.slow
def test_touched_results_are_called_marked(project):
    said = run(project, "snakemake figures --touch --forceall").stdout
    assert "jobs marked as current, and none made" in said


@pytest.mark.slow
def test_where_the_plugin_cannot_be_loaded_snakemake_prints_its_own_lines(project):
    (project / FIGURE).unlink()
    with open(project / "src/vestige/engines/snakemake_logger.py", "a") as file:
        file.write("\nimport snakemake_interface_of_another_version\n")
    done = run(project, "snakemake figures")
    assert "Snakemake prints its own lines, since the plugin cannot be loaded: ModuleNotFoundError" in done.stdout
    assert "Finished jobid" in done.stdout


@pytest.mark.nightly
def test_a_run_from_nothing_tells_the_accuracy_of_each_training(empty_project):
    few_jobs(empty_project)
    said = run(empty_project, "snakemake figures").stdout.splitlines()
    trainings = [line for line in said if "  training  " in line]
    assert len(trainings) == 3
    assert all(" %  " in line for line in trainings)
