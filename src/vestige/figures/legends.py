"""What tells the lines of a figure apart, and the keys that name them."""

from vestige.condition import is_penalised
from vestige.figures.drawing import LETTERS

MARKERS = ("o", "s", "^", "D", "v", "p", "<", ">", "h", "d")
DASHES = ("", (4, 1.5), (1.2, 1.2), (5, 1.2, 1.2, 1.2))


def looks(names, palette: str, black: int = 0) -> dict[str, dict]:
    """Name -> colour (the first ones black), marker and dashes: the last two tell lines apart without colours."""
    import seaborn

    colours = ["0.1"] * black + seaborn.color_palette(palette, len(names) - black)
    return {
        name: {"color": colours[i], "marker": MARKERS[i % len(MARKERS)], "dashes": DASHES[i % len(DASHES)]}
        for i, name in enumerate(names)
    }


def line_looks(table, palette: str) -> dict[str, dict]:
    """A look for each line; the first without a penalty, which the others are held against, is black."""
    names = dict(zip(table["line"], table["alpha"], strict=True))
    plain = [name for name, alpha in names.items() if not is_penalised(alpha)][:1]
    look = looks([*plain, *(name for name in names if name not in plain)], palette, black=len(plain))
    return {name: look[name] for name in names}


def key(figure, look: dict[str, dict], *others):
    """One key below all panels, where it covers nothing; `others` are further artists with a label."""
    key_below(figure, handles(look), *others)


def key_below(figure, entries: list, *others):
    """The same of entries that are there already."""
    entries = [*entries, *others]
    columns = key_columns([len(one.get_label()) for one in entries], figure.get_figwidth() * LETTERS)
    figure.set_figheight(figure.get_figheight() + 0.17 * -(-len(entries) // columns))
    figure.legend(handles=entries, loc="outside lower center", ncols=columns)


def corner_key(figure, look: dict[str, dict]):
    """A key, an entry below the other, in the upper right corner, where no panel is."""
    figure.legend(handles=handles(look), loc="upper right")


def handles(look: dict[str, dict]) -> list:
    """The entry of each line in a key."""
    from matplotlib.lines import Line2D

    edge = {"markeredgecolor": "white", "markeredgewidth": 0.6}
    return [
        Line2D(
            *([], []),
            color=one["color"],
            marker=one["marker"],
            markersize=one.get("markersize"),
            dashes=one["dashes"] or (1, 0),
            label=name,
            **edge,
        )
        for name, one in look.items()
    ]


def key_columns(lengths: list[int], room: float) -> int:
    """The most columns whose widest entries fit beside each other, or fewer that are as low; all in letters."""
    import numpy as np

    def needed_width(columns: int) -> int:
        return sum(max(part) + 11 for part in np.array_split(lengths, columns))

    most = max((columns for columns in range(1, len(lengths) + 1) if needed_width(columns) <= room), default=1)
    return -(-len(lengths) // -(-len(lengths) // most))


def epoch_colours(table, palette: str) -> dict:
    """Epoch -> colour of a sequential palette, in equal steps whatever the epochs are."""
    import seaborn

    epochs = sorted(table["epoch"].unique())
    return dict(zip(epochs, seaborn.color_palette(palette, len(epochs)), strict=True))


def epoch_key(figure, axes, colours: dict):
    """A bar with a field for each epoch, named on every field as long as the names fit."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    edges = range(len(colours) + 1)
    fields = ScalarMappable(BoundaryNorm(edges, len(colours)), ListedColormap(list(colours.values())))
    figure.set_figheight(figure.get_figheight() + 0.4)
    inch = 1 / figure.get_figheight()
    bar = figure.colorbar(
        fields, ax=axes, location="bottom", fraction=0.25 * inch, pad=0.08 * inch, aspect=45, label="Epoch"
    )
    step = -(-len(colours) // 16)
    bar.set_ticks([place + 0.5 for place in edges[:-1:step]], labels=list(colours)[::step])
    bar.ax.tick_params(length=0)
