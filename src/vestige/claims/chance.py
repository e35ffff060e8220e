"""Where ablation says something: a network at chance has no accuracy that its units could be needed for."""

TWICE = 2  # times chance: more than a network that knows nothing reaches by luck, and soon passed by one that learns


def usable_area(run, classes: int):
    """(epoch, order, module) area under the curves of accuracy above chance; NaN where the whole network is near it.

    Each curve is what the accuracy exceeds chance by, as a share of the largest such value on it: 1 where ablation does
    no harm, 0 where it leaves a network that guesses, however much or little accuracy there was to lose. Below chance
    is as good as chance.
    """
    from vestige.metrics.summaries import ablation_curves

    whole = run["accuracy"].isel(point=run["fraction"].values == run["fraction"].values.min())
    above = run.assign(accuracy=(run["accuracy"] - 1 / classes).clip(min=0))
    return ablation_curves(above)["area"].where(whole.mean(["order", "repeat", "point"]) >= enough(classes))


def enough(classes: int) -> float:
    """The least accuracy of use: twice chance, or half way from chance to 1 if that is less (of two classes it is)."""
    chance = 1 / classes
    return min(TWICE * chance, (1 + chance) / 2)
