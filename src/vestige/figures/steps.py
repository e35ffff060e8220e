"""The steps of a network, in groups, and the kinds of its blocks."""

from dataclasses import dataclass
from itertools import groupby, pairwise

COLUMNS = ["module", "block", "channels", "height", "width", "parameters", "layers", "shortcut"]


@dataclass(frozen=True)
class Group:
    """A module (its blocks), or one layer outside of modules (module -1) in words."""

    module: int
    rows: tuple
    words: str = ""


@dataclass(frozen=True)
class Kind:
    """Blocks that differ in their sizes alone, and one of them as an example."""

    letter: str
    steps: tuple[str, ...]
    says: str
    layers: tuple[str, ...]
    shortcut: str
    before: str
    after: str


def steps_table(run):
    """A row for each step, in order of execution."""
    return run[COLUMNS].reset_coords(drop=True).to_dataframe().reset_index()[["step", *COLUMNS]]


def groups(table) -> list[Group]:
    """Modules, and between them a group for every layer; what has neither layer nor parameter is left out."""
    rows = [row for row in table.itertuples() if row.module >= 0 or row.layers]  # dropout parts no module's blocks
    found = []
    for module, each in groupby(rows, key=lambda row: row.module):
        each = tuple(each)
        if module >= 0:
            found.append(Group(module, each))
        else:
            found += [Group(-1, (row,), layer) for row in each for layer in row.layers.split("; ") if layer]
    return found


def kinds(table, image: str) -> list[Kind]:
    """The kinds of blocks, those first that change the shape; examples are of one module where they can be."""
    rows = list(table.itertuples())
    after = {row.step: shape(row.channels, row.height, row.width) for row in rows}
    before = {rows[0].step: image} | {later.step: after[row.step] for row, later in pairwise(rows)}
    blocks = [row for row in rows if row.module >= 0]
    home = next((row.module for row in blocks if "stride" in row.layers), blocks[0].module)
    named: dict = {}
    for row in sorted(blocks, key=lambda row: row.shortcut in ("identity", "")):
        named.setdefault(kind_of(row), []).append(row)
    examples = [min(alike, key=lambda row: row.module != home) for alike in named.values()]
    return [
        Kind(
            "bcdefgh"[place % 7],
            tuple(row.step for row in alike),
            f"block {row.block} of module {row.module}, which {kind_words(row)}",
            tuple(row.layers.split("; ")),
            row.shortcut,
            before[row.step],
            after[row.step],
        )
        for place, (alike, row) in enumerate(zip(named.values(), examples, strict=True))
    ]


def kind_of(row) -> tuple:
    """What blocks of one kind have in common: the names of their layers, and whether the shortcut has any."""
    shortcut = row.shortcut if row.shortcut in ("", "identity") else "layers"
    return tuple(layer.partition(" ")[0] for layer in row.layers.split("; ")), shortcut


def shape(channels: int, height: int, width: int) -> str:
    """The shape of a step's output, in two lines."""
    return f"{channels} ×\n{height} × {width}"


def kind_words(row) -> str:
    """What a block does to its input."""
    return {"identity": "keeps the shape", "": "has no shortcut"}.get(row.shortcut, "changes the shape")
