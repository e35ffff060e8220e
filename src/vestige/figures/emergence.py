"""Figure 2: class selectivity of every module over the epochs of training."""

from vestige.figures.module_lines import PAPER_BANDS, Settings, condition_figure
from vestige.figures.needs import BASELINE

__all__ = ["PAPER_BANDS", "Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "2"
CAPTION = (
    "Evolution of class selectivity throughout training. Each line is the class selectivity index averaged over the "
    "units of a block, then over the blocks of a module; epoch 0 is initialisation. Lines: mean over networks trained "
    "from different seeds; bands: {bands}."
)
NEEDS = (BASELINE,)


def emergence(settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows."""
    return condition_figure(settings, runs)
