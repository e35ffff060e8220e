"""Similarity of pairs of layers, by the number of a module or by name."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from vestige.figures.axes import epoch_axis, value_axis
from vestige.figures.drawing import single_columns

Name = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=64)]
Layer = int | Name  # a module by its number, the head by the name of its step
Either = Annotated[tuple[Layer, Layer], Field(strict=False)]


def refuse_same_layer(pair: Either) -> Either:
    """A pair of two layers: the similarity of a layer to itself is 1."""
    if pair[0] == pair[1]:
        raise PydanticCustomError("same", "two different layers")
    return pair


Pair = Annotated[Either, AfterValidator(refuse_same_layer)]
Pairs = Annotated[tuple[Pair, ...], Field(strict=False, min_length=1)]
PairsBetween = Annotated[tuple[Either, ...], Field(strict=False, min_length=1)]  # 4 in one network with 4 in the other


def modules_of(pairs: Pairs | PairsBetween) -> tuple[int, ...]:
    """The modules of the network of which pairs speak."""
    return tuple(layer for pair in pairs for layer in pair if isinstance(layer, int))


def similarities(run, pairs):
    """(pair, epoch): the similarity of each pair of layers; ValueError for a layer that the result does not hold.

    It is the mean of both directions, which are the same within one network.
    """
    import xarray as xr

    known = {str(name) for name in run["layer"].values}
    names = [tuple(map(str, pair)) for pair in pairs]
    if strange := sorted({name for pair in names for name in pair} - known):
        raise ValueError(f"pairs: no layer {', '.join(strange)}; the results hold {', '.join(sorted(known))}")
    there = [run["cka"].sel(layer=one, layer_other=other, drop=True) for one, other in names]
    back = [run["cka"].sel(layer=other, layer_other=one, drop=True) for one, other in names]
    both = [(first + second) / 2 for first, second in zip(there, back, strict=True)]
    words = [f"{layer_words(one)} – {layer_words(other)}" for one, other in names]
    return xr.concat(both, "pair").assign_coords(pair=words).to_dataset(name="cka")


def layer_words(name: str) -> str:
    """ "4" -> "module 4"; any other name stays."""
    return f"module {name}" if name.isdigit() else name


def similarity_axes(axes, table):
    """Epochs, and similarity up to 1 and down to 0 or to the lowest that there is."""
    epoch_axis(axes, table)
    lowest = table[["mean", *single_columns(table)]].min(axis=None)
    value_axis(axes, table, "Similarity (CKA)", (min(0, 1.05 * lowest), 1.02))
