"""What may be chosen in params.yaml: sources of images and networks, each a file, and figures, each a row."""

import importlib
import re
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import Field, create_model

import vestige.data
import vestige.models
import vestige.stages
from vestige.config.figure_rows import read_rows
from vestige.foundation.rows import DRAWN, STAGES
from vestige.foundation.settings import Values

SETTINGS = r"^class Settings\(|^from .* import .*\bSettings\b"


def files_of(package) -> dict[str, Any]:
    """The modules of a package that describe a section, by name: a file with a class `Settings` registers itself.

    Other files are not imported: they may load torch.
    """
    files = sorted(Path(package.__path__[0]).glob("*.py"))
    texts = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in files}
    names = [name for name, text in texts.items() if re.search(SETTINGS, text, re.MULTILINE)]
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


def one_of(files: dict[str, Any], tag: str):
    """The type of a section that one of some files describes; the value of `tag` is the file's name."""
    types = tuple(module.Settings for module in files.values())
    return types[0] if len(types) == 1 else Annotated[Union[types], Field(discriminator=tag)]  # noqa: UP007


# The kinds of result from which figures are drawn, and along which axis there are several of each.
AXES = {row.kind: STAGES[row.kind].axis for row in DRAWN}
KINDS = tuple(AXES)
FIGURES = dict(sorted(read_rows(AXES).items()))


def plot_of(figure: str) -> str:
    """The plot that draws a figure."""
    return FIGURES[figure].plot


def figures_of(kind: str):
    """The type of the figures drawn from one kind of result: each may be listed, none must be."""
    fields = {name: (figure_field(row), None) for name, row in FIGURES.items() if kind == row.kind}
    return create_model(f"Figures_{kind}", __base__=Values, __doc__=f"Figures drawn from {kind}.", **fields)


def figure_field(row):
    """The type of the section of one figure."""
    several = "s" if row.paper and not row.paper.replace(".", "").isalnum() else ""
    paper = f"Figure{several} {row.paper} of {row.article}: " if row.paper else ""
    text = " ".join(row.caption.split()).partition(". ")[0]
    return Annotated[row.settings | None, Field(description=f"{paper}{text.removesuffix('.')}.")]


Figures = create_model(
    "Figures",
    __base__=Values,
    __doc__="The figures to draw, under the kind of result that they read.",
    **{kind: (Annotated[figures_of(kind), Field(description=f"Figures of `{kind}`.")], ...) for kind in KINDS},
)
SOURCES, FAMILIES = files_of(vestige.data), files_of(vestige.models)
SECTIONS = {name: module.Settings for name, module in files_of(vestige.stages).items() if name in STAGES}
Images, Network = one_of(SOURCES, "source"), one_of(FAMILIES, "family")
