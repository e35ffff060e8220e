"""The learning rate of each pass, and when training stops early, from its settings and the records so far."""

import math
from collections.abc import Sequence

FLAT = 1e-4  # of the least loss so far: by how much a loss must be lower to count as an improvement (PyTorch's)
LEAST_CHANGE = 1e-8  # by which a learning rate is lowered at least, or not at all (PyTorch's)
WATCHED = "held_out_loss"  # what is watched, of each record but the first, before training


def learning_rate(training, records: Sequence[dict]) -> float:
    """The rate of the pass that follows on the records of all epochs so far."""
    if training.plateau is not None:
        return rate_after(training, losses(records))
    steps = (len(records) - 1) // training.learning_rate_step if training.learning_rate_step else 0
    return training.learning_rate * (training.learning_rate_gamma or 1) ** steps


def rate_after(training, watched: Sequence[float]) -> float:
    """The rate after some losses, as PyTorch's ReduceLROnPlateau has it, which is told of each as it comes.

    It is lowered by `factor` after more than `patience` passes in turn that bring the loss no lower than the least one
    so far by 1e-4 of it.
    """
    rate, least, waited = training.learning_rate, math.inf, 0
    for loss in watched:
        least, waited = (loss, 0) if loss < least * (1 - FLAT) else (least, waited + 1)
        if waited > training.plateau.patience:
            lowered, waited = rate * training.plateau.factor, 0
            rate = lowered if rate - lowered > LEAST_CHANGE else rate
    return rate


def has_stopped(training, records: Sequence[dict]) -> bool:
    """Whether training ends with these records: as many passes in turn as its patience brought no new least loss."""
    watched = losses(records)
    return training.early_stopping is not None and len(watched) - 1 - best_of(watched) >= training.early_stopping


def best_epoch(records: Sequence[dict]) -> int:
    """The epoch from 1 on of the least loss on held-out images, the first of several; 0 where there is none yet."""
    return best_of(losses(records)) + 1


def best_of(watched: Sequence[float]) -> int:
    """The place of the least loss, the first of several; -1 of none."""
    compared = [math.inf if math.isnan(loss) else loss for loss in watched]
    return min(range(len(compared)), key=lambda place: (compared[place], place), default=-1)


def losses(records: Sequence[dict]) -> list[float]:
    """The losses on held-out images after each pass."""
    return [record[WATCHED] for record in records[1:] if WATCHED in record]
