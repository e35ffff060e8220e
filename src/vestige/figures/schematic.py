"""Boxes, arrows and brackets, on panels whose units are inches."""

EDGE = "0.35"
SMALL = 6.5  # points: what stands in and under boxes
LETTER = 0.058  # inches: about the width of a letter of that size


def board(figure, left: float, bottom: float, width: float, height: float):
    """A panel without axes, at a place of the figure; all in inches."""
    wide, high = figure.get_size_inches()
    ax = figure.add_axes((left / wide, bottom / high, width / wide, height / high))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_axis_off()
    return ax


def box(ax, x: float, y: float, width: float, height: float, words: str = "", **look):
    """A box around the point (x, y) with words in it; `rotation` turns these."""
    from matplotlib.patches import FancyBboxPatch

    turned = {"rotation": look.pop("rotation", 0), "color": look.pop("ink", "0.1")}
    look = {"facecolor": "white", "edgecolor": EDGE, "linewidth": 0.7} | look
    style = "round,pad=0,rounding_size=0.03"
    ax.add_patch(FancyBboxPatch((x - width / 2, y - height / 2), width, height, boxstyle=style, zorder=3, **look))
    ax.text(x, y, words, size=SMALL, ha="center", va="center", linespacing=1.25, zorder=4, **turned)


def arrow(ax, *points: tuple[float, float]):
    """A line through points, with a head at the last."""
    path, head = points[:-1], {"arrowstyle": "-|>,head_length=0.25,head_width=0.12", "color": EDGE, "linewidth": 0.8}
    ax.plot(*zip(*path, strict=True), color=EDGE, linewidth=0.8, solid_joinstyle="round")
    ax.annotate("", points[-1], path[-1], arrowprops=head | {"shrinkA": 0, "shrinkB": 0})


def bracket(ax, left: float, right: float, y: float, words: str):
    """A bracket that is open below, with words above it."""
    ax.plot([left, left, right, right], [y - 0.06, y, y, y - 0.06], color=EDGE, linewidth=0.8)
    ax.text((left + right) / 2, y + 0.04, words, size=SMALL + 0.5, ha="center", va="bottom")


def ink_on(colour) -> str:
    """Black or white, whichever is read more easily on a colour."""
    red, green, blue = colour
    return "0.1" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


def tint(colour, share: float):
    """A colour mixed with white, of which there is so much."""
    return tuple(share + (1 - share) * part for part in colour)


def title(ax, words: str):
    """A panel's title, in its upper left corner."""
    ax.text(0.06, ax.get_ylim()[1] - 0.03, words, size=8, ha="left", va="top")
