"""Figure 15: accuracy in long training, with a penalty that is kept on, and with one that is lifted."""

from vestige.figures.accuracy import Settings, accuracy_columns, accuracy_table
from vestige.figures.needs import BASELINE, LIFTED, SUPPRESSED

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "15"
CAPTION = (
    "Top-1 accuracy in long training, for networks whose selectivity was regularised with strength α and (a) remained "
    "so, or (b) was left alone after the first epochs, against networks without penalty (black). Training accuracy is "
    "the running average over the pass that ends at the epoch. Lines: mean over networks trained from different seeds; "
    "bands: {bands}."
)
NEEDS = (BASELINE, SUPPRESSED, LIFTED)


def recovery(settings, runs):
    """Draw results of `training`, kept on and lifted; returns the figure and the table of what it shows."""
    table = accuracy_table(runs, settings)
    lifted = table["stop"] < table.groupby("condition")["epoch"].transform("max")
    fates = lifted.map({False: "(a) penalty kept on", True: "(b) penalty lifted"})
    table = table.assign(fate=fates.where(table["alpha"] != 0, "")).sort_values("fate", kind="stable")
    return accuracy_columns(settings, runs, table, "fate", "label")
