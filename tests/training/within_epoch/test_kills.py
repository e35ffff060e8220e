"""A training that is killed within a pass goes on to the same bits, from where it was saved."""

import math

import pytest
from relabelled import OTHER, relabel
from stages.toy import CROPPED, SUPPRESSED, Killed, files, trained
from training.within_epoch.steps import STEPS, passes

from vestige.foundation import processor
from vestige.training import within_epoch

ADAM = {"optimizer": "adam", "momentum": None, "weight_decay": None, "learning_rate": 0.001}
KINDS = [{}, ADAM, {"dropout": 0.3}, {"precision": "bfloat16"}, {"precision": "bfloat16", **ADAM}, CROPPED]
FEW = {(0, 5), (0, 7), (2, 6)}  # kind and step


def die():
    raise Killed


def kills():
    """Every kind of training and every step at which it is killed; a few of them at once, all nightly."""
    for kind, said in enumerate(KINDS):
        for step in range(STEPS):
            marks = () if (kind, step) in FEW else pytest.mark.slow if step == 6 else pytest.mark.nightly
            yield pytest.param(said, step, marks=marks, id=f"{said}-{step}")


@pytest.mark.parametrize(("said", "step"), [*kills()])
def test_killed_at_any_step_it_goes_on_to_the_same_bits_and_repeats_no_saved_step(
    images, tmp_path, at_step, said, step
):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED, **said)
    at_step(step, die)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0, **said)
    count = at_step()
    resumed = trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0, **said)
    assert count[0] == STEPS - step
    assert resumed.identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert passes(tmp_path / "killed") == []


def test_what_was_not_saved_is_trained_again(images, tmp_path, at_step):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    at_step(6, die)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=math.inf)
    assert passes(tmp_path / "killed") == []
    count = at_step()
    assert trained(tmp_path / "killed", images, SUPPRESSED).identical(never_stopped)
    assert count[0] == STEPS - 4


@pytest.mark.parametrize(
    "damage", [lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.write_bytes(b"")]
)
def test_a_damaged_state_is_removed_and_the_pass_begun_again(images, tmp_path, at_step, damage):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    at_step(6, die)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0)
    (left,) = passes(tmp_path / "killed")
    assert "-pass-2-" in left.name
    damage(left)
    count = at_step()
    assert trained(tmp_path / "killed", images, SUPPRESSED).identical(never_stopped)
    assert count[0] == STEPS - 4
    assert not left.exists()


def test_it_saves_now_and_then(images, tmp_path, monkeypatch):
    saved, save, clock = [], within_epoch.save, [0.0]
    monkeypatch.setattr(within_epoch, "save", lambda *given: (saved.append(len(given[-1])), save(*given)))

    class Clock:
        monotonic = staticmethod(lambda: clock.__setitem__(0, clock[0] + 10) or clock[0])

    monkeypatch.setattr(within_epoch, "time", Clock)
    trained(tmp_path, images, save_seconds=25)
    assert saved == [3, 3, 3]


def test_a_pass_that_was_begun_on_another_kind_of_machine_says_both(images, tmp_path, at_step):
    at_step(6, die)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0)
    relabel(tmp_path / "killed")
    at_step(1, die)  # once one step of the pass is saved here
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0)
    at_step()
    made = trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0)
    here = processor.describe()
    assert made["machine"].values.tolist() == [OTHER, OTHER, f"{OTHER} and {here}", here]


def test_what_another_run_has_left_within_a_pass_on_another_kind_of_machine_is_of_no_use(images, tmp_path, at_step):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    at_step(6, die)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED, save_seconds=0)
    relabel(tmp_path / "killed", run="theirs")
    left = [*passes(tmp_path / "killed"), *(tmp_path / "killed").glob("*-state-*")]
    count = at_step()
    assert trained(tmp_path / "killed", images, SUPPRESSED).identical(never_stopped)
    assert count[0] == STEPS
    assert all(path.is_file() for path in left)
