"""Draws the figures from the runs finished so far, each marked with what it lacks."""

from collections.abc import Iterator
from pathlib import Path

from vestige import pipeline
from vestige.commands import figure_drawing
from vestige.config.study import Study
from vestige.foundation.call import Call
from vestige.job_text import list_shown
from vestige.pipeline import Job
from vestige.provenance import status

FOLDER = Path("work", "preview")


def preview(study: Study, names: list[str]) -> Iterator[str]:
    """Draw the named figures (all, if none is named) into work/preview/{study}/; a line on each."""
    for job in pipeline.jobs(study):
        if job.stage.kind and (not names or job.names["figure"] in names):
            yield f"{job.names['figure']}: {drawn_so_far(job)}"


def drawn_so_far(job: Job) -> str:
    """Draw one figure from what is finished and current; where it lies, or why there is none yet."""
    asked = list_shown(job)
    finished = finished_of(asked)
    others = {kind: finished_of(jobs) for kind, jobs in figure_drawing.jobs_beside_figure(job).items()}
    if not finished:
        return f"nothing to draw yet, none of its {len(asked)} results is finished"
    mark = f"unfinished: {len(finished)} of {len(asked)} results" if len(finished) < len(asked) else ""
    try:
        drawn = figure_drawing.draw_figure(Call(job.text), finished, others, mark)
    except ValueError as error:  # what is finished does not suffice, for instance without the baseline
        return f"nothing to draw yet from {len(finished)} of {len(asked)} results: {error}"
    png = FOLDER / job.study.study / Path(job.output).name
    figure_drawing.write(
        drawn, png, png.with_suffix(".pdf"), png.with_suffix(".csv"), lambda beside: {"preview": mark, "beside": beside}
    )
    return f"{png} ({mark or 'finished'})"


def finished_of(jobs: list[Job]) -> list[str]:
    """The results of some jobs that are there and current."""
    return [each.output for each in jobs if status.judge_one(each, beside=False).state == status.PROVEN]
