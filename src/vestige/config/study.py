"""The study: what params.yaml may say, as frozen values."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt

from vestige.config.choices import PER_RUN, Figures, Images, Network
from vestige.config.sections import (
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
from vestige.foundation.settings import Values


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
    images: Images
    network: Network
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
        said = dict(self.conditions[condition])
        return {key: said[key] for key in Training.model_fields if said[key] is not None}

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
            **{key: coordinate(value) for key, value in self.overrides(run.condition).items()},
        }


def coordinate(value: Any) -> Any:
    """A setting as a scalar coordinate holds it: a section in words."""
    return str(value) if isinstance(value, Values) else value


# Keys on which no number of a result depends: they are in no proof and in neither engine.
NO_SCIENCE = ("scratch", "estimate")
SCIENCE = tuple(key for key in Study.model_fields if key not in NO_SCIENCE)
