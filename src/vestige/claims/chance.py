"""Networks near chance: they have no accuracy that their units could be needed for, or that a penalty could cost."""

from collections.abc import Mapping
from math import nan
from typing import Any

from vestige.claims.windows import at_end
from vestige.condition import Condition

TWICE = 2  # times chance: more than a network that knows nothing reaches by luck, and soon passed by one that learns


def area_above_chance(run, classes: int):
    """(epoch, order, module) area under the curves of accuracy above chance; NaN where the whole network is near it.

    Each curve is what the accuracy exceeds chance by, as a share of the largest such value on it: 1 where ablation does
    no harm, 0 where it leaves a network that guesses, however much or little accuracy there was to lose. Below chance
    is as good as chance.
    """
    from vestige.metrics.summaries import ablation_curves

    whole = run["accuracy"].isel(point=run["fraction"].values == run["fraction"].values.min())
    above = run.assign(accuracy=(run["accuracy"] - 1 / classes).clip(min=0))
    return ablation_curves(above)["area"].where(
        whole.mean(["order", "repeat", "point"]) >= least_useful_accuracy(classes)
    )


def least_useful_accuracy(classes: int) -> float:
    """The least accuracy of use: twice chance, or half way from chance to 1 if that is less (of two classes it is)."""
    chance = 1 / classes
    return min(TWICE * chance, (1 + chance) / 2)


def without_runs_near_chance(runs: Mapping[Condition, dict[int, Any]], classes: int) -> dict[Condition, dict[int, Any]]:
    """The runs of `training`, NaN throughout where the same training without a penalty ends near chance at that seed.

    Where there was no accuracy to lose, that none was lost says nothing, nor does which of two penalties cost more.
    Where the network without a penalty diverged, the others of its seed can still be compared with one another.
    """
    import xarray as xr

    near = {
        (condition.training, seed): bool(run["diverged"])
        for condition, found in runs.items()
        if not condition.is_penalised
        for seed, run in found.items()
        if not at_end(run["val_accuracy"]).value >= least_useful_accuracy(classes)
    }

    def is_compared(condition: Condition, seed: int) -> bool:
        diverged = near.get((condition.training, seed))
        return diverged is None or (diverged and condition.is_penalised)

    return {
        condition: {
            seed: run if is_compared(condition, seed) else xr.full_like(run, nan, dtype=float)
            for seed, run in found.items()
        }
        for condition, found in runs.items()
    }
