"""Opens the results that a figure shows, lets it be drawn, and writes its three files."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from vestige.foundation.call import Call
from vestige.job_text import list_shown
from vestige.pipeline import Job
from vestige.provenance import hashing, results


def jobs_beside_figure(job: Job) -> dict[str, list[Job]]:
    """Kind -> the jobs of that kind all of whose results a figure is drawn beside, whatever it selects."""
    return {kind: [*jobs] for kind, jobs in job.gathered_jobs.items() if kind != job.stage.kind}


def draw_figure(call: Call, chosen: list[str], others: dict[str, list[str]], mark: str = ""):
    """A figure from the results at some paths, beside others by kind, marked with a text if one is given."""
    with ExitStack() as stack:

        def open_results(paths) -> list:
            return [stack.enter_context(results.open_dataset(each)) for each in paths]

        images = open_results(each["result"] for each in call["reads"].values())
        together = {kind: open_results(paths) for kind, paths in others.items()}
        return call.function(call.settings({}), open_results(chosen), together, images, mark)


def caption_of(job: Job) -> str:
    """The caption of a figure of all that it shows."""
    from vestige.figures.rendering import format_caption

    name, chosen = job.names["figure"], list_shown(job)
    names = [each.names.get("pair", each.names.get("condition")) for each in chosen]
    figure = getattr(getattr(job.study.figures, job.stage.kind), name)
    return format_caption(job.rows[name], figure, names, any("pair" in each.names for each in chosen))


def write(drawn, png: Path, pdf: Path, csv: Path, proof: Callable[[dict[str, str]], dict]) -> None:
    """The three files of a figure, the PNG with the proof last."""
    from vestige.figures.rendering import files_of

    page, table, picture = files_of(drawn)
    results.write_bytes(pdf, page)
    results.write_bytes(csv, table)
    stamp = proof({str(path): hashing.sha256(path) for path in (pdf, csv)})
    results.write_picture(png, picture, stamp)
