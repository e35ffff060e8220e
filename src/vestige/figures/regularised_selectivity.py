"""Figure 6a: class selectivity of every module over epochs, for each way of regularising it."""

from vestige.figures.drawing import finished, styled
from vestige.figures.keys import key
from vestige.figures.module_lines import Settings, module_panels, module_table
from vestige.figures.panels import mark_penalty

__all__ = ["Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "6a"
CAPTION = (
    "Class selectivity throughout training, for networks whose selectivity was left alone or regularised with strength "
    "α (negative: suppressed; positive: promoted). The shade covers the regularised epochs, the dashed line marks "
    "their onset. Lines: mean over networks trained from different seeds; bands: 95 % Student t interval of that mean."
)


def regularised_selectivity(settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows."""
    table = module_table(runs, settings.silent_units)
    with styled():
        figure, panels, look = module_panels(settings, table)
        key(figure, look, *mark_penalty(panels, table))
        return finished(figure), table
