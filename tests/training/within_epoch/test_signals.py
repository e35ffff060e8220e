"""A training that is told to end within a pass finishes its step, saves, and goes on to the same bits."""

import os
import signal
import threading
import time

import pytest
from stages.toy import SUPPRESSED, files, trained
from training.within_epoch.steps import STEPS, passes

from vestige.training import loop, within_epoch
from vestige.training.within_epoch import ENDING, PATIENCE, postpone_signals


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
