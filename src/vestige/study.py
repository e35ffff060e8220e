"""The study: what params.yaml may say, as frozen values."""

import hashlib
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Annotated, Any, Literal, Union

from pydantic import Field, NonNegativeInt, create_model

import vestige.apparatus.images
import vestige.apparatus.networks
import vestige.figures
from vestige.apparatus.values import Values
from vestige.sections import (
    Ablation,
    Applies,
    Cka,
    Condition,
    Estimate,
    Filled,
    Name,
    Pair,
    Penalty,
    Selectivity,
    StudyName,
    Training,
)


def files_of(package) -> dict[str, Any]:
    """The modules of a package by name: a file is its own registration."""
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


def one_of(package, tag: str):
    """The type of a section that one file of a package describes; the value of `tag` is the file's name."""
    types = tuple(module.Settings for module in files_of(package).values())
    return types[0] if len(types) == 1 else Annotated[Union[types], Field(discriminator=tag)]  # noqa: UP007


FIGURES = {name: module for name, module in files_of(vestige.figures).items() if hasattr(module, "KIND")}
KINDS = ("network", "training", "selectivity", "ablation", "cka", "between")
PER_RUN = ("training", "selectivity", "ablation", "cka")


def figures_of(kind: str):
    """The type of the figures drawn from one kind of result: each may be listed, none must be."""
    fields = {name: (module.Settings | None, None) for name, module in FIGURES.items() if kind == module.KIND}
    return create_model(f"Figures_{kind}", __base__=Values, __doc__=f"Figures drawn from {kind}.", **fields)


Figures = create_model(
    "Figures",
    __base__=Values,
    __doc__="The figures to draw, under the kind of result that they read.",
    **{kind: (figures_of(kind), ...) for kind in KINDS},
)


@dataclass(frozen=True)
class Run:
    """One condition with one seed: one trained network."""

    condition: str
    seed: int

    def __str__(self) -> str:
        return f"{self.condition}-seed{self.seed}"


class Study(Values):
    """Images, a network, seeds, conditions and the settings of every stage."""

    study: StudyName
    device: Literal["cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=1024)]
    seeds: Annotated[tuple[NonNegativeInt, ...], Filled]
    images: one_of(vestige.apparatus.images, "source")
    network: one_of(vestige.apparatus.networks, "family")
    training: Training
    conditions: Annotated[dict[Name, Condition], Field(min_length=1)]
    selectivity: Selectivity
    ablation: Ablation
    cka: Cka
    between: dict[Name, Pair]
    applies: Applies
    figures: Figures
    scratch: Annotated[str, Field(min_length=1)] | None = None
    estimate: Estimate | None = None

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every condition with every seed."""
        return self.runs_of("training")

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The conditions in the order in which all is made and shown: it follows from what they say.

        Those without a penalty come first, then by alpha, and of one alpha those that are penalised until later first.
        The order of params.yaml says nothing: it is one of keys, which no engine and no proof knows.
        """

        def place(name: str) -> tuple:
            penalty = self.penalty_of(name)
            epochs = self.training_of(name).epochs
            return penalty.alpha != 0, penalty.alpha, -penalty.stop, penalty.start, epochs, name

        return tuple(sorted(self.conditions, key=place))

    def runs_of(self, stage: str) -> tuple[Run, ...]:
        """The runs that a stage covers."""
        covered = getattr(self.applies, stage, self.conditions)
        return tuple(Run(condition, seed) for condition in self.order if condition in covered for seed in self.seeds)

    def pairs(self) -> tuple[str, ...]:
        """The pairs, in the order of their conditions and seeds."""

        def place(name: str) -> tuple:
            runs = self.pair(name).values()
            return *(self.order.index(run.condition) for run in runs), *(run.seed for run in runs), name

        return tuple(sorted(self.between, key=place))

    def cells(self, stage: str) -> tuple[dict[str, Any], ...]:
        """What tells the results of a stage apart: condition and seed, or a pair; nothing where there is only one."""
        if stage == "between":
            return tuple({"pair": pair} for pair in self.pairs())
        if stage in PER_RUN:
            return tuple({"condition": run.condition, "seed": run.seed} for run in self.runs_of(stage))
        return ({},)

    def pair(self, name: str) -> dict[str, Run]:
        """The first and the second run of a pair."""
        named = {str(Run(*run)): Run(*run) for run in product(self.conditions, self.seeds)}
        return {place: named[run] for place, run in self.between[name]}

    def overrides(self, condition: str) -> dict[str, Any]:
        """Keys of `training` that a condition sets for itself."""
        said = self.conditions[condition].model_dump(exclude_none=True)
        return {key: value for key, value in said.items() if key in Training.model_fields}

    def training_of(self, condition: str) -> Training:
        """The training settings of a condition."""
        return self.training.model_copy(update=self.overrides(condition))

    def penalty_of(self, condition: str) -> Penalty:
        """The penalty of a condition, complete: where alpha is 0 it covers no module and no epoch."""
        said = self.conditions[condition]
        if said.alpha == 0:
            return Penalty.model_construct(alpha=0.0, modules=(), start=0, stop=0)
        stop = said.stop if said.stop is not None else self.training_of(condition).epochs
        modules = tuple(sorted(said.modules))
        return Penalty.model_construct(alpha=said.alpha, modules=modules, start=said.start, stop=stop)

    def stream(self, condition: str, seed: int) -> int:
        """The seed from which a run draws weights, order and augmentation.

        It is the same in all conditions, or, where training is independent, one of the condition's own.
        """
        if not self.training_of(condition).independent:
            return seed
        return int(hashlib.sha256(f"{condition} {seed}".encode()).hexdigest()[:13], 16)

    def coordinates_of_pair(self, name: str) -> dict[str, Any]:
        """The scalar coordinates of a pair's result: those of both its runs, with `_first` and `_second` behind."""
        said = {place: self.coordinates(run) for place, run in self.pair(name).items()}
        both = {
            f"{key}_{place}": value for place, facts in said.items() for key, value in facts.items() if key != "study"
        }
        return {"study": self.study, "pair": name, **both}

    def coordinates(self, run: Run) -> dict[str, Any]:
        """The scalar coordinates that every result of a run carries."""
        penalty = self.penalty_of(run.condition)
        return {
            "study": self.study,
            "condition": run.condition,
            "seed": run.seed,
            "alpha": penalty.alpha,
            "start": penalty.start,
            "stop": penalty.stop,
            "modules": " ".join(map(str, penalty.modules)),
            "epochs": self.training_of(run.condition).epochs,
            **self.overrides(run.condition),
        }


# Keys on which no number of a result depends: they are in no proof and in neither engine.
NO_SCIENCE = ("scratch", "estimate")
SCIENCE = tuple(key for key in Study.model_fields if key not in NO_SCIENCE)
