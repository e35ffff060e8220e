"""Compares two NetCDF files: dimensions, variables, values to the last bit, and attributes."""

from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
from comparison.arrays import compare_arrays, show_place
from comparison.records import TEXT, Compared, Difference, LeftOut, Record, compare_plain, show_change
from comparison.renamed import Renamed, find_new, pair_names, pair_texts

NO_ATTRIBUTES = {"proof": "it holds hashes of the source, which differs on purpose"}
NO_VARIABLES = {"checkpoint": "the sha256 of a checkpoint, whose tensors are compared themselves"}
# Sentences for people. Any other text is as good as a number: a label, a structure, a verdict, a hash.
PROSE = {"sentence", "paper", "quantity", "margin_reason", "explanation", "row_reason"}
STATED = {"verdict": "verdict", "row_verdict": "verdict", "images_sha256": "hash", "labels_sha256": "hash"}


def compare_netcdf(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """All that two NetCDF files hold, but what is listed above."""
    with netCDF4.Dataset(old) as one, netCDF4.Dataset(new) as other:
        for each in (one, other):
            each.set_auto_maskandscale(False)
        yield from compare_attributes("", one, other, renamed)
        yield from compare_dimensions(one, other, renamed)
        pairs, missing = pair_names(renamed, "variables", one.variables, other.variables)
        yield from missing
        for name, others_name in pairs:
            yield from compare_variables(one, name, other, others_name, renamed)


def compare_dimensions(one, other, renamed: Renamed) -> Iterator[Record]:
    """The dimensions of two files; one without a variable is paired like one with it."""
    pairs, missing = pair_names(renamed, "variables", one.dimensions, other.dimensions)
    yield from (each for each in missing if isinstance(each, Difference) and each.item not in one.variables)
    for name, others_name in pairs:
        yield Compared("dimensions", 1)
        sizes = one.dimensions[name].size, other.dimensions[others_name].size
        yield from compare_plain("number", f"{name} (size)", *sizes)


def compare_variables(one, name: str, other, others_name: str, renamed: Renamed) -> Iterator[Record]:
    """A variable of one file and that of the other: attributes, dimensions and values."""
    old, new = one.variables[name], other.variables[others_name]
    yield from compare_attributes(name, old, new, renamed)
    if reason := NO_VARIABLES.get(name):
        yield LeftOut(f"variable {name}", reason)
        return
    yield Compared("variables", 1)
    expected = tuple(find_new(renamed, "variables", dimension) for dimension in old.dimensions)
    if expected != new.dimensions:
        yield Difference("number", f"{name} (dimensions)", (show_change(str(expected), str(new.dimensions)),))
    values = [np.asarray(each[...]) for each in (old, new)]
    if values[0].dtype.kind in "OU":
        values = [rename_values(values[0], renamed), values[1].astype(object)]  # texts have no size of their own
    yield from compare_arrays(kind_of(old, name), name, *values, label_places(one, old))


def rename_values(values, renamed: Renamed):
    """Texts of the old side in the words of the new one."""
    words = [find_new(renamed, "values", word) for word in values.reshape(-1).tolist()]
    return np.array(words, dtype=object).reshape(values.shape)


def kind_of(variable, name: str) -> str:
    """What it is that a variable holds: a label is more than a text for people."""
    if variable.dtype is not str and variable.dtype.kind not in "SU":
        return "number"
    return TEXT if name in PROSE else STATED.get(name, "label")


def compare_attributes(name: str, old, new, renamed: Renamed) -> Iterator[Record]:
    """The attributes of two files, or of two variables."""
    tables = [{key: each.getncattr(key) for key in each.ncattrs()} for each in (old, new)]
    for key in NO_ATTRIBUTES.keys() & (tables[0].keys() | tables[1].keys()):
        yield LeftOut(f"attribute {key}", NO_ATTRIBUTES[key])
    tables = [{key: value for key, value in each.items() if key not in NO_ATTRIBUTES} for each in tables]
    pairs, missing = pair_texts(renamed, "attributes", *tables)
    yield from (each._replace(item=f"{name}@{each.item}") if isinstance(each, Difference) else each for each in missing)
    for key, others_key in pairs:
        yield Compared("attributes", 1)
        yield from compare_attribute(f"{name}@{key}", tables[0][key], tables[1][others_key], renamed)


def compare_attribute(item: str, old, new, renamed: Renamed) -> Iterator[Record]:
    """One attribute: a text, or numbers to the last bit; the names in `coordinates` as the map renames them."""
    if isinstance(old, str) and isinstance(new, str):
        if item.endswith("@coordinates"):
            old, new = (" ".join(sorted(filter(None, each))) for each in (renamed_words(old, renamed), new.split()))
        yield from compare_plain("label" if item.endswith(("@coordinates", "@units")) else TEXT, item, old, new)
    else:
        yield from compare_arrays("number", item, np.asarray(old), np.asarray(new))


def renamed_words(names: str, renamed: Renamed) -> list[str | None]:
    """The new names of some variables."""
    return [find_new(renamed, "variables", name) for name in names.split()]


def label_places(file, variable):
    """A function that names a place in a variable by the coordinates along its dimensions."""
    said = getattr(variable, "coordinates", "").split() if "coordinates" in variable.ncattrs() else []
    along = {
        dimension: [
            name
            for name in dict.fromkeys([dimension, *said])
            if name in file.variables and file.variables[name].dimensions == (dimension,)
        ]
        for dimension in variable.dimensions
    }

    def show(index: tuple[int, ...]) -> str:
        parts = []
        for dimension, at in zip(variable.dimensions, index, strict=True):
            labels = [f"{name}={file.variables[name][at]}" for name in along[dimension]]
            parts.append(" ".join(labels) or f"{dimension}{show_place((at,))}")
        return ", ".join(parts)

    return show
