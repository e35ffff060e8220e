"""What is planned in the folder where one is."""

from vestige.commands import due_jobs as planning
from vestige.commands.plan import plan
from vestige.config import loading
from vestige.provenance import status


def planned() -> dict[str, planning.Planned]:
    """What is planned here, by the end of the result's path."""
    study = loading.read()
    found = planning.plan_jobs(study, status.judge(study))
    return {planning.shorten_reason(each.job.output, study): each for each in found}


def why(certain: bool) -> dict[str, str]:
    """The reasons of what runs for certain, or only if its inputs change."""
    return {name: each.why for name, each in planned().items() if each.certain == certain}


def lines() -> list[str]:
    """The plan as a person reads it."""
    return [*plan(loading.read())]
