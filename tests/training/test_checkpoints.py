"""Checkpoints: what is written is what is loaded, and strangers are refused."""

import hashlib

import pytest
import torch
import xarray as xr

from vestige.models.bottleneck_resnet import Settings
from vestige.models.network import build
from vestige.training import checkpoints
from vestige.training.checkpoints import ForeignCheckpoint

SETTINGS = Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)
TRAINING = xr.Dataset(coords={"epoch": range(6)})


@pytest.fixture
def folder(tmp_path):
    """The folder of a run, as a study lays it out."""
    folder = tmp_path / "results" / "digits" / "checkpoints" / "baseline-seed0"
    folder.mkdir(parents=True)
    return folder


def network(seed):
    return build(SETTINGS, channels=1, classes=3, seed=seed)


def test_what_is_loaded_is_what_was_written(folder):
    written, read = network(0), network(1)
    written.trunk(torch.randn(4, 1, 8, 8))  # so that the buffers of batch normalisation are not those of a new network
    digest = checkpoints.write(folder / checkpoints.name(3), written.trunk)
    checkpoints.load(read, folder, 3, digest)
    for key, tensor in written.trunk.state_dict().items():
        assert torch.equal(read.trunk.state_dict()[key], tensor), key


def test_a_network_computes_the_same_once_loaded(folder):
    written, read, images = network(0), network(1), torch.randn(4, 1, 8, 8)
    checkpoints.load(read, folder, 0, checkpoints.write(folder / checkpoints.name(0), written.trunk))
    assert torch.equal(written.trunk.eval()(images), read.trunk.eval()(images))


def test_the_digest_is_that_of_the_file_and_the_same_every_time(folder):
    digests = {checkpoints.write(folder / checkpoints.name(0), network(0).trunk) for _ in range(3)}
    assert digests == {hashlib.sha256((folder / "epoch-000.safetensors").read_bytes()).hexdigest()}


def test_another_checkpoint_is_refused_before_it_is_used(folder):
    digest = checkpoints.write(folder / checkpoints.name(0), network(0).trunk)
    checkpoints.write(folder / checkpoints.name(0), network(1).trunk)
    mine = network(2)
    before = {key: tensor.clone() for key, tensor in mine.trunk.state_dict().items()}
    with pytest.raises(ForeignCheckpoint, match="epoch-000.* is not the checkpoint"):
        checkpoints.load(mine, folder, 0, digest)
    assert all(torch.equal(mine.trunk.state_dict()[key], tensor) for key, tensor in before.items())


def test_a_missing_checkpoint_names_the_file_and_the_remedy(folder):
    with pytest.raises(ForeignCheckpoint) as refusal:
        checkpoints.load(network(0), folder, 2, "0" * 64)
    assert "epoch-002.safetensors is missing" in str(refusal.value)
    assert "`vestige make results/digits/training/baseline-seed0.nc`" in str(refusal.value)


@pytest.mark.parametrize(
    ("asked", "found"), [("all", [0, 1, 2, 3, 4, 5]), ((0, 3, 90), [0, 3]), ((5, 1), [1, 5]), ([2], [2])]
)
def test_the_measured_epochs_are_those_asked_for_that_the_run_has(asked, found):
    assert checkpoints.select_epochs(asked, TRAINING) == found


def test_a_run_without_any_epoch_asked_for_is_refused():
    with pytest.raises(ValueError, match=r"\[20, 30\].*allowed: 0 to 5"):
        checkpoints.select_epochs((20, 30), TRAINING)
