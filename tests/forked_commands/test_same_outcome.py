"""A command that a forkserver runs, or that finds none, has the bytes, words and status of a process of its own."""

import subprocess

import pytest
from engines import copied, edit, environment
from forked_commands.called import call, forked
from warm import forking, forkserver

EACH_STAGE = (
    *("images", "network", "training/suppressed-seed0", "selectivity/suppressed-seed0", "ablation/baseline-seed0"),
    *("cka/baseline-seed0", "between/baselines-seed0", "claims"),
)
RESULTS = [f"results/tiny/{name}.nc" for name in EACH_STAGE] + [
    "results/tiny/figures/emergence.png",
    "results/tiny/report.html",
]


@pytest.mark.nightly
@pytest.mark.parametrize("result", RESULTS)
def test_the_bytes_are_those_of_a_process_of_its_own(served, by_snakemake, tmp_path, result):
    made = []
    for extra in (served, {}):
        project = copied(by_snakemake, tmp_path / str(len(made)))
        (project / result).unlink()
        done = forked(served, project, f"vestige make {result}") if extra else call(project, f"vestige make {result}")
        assert (done.returncode, done.stderr) == (0, "")
        made.append((project / result).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "command",
    [
        *(pytest.param(f"vestige {name}", marks=pytest.mark.slow) for name in ("list", "verify")),
        "vestige make results/tiny/nothing.nc",
    ],
)
def test_words_and_statuses_are_the_same(served, empty_project, command):
    alone, by_server = call(empty_project, command), forked(served, empty_project, command)
    assert (by_server.returncode, by_server.stdout, by_server.stderr) == (
        alone.returncode,
        alone.stdout,
        alone.stderr,
    )


def test_the_command_has_its_own_folder_files_and_environment(served, empty_project):
    edit(empty_project, "study", to="other")
    inside = empty_project / "workflow"
    done = subprocess.run(
        ["vestige", "list"], cwd=inside, env=environment(empty_project) | served, capture_output=True, text=True
    )
    assert done.stdout.startswith("results/other/images.nc\n")


def test_a_closed_pipe_is_met_as_by_a_process_of_its_own(served, empty_project):
    said = [
        subprocess.run(
            ["bash", "-c", "vestige verify | true; exit ${PIPESTATUS[0]}"],
            cwd=empty_project,
            env=environment(empty_project) | extra,
            capture_output=True,
        )
        for extra in ({}, served)
    ]
    assert [(done.returncode, done.stderr) for done in said] == [(1, b""), (1, b"")]


def test_code_edited_between_two_commands_is_run_as_it_is_by_then(served, empty_project):
    assert forked(served, empty_project, "vestige list").returncode == 0
    source = empty_project / "src/vestige/commands/dispatch.py"
    source.write_text(source.read_text() + "\nprint('edited')\n")
    assert forked(served, empty_project, "vestige list").stdout.startswith("edited\n")


@pytest.mark.parametrize("closed", [">&-", "<&-"])
def test_a_closed_file_is_as_in_a_process_of_its_own(served, empty_project, closed):
    said = [
        subprocess.run(
            ["bash", "-c", f"vestige list {closed}"], cwd=empty_project, env=environment(empty_project) | extra,
            capture_output=True,
        )
        for extra in ({}, served)
    ]  # fmt: skip
    assert len({(done.returncode, done.stdout, done.stderr) for done in said}) == 1


@pytest.mark.parametrize("folder", ["nowhere", "stale", ""])
def test_where_there_is_none_the_command_runs(empty_project, tmp_path, folder):
    place = tmp_path / folder if folder else ""
    if folder == "stale":
        place.mkdir(mode=0o700)
        forking.listen(place).close()
    done = call(empty_project, "vestige list", {forkserver.FOLDER: str(place)})
    assert done.stdout.startswith("results/tiny/images.nc\n")
