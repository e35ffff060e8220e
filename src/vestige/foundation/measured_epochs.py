"""Epochs that a measure lists, among which the best one of a run may be named."""

from typing import Annotated, Literal

from pydantic import NonNegativeInt

from vestige.foundation.settings import Filled

BEST = "best"  # the epoch of the least loss on held-out images
Epochs = Annotated[tuple[NonNegativeInt | Literal["best"], ...], Filled] | Literal["all"]


def name_best(key: str, epochs, training):
    """The epochs that stand at a key, with the number of the best one in its place, and the last for any after it.

    Raises ValueError where the run has no best one.
    """
    if epochs == "all":
        return epochs
    if BEST in epochs and BEST not in training:
        raise ValueError(f"{key}: found best; the run has no best epoch, as no images are held out in it")
    last = int(training["epoch"].values[-1])
    named = [int(training[BEST].item()) if epoch == BEST else min(epoch, last) for epoch in epochs]
    return list(dict.fromkeys(named))
