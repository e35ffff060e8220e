"""Figure 14: class selectivity of every module over epochs, weakly promoted in the first of them."""

from vestige.figures.module_lines import PAPER_BANDS, Settings
from vestige.figures.needs import BASELINE, PROMOTED_LONGER, PROMOTED_ONCE
from vestige.figures.strength_grid import strength_figure

__all__ = ["PAPER_BANDS", "Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "14"
CAPTION = (
    "Class selectivity throughout training, weakly promoted over the first few epochs or over the first one only "
    "(rows), with different strengths α (columns). The shade covers the regularised epochs; grey: networks without "
    "penalty, in each module's dashes. Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, PROMOTED_LONGER, PROMOTED_ONCE)


def weakly_promoted_selectivity(settings, runs):
    """Draw results of `selectivity`, strengths by periods; returns the figure and the table of what it shows."""
    return strength_figure(settings, runs)
