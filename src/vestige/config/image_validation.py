"""What a study asks for that its images and its network do not allow: known once both are described."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from vestige.config.errors import Fault, format_value, nearest
from vestige.config.study import Study
from vestige.foundation.rows import STAGES
from vestige.stages.training import (
    Settings,
    count_held_out,
    has_lonely_image,
    idle_device,
    is_recomputed,
    next_batch_size,
)

FEWEST = 2  # images that a run is trained on


class Known(NamedTuple):
    """How many images each split has, and how many classes; names of the layers that CKA compares, empty: unknown."""

    train: int
    val: int
    classes: int
    layers: Collection[str] = ()


def list_image_faults(study: Study, known: Known) -> Iterator[Fault]:
    """Everything that does not fit, as the path of keys and what is wrong there."""
    yield from of_training(("training",), dict(study.training), known, study.training.held_out)
    yield from of_devices(("training",), study.training, known)
    for name in study.conditions:
        own, held_out = study.overrides(name), study.training_of(name).held_out
        size = {"batch_size": study.training_of(name).batch_size} if "held_out" in own else {}
        yield from of_training(("conditions", name), size | own, known, held_out)
        if {"devices", "batch_size", "held_out"} & {*own}:
            yield from of_devices(("conditions", name), study.training_of(name), known)
    if any(study.cells(STAGES[stage]) for stage in ("cka", "between")) and study.cka.batch_size > known.val:
        allowed = f"there are {known.val} validation images; allowed: 4 to {known.val}"
        yield ("cka", "batch_size"), f"found {study.cka.batch_size}; {allowed}"
    for kind, figures in study.figures:
        for name, said in figures:
            if said is not None:
                yield from of_figure(("figures", kind, name), said, known)


def of_training(here: tuple, said: dict, known: Known, held_out: float | None) -> Iterator[Fault]:
    """Batches, and images for batch norm, that are more than there are; a last batch of one image; none to train on."""
    size, batch_norm = said.get("batch_size"), said.get("batch_norm")
    train = known.train - count_held_out(known.train, held_out)
    there = f"there are {train} training images"
    if held_out is not None:
        there += f" beside those that are held out ({format_value(held_out)} of {known.train})"
    if size is not None and train < FEWEST:
        yield (
            (*here, "held_out"),
            f"found {format_value(held_out)}; {there}; allowed: less, so that {FEWEST} or more are left",
        )
    elif size is not None and size > train:
        yield (*here, "batch_size"), f"found {size}; {there}; allowed: 2 to {train}"
    elif size is not None and has_lonely_image(train, size):
        better = next_batch_size(train, size)
        says = f"found {size}; {there}, which leaves one alone in the last batch, where batch norm compares none"
        yield (*here, "batch_size"), f"{says}; allowed: another, such as {better}"
    if is_recomputed(batch_norm) and batch_norm.images > known.train:
        allowed = f"{batch_norm.batch_size} to {known.train}"
        yield (*here, "batch_norm", "images"), f"found {batch_norm.images}; {there}; allowed: {allowed}"


def of_devices(here: tuple, training: Settings, known: Known) -> Iterator[Fault]:
    """More devices than there are images for in the last batch, or to evaluate on."""
    held_out = count_held_out(known.train, training.held_out)
    if says := idle_device(training, known.train - held_out, held_out, known.val):
        yield (*here, "devices"), f"found {training.devices}; {says}; allowed: no more than that"


def of_figure(here: tuple, said, known: Known) -> Iterator[Fault]:
    """More classes than there are, or layers that the network does not have."""
    top, pairs = getattr(said, "top", None), getattr(said, "pairs", ())
    if top is not None and top >= known.classes:
        most = known.classes - 1
        says = f"found {top}; the images have {known.classes} classes, and all of them are always predicted evenly"
        yield (*here, "top"), f"{says}; allowed: 1 to {most}"
    for layer in dict.fromkeys(str(each) for pair in pairs for each in pair) if known.layers else ():
        if layer not in known.layers:
            yield (*here, "pairs"), f"found {layer}; the network has no such layer; {nearest(layer, known.layers)}"
