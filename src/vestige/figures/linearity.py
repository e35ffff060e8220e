"""Figure 5: similarity of layers over epochs, high while the network is close to linear."""

from typing import Annotated, Literal

from pydantic import Field

from vestige.figures.drawing import Figure, epoch_axis, finished, styled, value_axis
from vestige.figures.keys import key
from vestige.figures.panels import condition_panels, mark_penalty
from vestige.figures.tables import over_seeds

KIND = "cka"
PAPER = "5"
CAPTION = (
    "Representational similarity between layers throughout training: linear centred kernel alignment (CKA) of their "
    "outputs, 1 where these are the same up to rotation and scale. The shade covers regularised "
    "epochs. Lines: mean over networks trained from different seeds; bands: 95 % Student t interval of that mean."
)
Layer = int | Literal["fc"]
Pair = Annotated[tuple[Layer, Layer], Field(strict=False)]


class Settings(Figure):
    """The pairs of layers to draw, by module number or by name ("fc")."""

    pairs: Annotated[tuple[Pair, ...], Field(strict=False, min_length=1)]

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules of the network that it speaks of."""
        return tuple(layer for pair in self.pairs for layer in pair if isinstance(layer, int))


def linearity(settings, runs):
    """Draw results of `cka`, a panel for each condition; returns the figure and the table of what it shows."""
    table = over_seeds(runs, lambda run: similarities(run, settings.pairs))
    with styled():
        figure, panels, look = condition_panels(settings, table, "pair", ("cka",))
        axes = [ax for place in panels.values() for ax in place]
        epoch_axis(axes, table)
        value_axis(axes, table, "Similarity (CKA)", (min(0, 1.05 * table["mean"].min()), 1.02))
        key(figure, look, *mark_penalty(panels, table))
        return finished(figure), table


def similarities(run, pairs):
    """(pair, epoch): the similarity of each pair of layers; ValueError for a layer that the result does not hold."""
    import xarray as xr

    known = {str(name) for name in run["layer"].values}
    names = [tuple(map(str, pair)) for pair in pairs]
    if strange := sorted({name for pair in names for name in pair} - known):
        raise ValueError(f"linearity.pairs: no layer {', '.join(strange)}; the results hold {', '.join(sorted(known))}")
    picked = [run["cka"].sel(layer=one, layer_other=other, drop=True) for one, other in names]
    words = [f"{layer_words(one)} – {layer_words(other)}" for one, other in names]
    return xr.concat(picked, "pair").assign_coords(pair=words).to_dataset(name="cka")


def layer_words(name: str) -> str:
    """ "4" -> "module 4"; any other name stays."""
    return f"module {name}" if name.isdigit() else name
