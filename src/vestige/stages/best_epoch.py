"""Epochs that a measure lists, among which the best one of a run may be named."""

from typing import Annotated, Literal

from pydantic import NonNegativeInt

from vestige.foundation.settings import Filled

BEST = "best"  # the epoch of the least loss on held-out images
Epochs = Annotated[tuple[NonNegativeInt | Literal["best"], ...], Filled] | Literal["all"]


def name_best(key: str, epochs, training):
    """The epochs that stand at a key, with the number of the best one in its place.

    Raises ValueError where the run has none.
    """
    if epochs == "all" or BEST not in epochs:
        return epochs
    if BEST not in training:
        raise ValueError(f"{key}: found best; the run has no best epoch, as no images are held out in it")
    best = int(training[BEST].item())
    return [best if epoch == BEST else epoch for epoch in epochs]
