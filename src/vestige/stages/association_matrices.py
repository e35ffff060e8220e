"""The matrices in an association result: one for each epoch, measure and layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

LEAST_ROOT = 1e-12  # of a unit's association with itself: by less nothing is divided, as in the association itself


class Place(NamedTuple):
    """Where a matrix stands: its epoch, measure and layer, counted from 0."""

    epoch: int
    measure: int
    layer: int


@dataclass(frozen=True)
class Layer:
    """A layer of an association result: module, block in it, units, and the rows of its pairs."""

    module: int
    block: int
    units: int
    rows: np.ndarray

    def __str__(self) -> str:
        return str(self.module)


def layers_of(association) -> list[Layer]:
    """The layers, in order of the modules."""
    modules, blocks = association["module"].values, association["block"].values
    places = dict.fromkeys(zip(modules.tolist(), blocks.tolist(), strict=True))
    rows = [np.flatnonzero((modules == module) & (blocks == block)) for module, block in places]
    units = [int(association["unit"].values[each].max()) + 1 for each in rows]
    return [Layer(*place, *each) for place, *each in zip(places, units, rows, strict=True)]


def matrix_at(association, layer: Layer, place: Place) -> np.ndarray:
    """(units, units) one matrix, symmetric, with the associations of units with themselves.

    Raises ValueError where one is no finite number: in a normalised matrix all units would pass for dead.
    """
    one, other = (association[name].values[layer.rows] for name in ("unit", "unit_other"))
    matrix = np.zeros((layer.units, layer.units))
    matrix[one, other] = matrix[other, one] = association["association"].values[place.epoch, place.measure, layer.rows]
    if not np.isfinite(matrix).all():
        at = f"{association['measure'].values[place.measure]} at epoch {association['epoch'].values[place.epoch]}"
        raise ValueError(f"associations of module {layer} by {at} are not all finite: see its training")
    return matrix


def drawn_at(association, layer: Layer, place: Place, draw: int) -> np.ndarray:
    """(units, units) a matrix that was drawn for a place, without relations between units.

    Of a normalised measure it is that of its plain one, divided by the roots of its own diagonal.
    """
    measure, plain = str(association["measure"].values[place.measure]), association["plain_measure"].values.tolist()
    number = next(number for number, name in enumerate(plain) if measure.startswith(name))
    one, other = (association[name].values[layer.rows] for name in ("unit", "unit_other"))
    matrix = np.zeros((layer.units, layer.units))
    drawn = association["null_association"].values[draw, place.epoch, number]
    matrix[one, other] = matrix[other, one] = drawn[layer.rows]
    if measure == plain[number]:
        return matrix
    root = np.maximum(np.sqrt(matrix.diagonal()), LEAST_ROOT)
    return matrix / root[:, np.newaxis] / root


def count_drawn(association) -> int:
    """How many matrices without relations between units an association result has for each place."""
    return association.sizes["draw"] if "null_association" in association else 0


def places_of(association, layers: list[Layer]) -> Iterator[Place]:
    """The places of all matrices, epoch by epoch."""
    shape = association.sizes["epoch"], association.sizes["measure"], len(layers)
    return (Place(*each) for each in np.ndindex(shape))


def units_of(layers: list[Layer]) -> dict[str, np.ndarray]:
    """(units of all layers) module, block inside it, and channel inside that, of every unit."""
    counts = [layer.units for layer in layers]
    return {
        "module": np.repeat([layer.module for layer in layers], counts),
        "block": np.repeat([layer.block for layer in layers], counts),
        "channel": np.concatenate([np.arange(count) for count in counts]),
    }
