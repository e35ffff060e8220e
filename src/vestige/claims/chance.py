"""Where ablation says something: a network at chance has no accuracy that its units could be needed for."""

TWICE = 2  # times chance: more than a network that knows nothing reaches by luck, and soon passed by one that learns


def usable_area(run, classes: int):
    """(epoch, order, module) area under the ablation curves; NaN at epochs at which the whole network is near chance.

    Each curve is a share of its own largest value. At chance that share is about 1 whatever is ablated, and its area
    would pass for that of a network that ablation does not harm.
    """
    from vestige.metrics.summaries import ablation_curves

    whole = run["accuracy"].isel(point=run["fraction"].values == run["fraction"].values.min())
    return ablation_curves(run)["area"].where(whole.mean(["order", "repeat", "point"]) >= enough(classes))


def enough(classes: int) -> float:
    """The least accuracy of use: twice chance, or half way from chance to 1 if that is less (of two classes it is)."""
    chance = 1 / classes
    return min(TWICE * chance, (1 + chance) / 2)
