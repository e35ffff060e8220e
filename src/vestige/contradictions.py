"""What a study's sections may not say of each other."""

from collections import Counter
from collections.abc import Iterable, Iterator

from vestige.refusals import Fault, listed, nearest, shown
from vestige.sections import Training
from vestige.study import KINDS, Study

SELECTABLE = ("alpha", "start", "stop", "modules", *Training.model_fields)
# Where alpha is 0 no penalty is computed, and what describes it says nothing.
OF_PENALTY = {"modules", "start", "stop", "class_reduction", "epsilon"}


def contradictions(study: Study) -> Iterator[Fault]:
    """Every contradiction, as the path of keys and what is wrong there. Empty for a study that can be run."""
    yield from repeated(("seeds",), study.seeds)
    unsound = [fault for name in study.conditions for fault in of_condition(study, name)]
    absent = list(of_applies(study))
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


def of_figures(study: Study) -> Iterator[Fault]:
    """Figures of modules that the network lacks, or that select by what no run has."""
    for kind in KINDS:
        for name, settings in getattr(study.figures, kind):
            if settings is not None:
                here = ("figures", kind, name)
                yield from unknown_modules(study, here, dict.fromkeys(getattr(settings, "modules", ())))
                yield from of_selection(study, here, settings.select or {})


def of_selection(study: Study, here: tuple, select: dict) -> Iterator[Fault]:
    """A selection by an unknown key, or one that no run fits."""
    unknown = [key for key in select if key not in SELECTABLE]
    yield from (((*here, "select", key), f"unknown key; {nearest(key, SELECTABLE)}") for key in unknown)
    covered = dict.fromkeys(run.condition for run in study.runs_of(here[1]))
    if not covered:
        yield here, f"there is no run to show; name a condition in applies.{here[1]}, or leave the figure out"
    elif not unknown and not any(fits(study, name, select) for name in covered):
        runs = [values_of(study, name) for name in covered]
        there = "; ".join(f"{key} {listed(dict.fromkeys(run[key] for run in runs if key in run))}" for key in select)
        yield (*here, "select"), f"found {shown(select)}, which fits no run of {here[1]}; there are {there}"


def selected(study: Study, kind: str, settings) -> tuple:
    """The runs that a figure shows."""
    return tuple(run for run in study.runs_of(kind) if fits(study, run.condition, settings.select or {}))


def fits(study: Study, condition: str, select: dict) -> bool:
    """Whether a condition's values are among those selected; where alpha is 0 any value of its penalty fits."""
    values = values_of(study, condition)
    return all(values[key] in allowed for key, allowed in select.items() if key in values)


def values_of(study: Study, condition: str) -> dict:
    """All that a condition means, by coordinate; without what describes a penalty that there is not."""
    penalty = study.penalty_of(condition)
    values = {**dict(study.training_of(condition)), **dict(penalty), "modules": " ".join(map(str, penalty.modules))}
    return {key: value for key, value in values.items() if penalty.alpha != 0 or key not in OF_PENALTY}
