"""Early and late layers are alike in the first epochs, as if the network were linear (figures 5 and 10)."""

from collections.abc import Callable
from itertools import combinations
from typing import Literal

from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part, part
from vestige.claims.windows import Reading, at_end_measured, first_few

Pairs = Literal["ends", "others"]  # the first module with the last and with the head; every other pair of layers


def early_similarity(evidence: Evidence, pairs: Pairs) -> list[Part]:
    """The similarity of pairs of layers in the first few epochs."""
    return _in_pairs(evidence, pairs, first_few)


def late_similarity(evidence: Evidence, pairs: Pairs) -> list[Part]:
    """The similarity of pairs of layers in the last epochs measured."""
    return _in_pairs(evidence, pairs, at_end_measured)


def fall(evidence: Evidence, pairs: Pairs) -> list[Part]:
    """By how much the first few epochs lie above the last ones measured."""
    return _in_pairs(evidence, pairs, _fall)


def _fall(curve) -> Reading:
    """By how much a curve falls."""
    return first_few(curve) - at_end_measured(curve)


def _in_pairs(evidence: Evidence, pairs: Pairs, read: Callable) -> list[Part]:
    """A part for each pair of layers in runs without a penalty; `read` takes the similarity (epoch) of the pair."""
    runs = evidence.development(evidence.runs("cka"))
    if not runs:
        return []
    layers = [str(layer) for layer in next(iter(runs.values()))["layer"].values]
    ends = [(layers[0], late) for late in layers[-2:] if late != layers[0]]
    others = [pair for pair in combinations(layers, 2) if pair not in ends]
    return [
        part(f"{one} with {other}", lambda run, pair=(one, other): read(_similarity_curve(run, *pair)), runs)
        for one, other in (ends if pairs == "ends" else others)
    ]


def _similarity_curve(run, layer: str, other: str):
    """The curve of a pair of layers."""
    return run.sel(layer=layer, layer_other=other)
