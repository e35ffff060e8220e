"""Training on several devices is training on one: real processes, which speak to each other through gloo."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from stages.toy import SUPPRESSED, Killed, files, settings, toy, trained
from training import along

from vestige.stages import training_worker
from vestige.stages.images import describe_images
from vestige.stages.training_worker import WorkerFailed
from vestige.training import distributed, loop
from vestige.training.precision import Unsupported, refuse_unsupported

SIZES = [pytest.param(size, marks=pytest.mark.slow) for size in (2, 4)]
OWN = ("outputs", "gradient of images", "evaluated")  # what each process has of its own images


@pytest.fixture(scope="module", params=SIZES)
def both(request, tmp_path_factory):
    """The number of processes, and what each of them found of steps and of batch norms."""
    folder = tmp_path_factory.mktemp("both")
    return request.param, along.together(request.param, folder)


def those(found, kind):
    """What was found of steps, or of norms."""
    return {name.removeprefix(f"{kind} "): each for name, each in found.items() if name.startswith(f"{kind} ")}


def test_gradients_of_loss_and_penalty_are_those_of_one_device(both):
    """Absolute ones, in float64: of 143 images, of which processes have unequal shares."""
    size, found = both
    alone = along.of_steps()
    for rank in range(size):
        together = those(found[rank], "steps")
        assert together.keys() == alone.keys()
        for name, each in together.items():
            largest = np.abs(alone[name]).max()
            assert np.abs(each - alone[name]).max() <= 1e-12 * largest + 1e-15, f"process {rank}: {name}"


def test_all_processes_have_the_same_bits(both):
    size, found = both
    first = those(found[0], "steps")
    for rank in range(1, size):
        other = those(found[rank], "steps")
        assert all(each.tobytes() == first[name].tobytes() for name, each in other.items())


@pytest.mark.parametrize("dtype", along.DTYPES, ids=str)
def test_batch_norm_is_that_of_the_whole_batch(both, dtype):
    """Outputs, gradients and running statistics of torch's own, on one process, of images of mean 5."""
    size, found = both
    alone = {name: each for name, each in along.of_norms().items() if name.startswith(str(dtype))}
    assert len(alone) > 20
    for name, expected in alone.items():
        parts = [those(each, "norms")[name] for each in found]
        own = name.endswith(OWN)
        made = np.concatenate(parts) if own else parts[0]
        assert made.dtype == expected.dtype
        largest = np.abs(expected).max()
        assert np.abs(made - expected).max() <= (1e-6 if dtype == torch.float32 else 1e-13) * largest, name
        assert own or all(part.tobytes() == parts[0].tobytes() for part in parts)


def test_shares_are_even_but_for_one_image(monkeypatch):
    monkeypatch.setattr(distributed, "count_devices", lambda: 4)
    assert distributed.shares(143) == (36, 36, 36, 35)
    parts = []
    for rank in range(4):
        monkeypatch.setattr(distributed, "number_of_device", lambda rank=rank: rank)
        parts.append(distributed.share_of_batches(np.split(np.arange(143), [64, 128])))
    assert [part.tolist()[:2] for part in parts] == [[0, 1], [16, 17], [32, 33], [48, 49]]
    assert [len(part) for part in parts] == [36, 36, 36, 35]
    assert sorted(np.concatenate(parts)) == [*range(143)]


class OwnBatchNorm(torch.nn.BatchNorm2d):
    """Somebody's own."""


@pytest.mark.parametrize(
    ("norm", "says"),
    [
        (OwnBatchNorm(3), "a OwnBatchNorm cannot be shared"),
        (torch.nn.BatchNorm1d(3, track_running_stats=False), "a BatchNorm1d without running statistics cannot"),
    ],
)
def test_batch_norm_of_another_kind_is_refused(norm, says):
    with pytest.raises(ValueError, match=f"training.devices: {says}"):
        distributed.synchronize_batch_norm(torch.nn.Sequential(norm))


def test_alone_everything_stays_as_it_is():
    rows = torch.rand(3, 2, requires_grad=True)
    assert distributed.gather_rows(rows, distributed.shares(3)) is rows
    assert distributed.share_of(np.arange(3)).tolist() == [0, 1, 2]
    assert distributed.share_of_batches([np.arange(2), np.arange(2, 3)]).tolist() == [0, 1, 2]
    assert distributed.share_of_batches([]).tolist() == []
    assert distributed.as_first(divmod, 7, 2) == (3, 1)


HELD_OUT = {"held_out": 0.1}
NEAR = {"learning_rate": 0.001}  # large steps amplify the last bits


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A penalised training on two devices that was never stopped: its folder, and its result."""
    folder = tmp_path_factory.mktemp("two")
    with contextlib.chdir(folder):
        return folder / "whole", trained(
            folder / "whole", describe_images(toy()), SUPPRESSED, devices=2, **NEAR, **HELD_OUT
        )


@pytest.mark.slow
def test_a_training_on_two_devices_is_near_one_on_one(images, tmp_path, two):
    """Of 50 images in batches of 16, of which the last has two; five images are held out."""
    alone = trained(tmp_path, images, SUPPRESSED, **NEAR, **HELD_OUT)
    assert [*two[1].data_vars] == [*alone.data_vars]
    for name in ("train_loss", "penalty", "val_loss", "held_out_loss", "learning_rate"):
        assert two[1][name].values == pytest.approx(alone[name].values, rel=1e-4, nan_ok=True)
    assert two[1]["train_accuracy"].values == pytest.approx(alone["train_accuracy"].values, abs=0.03, nan_ok=True)
    assert two[1]["checkpoint"].values[0] == alone["checkpoint"].values[0]


@pytest.mark.slow
def test_killed_within_a_pass_it_goes_on_to_the_same_bits(images, tmp_path, two, monkeypatch):
    step, count = loop.gradients, []

    def die_at_the_sixth(*given):
        count.append(None)
        if len(count) == 6:
            raise Killed
        return step(*given)

    asked = {"devices": 2, "save_seconds": 0, **NEAR, **HELD_OUT}
    monkeypatch.setattr(loop, "gradients", die_at_the_sixth)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, **asked)
    monkeypatch.undo()
    assert [*(tmp_path / "killed").glob("*-pass-2-*")]
    assert trained(tmp_path / "killed", images, SUPPRESSED, **asked).identical(two[1])
    assert files(tmp_path / "killed") == files(two[0])


def test_a_process_that_fails_ends_the_training_and_is_named(images, tmp_path, monkeypatch):
    """Before it has begun, when nobody waits for it where signals are not heard."""
    start = training_worker.start
    monkeypatch.setattr(training_worker, "start", lambda work: start(pickle.dumps("nothing of the kind")))
    with pytest.raises(WorkerFailed, match="process 1 of 2 failed"):
        trained(tmp_path, images, devices=2)


@pytest.fixture
def started(monkeypatch):
    """The processes that are started in a test."""
    start, found = training_worker.start, []
    monkeypatch.setattr(training_worker, "start", lambda work: found.append(start(work)) or found[-1])
    return found


@pytest.mark.slow
def test_a_process_that_is_killed_on_the_way_is_named(images, tmp_path, started):
    def kill(text):
        if text.startswith("epoch 1 "):
            started[0].process.kill()

    with pytest.raises(WorkerFailed, match=r"process 1 \(SIGKILL, as where memory runs out\) of 2 failed"):
        trained(tmp_path, images, note=kill, devices=2)


@pytest.mark.slow
def test_what_fails_in_the_first_process_says_so_itself(images, tmp_path, started, capfd):
    def fail(text):
        if text.startswith("epoch 1 "):
            raise RuntimeError("the photographs have changed")

    with pytest.raises(RuntimeError, match="the photographs have changed"):
        trained(tmp_path, images, note=fail, devices=2)
    assert started[0].process.returncode == 0
    assert "Error" not in capfd.readouterr().err


WAITS = """
import sys, time
from vestige.stages import training_worker
training_worker.PROMPT = 1
started = training_worker.start(b"nothing")
with training_worker.end_with_others([started]):
    time.sleep(60)
"""


@pytest.mark.slow
def test_where_a_process_has_failed_and_the_first_waits_all_the_same_it_ends_and_says_so():
    ran = subprocess.run([sys.executable, "-c", WAITS], capture_output=True, text=True, timeout=50)
    assert ran.returncode == 1
    assert "vestige: training.devices: process 1 of 2 failed" in ran.stderr


@pytest.mark.slow
def test_no_process_outlives_the_first_one(images, tmp_path):
    work = pickle.dumps((settings(devices=2), images.load(), 1, 2, str(tmp_path / "store")))
    started = training_worker.start(work).process  # waits for a first process that never comes
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        time.sleep(1)
        started.send_signal(number)
    assert started.poll() is None, "a signal that the first process is to handle has ended it"
    started.stdin.close()
    assert started.wait(30) == 0


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"devices": 4}, "found 4; only 2 training images are in the last batch"),
        ({"devices": 8, "batch_size": 25, "held_out": 0.1}, "found 8; only 5 images are held out"),
        ({"devices": 21, "batch_size": 42, "held_out": None}, "found 21; only 8 training images are in the last"),
        ({"devices": 25, "batch_size": 25}, "found 25; only 20 validation images are there"),
    ],
)
def test_a_device_without_images_is_refused_before_anything_is_trained(images, tmp_path, said, says):
    with pytest.raises(ValueError, match=f"training.devices: {says}"):
        trained(tmp_path, images, **said)
    assert [*tmp_path.iterdir()] == []


def test_more_devices_than_a_machine_has_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(Unsupported, match="found 2; this machine has 1 GPUs; allowed: 1 to 1"):
        refuse_unsupported(settings(devices=2).training, torch.device("cuda"))


def test_the_environment_is_as_before(images, tmp_path):
    """Commands that are run afterwards inherit it."""
    before = dict(os.environ)
    with distributed.group(0, 1, str(tmp_path / "store"), "cpu"):
        assert distributed.count_devices() == 1
    assert dict(os.environ) == before
