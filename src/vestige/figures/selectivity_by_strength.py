"""Figure 12: class selectivity over epochs, suppressed with different strengths from different epochs."""

from vestige.figures.module_lines import PAPER_BANDS, Settings
from vestige.figures.needs import BASELINE, SUPPRESSED, SUPPRESSED_LATER, several
from vestige.figures.strength_grid import strength_figure

__all__ = ["PAPER_BANDS", "Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "12"
CAPTION = (
    "Class selectivity throughout training, suppressed with different strengths α (columns) from epoch 0 or from a "
    "later one (rows). The shade covers the regularised epochs, the dashed line marks their onset; grey: networks "
    "without penalty, in each module's dashes. Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, several(SUPPRESSED, "alpha"), several(SUPPRESSED_LATER, "alpha"))


def selectivity_by_strength(settings, runs):
    """Draw results of `selectivity`, strengths by periods; returns the figure and the table of what it shows."""
    return strength_figure(settings, runs)
