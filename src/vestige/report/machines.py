"""On what kinds of machine the epochs of a study's trainings were computed, as the results say themselves."""

from collections import Counter

import xarray as xr

MACHINE = "machine"  # the variable of training results


def count_machines(runs: list[xr.Dataset]) -> dict[str, int]:
    """How many epochs were computed on each kind of machine, the most first; those of given checkpoints say nothing."""
    found = Counter(each for run in runs if MACHINE in run for each in run[MACHINE].values.tolist())
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def count_mixed(runs: list[xr.Dataset]) -> int:
    """How many runs were computed on several kinds of machine."""
    return sum(len({*run[MACHINE].values.tolist()}) > 1 for run in runs if MACHINE in run)
