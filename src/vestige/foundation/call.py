"""Parses the text of a job into what its stage is called with: what is not in the text cannot reach the stage."""

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# The attribute of a stage's settings at which one of several sections stands.
ATTRIBUTES = {"conditions": "condition", "figures": "figure"}
FUNCTION_OF_FIGURES = "render"


@dataclass(frozen=True)
class Call:
    """The text of a job, and what it says."""

    text: str

    @cached_property
    def values(self) -> dict[str, Any]:
        """The text as plain values."""
        return json.loads(self.text)

    def __getitem__(self, part: str) -> Any:
        """A part of the text: an empty one where the text has none."""
        return self.values.get(part, {})

    @property
    def function(self) -> Callable:
        """The stage's function, of the first file that has it. Raises AttributeError where none has."""
        name = FUNCTION_OF_FIGURES if self["stage"].startswith("figures_") else self["stage"]
        for file in self["functions"]:
            if hasattr(module_of(file), name):
                return getattr(module_of(file), name)
        raise AttributeError(f"{self['functions'][-1]} has no function {name}")

    def settings(self, places: Mapping[str, Mapping[str, Any]]) -> SimpleNamespace:
        """Exactly the sections that the stage declares, each of its class, else plain; any other is an AttributeError.

        `places` are the keys of sections that are in no text. Of a run, `condition` is its penalty and `seed` that of
        its random stream; the rows of figures and claims are `rows`.
        """
        found = {
            attribute_of(key, value): self.section(key, value, places.get(key, {}))
            for key, value in self["settings"].items()
        }
        more = {"rows": self["rows"]} if "rows" in self.values else {}
        return SimpleNamespace(**found, **more, **({"seed": self["stream"]} if "stream" in self.values else {}))

    def section(self, key: str, value: Any, places: Mapping[str, Any]) -> Any:
        """A section of the settings."""
        if key in self["classes"]:
            return module_of(self["classes"][key]).Settings.model_validate({**value, **places})
        if attribute_of(key, value) == "condition":
            return SimpleNamespace(**value | {"modules": tuple(value["modules"])})
        return value

    @property
    def folders(self) -> dict[str, Path]:
        """The folders of the results that are read, named as they are: `checkpoints`, or of a pair, with its place."""
        read = {name: Path(each["folder"]) for name, each in self["reads"].items() if "folder" in each}
        of_pair = {"first", "second"} <= self["reads"].keys()
        return {f"{name}_{path.parent.name}" if of_pair else path.parent.name: path for name, path in read.items()}


def attribute_of(key: str, value: Any) -> str:
    """The attribute of a stage's settings at which what stands at a key of params.yaml is found.

    A section is found by its name or by that of several like it, and a single value of a section by its own.
    """
    first, *below = key.split(".")
    if not below:
        return first
    return ATTRIBUTES.get(first, first) if isinstance(value, dict) else below[-1]


def module_of(file: str):
    """A module of the package, by its file."""
    name = file.removesuffix(".py").removesuffix("__init__").rstrip("/").replace("/", ".")
    return importlib.import_module(f"vestige.{name}".rstrip("."))
