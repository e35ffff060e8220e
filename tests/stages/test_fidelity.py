"""Settings of training that depart from the paper's code change what is trained, and nothing where they say nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from vestige.stages.training import Settings, training
from vestige.training.resume import Trajectory

TRAINING = dict.fromkeys(Settings.model_fields) | {  # all that is not said is left out
    "epochs": 3,
    "batch_size": 50,
    "learning_rate": 0.05,
    "learning_rate_step": 30,
    "learning_rate_gamma": 0.1,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "class_reduction": "mean",
    "epsilon": 1e-6,
}
PLAIN = SimpleNamespace(alpha=0.0, modules=(), start=0, stop=0)
SUPPRESSED = SimpleNamespace(alpha=-5.0, modules=(4, 5, 6), start=1, stop=3)


@pytest.fixture
def trained(run, tmp_path):
    """trained(condition, **changed) gives the result of training the toy network."""

    def trained(condition=PLAIN, **changed):
        asked = SimpleNamespace(**TRAINING | changed)
        folder = tmp_path / "-".join(map(str, [condition.alpha, *changed.values()]))
        folder.mkdir()
        settings = run.settings(training=asked, condition=condition, seed=0)
        trajectory = Trajectory(folder, tuple(map(str, range(asked.epochs + 1))))
        return training(settings, run.inputs["images"], folder, trajectory, run.noted.append)

    return trained


def alike(one, other):
    """Of each epoch, whether the networks are the same to the last bit."""
    return (one["checkpoint"].values == other["checkpoint"].values).tolist()


def test_sums_over_a_class_penalise_otherwise_than_means_from_the_first_penalised_step(trained):
    means, sums = (trained(SUPPRESSED, class_reduction=reduction) for reduction in ("mean", "sum"))
    assert alike(means, sums) == [True, True, False, False]
    assert np.abs(means["penalty"] - sums["penalty"]).max() > 0.01


def test_sums_and_means_are_the_same_where_nothing_is_penalised(trained):
    assert alike(*(trained(class_reduction=reduction) for reduction in ("mean", "sum"))) == [True] * 4


def test_a_drop_every_30_epochs_leaves_short_runs_at_one_rate_and_a_shorter_step_does_not(trained):
    constant, stepped = trained(learning_rate_step=30), trained(learning_rate_step=2)
    np.testing.assert_allclose(constant["learning_rate"][1:], 0.05)
    np.testing.assert_allclose(stepped["learning_rate"][1:], [0.05, 0.05, 0.005])
    assert alike(constant, stepped) == [True, True, True, False]
