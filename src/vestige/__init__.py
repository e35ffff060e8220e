"""Experiments on class-selective units in early training, as a pipeline of cached stages."""


def open(kind: str, root: str = "."):
    """All results of a kind in the project at `root`, as one labelled xarray Dataset: `vestige.open("selectivity")`.

    Results of runs lie along the dimensions condition and seed; those of `between` along pair and
    seed, which is that of the first network. Runs that are not made yet are NaN, and a warning says which.
    """
    from vestige.notebook import gather_results

    return gather_results(kind, root)
