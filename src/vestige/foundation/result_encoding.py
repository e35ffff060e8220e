"""How a Dataset that a stage returns becomes a result: its labels, the order of its attributes, its encoding."""

from collections.abc import Mapping
from typing import Any

INITIAL = "initial_"  # begins the name of a setting of a run that is also measured, as the learning rate is


def add_coordinates(dataset, labels: Mapping[str, Any]):
    """The Dataset with the scalar coordinates of its run.

    A setting of the run that is also measured (the learning rate of training) is what it was at first. Raises
    ValueError for a scalar coordinate of the stage's own.
    """
    if own := [name for name, each in dataset.coords.items() if each.ndim == 0]:
        why = "which would pass for a setting of the run: give it a dimension, or make it a variable"
        raise ValueError(f"the stage gives its result the coordinate {own[0]} without a dimension, {why}")
    apart = {(f"{INITIAL}{name}" if name in dataset.variables else name): value for name, value in labels.items()}
    return dataset.assign_coords(apart)


def sort_attributes(dataset) -> None:
    """Put the attributes of a Dataset and of its variables in sorted order: equal contents are then equal bytes."""
    for array in [dataset, *dataset.variables.values()]:
        array.attrs = dict(sorted(array.attrs.items()))


def encoding_of(dataset) -> dict[str, dict[str, Any]]:
    """How NetCDF is to hold the variables of a Dataset: floating-point numbers as they are, where NaN is NaN."""
    return {name: {"_FillValue": None} for name, array in dataset.variables.items() if array.dtype.kind == "f"}
