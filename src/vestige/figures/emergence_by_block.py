"""Class selectivity of every block over the epochs of training."""

from vestige.figures.axes import epoch_axis, lines, value_axis
from vestige.figures.drawing import PAGE, Palette, Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key, looks
from vestige.figures.module_lines import Selective, pool_networks
from vestige.figures.panels import label_outside, mark_penalty
from vestige.figures.tables import over_seeds

PAPER_BANDS = (
    "as in the paper, twice the standard deviation over the channels of a block in all networks, divided by the root "
    "of the number of channels (of one network)"
)


class Settings(Selective):
    """No keys beside those of every such figure."""

    palette: Palette = "crest"
    """The colours of the blocks, by the name of a seaborn palette."""
    panel: Panel = (1.7, 1.8)
    """Width and height of one panel in inches."""


def emergence_by_block(settings, runs):
    """Draw results of `selectivity`, a row for each condition; returns the figure and the table of what it shows."""
    table = block_table(settings, runs)
    with apply_style():
        parts = table.assign(line=[f"block {block}" for block in table["block"]])
        look = looks(sorted(set(parts["line"]), key=lambda name: int(name.split()[1])), settings.palette)
        modules = {name: dict(list(part.groupby("module"))) for name, part in parts.groupby("condition", sort=False)}
        figure, panels = grid(settings, {name: len(of) for name, of in modules.items()})
        for name, of in modules.items():
            for ax, (module, part) in zip(panels[name], of.items(), strict=True):
                lines(ax, part, "line", look)
                ax.set_title(f"module {module}" + f", {part['label'].iloc[0]}" * (len(modules) > 1))
        axes = [ax for place in panels.values() for ax in place]
        epoch_axis(axes, table)
        value_axis(axes, table, "Mean class selectivity", most=1.02)
        key(figure, look, *mark_penalty(panels, table))
        return finish_layout(figure), table


def grid(settings, counts: dict[str, int]):
    """The sheet, and so many panels for each condition, in as many rows as it takes to keep to the page."""
    most = max(counts.values())
    rows = -(-most // max(1, int(PAGE // settings.panel[0])))
    columns = -(-most // rows)
    figure, places = sheet(settings, len(counts) * rows * columns, columns=columns)
    own = {
        name: range(i * rows * columns, i * rows * columns + count) for i, (name, count) in enumerate(counts.items())
    }
    taken = {place: divmod(place, columns) for each in own.values() for place in each}
    for place, (ax,) in enumerate(places):
        if place in taken:
            label_outside([ax], taken[place], set(taken.values()))
        else:
            ax.remove()
    return figure, {name: [places[place][0] for place in each] for name, each in own.items()}


def block_table(settings, runs):
    """Means over seeds of every block's mean selectivity, epoch by epoch."""
    from vestige.metrics.summaries import block_means

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
    from vestige.metrics.intervals import block_band

    blocks = pool_networks(group, silent_units)
    return {"selectivity": block_band(blocks["spread"], blocks["channels"])}
