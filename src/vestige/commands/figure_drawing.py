"""Draws a figure from results, and writes its three files."""

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from vestige.config import selection
from vestige.pipeline import Job
from vestige.provenance import hashing, results


class Drawn(NamedTuple):
    """A figure, the table of the numbers that it shows, its caption, and the dots of its PNG to an inch."""

    figure: Any
    table: Any
    caption: str
    dpi: int


def shown(job: Job) -> list[Job]:
    """The jobs whose results a figure shows."""
    cells = selection.selected(job.study, job.stage.kind, settings_of(job).select or {})
    return [each for each in job.inputs if dict(each.values) in cells]


def settings_of(job: Job):
    """The settings of a figure."""
    return getattr(getattr(job.study.figures, job.stage.kind), job.names["figure"])


def drawn(job: Job, chosen: list[Job], mark: str = "") -> Drawn:
    """The figure of a job from some results, marked with a text if one is given."""
    from vestige.figures import drawing

    name, settings = job.names["figure"], settings_of(job)
    module = importlib.import_module(f"vestige.figures.{name}")
    with ExitStack() as stack:
        images = [stack.enter_context(results.open_dataset(each.output)) for each in job.named.values()]
        runs = [of_classes(stack.enter_context(results.open_dataset(each.output)), images) for each in chosen]
        figure, table = getattr(module, name)(settings, runs)
    if mark:
        drawing.marked(figure, mark)
    caption = f"Figure {module.PAPER} of the paper. {drawing.caption(module, settings)}"
    return Drawn(figure, table, caption, settings.dpi)


def of_classes(run, images: list):
    """A run without the logits beyond the classes of the images: a network's head may have more than there are."""
    return run.isel({"class": slice(0, images[0].sizes["class"])}) if images else run


def write(drawn: Drawn, png: Path, pdf: Path, csv: Path, proof: Callable[[dict[str, str]], dict]) -> None:
    """The three files of a figure, the PNG with the proof last; none holds a date."""
    from vestige.figures.drawing import written

    results.write_bytes(pdf, written(drawn.figure, "pdf", metadata={"Subject": drawn.caption}))
    results.write_bytes(csv, drawn.table.to_csv(index=False, lineterminator="\n").encode())
    stamp = proof({str(path): hashing.sha256(path) for path in (pdf, csv)})
    picture = written(drawn.figure, "png", dpi=drawn.dpi, metadata={"Description": drawn.caption})
    results.write_picture(png, picture, stamp)
