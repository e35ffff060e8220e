"""A forkserver runs a command only where its own process is as that of the command would be."""

import os
import subprocess
import sys

import pytest
from engines import ROOT, edit
from forked_commands.called import call, forked
from warm import forking, forkserver


def said_cold(served, project, extra: dict) -> str:
    """Why a forkserver did not run a command, which ran all the same."""
    log = os.path.join(served[forkserver.FOLDER], forkserver.LOG)
    before = os.path.getsize(log)
    done = call(project, "vestige list", served | extra)
    assert done.returncode == 0
    assert done.stdout.startswith("results/tiny/images.nc\n")
    with open(log) as file:
        file.seek(before)
        return file.read()


def test_another_environment_is_not_run_by_it(served, empty_project):
    assert "environment variables OMP_SCHEDULE" in said_cold(served, empty_project, {"OMP_SCHEDULE": "static"})


def test_a_prompt_that_a_shell_drops_is_no_other_environment(served, empty_project):
    assert "not run here" not in said_cold(served, empty_project, {"PS1": "(.venv) "})


def test_other_locked_packages_are_not_run_by_it(served, empty_project):
    (empty_project / "requirements.txt").write_text("torch==0\n")
    assert "requirements.txt" in said_cold(served, empty_project, {})


def test_settings_of_matplotlib_in_the_folder_are_not_missed(served, empty_project):
    (empty_project / "matplotlibrc").write_text("font.size: 40\n")
    assert "matplotlibrc" in said_cold(served, empty_project, {})


def test_packages_that_the_path_puts_before_others_are_not_missed(served, empty_project):
    (empty_project / "src/tqdm.py").write_text("")
    assert "tqdm in PYTHONPATH" in said_cold(served, empty_project, {})


def test_one_command_does_not_change_what_the_next_may_have():
    added = {"KMP_SOMETHING": "1"}
    loaded = forking.Loaded({}, added, forkserver.describe_installation(), forkserver.describe_limits(), b"")
    said = forkserver.describe_command(["vestige"]) | {"path": [], "directory": "/"}
    assert [forking.find_difference(loaded, said | {"environment": each}) for each in (added, {})] == ["", ""]


def test_another_interpreter_or_other_packages_are_not_run_by_it(empty_project):
    loaded = forking.Loaded({}, {}, forkserver.describe_installation(), forkserver.describe_limits(), b"")
    said = forkserver.describe_command(["vestige"]) | {"environment": {}, "directory": str(empty_project)}
    assert forking.find_difference(loaded, said) == ""
    for other in (["3.0", *said["installed"][1:]], [*said["installed"][:-1], [["site-packages", 1]]]):
        assert forking.find_difference(loaded, said | {"installed": other}) == (
            "the interpreter, or the packages installed for it"
        )
    assert "limits" in forking.find_difference(loaded, said | {"bounds": [*said["bounds"][:-1], []]})


@pytest.mark.slow
def test_another_mount_namespace_is_not_run_by_it(served, empty_project):
    log = os.path.join(served[forkserver.FOLDER], forkserver.LOG)
    before = os.path.getsize(log)
    done = call(empty_project, "unshare --map-root-user --mount vestige list", served)
    assert (done.returncode, os.path.getsize(log) > before) == (0, True)


@pytest.mark.slow
def test_several_threads_are_not_run_by_it(served, empty_project):
    edit(empty_project, "threads", to=2)
    done = forked(served, empty_project, "vestige make results/tiny/images.nc")
    assert done.stdout.startswith("results/tiny/images.nc made")
    assert (empty_project / "results/tiny/images.nc").is_file()


def test_a_process_with_threads_is_not_forked():
    script = (
        f"import sys, threading, time; sys.path.insert(0, {str(ROOT / 'tests')!r}); import warm\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "warm.forking.load([])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "2 threads run" in done.stderr
