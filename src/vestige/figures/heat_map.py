"""A square matrix of numbers as a coloured panel, each number in its field."""

LEAST_CONTRAST = 0.55  # lightness of a field up to which its number is white
ROOM = 0.19  # inches that a number of two digits needs


def draw_matrix(ax, values, names: list[str], colours, ends: tuple[float, float], with_names: tuple[bool, bool]):
    """Draw (n, n) values; names stand on the left and below where `with_names` says so. Returns the image."""
    from matplotlib.colors import Normalize

    image = ax.imshow(values, cmap=colours, norm=Normalize(*ends), aspect="equal", interpolation="nearest")
    ax.grid(False)
    ax.tick_params(length=0)
    left, below = with_names
    ax.set_xticks(range(len(names)), names if below else [""] * len(names), rotation=90)
    ax.set_yticks(range(len(names)), names if left else [""] * len(names))
    ax.tick_params(labelbottom=below, labelleft=left)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return image


def write_numbers(ax, values, image, size: float = 5.5):
    """The number of each field, in black or white, without the zero before its point."""
    import numpy as np

    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            red, green, blue, _ = image.cmap(image.norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < LEAST_CONTRAST
            ax.text(
                column,
                row,
                format_short(value),
                size=size,
                ha="center",
                va="center",
                color="white" if dark else "black",
            )


def format_short(value: float) -> str:
    """Two decimals: 0.58 -> ".58", -0.03 -> "−.03", 1 -> "1"."""
    text = f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 0.995 else f"{value:.0f}"
    return text.replace("-", "−").replace("−.00", ".00")


def divide(ax, upstream: int, count: int):
    """Lines between the measures upstream and those downstream."""
    if 0 < upstream < count:
        for line in (ax.axhline, ax.axvline):
            line(upstream - 0.5, color="white", linewidth=1.5)
