"""Sets of untrained networks in both engines: what an edit makes again, and nothing else."""

import pytest
from engine_jobs import dvc_stale, snakemake_stale, without_checkpoints
from engines import ROOT, copied, edit, new_project, run
from ruamel.yaml import YAML

SETS = {"few": {"networks": 2, "seed": 5}, "more": {"networks": 3, "seed": 0}}
FEW, MORE = (f"results/perceptron/untrained/{name}.nc" for name in SETS)
GATHERED = {f"results/perceptron/{name}" for name in ("claims.nc", "claims.json", "report.html")}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with two sets, beside one run that no association covers, which Snakemake has made."""
    study = YAML(typ="safe").load((ROOT / "bench/comparison/studies/perceptron.yaml").read_text())
    study |= {"untrained": SETS, "conditions": {"baseline": {"alpha": 0}}}
    study["applies"] = {measure: [] for measure in study["applies"]}
    study["figures"] = {kind: {} for kind in study["figures"]}
    project = new_project(tmp_path_factory.mktemp("sets") / "project")
    with open(project / "params.yaml", "w") as file:
        YAML().dump(study, file)
    run(project, "snakemake figures --quiet --cores 2")
    return project


@pytest.mark.nightly
def test_what_was_made_is_clean_in_both_engines(made):
    assert (snakemake_stale(made), without_checkpoints(dvc_stale(made))) == (set(), set())


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("leaf", "value", "due"),
    [
        (("untrained", "few", "networks"), 4, {FEW}),
        (("untrained", "added"), {"networks": 2, "seed": 1}, {FEW.replace("few", "added")}),
        (("untrained",), {"few": SETS["few"]}, set()),
        (("clustering", "steps"), 90, {FEW, MORE}),
        (("agreement", "dead_units"), "one_cluster", {FEW, MORE}),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_an_edit_makes_the_sets_that_it_concerns_what_gathers_them_and_no_run(made, tmp_path, leaf, value, due):
    project = copied(made, tmp_path / "project")
    edit(project, *leaf, to=value)
    assert snakemake_stale(project) == due | GATHERED
    assert without_checkpoints(dvc_stale(project)) == due | GATHERED
