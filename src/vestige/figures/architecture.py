"""The network: its modules, and what is inside of a block of each kind."""

import json
from math import log2
from typing import ClassVar

from vestige.figures.block_diagrams import draw_inside
from vestige.figures.drawing import Figure, Panel, apply_style
from vestige.figures.schematic import SMALL, arrow, board, box, bracket, ink_on, tint, title
from vestige.figures.steps import Group, Kind, groups, kinds, shape, steps_table

SLIM, GAP, PAD, LEAST = 0.19, 0.09, 0.07, 0.68  # inches: a step outside of modules, between steps, around, a module


ABOVE = 1.7  # heights of a panel: the whole network, above the insides of its blocks


class Settings(Figure):
    """`panel` is the size of the inside of a block; two are as wide as the whole."""

    draws_bands: ClassVar[bool] = False

    panel: Panel = (3.4, 1.45)
    """Width and height of one panel in inches."""


def architecture(settings, runs):
    """Draw the result of `network`; returns the figure and the table of its steps."""
    from matplotlib.figure import Figure as Sheet

    table = steps_table(runs[0])
    with apply_style():
        image = [runs[0][f"input_{name}"].item() for name in ("channels", "height", "width")]
        found = kinds(table, shape(*image))
        width, height = settings.panel
        rows = -(-len(found) // 2)
        figure = Sheet(figsize=(2 * width, (ABOVE + rows) * height))
        whole = board(figure, 0, rows * height, 2 * width, ABOVE * height)
        draw_whole(whole, runs[0], table, found, settings.palette)
        for place, kind in enumerate(found):
            ax = board(figure, place % 2 * width, (rows - 1 - place // 2) * height, width, height)
            draw_inside(ax, kind)
        return figure, table


def draw_whole(ax, run, table, found: list[Kind], palette: str):
    """The steps from left to right, modules as groups of their blocks."""
    import seaborn

    parts = groups(table)
    modules = [part for part in parts if part.module >= 0]
    side = input_side(run)
    if side:
        parts.insert(0, Group(-1, (), f"view, {run['input_channels'].item()} × {side} × {side}"))
    colours = dict(zip([part.module for part in modules], seaborn.color_palette(palette, len(modules)), strict=True))
    width, height = ax.get_xlim()[1], ax.get_ylim()[1]
    tall = height - 1.13
    middle = 0.58 + tall / 2
    title(ax, f"(a) {run['family'].item()}, {run['parameters_total'].item():,} parameters")
    sides = [run["input_channels"].item(), run["input_height"].item(), run["input_width"].item()]
    largest = max(side or max(sides[1:]), 2)
    spans, x = {}, 0.1
    for part, span in zip([None, *parts], widths(parts, width - 0.2), strict=True):
        if x > 0.1:
            arrow(ax, (x - GAP, middle), (x, middle))
        if part is None:
            box(
                ax,
                x + span / 2,
                middle,
                span,
                tall,
                f"input, {' × '.join(map(str, sides))}",
                rotation=90,
                linestyle=":",
            )
        elif part.module < 0:
            box(ax, x + span / 2, middle, span, tall, part.words, rotation=90)
        else:
            draw_module(ax, part, (x, span), (middle, tall), colours[part.module], found, largest)
            spans[part.module] = (x, x + span)
        x += span + GAP
    *early, last = spans.values()
    if early:
        bracket(ax, early[0][0], early[-1][1], height - 0.42, "early and intermediate modules")
        bracket(ax, *last, height - 0.42, "last module")


def input_side(run) -> int | None:
    """Pixels a side of the square that the network sees, from the settings in its proof; None where it sees all."""
    text = json.loads(run.attrs.get("proof", "{}")).get("text", "{}")
    return json.loads(text).get("settings", {}).get("images", {}).get("crop")


def widths(parts, room: float) -> list[float]:
    """Inches of the input and of every group: as much more for a module as it has blocks."""
    modules = [part for part in parts if part.module >= 0]
    free = room - SLIM * (1 + len(parts) - len(modules)) - GAP * len(parts)
    least = min(LEAST, free / len(modules))
    each = (free - least * len(modules)) / sum(len(part.rows) for part in modules)
    return [SLIM, *(SLIM if part.module < 0 else least + each * len(part.rows) for part in parts)]


def draw_module(ax, part, horizontal, vertical, colour, found: list[Kind], side: int):
    """A module's blocks on a tinted ground, and what it is below it."""
    (x, span), (middle, tall) = horizontal, vertical
    box(ax, x + span / 2, middle, span, tall, facecolor=tint(colour, 0.82), edgecolor="none")
    cell = (span - 2 * PAD) / len(part.rows)
    for place, row in enumerate(part.rows):
        high = tall * (0.18 + 0.72 * log2(max(row.height, 1)) / log2(side))
        letter = next((kind.letter for kind in found if row.step in kind.steps), "")
        look = {"facecolor": colour, "edgecolor": "none", "ink": ink_on(colour)}
        box(ax, x + PAD + cell * (place + 0.5), middle, min(0.82 * cell, 0.4), high, letter, **look)
    last = part.rows[-1]
    lines = [f"{len(part.rows)} block" + "s" * (len(part.rows) > 1), f"{last.channels} channels"]
    words = "\n".join([*lines, f"{last.height} × {last.width}"])
    ax.text(
        x + span / 2,
        middle - tall / 2 - 0.03,
        f"module {part.module}",
        size=SMALL,
        weight="bold",
        ha="center",
        va="top",
    )
    ax.text(x + span / 2, middle - tall / 2 - 0.14, words, size=SMALL, ha="center", va="top", linespacing=1.25)
