"""What is wrong stays to be made after `vestige sync`, whatever both engines were told to believe."""

import shutil
import subprocess

import pytest
from commands.sync.agreement import RUN, assert_engines_agree, due, marked
from engine_jobs import dvc_stale
from engines import committed, edit, run, unproven


def copied_from_another(project) -> None:
    shutil.copy(project / "results/tiny/selectivity/baseline-seed0.nc", project / RUN)


def swapped_scalars(project) -> None:
    edit(project, "training", "momentum", to=1e-4)
    edit(project, "training", "weight_decay", to=0.9)


def changed_bytes(project) -> None:
    with open(project / RUN, "r+b") as file:
        file.seek(-40, 2)
        file.write(bytes(40))


def changed_bytes_and_no_time(project) -> None:
    before = (project / RUN).stat()
    changed_bytes(project)
    subprocess.run(["touch", "-d", f"@{before.st_mtime_ns / 1e9:.9f}", str(project / RUN)], check=True)


def edited_beside(project) -> None:
    (project / "results/tiny/claims.json").write_text("{}")


def other_code(project) -> None:
    file = project / "src/vestige/stages/selectivity.py"
    file.write_text(file.read_text() + "\nSOMETHING = 1\n")


WRONG = {
    "a result copied from another condition": copied_from_another,
    "two settings swapped": swapped_scalars,
    "a result changed on the disk": changed_bytes,
    "a result changed without a trace in its time": changed_bytes_and_no_time,
    "an edited file beside a result": edited_beside,
    "an edit of the code": other_code,
}


def blessed(project) -> None:
    run(project, "dvc commit --force --quiet")
    run(project, "snakemake figures --touch --cores 1 --quiet all")


@pytest.mark.parametrize("event", marked(WRONG))
def test_what_is_wrong_stays_to_be_made_although_both_engines_were_told_to_believe_it(project, event):
    event(project)
    asked = due(project)
    assert asked
    blessed(project)
    run(project, "vestige sync")
    assert_engines_agree(project, asked)
    run(project, "vestige sync")
    assert_engines_agree(project, asked)


@pytest.mark.nightly
@pytest.mark.parametrize("event", marked(WRONG))
def test_what_is_wrong_is_made_again_by_dvc_after_a_sync(project, event):
    event(project)
    blessed(project)
    run(project, "vestige sync")
    run(project, "dvc repro --quiet", timeout=1000)
    assert unproven(project) == {}


@pytest.mark.nightly
def test_a_poisoned_run_cache_is_not_believed(project):
    committed(project)
    edit(project, "conditions", "promoted", "alpha", to=3)
    run(project, "dvc commit --force --quiet")
    run(project, "git checkout --quiet params.yaml dvc.lock")
    edit(project, "conditions", "promoted", "alpha", to=3)
    run(project, "vestige sync")
    run(project, "dvc repro --quiet", timeout=1000)
    assert unproven(project) == {}


@pytest.mark.nightly
def test_a_poisoned_figure_is_not_believed(project):
    edit(project, "training", "momentum", to=0.8)
    run(project, "dvc repro --quiet selectivity", timeout=900)
    run(project, "dvc commit --force --quiet figures_selectivity@tiny-emergence")
    figure = "results/tiny/figures/emergence.png"
    assert figure in unproven(project)
    run(project, "vestige sync")
    assert figure in dvc_stale(project)
    run(project, "dvc repro --quiet figures_selectivity@tiny-emergence", timeout=900)
    assert figure not in unproven(project)
