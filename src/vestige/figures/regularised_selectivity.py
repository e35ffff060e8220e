"""Figure 6a: class selectivity of every module over epochs, for each way of regularising it."""

from vestige.figures.module_lines import PAPER_BANDS, Settings, condition_figure
from vestige.figures.needs import BASELINE, PENALISED

__all__ = ["PAPER_BANDS", "Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "6a"
CAPTION = (
    "Class selectivity throughout training, for networks whose selectivity was left alone or regularised with strength "
    "α (negative: suppressed; positive: promoted). The shade covers the regularised epochs, the dashed line marks "
    "their onset. Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, PENALISED)


def regularised_selectivity(settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows."""
    return condition_figure(settings, runs)
