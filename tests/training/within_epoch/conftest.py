"""What is done at a step of a training."""

import pytest

from vestige.training import loop


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
