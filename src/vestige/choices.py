"""What may be chosen in params.yaml because there is a file for it: sources of images, networks, figures."""

import importlib
import pkgutil
from typing import Annotated, Any, Union

from pydantic import Field, create_model

import vestige.apparatus.images
import vestige.apparatus.networks
import vestige.figures
from vestige.apparatus.values import Values


def files_of(package) -> dict[str, Any]:
    """The modules of a package by name: a file is its own registration."""
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


def one_of(package, tag: str):
    """The type of a section that one file of a package describes; the value of `tag` is the file's name."""
    types = tuple(module.Settings for module in files_of(package).values())
    return types[0] if len(types) == 1 else Annotated[Union[types], Field(discriminator=tag)]  # noqa: UP007


FIGURES = {name: module for name, module in files_of(vestige.figures).items() if hasattr(module, "KIND")}
KINDS = ("network", "training", "selectivity", "ablation", "cka", "between")
PER_RUN = ("training", "selectivity", "ablation", "cka")


def figures_of(kind: str):
    """The type of the figures drawn from one kind of result: each may be listed, none must be."""
    fields = {name: (module.Settings | None, None) for name, module in FIGURES.items() if kind == module.KIND}
    return create_model(f"Figures_{kind}", __base__=Values, __doc__=f"Figures drawn from {kind}.", **fields)


Figures = create_model(
    "Figures",
    __base__=Values,
    __doc__="The figures to draw, under the kind of result that they read.",
    **{kind: (figures_of(kind), ...) for kind in KINDS},
)
Images = one_of(vestige.apparatus.images, "source")
Network = one_of(vestige.apparatus.networks, "family")
