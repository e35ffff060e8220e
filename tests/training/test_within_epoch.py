"""A training that is killed, or told to end, within a pass: it goes on to the same bits, from where it was saved."""

import math
import os
import signal
import threading
import time

import pytest
from relabelled import OTHER, relabel
from stages.toy import CROPPED, SUPPRESSED, Killed, files, trained

from vestige.foundation import processor
from vestige.training import loop, within_epoch
from vestige.training.within_epoch import ENDING, PATIENCE, postpone_signals

STEPS = 12  # of three passes over 50 images in batches of 16
ADAM = {"optimizer": "adam", "momentum": None, "weight_decay": None, "learning_rate": 0.001}
KINDS = [{}, ADAM, {"dropout": 0.3}, {"precision": "bfloat16"}, {"precision": "bfloat16", **ADAM}, CROPPED]

FEW = {(0, 5), (0, 7), (2, 6)}  # kind and step


@pytest.fixture
def at_step(monkeypatch):
    """What counts the steps of training, and does something at one of them, counted from the first."""
    step, count, act = loop.gradients, [0], [(-1, None)]

    def counted(*given):
        number, what = act[0]
        if count[0] == number:
            what()
        count[0] += 1
        return step(*given)

    def prepare(number=-1, what=None):
        count[0], act[0] = 0, (number, what)
        return count

    monkeypatch.setattr(loop, "gradients", counted)
    return prepare


def die():
    raise Killed


def passes(folder):
    return [*folder.glob("*-pass-*")]


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


class Ended(BaseException):
    """What the handler of a signal raises here, as the command's does."""


@pytest.fixture
def handled():
    """Handlers of all signals that raise Ended."""

    def end(number, frame):
        raise Ended(number)

    former = {number: signal.signal(number, end) for number in ENDING}
    yield end
    assert all(signal.getsignal(number) is end for number in ENDING), "a training left handlers of its own"
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_told_to_end_it_finishes_the_step_saves_and_goes_on_to_the_same_bits(
    images, tmp_path, at_step, handled, number
):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    at_step(6, lambda: os.kill(os.getpid(), number))
    with pytest.raises(Ended) as ended:
        trained(tmp_path / "told", images, SUPPRESSED)
    assert ended.value.args == (number,)
    (left,) = passes(tmp_path / "told")
    assert "-pass-3-" in left.name
    count = at_step()
    assert trained(tmp_path / "told", images, SUPPRESSED).identical(never_stopped)
    assert count[0] == STEPS - 7


@pytest.mark.parametrize("place", ["validate", "refuse_divergence"])
def test_told_to_end_after_the_last_step_of_a_pass_it_repeats_no_step(
    images, tmp_path, at_step, handled, monkeypatch, place
):
    """While the pass is summed up, and while the network is evaluated."""
    never_stopped, function, calls = trained(tmp_path / "whole", images, SUPPRESSED), getattr(loop, place), []

    def told(*given):
        calls.append(None)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return function(*given)

    monkeypatch.setattr(loop, place, told)
    with pytest.raises(Ended):
        trained(tmp_path / "told", images, SUPPRESSED)
    assert len(calls) == 2
    count = at_step()
    assert trained(tmp_path / "told", images, SUPPRESSED).identical(never_stopped)
    assert count[0] == STEPS - (4 if place == "validate" else 8)
    assert files(tmp_path / "told") == files(tmp_path / "whole")


def test_a_failure_says_more_than_the_signal_that_came_before_it(images, tmp_path, at_step, handled, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(within_epoch, "save", full)
    at_step(5, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(OSError, match="No space left"):
        trained(tmp_path, images, SUPPRESSED)


def test_a_second_signal_is_obeyed_at_once_but_for_the_echo_of_the_first(handled):
    def send(number):
        os.kill(os.getpid(), number)
        time.sleep(0.01)

    def told_again():
        with postpone_signals() as asked:
            send(signal.SIGINT)
            send(signal.SIGINT)
            assert asked == [signal.SIGINT]
            time.sleep(PATIENCE + 0.1)
            send(signal.SIGTERM)
            raise AssertionError("it was not obeyed")

    with pytest.raises(Ended):
        told_again()


def test_where_the_handler_lets_a_signal_pass_the_training_ends_all_the_same(images, tmp_path, at_step, handled):
    seen = []
    signal.signal(signal.SIGTERM, lambda *given: seen.append(given))
    at_step(5, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, images, SUPPRESSED)
    assert len(seen) == 1
    assert passes(tmp_path)
    signal.signal(signal.SIGTERM, handled)


def test_signals_that_are_ignored_stay_so_and_other_threads_are_let_alone():
    former = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        with postpone_signals() as asked:
            os.kill(os.getpid(), signal.SIGUSR1)
            assert asked == []
    finally:
        signal.signal(signal.SIGUSR1, former)
    before, found = signal.getsignal(signal.SIGTERM), []

    def elsewhere():
        with postpone_signals():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [before]


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
