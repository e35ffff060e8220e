"""What a study's sections may not say of each other."""

from collections.abc import Iterator
from types import NoneType
from typing import get_args

from vestige.condition import is_penalised
from vestige.config.batch_norm_validation import of_batch_norms
from vestige.config.cluster_validation import (
    of_best,
    of_cluster_ablation,
    of_clustered,
    of_search,
    of_single_units,
    of_untrained,
)
from vestige.config.errors import Fault, find_repeated, format_list, nearest, unknown_modules
from vestige.config.external_validation import of_given, of_given_pair
from vestige.config.figure_validation import of_figures
from vestige.config.optimizer_validation import of_keep, of_training
from vestige.config.selection import values_of
from vestige.config.study import Study
from vestige.foundation.measured_epochs import BEST
from vestige.foundation.rows import STAGES, Stage

DIRECTIONS = {"directions": "2 or more; 16 leave an error of about 4 %", "directions_seed": "a number from 0"}


def list_contradictions(study: Study) -> Iterator[Fault]:
    """Every contradiction, as the path of keys and what is wrong there. Empty for a study that can be run."""
    yield from find_repeated(("seeds",), study.seeds)
    unsound = [fault for name in study.conditions for fault in of_condition(study, name)]
    absent = [*of_applies(study), *of_between(study)]
    measures = [*of_ablation(study), *of_cka(study), *of_association(study), *of_clustering(study), *of_norms(study)]
    measures += [*of_single_units(study), *of_search(study), *of_cluster_ablation(study), *of_untrained(study)]
    trained = [*of_training(study), *of_keep(study), *of_crops(study), *of_batch_norms(study)]
    yield from [*trained, *unsound, *absent, *measures]
    if not absent:
        yield from of_clustered(study)
    if not unsound and not absent:
        yield from of_sections(study)
    if not unsound:
        yield from twins(study)
    if not unsound and not absent:
        yield from of_figures(study)


def of_condition(study: Study, name: str) -> Iterator[Fault]:
    """A penalty without its modules or start, or that the network or the run's length does not allow."""
    said, here, epochs = study.conditions[name], ("conditions", name), study.training_of(name).epochs
    if study.is_given(name):
        yield from of_given(study, name)
        return
    described = [key for key in ("modules", "start", "stop") if getattr(said, key) is not None]
    if described and "alpha" not in said.model_fields_set:
        yield (*here, "alpha"), f"missing; {format_list(described)} tell of a penalty: say how strong it is"
    yield from unknown_modules((*here, "modules"), said.modules or (), study.network.modules)
    if is_penalised(said.alpha) and said.modules is None:
        which = f"say on which modules it acts; allowed: {format_list(study.network.modules)}"
        yield (*here, "modules"), f"missing; alpha is {said.alpha:g}: {which}"
    if is_penalised(said.alpha) and said.start is None:
        yield (*here, "start"), f"missing; alpha is {said.alpha:g}: say from which epoch it acts; 0 is the beginning"
    start = said.start or 0
    if start >= epochs:
        yield (*here, "start"), f"found {start}; the run has {epochs} epochs; allowed: 0 to {epochs - 1}"
    elif said.stop is not None and not start < said.stop <= epochs:
        yield (*here, "stop"), f"found {said.stop}; start is {start}; allowed: {start + 1} to {epochs}"


def of_crops(study: Study) -> Iterator[Fault]:
    """Random crops that contradict other keys."""
    yield from of_random_crop(study, ("training",), dict(study.training))
    for name in study.conditions:
        yield from of_random_crop(study, ("conditions", name), study.overrides(name))


def of_random_crop(study: Study, here: tuple, said: dict) -> Iterator[Fault]:
    """A random crop without the side to which it is resized, or beside a shift: both move what is seen."""
    effects, own = {**dict(study.training), **said}, [key for key in ("random_crop", "shift") if said.get(key)]
    if "random_crop" in own and study.images.crop is None:
        yield (
            (*here, "random_crop"),
            "images.crop is missing, the side of the square to which crops are resized: add it",
        )
    if "shift" in own and not study.images.can_be_shifted:
        says = f"found {said['shift']}; photographs are not shifted: leave this key out, and see training.random_crop"
        yield (*here, "shift"), says
    elif own and effects["random_crop"] and effects["shift"]:
        says = "found random_crop and shift, which both move what is seen of an image; allowed: one of them"
        yield (*here, own[0]), says


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
        yield from find_repeated(("applies", measure), names)
        for name in dict.fromkeys(names):
            if name not in study.conditions:
                yield ("applies", measure), f"found {name!r}; no such condition; {nearest(name, study.conditions)}"


def of_sections(study: Study) -> Iterator[Fault]:
    """A section that is absent although a stage has results that are made with it."""
    for stage in STAGES.values():
        lacking = [key for key in stage.settings if getattr(study, key, stage) is None]
        for key in lacking if study.cells(stage) else ():
            field = Study.model_fields[key].annotation
            keys = format_list(next(each for each in get_args(field) if each is not NoneType).model_fields)
            yield (key,), f"missing; {key_of(stage)} asks for what is made with it; its keys: {keys}"


def key_of(stage: Stage) -> str:
    """The key of params.yaml that says for which results there is a stage."""
    return stage.axis_keys[0]


def of_ablation(study: Study) -> Iterator[Fault]:
    """Ablation settings that contradict each other or the runs."""
    if study.ablation is None:
        return
    here, fractions = ("ablation", "grid"), study.ablation.grid.fractions
    yield from of_epochs(study, "ablation")
    yield from unknown_modules(("ablation", "modules"), study.ablation.modules, study.network.modules)
    if (fractions is None) == (study.ablation.grid.steps is None):
        found = "neither" if fractions is None else "both"
        yield here, f"found {found} of fractions and steps; allowed: one of them"
    yield from of_seed(study, "ablation", "halves_seed", "ranked_on", "held_out_halves")
    if fractions is not None and (len(fractions) < 2 or list(fractions) != sorted({0.0, *fractions})):
        allowed = "two or more, rising from 0 (the intact network) to at most 1"
        yield (*here, "fractions"), f"found {format_list(fractions)}; allowed: {allowed}"


def of_cka(study: Study) -> Iterator[Fault]:
    """CKA settings that contradict each other or the runs."""
    if study.cka is None:
        return
    yield from of_epochs(study, "cka")
    yield from of_seed(study, "cka", "order_seed", "order", "shuffled")


def of_association(study: Study) -> Iterator[Fault]:
    """Settings of associations that contradict each other or the runs."""
    said = study.association
    if said is None:
        return
    yield from of_epochs(study, "association")
    yield from of_best(study, "association")
    exact = getattr(study.network, "has_exact_input_gradient", False)
    for key, allowed in DIRECTIONS.items():
        found, of = getattr(said, key), f"the input gradient of a {study.network.family}"
        if exact and found is not None:
            yield ("association", key), f"found {found}; {of} is exact: leave this key out"
        if not exact and found is None:
            yield ("association", key), f"missing; {of} is a mean over random directions; allowed: {allowed}"


def of_norms(study: Study) -> Iterator[Fault]:
    """Epochs of norms that no run has."""
    if study.norms is not None:
        yield from of_epochs(study, "norms")
        yield from of_best(study, "norms")


def of_clustering(study: Study) -> Iterator[Fault]:
    """More matrices that keep the Gram structure than associations draw."""
    asked = (study.clustering and study.clustering.nulls.gram) or 0
    drawing = study.association and study.association.gram_null
    if asked and drawing is None:
        needs = "add association.gram_null, which draws them, or leave this key out"
        yield ("clustering", "nulls", "gram"), f"found {asked}; association.gram_null is missing: {needs}"
    elif drawing is not None and asked > drawing.draws:
        allowed = f"association.gram_null.draws is {drawing.draws}; allowed: 0 to {drawing.draws}"
        yield ("clustering", "nulls", "gram"), f"found {asked}; {allowed}"


def of_seed(study: Study, measure: str, key: str, choice: str, drawn: str) -> Iterator[Fault]:
    """The seed of a choice that draws at random, without which it cannot be, and which another choice cannot use."""
    section = getattr(study, measure)
    seed, chosen = getattr(section, key), getattr(section, choice)
    if chosen == drawn and seed is None:
        says = f"missing; {measure}.{choice} is {chosen}: say with which seed; allowed: a number from 0"
        yield (measure, key), says
    if chosen != drawn and seed is not None:
        yield (measure, key), f"found {seed}; {measure}.{choice} is {chosen}, which needs no seed: leave this key out"


def of_epochs(study: Study, measure: str) -> Iterator[Fault]:
    """A measure none of whose epochs exists in a run that it covers."""
    epochs = getattr(study, measure).epochs
    yield from find_repeated((measure, "epochs"), epochs if epochs != "all" else ())
    for name in study.conditions:
        if name in getattr(study.applies, measure) and not study.is_given(name):
            yield from find_epochs_beyond(study, measure, f"conditions.{name} ends", study.training_of(name).epochs)


def find_epochs_beyond(study: Study, measure: str, ends: str, last: int) -> Iterator[Fault]:
    """The epochs of a measure, if it finds none of them up to the last one that there is."""
    epochs = getattr(study, measure).epochs
    if epochs != "all" and min((each for each in epochs if each != BEST), default=0) > last:
        yield (
            (measure, "epochs"),
            f"found {format_list(epochs)}; {ends} at epoch {last}; allowed: all, or some of 0 to {last}",
        )


def of_between(study: Study) -> Iterator[Fault]:
    """Pairs of conditions that the study lacks, or that another pair compares too; pairs where there is one seed."""
    seen: dict = {}
    for name, pair in study.between.items():
        here, former = ("between", name), seen.setdefault(frozenset((pair.first, pair.second)), name)
        unknown = [(place, condition) for place, condition in pair if condition not in study.conditions]
        for place, condition in unknown:
            near = nearest(condition, study.conditions, most=6)
            yield (*here, place), f"found {condition!r}; the study has no such condition; {near}"
        if former != name:
            yield here, f"it compares the same conditions as between.{former}; remove one of them"
        elif not unknown and len(study.seeds) == 1:
            yield here, "it compares networks of different seeds, and seeds lists one; add another, or remove the pair"
        if not unknown:
            yield from of_given_pair(study, name)
        if not unknown and study.cka is not None and not any(study.is_given(condition) for _, condition in pair):
            last = min(study.training_of(condition).epochs for _, condition in pair)
            yield from find_epochs_beyond(study, "cka", f"a run of between.{name} ends", last)
