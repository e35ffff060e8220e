"""Draws a figure from results, and writes its three files."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from vestige.config import selection
from vestige.config.choices import FIGURES
from vestige.config.figure_rows import plot_function, plot_module
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

    row, settings = FIGURES[job.names["figure"]], settings_of(job)
    with ExitStack() as stack:
        images = [stack.enter_context(results.open_dataset(each.output)) for each in job.named.values()]
        runs = [of_classes(stack.enter_context(results.open_dataset(each.output)), images) for each in chosen]
        try:
            figure, table = plot_function(row.plot)(settings, runs, **row.options)
        except ValueError as error:  # a plot does not know for which figure it draws
            raise ValueError(f"figures.{row.kind}.{job.names['figure']}: {error}") from error
    if mark:
        drawing.marked(figure, mark)
    return Drawn(figure, table, caption_of(job), settings.dpi)


def caption_of(job: Job) -> str:
    """The caption of a figure, with its number in the paper and what its bands are."""
    from vestige.figures import drawing

    row = FIGURES[job.names["figure"]]
    number = f"Figure {row.paper} of the paper. " if row.paper else ""
    return number + drawing.caption(row.caption, plot_module(row.plot), settings_of(job))


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
