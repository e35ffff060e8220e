"""Early and late layers are alike in the first epochs, as if the network were linear (figures 5 and 10)."""

from collections.abc import Callable
from itertools import combinations

from vestige.claims.claim import Claim
from vestige.claims.emergence import PLAIN
from vestige.claims.evidence import Evidence
from vestige.claims.margins import ORDER, SIMILARITY, SIMILARITY_REASON
from vestige.claims.parts import Part, part
from vestige.claims.windows import OF_LENGTH, SHORTEST, Reading, at_end_measured, first_few

ALIGNED = f"CKA of {PLAIN}, {OF_LENGTH}, at an epoch from 1 to 3"
FALLEN = f"{ALIGNED}, and to epoch {SHORTEST} or further, as the fall is sought in the epochs measured"
FALL = (
    "CKA of two layers: mean over epochs 1 to 3, less that over the last fifth of the epochs measured, which may end "
    "before training does"
)
BLANK = "it takes CKA at an epoch from 1 to 3, of layers that tell images apart"
BLANK_FALL = f"{BLANK}, and measures to epoch {SHORTEST} or further"


def in_pairs(evidence: Evidence, read: Callable, every: bool) -> list[Part]:
    """A part for each pair of layers; or for the first module with the last, and with the head, alone."""
    runs = evidence.development(evidence.runs("cka"))
    if not runs:
        return []
    layers = [str(layer) for layer in next(iter(runs.values()))["layer"].values]
    pairs = combinations(layers, 2) if every else [(layers[0], late) for late in layers[-2:] if late != layers[0]]
    return [
        part(f"{one} with {other}", lambda run, pair=(one, other): read(between(run, *pair)), runs)
        for one, other in pairs
    ]


def between(run, layer: str, other: str):
    """The curve of a pair of layers."""
    return run.sel(layer=layer, layer_other=other)


def fall(curve) -> Reading:
    """By how much the first few epochs lie above the last ones measured."""
    return first_few(curve) - at_end_measured(curve)


CLAIMS = (
    Claim(
        name="early_and_late_layers_are_alike_first",
        sentence=(
            "The first module is similar to the last, and to the output layer, in the first epochs; the similarity "
            "then falls to a low level."
        ),
        paper="figure 5, section 4.3",
        kind="cka",
        decision="greater",
        margin=SIMILARITY,
        margin_reason=SIMILARITY_REASON,
        quantity=FALL,
        units="1",
        needs=FALLEN,
        parts=lambda evidence: in_pairs(evidence, fall, every=False),
        blank=BLANK_FALL,
    ),
    Claim(
        name="early_similarity_is_high",
        sentence="In the first epochs the first module's similarity to the last, and to the output layer, is high.",
        paper="figure 5, section 4.3",
        kind="cka",
        decision="greater",
        margin=0.5,
        margin_reason=(
            "high is nearer to 1, which a layer has with itself, than to 0, which unrelated layers have; the paper "
            "gives no number, and CKA depends on its batches and estimator"
        ),
        quantity="CKA of two layers, mean over epochs 1 to 3",
        units="1",
        needs=ALIGNED,
        parts=lambda evidence: in_pairs(evidence, first_few, every=False),
        blank=BLANK,
    ),
    Claim(
        name="all_layers_are_more_alike_first",
        sentence="All pairs of layers follow the same trend.",
        paper="figure 10, appendix A.4",
        kind="cka",
        decision="greater",
        margin=ORDER,
        margin_reason="a similar trend: its direction is claimed, not its size, so the bound is 0",
        quantity=FALL,
        units="1",
        needs=FALLEN,
        parts=lambda evidence: in_pairs(evidence, fall, every=True),
        blank=BLANK_FALL,
    ),
)
