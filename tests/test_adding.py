"""docs/adding.md is performed word for word, each section in a copy of the project, and leaves what is made current."""

import json
import subprocess

import pytest
from engine_jobs import asked_again, dvc_stale, snakemake_stale
from engines import ROOT, SHOW_CONDITIONS, environment, run, study_of
from recipes import perform, sections

SECTIONS = sections((ROOT / "docs" / "adding.md").read_text(encoding="utf-8"))
PARAMS = "params.yaml"
ROWS, MEASURES, DVC = "src/vestige/foundation/rows.py", "workflow/rules/measures.smk", "dvc.yaml"
# What each section touches beside params.yaml and what a command writes; a result that there is then, and how the paths
# of those begin that gather what was added. What reads other images or another network is a study of its own.
EXPECTED = {
    "A condition": ([], "selectivity/gentle-seed0.nc", {*SHOW_CONDITIONS, "report"}),
    "An image source": (["src/vestige/data/stripes.py"], "images.nc", set()),
    "A network": (["src/vestige/models/plain.py"], "network.nc", set()),
    "A figure": (["src/vestige/figures/paper.yaml"], "figures/suppressed_selectivity.png", {"report"}),
    "A figure with a plot of its own": (
        ["src/vestige/figures/final_selectivity.py", "src/vestige/figures/paper.yaml"],
        "figures/final_selectivity.png",
        {"report"},
    ),
    "A claim": (["src/vestige/claims/paper.yaml"], "claims.nc", {"claims", "report"}),
    "A claim with a statistic of its own": (
        ["src/vestige/claims/emergence.py", "src/vestige/claims/paper.yaml"],
        "claims.nc",
        {"claims", "report"},
    ),
    "An analysis of every run": (
        ["src/vestige/stages/sparsity.py", ROWS, MEASURES, DVC],
        "sparsity/baseline-seed0.nc",
        {"report"},
    ),
    "An analysis of pairs of runs": (
        ["src/vestige/stages/distance.py", ROWS, MEASURES, DVC],
        "distance/baselines-seed0.nc",
        {"report"},
    ),
    "An analysis with a folder of its own": (
        ["src/vestige/stages/logits.py", ROWS, MEASURES, DVC],
        "logits/promoted-seed1.nc",
        {"report"},
    ),
}
OTHER_STUDY = {"An image source": "striped", "A network": "plain"}


def perform_command(project, line: str) -> None:
    """A line of a shell block; `make` is what it runs, in this Python."""
    line = {"make deps": "python workflow/deps.py"}.get(line, line)
    done = subprocess.run(["sh", "-c", line], cwd=project, env=environment(project), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


OFTEN = ("A condition", "A figure", "An analysis of every run")  # are done for every commit, the others each night


def states(project) -> dict[str, str]:
    """What `vestige verify` says of every result."""
    said = json.loads(run(project, "vestige verify --json", check=False).stdout)
    return {path: each["state"] for path, each in said.items()}


def test_every_section_is_expected():
    assert set(SECTIONS) == set(EXPECTED)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in OFTEN else pytest.mark.nightly) for name in SECTIONS]
)
def test_a_section_does_what_it_says_and_leaves_what_is_made_current(project, name):
    places, result, gathers = EXPECTED[name]
    former, known = states(project), study_of(project)
    assert [file for file in perform(SECTIONS[name], project, perform_command) if file != PARAMS] == places
    study = OTHER_STUDY.get(name, "tiny")
    path = f"results/{study}/{result}"
    assert path in run(project, "vestige list").stdout.split()
    for command in ("check", "plan", "prune"):
        run(project, f"vestige {command}")
    due = {each for each in former if each.removeprefix("results/tiny/").startswith(tuple(gathers))}
    if "plot" in name:  # DVC lists the files of all plots of a kind together
        run(project, "vestige sync")
    if study == "tiny":
        stale = snakemake_stale(project), dvc_stale(project)
        again = asked_again(known, stale[0]) & former.keys()
        assert [stale_ones & former.keys() for stale_ones in stale] == [due, due | again]
        assert {each for each, state in states(project).items() if each in former and state != "proven"} == due
    run(project, f"snakemake --quiet all -- {path}", timeout=600)
    assert states(project)[path] == "proven"
