"""Figure 9: class selectivity of every block over the epochs of training."""

from vestige.figures.axes import epoch_axis, lines, value_axis
from vestige.figures.drawing import finished, sheet, styled
from vestige.figures.keys import key, looks
from vestige.figures.module_lines import Settings, pooled
from vestige.figures.needs import BASELINE
from vestige.figures.panels import mark_penalty
from vestige.figures.tables import over_seeds

__all__ = ["Settings"]  # those of every figure of selectivity

KIND = "selectivity"
PAPER = "9"
CAPTION = (
    "Evolution of class selectivity throughout training in every block, a panel a module. Each line is the class "
    "selectivity index averaged over the units of a block; blocks are counted from the input of the module, from 0. "
    "Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE,)
PAPER_BANDS = (
    "as in the paper, twice the standard deviation over the channels of a block in all networks, divided by the root "
    "of the number of channels (of one network)"
)


def emergence_by_block(settings, runs):
    """Draw results of `selectivity`, a row for each condition; returns the figure and the table of what it shows."""
    table = block_table(settings, runs)
    with styled():
        parts = table.assign(line=[f"block {block}" for block in table["block"]])
        look = looks(sorted(set(parts["line"]), key=lambda name: int(name.split()[1])), settings.palette)
        rows = {name: list(part.groupby("module")) for name, part in parts.groupby("condition", sort=False)}
        columns = max(map(len, rows.values()))
        figure, places = sheet(settings, len(rows) * columns, columns=columns)
        axes = [ax for place in places for ax in place]
        panels = {name: axes[i * columns : (i + 1) * columns] for i, name in enumerate(rows)}
        for name, modules in rows.items():
            for ax, (module, part) in zip(panels[name], modules, strict=False):
                lines(ax, part, "line", look)
                ax.set_title(f"module {module}" + f", {part['label'].iloc[0]}" * (len(rows) > 1))
        epoch_axis(axes, table)
        value_axis(axes, table, "Mean class selectivity", most=1.02)
        key(figure, look, *mark_penalty(panels, table))
        return finished(figure), table


def block_table(settings, runs):
    """Means over seeds of every block's mean selectivity, epoch by epoch."""
    from vestige.formulas.summaries import block_means

    silent = settings.silent_units
    table = over_seeds(
        runs,
        lambda run: block_means(run, silent)[["selectivity"]],
        settings.bands,
        lambda group: paper_bands(group, silent),
    )
    return table.drop(columns=["place", "channels"])


def paper_bands(group, silent_units: str) -> dict:
    """The half-widths (place, epoch) that the paper drew around a block's mean over one condition's networks."""
    from vestige.formulas.intervals import block_band

    blocks = pooled(group, silent_units)
    return {"selectivity": block_band(blocks["spread"], blocks["channels"])}
