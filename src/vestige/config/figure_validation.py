"""What a study may not ask of its figures."""

from collections.abc import Iterable, Iterator

from vestige.config.errors import Fault, find_repeated, format_list, format_value, nearest, unknown_modules
from vestige.config.registry import FIGURES, KINDS
from vestige.config.selection import conditions_of, coordinates_of_result, select_cells, selectable
from vestige.config.study import Study
from vestige.foundation.rows import RUN, SET, STAGES


def of_figures(study: Study) -> Iterator[Fault]:
    """Figures of modules that the network lacks, of measures that are named twice, or whose runs the study lacks."""
    for kind in KINDS:
        for name, settings in getattr(study.figures, kind):
            if settings is not None:
                here = ("figures", kind, name)
                yield from of_modules(study, here, dict.fromkeys(getattr(settings, "modules", None) or ()))
                if (layer := getattr(settings, "layer", None)) is not None:
                    yield from unknown_modules((*here, "layer"), [layer], study.network.modules)
                yield from find_repeated((*here, "measures"), getattr(settings, "measures", None) or ())
                yield from of_selection(study, here, settings.select or {})


def of_modules(study: Study, here: tuple, modules: Iterable) -> Iterator[Fault]:
    """Modules of a figure that the network lacks, or that are not among those of the measure that it shows."""
    measured = getattr(getattr(study, here[1], None), "modules", None)
    yield from unknown_modules((*here, "pairs" if measured is None else "modules"), modules, study.network.modules)
    for module in modules:
        if measured is not None and module in study.network.modules and module not in measured:
            yield (
                (*here, "modules"),
                f"found {module}, which {here[1]} does not cover; allowed: {format_list(measured)}",
            )


def remedy_of(kind: str) -> str:
    """What to do where a figure finds no result of its kind."""
    if STAGES[kind].axis == SET:
        return f"name a set in {kind}, such as `{kind}: {{initial: {{networks: 100, seed: 0}}}}`"
    if STAGES[kind].axis == RUN:
        return f"name a condition in applies.{STAGES[kind].applies_key}"
    return f"name a pair in {kind}"


def of_selection(study: Study, here: tuple, select: dict) -> Iterator[Fault]:
    """A selection by an unknown key, or one that leaves out what the figure shows."""
    kind, figure = here[1:]
    cells = study.cells(STAGES[kind])
    known = selectable(kind)
    for other in STAGES[f"figures_{kind}"].gathers[1:]:
        if not study.cells(STAGES[other]):
            yield here, f"it shows results of {other} too, of which there are none; {remedy_of(other)}"
    unknown = [key for key in select if key not in known]
    yield from (((*here, "select", key), f"unknown key; {nearest(key, known)}") for key in unknown)
    if not cells:
        yield here, f"there is no run to show; {remedy_of(kind)}, or leave the figure out"
    elif not unknown:
        chosen = select_cells(study, kind, select)
        yield from find_unmet_needs(study, here, figure, chosen) if chosen else find_unfitting(study, here, select)


def find_unfitting(study: Study, here: tuple, select: dict) -> Iterator[Fault]:
    """A selection that no run fits."""
    runs = [coordinates_of_result(study, cell) for cell in study.cells(STAGES[here[1]])]
    found = {key: dict.fromkeys(run[key] for run in runs if run.get(key) is not None) for key in select}
    there = "; ".join(f"{key} {format_list(values)}" for key, values in found.items())
    yield (*here, "select"), f"found {format_value(select)}, which fits no run of {here[1]}; there are {there}"


def find_unmet_needs(study: Study, here: tuple, figure: str, cells: Iterable[dict]) -> Iterator[Fault]:
    """The conditions that a figure needs and is not given."""
    done = [conditions_of(study, cell) for cell in cells]
    for need in FIGURES[figure].needs:
        if not need.is_met(done):
            remedy = f"add {need.example}, or leave the figure out"
            yield here, f"it shows {need.says}, which the study (or `select`) lacks; {remedy}"
