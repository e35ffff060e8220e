"""The inside of a block: its layers, and the way around them."""

from vestige.figures.schematic import EDGE, LETTER, SMALL, arrow, box, title
from vestige.figures.steps import Kind


def draw_inside(ax, kind: Kind):
    """The layers of a block from left to right, and its shortcut above them."""
    width, height = ax.get_xlim()[1], ax.get_ylim()[1]
    title(ax, f"({kind.letter}) {kind.says}")
    left, right, path = 0.6, width - 0.62, height * (0.34 if kind.shortcut else 0.45)
    for x, words, side in [(left - 0.06, kind.before, "right"), (right + 0.1, kind.after, "left")]:
        ax.text(x, path, words, size=SMALL, ha=side, va="center", linespacing=1.25)
    end = right - 0.14 if kind.shortcut else right
    room = (end - left - 0.1 * bool(kind.shortcut)) / len(kind.layers)
    now = left
    for place, layer in enumerate(kind.layers):
        x, wide = left + 0.05 + room * (place + 0.5), min(room - 0.15, 0.9)
        arrow(ax, (now, path), (x - wide / 2, path))
        box(ax, x, path, wide, min(0.62, 0.5 * height), layer.replace(", ", "\n"), facecolor="0.95")
        now = x + wide / 2
    if kind.shortcut:
        draw_shortcut(ax, kind.shortcut, (left + 0.03, end), (path, height * 0.71))
        arrow(ax, (now, path), (end - 0.08, path))
    arrow(ax, (end if kind.shortcut else now, path), (right + 0.06, path))


def draw_shortcut(ax, words: str, horizontal: tuple[float, float], vertical: tuple[float, float]):
    """The way around a block's layers, and the addition at its end."""
    (left, end), (path, around) = horizontal, vertical
    arrow(ax, (left, path), (left, around), (end, around), (end, path + 0.07))
    words = f"shortcut: {words}"
    box(ax, (left + end) / 2, around, LETTER * len(words) + 0.1, 0.2, words, facecolor="0.95")
    circle = {"boxstyle": "circle,pad=0.05", "facecolor": "white", "edgecolor": EDGE, "linewidth": 0.7}
    ax.text(end, path, "+", size=9, ha="center", va="center", bbox=circle, zorder=4)
