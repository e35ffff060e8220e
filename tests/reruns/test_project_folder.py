"""A command works on the project around its folder, with that project's code, and always says how it ended."""

import subprocess

import pytest
from engines import environment, study_of


def test_a_command_whose_output_nobody_reads_still_says_how_it_ended(empty_project):
    done = subprocess.run(
        ["bash", "-c", "vestige verify | true; exit ${PIPESTATUS[0]}"],
        cwd=empty_project,
        env=environment(empty_project),
    )
    assert done.returncode == 1


@pytest.mark.parametrize("command", ["vestige verify", "snakemake -n"])
def test_a_project_is_not_worked_on_with_the_code_of_another(project, by_snakemake, command):
    path = environment(by_snakemake)
    done = subprocess.run(command.split(), cwd=project, env=path, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"this is the vestige of {by_snakemake.resolve()}" in done.stdout + done.stderr


def test_the_study_of_a_project_is_read_from_any_folder_inside_it(project):
    folder = project / "results" / "tiny"
    done = subprocess.run(
        ["vestige", "make", "training/baseline-seed0.nc"],
        cwd=folder,
        env=environment(project),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "results/tiny/training/baseline-seed0.nc is current"
    assert study_of(project).study == "tiny"
