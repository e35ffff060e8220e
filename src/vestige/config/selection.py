"""What a run means, and which runs a selection admits."""

from vestige.condition import PLACES, Condition
from vestige.config.sections import Training
from vestige.config.study import Run, Study, coordinate
from vestige.foundation.rows import PAIR, RUN, STAGES

SELECTABLE = ("alpha", "start", "stop", "modules", *Training.model_fields)
# Where alpha is 0 no penalty is computed, and what describes it says nothing.
OF_PENALTY = {"modules", "start", "stop", "class_reduction", "epsilon"}


def selectable(kind: str) -> tuple[str, ...]:
    """The keys by which a figure may choose among results of a kind."""
    if STAGES[kind].axis == PAIR:
        return ("pair", *(f"{key}_{place}" for place in PLACES for key in SELECTABLE))
    return SELECTABLE if STAGES[kind].axis == RUN else ()


def select_cells(study: Study, kind: str, select: dict) -> tuple[dict, ...]:
    """What tells the results that a figure shows apart: condition or pair, and seed."""
    return tuple(cell for cell in study.cells(STAGES[kind]) if fits(coordinates_of_result(study, cell), select))


def fits(values: dict, select: dict) -> bool:
    """Whether what a run means is among what is selected; where alpha is 0 any value of its penalty fits."""
    return all(values[key] in allowed for key, allowed in select.items() if key in values)


def coordinates_of_result(study: Study, cell: dict) -> dict:
    """All that a result's run means, by coordinate; of a pair, with `_first` and `_second` behind."""
    if "pair" in cell:
        runs = study.runs_of_pair(**cell)
        said = {f"{key}_{place}": value for place, run in runs.items() for key, value in of_run(study, run).items()}
        return {"pair": cell["pair"], **said}
    return values_of(study, cell["condition"]) if "condition" in cell else {}


def of_run(study: Study, run: Run) -> dict:
    """What a run means, its condition's name included."""
    return {"condition": run.condition, **values_of(study, run.condition)}


def values_of(study: Study, condition: str) -> dict:
    """All that a condition means, by coordinate; without what describes a penalty that there is not."""
    meant = study.condition(condition)
    training = {key: coordinate(value) for key, value in study.training_of(condition)}
    values = {**training, **meant.coordinates}
    return {key: value for key, value in values.items() if meant.is_penalised or key not in OF_PENALTY}


def conditions_of(study: Study, cell: dict) -> Condition | tuple[Condition, ...] | None:
    """What was done to a result's run, or to both of its runs; none where it is the study's only one."""
    if "pair" in cell:
        return tuple(study.condition(run.condition) for run in study.runs_of_pair(**cell).values())
    return study.condition(cell["condition"]) if "condition" in cell else None
