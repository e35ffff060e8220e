"""`vestige --study FILE` speaks of another study than params.yaml, which is neither read nor changed."""

import re

import pytest
from engines import TINY, edit, run
from ruamel.yaml import YAML

from vestige import cli

IMAGES = "results/other/images.nc"


@pytest.fixture
def two(empty_project):
    """A project whose params.yaml is at fault, with a sound study `other` beside."""
    study = YAML().load(TINY)
    study["study"] = "other"
    (empty_project / "studies").mkdir()
    YAML().dump(study, empty_project / "studies/other.yaml")
    edit(empty_project, "seeds", to="none")
    return empty_project


@pytest.fixture
def other(two, monkeypatch, capsys):
    """Runs a command on the other study in this process; its exit status, and all that it prints."""
    monkeypatch.chdir(two)
    monkeypatch.setattr("vestige.foundation.source_hash.refuse_other_source", lambda root: None)

    def called(command: str, study: str = "studies/other.yaml") -> tuple[int, str]:
        status = cli.main(["--study", study, *command.split()])
        said = capsys.readouterr()
        return status, said.out + said.err

    return called


def test_it_is_checked(other):
    status, said = other("check")
    assert (status, said.splitlines()[0]) == (0, "study other: 3 conditions x 2 seeds = 6 runs")


def test_its_results_are_listed(other):
    status, said = other("list")
    assert status == 0
    assert IMAGES in said.splitlines()


@pytest.mark.parametrize(
    ("command", "status", "text"),
    [
        ("plan", 0, "study other: 0 of 31 results proven"),
        ("verify", 1, "study other: 31 results: 31 missing"),
        ("preview architecture", 0, "nothing to draw yet"),
    ],
)
def test_it_is_planned_judged_and_previewed(other, command, status, text):
    ended, said = other(command)
    assert ended == status
    assert text in said


@pytest.mark.slow
def test_a_result_of_it_is_made(two):
    command = f"vestige --study studies/other.yaml make {IMAGES}"
    assert run(two, command).stdout.startswith(f"{IMAGES} made in ")
    assert run(two, command).stdout == f"{IMAGES} is current\n"


def test_what_has_to_be_made_first_is_named_as_a_command_on_it(other):
    _, said = other("make results/other/selectivity/baseline-seed0.nc")
    assert f"Make it first: vestige --study studies/other.yaml make {IMAGES}" in said


def test_a_study_that_lies_elsewhere_is_named_so_that_the_command_can_be_said_again(two, other, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "own.yaml"
    elsewhere.write_bytes((two / "studies/other.yaml").read_bytes())
    _, said = other("make results/other/selectivity/baseline-seed0.nc", study=str(elsewhere))
    named = re.search(r"Make it first: vestige --study (\S+) make", said)[1]
    assert other("list", study=named)[0] == 0


def test_what_nothing_in_it_explains_is_removed_by_the_same_command_on_it(two, other):
    (two / "results/other").mkdir(parents=True)
    (two / "results/other/former.nc").touch()
    _, said = other("prune")
    assert "`vestige --study studies/other.yaml prune --remove` removes it" in said


def test_a_path_that_it_lacks_is_refused_with_the_command_that_lists_it(other):
    _, said = other("make results/tiny/images.nc")
    assert "`vestige --study studies/other.yaml list` names them all" in said


def test_a_fault_of_it_is_told_with_its_file_and_line(two, other):
    file = two / "studies/other.yaml"
    file.write_text(file.read_text().replace("momentum: 0.9", "momentum: 2"))
    status, said = other("check")
    assert status == 1
    assert said.startswith("vestige: studies/other.yaml is refused:\n  training.momentum (line ")


def test_it_is_found_from_where_the_command_is_typed(two, other, monkeypatch):
    monkeypatch.chdir(two / "studies")
    status, said = other("list", study="other.yaml")
    assert status == 0
    assert IMAGES in said.splitlines()


def test_a_study_named_by_a_whole_path_is_known_by_its_place_in_the_project(two, other):
    missing = "make results/other/selectivity/baseline-seed0.nc"
    assert other(missing, study=str(two / "studies/other.yaml")) == other(missing)


@pytest.mark.slow
def test_a_result_is_made_of_a_study_outside_of_the_project(two, tmp_path):
    """It is read again at the end, to see whether it was edited meanwhile."""
    file = (two / "studies/other.yaml").rename(tmp_path / "elsewhere.yaml")
    assert run(two, f"vestige --study {file} make {IMAGES}").stdout.startswith(f"{IMAGES} made in ")


def test_the_study_of_the_engines_may_be_named_by_its_whole_path(two, other):
    assert other("sync", study=str(two / "params.yaml"))[1].startswith("vestige: params.yaml is refused:")


def test_an_empty_name_is_not_params_yaml(other):
    assert other("check", study="") == (1, "vestige: . cannot be read: it is a folder, no file\n")


def test_what_is_listed_as_unexplained_is_removed_by_the_command_on_it(two, other):
    stray = two / "results/other/figures/strange.png"
    stray.parent.mkdir(parents=True)
    stray.touch()
    assert "`vestige --study studies/other.yaml prune --remove` removes it" in other("prune")[1]


def test_a_file_that_is_not_there_is_named(other):
    assert other("check", study="studies/none.yaml") == (1, "vestige: studies/none.yaml: there is no such file\n")


@pytest.mark.parametrize("command", ["sync", "restore"])
def test_what_speaks_to_the_engines_is_refused(other, command):
    status, said = other(command)
    assert status == 1
    assert f"`vestige {command}` speaks to Snakemake and DVC, which read params.yaml alone" in said


def test_the_study_of_the_engines_may_be_named_too(other):
    status, said = other("sync", study="./params.yaml")
    assert status == 1  # it is at fault
    assert said.startswith("vestige: params.yaml is refused:\n  seeds ")
