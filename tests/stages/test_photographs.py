"""The training stage on photographs: the same bits from every format, and killed at any time."""

import os
import random
import signal
import time
from types import SimpleNamespace

import photograph_sets
import pytest
from stages.toy import SUPPRESSED, files, ignore, settings

from vestige.data import imagenet
from vestige.data.shards.description import images
from vestige.stages.training import training
from vestige.training.resume import Trajectory

CROPPED = {"shift": None, "random_crop": SimpleNamespace(scale=(0.08, 1), ratio=(3 / 4, 4 / 3)), "batch_size": 6}
KILLS = 20


def photographs(root, **changed):
    """The section `images` of a study of photographs."""
    said = {"source": "imagenet", "root": str(root), "crop": 12, "resize": 16, "resize_with": "pillow"}
    return imagenet.Settings(**said, decoding_threads=2, **changed)


def trained(folder, chosen, epochs=2, note=ignore):
    """Train on photographs, in a folder in which the trajectory is left too."""
    folder.mkdir(exist_ok=True)
    asked = settings(SUPPRESSED, epochs=epochs, **CROPPED)
    asked.images = chosen
    described = images(SimpleNamespace(images=chosen), ignore)
    keys = tuple(f"{epoch:02d}" for epoch in range(epochs + 1))
    return training(asked, described, folder, Trajectory(folder, keys), note)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a set of photographs as class folders."""
    photograph_sets.write("class_folders", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("layout", photograph_sets.WRITERS)
def test_training_ends_with_the_same_checkpoints_from_every_format(here, layout):
    photograph_sets.write(layout, here / "other", here / "more", photograph_sets.PHOTOGRAPHS)
    one, other = (trained(here / f"from-{root}", photographs(here / root)) for root in ("set", "other"))
    assert other["checkpoint"].values.tolist() == one["checkpoint"].values.tolist()
    assert files(here / "from-other") == files(here / "from-set")


def test_what_is_trained_depends_on_the_photographs(here):
    one = trained(here / "one", photographs(here / "set"))
    path, other = sorted((here / "set/train").glob("*/*"))[:2]
    path.write_bytes(other.read_bytes())
    two = trained(here / "two", photographs(here / "set"))
    assert one["checkpoint"].values[2] != two["checkpoint"].values[2]


def killed_after(seconds, run) -> bool:
    """Run something in a process of its own, and kill it after some time; whether it had ended by itself."""
    if not (child := os.fork()):
        try:
            run()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFEXITED(os.waitpid(child, 0)[1])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_killed_at_twenty_random_times_training_on_random_crops_ends_with_the_bits_of_one_that_was_not(here, seed):
    chosen, epochs, draw = photographs(here / "set"), 40, random.Random(seed)
    began = time.monotonic()
    never_stopped = trained(here / "whole", chosen, epochs)
    longest = 2 * (time.monotonic() - began) / KILLS
    ended = [
        killed_after(draw.uniform(0, longest), lambda: trained(here / "killed", chosen, epochs)) for _ in range(KILLS)
    ]
    reached = len(files(here / "killed"))
    assert trained(here / "killed", chosen, epochs).identical(never_stopped)
    assert files(here / "killed") == files(here / "whole")
    assert (ended[0], reached > 1) == (False, True)  # else nothing was killed, or nothing was gone on with
