"""What Snakemake's own report (`snakemake --report`) says of each figure: its caption, and its number in the paper."""

from collections.abc import Callable

from vestige.commands.figure_drawing import caption_of
from vestige.config.registry import FIGURES
from vestige.config.study import Study
from vestige.engines.snakefile import job_of


def caption(study: Study, stage: str) -> Callable:
    """A rule's parameter: the caption that the figure of some wildcards has, in the report of the study too."""
    return lambda wildcards: caption_of(job_of(study, stage, wildcards))


def labels(wildcards) -> dict[str, str]:
    """The columns of the table of figures: the figure's name, and its number in the paper, if it has one."""
    return {"figure": wildcards.figure.replace("_", " "), "of the paper": FIGURES[wildcards.figure].paper or "–"}
