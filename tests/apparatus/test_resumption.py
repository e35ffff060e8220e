"""What is kept of a training that stops, and what is made of it when it is damaged."""

import json
from types import SimpleNamespace

import pytest
import torch

from vestige.apparatus import checkpoints, resumption
from vestige.apparatus.descent import at_rest, descend
from vestige.apparatus.network import build
from vestige.apparatus.networks.bottleneck_resnet import Settings

SETTINGS = Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)


def fresh():
    network = build(SETTINGS, channels=1, classes=3, seed=0)
    return network, at_rest(network.trunk)


def step(network, momentum, seed):
    images = torch.randn(8, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    network.trunk(images).square().sum().backward()
    descend(network.trunk, momentum, 0.1, SimpleNamespace(momentum=0.9, weight_decay=1e-4))


@pytest.fixture
def stopped(tmp_path):
    """A folder in which epochs 0, 1 and 2 were saved; the network, its momentum and the records then."""
    (network, momentum), records = fresh(), []
    for epoch in range(3):
        records = resumption.save(
            tmp_path, network, momentum, [*records, {"val_loss": 0.1 + epoch, "nan": float("nan")}]
        )
        if epoch < 2:
            step(network, momentum, epoch)
    return tmp_path, network, momentum, records


def same(one, other):
    return all(torch.equal(one[key], other[key]) for key in one)


def test_an_empty_folder_holds_nothing_to_go_on_from(tmp_path):
    assert resumption.resume(tmp_path, *fresh()) == []


def test_weights_momentum_and_records_come_back_to_the_last_bit(stopped):
    folder, network, momentum, records = stopped
    mine, my_momentum = fresh()
    assert json.dumps(resumption.resume(folder, mine, my_momentum)) == json.dumps(records)
    assert same(mine.trunk.state_dict(), network.trunk.state_dict())
    assert same(my_momentum, momentum)


def test_the_next_step_is_that_of_a_training_that_never_stopped(stopped):
    folder, network, momentum, _ = stopped
    mine, my_momentum = fresh()
    resumption.resume(folder, mine, my_momentum)
    for each in ((network, momentum), (mine, my_momentum)):
        step(*each, seed=5)
    assert same(mine.trunk.state_dict(), network.trunk.state_dict())


def cut(path):
    path.write_bytes(path.read_bytes()[:-5])


def flip(path):
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


@pytest.mark.parametrize("damage", [cut, flip, empty, remove])
@pytest.mark.parametrize(
    ("damaged", "remaining"),
    [
        ("state-002-*", 2),
        ("epoch-002*", 2),
        ("epoch-001*", 0),
        ("epoch-000*", 0),
        ("state-*", 0),
    ],
)
def test_what_is_damaged_sends_back_to_the_last_sound_epoch(stopped, damage, damaged, remaining):
    folder, *_ = stopped
    for path in list(folder.glob(damaged)):
        damage(path)
    assert len(resumption.resume(folder, *fresh())) == remaining


def test_a_checkpoint_beyond_the_last_state_is_not_trusted(stopped):
    folder, network, *_ = stopped
    checkpoints.write(folder / checkpoints.name(3), network.trunk)
    assert len(resumption.resume(folder, *fresh())) == 3


def test_a_file_half_written_by_a_killed_attempt_does_no_harm(stopped):
    folder, *_ = stopped
    (folder / ".state-003-abc.safetensors.x1y2").write_bytes(b"half")
    assert len(resumption.resume(folder, *fresh())) == 3


def test_two_states_are_kept_and_every_checkpoint(stopped):
    folder, *_ = stopped
    assert len(resumption.states(folder)) == 2
    assert len(list(folder.glob("epoch-*"))) == 3
