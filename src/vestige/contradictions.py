"""What a study's sections may not say of each other."""

from collections import Counter
from collections.abc import Iterable, Iterator

from vestige.meanings import meaning, selectable, selected, values_of
from vestige.refusals import Fault, listed, nearest, shown
from vestige.study import FIGURES, KINDS, Study

# What to do where a figure finds no result of its kind.
REMEDY = {
    "ablation": "name a condition in applies.ablation",
    "cka": "name a condition in applies.cka",
    "between": "name a pair in between",
}


def contradictions(study: Study) -> Iterator[Fault]:
    """Every contradiction, as the path of keys and what is wrong there. Empty for a study that can be run."""
    yield from repeated(("seeds",), study.seeds)
    unsound = [fault for name in study.conditions for fault in of_condition(study, name)]
    absent = [*of_applies(study), *of_between(study)]
    yield from [*unsound, *absent, *of_ablation(study), *of_cka(study)]
    if not unsound:
        yield from twins(study)
    if not unsound and not absent:
        yield from of_figures(study)


def repeated(keys: tuple, values: Iterable) -> Iterator[Fault]:
    """A list that names something twice."""
    for value, count in Counter(list(values)).items():
        if count > 1:
            yield keys, f"{value} is given {count} times; allowed: each once"


def of_condition(study: Study, name: str) -> Iterator[Fault]:
    """A penalty without its modules or start, or that the network or the run's length does not allow."""
    said, here, epochs = study.conditions[name], ("conditions", name), study.training_of(name).epochs
    yield from unknown_modules(study, (*here, "modules"), said.modules or ())
    if said.alpha != 0 and said.modules is None:
        which = f"say on which modules it acts; allowed: {listed(study.network.modules)}"
        yield (*here, "modules"), f"missing; alpha is {said.alpha:g}: {which}"
    if said.alpha != 0 and said.start is None:
        yield (*here, "start"), f"missing; alpha is {said.alpha:g}: say from which epoch it acts; 0 is the beginning"
    start = said.start or 0
    if start >= epochs:
        yield (*here, "start"), f"found {start}; the run has {epochs} epochs; allowed: 0 to {epochs - 1}"
    elif said.stop is not None and not start < said.stop <= epochs:
        yield (*here, "stop"), f"found {said.stop}; start is {start}; allowed: {start + 1} to {epochs}"


def unknown_modules(study: Study, keys: tuple, modules: Iterable) -> Iterator[Fault]:
    """Modules that the network lacks, or that are named twice."""
    yield from repeated(keys, modules)
    for module in dict.fromkeys(modules):
        if module not in study.network.modules:
            yield keys, f"found {module}; the network has no such module; allowed: {listed(study.network.modules)}"


def twins(study: Study) -> Iterator[Fault]:
    """Conditions that mean the same under two names."""
    seen: dict = {}
    for name in study.conditions:
        meaning = tuple(values_of(study, name).items())
        if (first := seen.setdefault(meaning, name)) != name:
            yield ("conditions", name), f"it means the same as conditions.{first}; remove one of them"


def of_applies(study: Study) -> Iterator[Fault]:
    """A measure that covers a condition that does not exist."""
    for measure, names in study.applies:
        yield from repeated(("applies", measure), names)
        for name in dict.fromkeys(names):
            if name not in study.conditions:
                yield ("applies", measure), f"found {name!r}; no such condition; {nearest(name, study.conditions)}"


def of_ablation(study: Study) -> Iterator[Fault]:
    """Ablation settings that contradict each other or the runs."""
    here, fractions = ("ablation", "grid"), study.ablation.grid.fractions
    yield from of_epochs(study, "ablation")
    yield from unknown_modules(study, ("ablation", "modules"), study.ablation.modules)
    if (fractions is None) == (study.ablation.grid.steps is None):
        found = "neither" if fractions is None else "both"
        yield here, f"found {found} of fractions and steps; allowed: one of them"
    held_out, seed = study.ablation.ranked_on == "held_out_halves", study.ablation.halves_seed
    if held_out and seed is None:
        says = "missing; ablation.ranked_on is held_out_halves: say with which seed; allowed: a number from 0"
        yield ("ablation", "halves_seed"), says
    if not held_out and seed is not None:
        says = f"found {seed}; ablation.ranked_on is same_images, which needs no seed: leave this key out"
        yield ("ablation", "halves_seed"), says
    if fractions is not None and (len(fractions) < 2 or list(fractions) != sorted({0.0, *fractions})):
        allowed = "two or more, rising from 0 (the intact network) to at most 1"
        yield (*here, "fractions"), f"found {listed(fractions)}; allowed: {allowed}"


def of_cka(study: Study) -> Iterator[Fault]:
    """CKA settings that contradict each other or the runs."""
    order, seed = study.cka.order, study.cka.order_seed
    yield from of_epochs(study, "cka")
    if order == "shuffled" and seed is None:
        yield ("cka", "order_seed"), "missing; cka.order is shuffled: say with which seed; allowed: a number from 0"
    if order != "shuffled" and seed is not None:
        yield ("cka", "order_seed"), f"found {seed}; cka.order is {order}, which needs no seed: leave this key out"


def of_epochs(study: Study, measure: str) -> Iterator[Fault]:
    """A measure none of whose epochs exists in a run that it covers."""
    epochs = getattr(study, measure).epochs
    yield from repeated((measure, "epochs"), epochs if epochs != "all" else ())
    for name in study.conditions if epochs != "all" else ():
        last = study.training_of(name).epochs
        if name in getattr(study.applies, measure) and min(epochs) > last:
            found = f"found {listed(epochs)}; conditions.{name} ends at epoch {last}"
            yield (measure, "epochs"), f"{found}; allowed: all, or some of 0 to {last}"


def of_between(study: Study) -> Iterator[Fault]:
    """Pairs of runs that the study lacks, of a run with itself, or that compare the same two runs as another pair."""
    runs, seen = list(map(str, study.runs)), {}
    for name, pair in study.between.items():
        here = ("between", name)
        for place, run in pair:
            if run not in runs:
                yield (*here, place), f"found {run!r}; the study has no such run; {nearest(run, runs, most=6)}"
        if pair.first == pair.second:
            yield here, f"it compares {pair.first} with itself, which `cka` measures; name two different runs"
        elif (former := seen.setdefault(frozenset((pair.first, pair.second)), name)) != name:
            yield here, f"it compares the same two runs as between.{former}; remove one of them"


def of_figures(study: Study) -> Iterator[Fault]:
    """Figures of modules that the network lacks, or whose runs the study lacks."""
    for kind in KINDS:
        for name, settings in getattr(study.figures, kind):
            if settings is not None:
                here = ("figures", kind, name)
                yield from of_modules(study, here, dict.fromkeys(getattr(settings, "modules", None) or ()))
                yield from of_selection(study, here, settings.select or {})


def of_modules(study: Study, here: tuple, modules: Iterable) -> Iterator[Fault]:
    """Modules of a figure that the network lacks, or that are not ablated."""
    yield from unknown_modules(study, here, modules)
    ablated = study.ablation.modules
    for module in modules:
        if here[1] == "ablation" and module in study.network.modules and module not in ablated:
            yield (*here, "modules"), f"found {module}, which is not ablated; allowed: {listed(ablated)}"


def of_selection(study: Study, here: tuple, select: dict) -> Iterator[Fault]:
    """A selection by an unknown key, or one that leaves out what the figure shows."""
    kind, figure = here[1:]
    cells = study.cells(kind)
    known = selectable(kind)
    unknown = [key for key in select if key not in known]
    yield from (((*here, "select", key), f"unknown key; {nearest(key, known)}") for key in unknown)
    if not cells:
        yield here, f"there is no run to show; {REMEDY[kind]}, or leave the figure out"
    elif not unknown:
        shown = [meaning(study, cell) for cell in selected(study, kind, select)]
        yield from lacking(here, figure, shown) if shown else unfitting(study, here, select)


def unfitting(study: Study, here: tuple, select: dict) -> Iterator[Fault]:
    """A selection that no run fits."""
    runs = [meaning(study, cell) for cell in study.cells(here[1])]
    there = "; ".join(f"{key} {listed(dict.fromkeys(run[key] for run in runs if key in run))}" for key in select)
    yield (*here, "select"), f"found {shown(select)}, which fits no run of {here[1]}; there are {there}"


def lacking(here: tuple, figure: str, runs: list[dict]) -> Iterator[Fault]:
    """The conditions that a figure needs and is not given."""
    kinds = {tuple(sorted(run.items())): run for run in runs}.values()  # seeds apart
    for need in FIGURES[figure].NEEDS:
        if sum(map(need.fits, kinds)) < need.least:
            remedy = f"add {need.example}, or leave the figure out"
            yield here, f"it shows {need.says}, which the study (or `select`) lacks; {remedy}"
