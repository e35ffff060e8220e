"""Draws a figure from results, and writes its three files."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from vestige.config import selection
from vestige.config.choices import FIGURES
from vestige.config.figure_rows import BESIDE, plot_function, plot_module, reads_beside
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
    return [each for each in job.gathered[job.stage.kind] if dict(each.values) in cells]


def beside(job: Job) -> dict[str, list[Job]]:
    """Kind -> the jobs of that kind all of whose results a figure is drawn beside, whatever it selects."""
    return {kind: [*jobs] for kind, jobs in job.gathered.items() if kind != job.stage.kind}


def settings_of(job: Job):
    """The settings of a figure."""
    return getattr(getattr(job.study.figures, job.stage.kind), job.names["figure"])


def drawn(job: Job, chosen: list[Job], others: dict[str, list[Job]], mark: str = "") -> Drawn:
    """The figure of a job from some results, beside others by kind, marked with a text if one is given."""
    from vestige.figures import drawing

    row, settings = FIGURES[job.names["figure"]], settings_of(job)
    with ExitStack() as stack:

        def opened(jobs) -> list:
            return [stack.enter_context(results.open_dataset(each.output)) for each in jobs]

        images = opened(job.named.values())
        runs = [of_classes(run, images) for run in opened(chosen)]
        given = {BESIDE: {kind: opened(jobs) for kind, jobs in others.items()}} if reads_beside(row.plot) else {}
        try:
            figure, table = plot_function(row.plot)(settings, runs, **given, **row.options)
        except ValueError as error:  # a plot does not know for which figure it draws
            raise ValueError(f"figures.{row.kind}.{job.names['figure']}: {error}") from error
    if mark:
        drawing.marked(figure, mark)
    return Drawn(figure, table, caption_of(job, chosen), settings.dpi)


def caption_of(job: Job, chosen: list[Job] | None = None) -> str:
    """The caption of a figure of some results (all that it shows), with its number in the paper and what is drawn."""
    from vestige.figures import drawing

    row = FIGURES[job.names["figure"]]
    number = f"Figure{'s' if ' ' in row.paper else ''} {row.paper} of the paper. " if row.paper else ""
    one = "pair" if any("pair" in each.names for each in shown(job)) else "network"
    lines = Counter(each.names.get("pair", each.names.get("condition")) for each in chosen or shown(job))
    around = drawing.bands_words(plot_module(row.plot), settings_of(job), max(lines.values(), default=0), one)
    return number + row.caption.format(bands=around)


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
