"""Figure 2: class selectivity of every module over the epochs of training."""

from vestige.figures.drawing import finished, styled
from vestige.figures.keys import key
from vestige.figures.module_lines import Settings, module_panels, module_table

__all__ = ["Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "2"
CAPTION = (
    "Evolution of class selectivity throughout training. Each line is the class selectivity index averaged over the "
    "units of a block, then over the blocks of a module; epoch 0 is initialisation. Lines: mean over networks trained "
    "from different seeds; bands: 95 % Student t interval of that mean."
)


def emergence(settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows."""
    table = module_table(runs, settings.silent_units)
    with styled():
        figure, _, look = module_panels(settings, table)
        key(figure, look)
        return finished(figure), table
