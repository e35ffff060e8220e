"""Where the checkpoints of networks from elsewhere lie, and whether they are those of a result."""

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading
from vestige.provenance import external_checkpoints, proofs, results, retention, status, trajectories

STUDY = Path(__file__).resolve().parents[1] / "studies" / "tiny.yaml"


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study whose networks from elsewhere lie at a place; we are in its folder."""
    monkeypatch.chdir(tmp_path)

    def of(place="place/theirs", seeds=(0,), keep="all", **said):
        plain = YAML(typ="safe").load(STUDY) | {"seeds": list(seeds), "between": {}, "keep": keep}
        plain["figures"]["between"] = {}
        plain["conditions"]["theirs"] = {"checkpoints": str(place), **said}
        return loading.validate_study(plain)

    monkeypatch.setenv("PLACE", str(tmp_path / "place"))
    return of


def training_of(study, seed=0):
    return pipeline.job(study, "training", condition="theirs", seed=seed)


def put(*names, text="weights"):
    for name in names:
        path = Path("place/theirs", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def listed(training):
    return {
        epoch: os.path.relpath(path, "place/theirs")
        for epoch, path in external_checkpoints.list_files(training).items()
    }


@pytest.mark.parametrize("name", ["epoch-000.safetensors", "epoch-020.safetensors", "weights.safetensors"])
def test_one_file_of_any_name_is_the_one_checkpoint(study, name):
    put(name, "README.md", ".DS_Store")
    assert listed(training_of(study())) == {0: name}


def test_the_place_may_be_the_file_itself(study):
    put("weights.safetensors", "other.safetensors")
    assert listed(training_of(study("$PLACE/theirs/weights.safetensors"))) == {0: "weights.safetensors"}


def test_checkpoints_go_from_0_to_the_last_one_that_the_condition_names(study):
    put(*(f"epoch-{epoch:03d}.safetensors" for epoch in range(3)))
    assert listed(training_of(study(epochs=2))) == {epoch: f"epoch-{epoch:03d}.safetensors" for epoch in range(3)}


@pytest.mark.parametrize("seeds", [(3,), (3, 5)])
def test_each_seed_has_a_folder_of_its_own(study, seeds):
    put("seed3/a.safetensors", "seed5/b.safetensors")
    found = [listed(training_of(study(seeds=seeds), seed)) for seed in seeds]
    assert found == [{0: "seed3/a.safetensors"}, {0: "seed5/b.safetensors"}][: len(seeds)]


REFUSED = {
    "nothing there": ((), {}, "nothing lies at"),
    "files of one of two seeds": (
        ("a.safetensors",),
        {"seeds": (0, 1)},
        "put the files of each into a folder seed0, seed1",
    ),
    "a pickle": (("weights.pt",), {}, "but weights.pt, which is not read: write its arrays with save_file"),
    "no weights": (("README.md",), {}, "holds no file named .*; write it with save_file of safetensors"),
    "several, and no number": (
        ("epoch-000.safetensors", "epoch-001.safetensors"),
        {},
        "found epoch-001.safetensors; allowed: epoch-000.safetensors, or one file .* as conditions.theirs.epochs",
    ),
    "a gap": (
        ("epoch-000.safetensors", "epoch-002.safetensors"),
        {"epochs": 2},
        "epoch-001.safetensors is missing; allowed: epoch-000.safetensors to epoch-002.safetensors, as .*epochs is 2",
    ),
    "other digits": (
        ("epoch-0.safetensors", "epoch-1.safetensors"),
        {"epochs": 1},
        "epoch-000.safetensors is missing, found epoch-0.safetensors and 2 more such files",
    ),
}


@pytest.mark.parametrize(("names", "said", "says"), REFUSED.values(), ids=REFUSED)
def test_files_that_are_missing_or_named_otherwise_are_refused_with_the_remedy(study, names, said, says):
    put(*names)
    with pytest.raises(external_checkpoints.CheckpointsRefused, match=f"^conditions.theirs.checkpoints: .*{says}"):
        external_checkpoints.list_files(training_of(study(**said)))


def test_a_variable_that_is_not_set_is_named(study):
    with pytest.raises(ValueError, match=r"conditions.theirs.checkpoints is \$ELSEWHERE, but \$ELSEWHERE is not known"):
        external_checkpoints.list_files(training_of(study("$ELSEWHERE")))


@pytest.fixture
def made(study):
    """A training result of a checkpoint from elsewhere, with its proof."""
    import xarray as xr

    put("weights.safetensors")
    training = training_of(study())
    put_result(training, xr.Dataset())
    return training


def put_result(training, dataset):
    taken = external_checkpoints.describe_contents(training)
    inputs = dict.fromkeys(proofs.input_digests(training), "0" * 64)
    proof = proofs.proof(training, proofs.code_digests(training), inputs, proofs.describe_behind(training), taken)
    results.write_dataset(Path(training.output), dataset, proof)


def reasons(training):
    return status.judge_by_own_proof(training, gone=())[1]


def test_no_proof_holds_the_place_and_moving_it_leaves_the_result_as_it_is(study, made):
    assert "place/theirs" not in str(proofs.read_proof(Path(made.output)))
    Path("place/theirs").rename("place/moved")
    Path("place/moved/weights.safetensors").rename("place/moved/epoch-000.safetensors")
    assert reasons(training_of(study("place/moved"))) == []


def test_a_place_that_is_not_here_proves_nothing(study, made):
    taken = external_checkpoints.describe_contents(made)
    Path("place/theirs/weights.safetensors").unlink()
    assert reasons(training_of(study())) == []
    assert external_checkpoints.describe_contents(training_of(study())) == taken != {}


def test_changed_contents_make_the_result_stale(study, made):
    put("weights.safetensors", text="others")
    says = "what lies at conditions.theirs.checkpoints has changed: epoch-000.safetensors of seed 0"
    assert reasons(training_of(study())) == [says]
    put("weights.safetensors")
    assert reasons(training_of(study())) == []


def test_checkpoints_beside_those_of_a_result_make_it_stale_and_are_named(study, made):
    put("epoch-001.safetensors", "epoch-003.safetensors")
    (says,) = reasons(training_of(study()))
    assert says.startswith("what lies there now is refused: conditions.theirs.checkpoints: ")
    assert "epoch-001.safetensors" in says


def test_settings_of_training_are_none_of_networks_from_elsewhere_and_its_code_is_none_of_theirs(study):
    theirs = training_of(study())
    ours = pipeline.job(study(), "training", condition="baseline", seed=0)
    assert theirs.settings.keys() == {"device", "threads", "images", "network", "training.batch_size"}
    assert "stages/training.py" not in theirs.code
    assert "stages/external_checkpoints.py" not in ours.code


def test_networks_from_elsewhere_have_no_trajectory(study):
    assert {path for path in trajectories.all_keys(study()) if "theirs" in path} == set()
    assert trajectories.all_keys(study()).keys() == {
        f"results/tiny/training/{name}-seed0.nc" for name in ("baseline", "suppressed", "promoted")
    }


def test_all_of_their_checkpoints_are_kept(study):
    needed = retention.needed_epochs(training_of(study(keep="listed", epochs=9)), 9, lambda reader: True)
    assert needed is None
