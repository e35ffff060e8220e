"""Code edited around a run: no result is vouched for by a text that did not make it."""

import importlib.util
import os
import py_compile

import pytest
from engines import (
    begin,
    edit,
    logged,
    only_one,
    run,
    unproven,
    wait_for,
)
from reruns.tiny_results import MEASURED, TRAINING

SLOW_TO_LOAD = """
import time
from pathlib import Path
Path("loading").touch()
while Path("loading").exists():
    time.sleep(0.1)
"""


def test_code_edited_and_edited_back_before_it_ran_is_not_vouched_for(project):
    file = project / "src/vestige/stages/class_responses.py"
    plain = file.read_text()
    (project / MEASURED).unlink()
    with only_one(project / f"work/locks/tiny-{MEASURED.removeprefix('results/tiny/').replace('/', '-')}.lock"):
        process = begin(project, f"vestige make {MEASURED}")
        wait_for(lambda: "waiting for it" in (project / "output.txt").read_text())
        file.write_text(plain + SLOW_TO_LOAD)
    wait_for((project / "loading").exists)
    file.write_text(plain)
    (project / "loading").unlink()
    assert process.wait() == 1
    told = "src/vestige/stages/class_responses.py was edited after this command was started: start it again"
    assert told in (project / "output.txt").read_text()
    assert not (project / MEASURED).exists()


@pytest.mark.slow
@pytest.mark.parametrize("later", [2, 0], ids=["a newer text", "an older one, moved to its place"])
def test_bytecode_of_a_former_text_of_the_same_size_and_second_is_not_run(project, later):
    file, at = project / "src/vestige/stages/selectivity.py", 10**18
    bytecode, plain = importlib.util.cache_from_source(file), file.read_text()
    (project / MEASURED).unlink()
    file.write_text(plain + "SAID = 1\n")
    os.utime(file, ns=(at, at))
    py_compile.compile(str(file), cfile=bytecode)
    os.utime(bytecode, ns=(at + 1, at + 1))
    file.write_text(plain + "SAID = 2\n")
    os.utime(file, ns=(at + later, at + later))
    refused = run(project, f"vestige make {MEASURED}", check=False)
    assert refused.returncode == 1
    assert "is of a former text, and was loaded: it is removed, start again" in refused.stdout
    run(project, f"vestige make {MEASURED}")
    assert MEASURED not in unproven(project)


@pytest.mark.slow
def test_bytecode_that_was_copied_with_its_text_is_run(project):
    file, at = project / "src/vestige/stages/selectivity.py", 10**18
    (project / MEASURED).unlink()
    os.utime(file, ns=(at, at))  # as after `cp -a`: the times of the entries are those of the copy
    bytecode = py_compile.compile(str(file), cfile=importlib.util.cache_from_source(file))
    os.utime(bytecode, ns=(at + 1, at + 1))
    run(project, f"vestige make {MEASURED}")
    assert MEASURED not in unproven(project)


UPSTREAM_EDITED = """
from vestige import pipeline
from vestige.commands import make
from vestige.config import loading
from vestige.foundation import source_hash
file, write = source_hash.PACKAGE / "stages/training.py", make.write
def edited(*given):
    file.write_text(file.read_text() + "\\nEDITED = True\\n")
    write(*given)
make.write = edited
print(make.make(pipeline.find(loading.read(), "{result}")))
"""


@pytest.mark.slow
def test_a_proof_tells_of_the_code_behind_as_it_was_when_the_job_began(project):
    (project / MEASURED).unlink()
    (project / "edited.py").write_text(UPSTREAM_EDITED.format(result=MEASURED))
    run(project, "python edited.py")
    (project / TRAINING).unlink()
    assert "code of stages/training.py changed" in unproven(project)[MEASURED]


ROW_EDITED = """
from vestige import pipeline
from vestige.commands import make
from vestige.config import loading
from vestige.foundation import source_hash
file = source_hash.PACKAGE / "figures/paper.yaml"
file.write_text(file.read_text().replace("Evolution of class", "Course of class", 1))
print(make.make(pipeline.find(loading.read(), "results/tiny/figures/emergence.png")))
"""


def test_a_figure_is_not_drawn_from_a_row_that_was_edited_after_the_command_was_started(project):
    (project / "edited.py").write_text(ROW_EDITED)
    done = run(project, "python edited.py", check=False)
    assert "src/vestige/figures/paper.yaml was edited after this command was started: start it again" in done.stdout
    assert set(unproven(project)) == {"results/tiny/figures/emergence.png", "results/tiny/report.html"}


def test_an_error_of_syntax_in_the_code_is_told_with_its_file(project):
    with open(project / "src/vestige/stages/training.py", "a") as source:
        source.write("\ndef half(\n")
    done = run(project, "vestige verify", check=False)
    assert done.returncode == 1
    assert "src/vestige/stages/training.py, line" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.slow
def test_code_edited_during_a_run_makes_the_job_fail_and_leaves_no_result(project):
    edit(project, "training", "epochs", to=40)
    process = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 40"))
    with open(project / "src/vestige/metrics/selectivity.py", "a") as file:
        file.write("\nEDITED = True\n")
    assert process.wait() == 1
    assert "metrics/selectivity.py" in (project / "output.txt").read_text()
    assert f"{TRAINING} is not written" in (project / "output.txt").read_text()
