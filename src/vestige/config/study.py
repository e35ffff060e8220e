"""The study: what params.yaml may say, as frozen values."""

import hashlib
import inspect
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PrivateAttr, create_model

from vestige.condition import Condition, is_penalised
from vestige.config.registry import SECTIONS, Figures, Images, Network
from vestige.config.sections import (
    Applies,
    ConditionSettings,
    Estimate,
    Name,
    Pair,
    StudyName,
    Training,
)
from vestige.foundation.rows import PAIR, RUN, SET, STAGES, Stage
from vestige.foundation.settings import Filled, Values

FILE = "params.yaml"  # the study that both engines read


@dataclass(frozen=True)
class Run:
    """One condition with one seed: one trained network."""

    condition: str
    seed: int

    def __str__(self) -> str:
        return f"{self.condition}-seed{self.seed}"


class Runs(Values):
    """What is trained."""

    study: StudyName
    """The name of the study; its results lie in results/NAME/."""
    device: Literal["cpu", "cuda"]
    """Where networks run: cpu, or cuda for a GPU."""
    threads: Annotated[int, Field(ge=1, le=1024)]
    """CPU threads of one job. It is a setting because it can change the last digits of a number."""
    seeds: Annotated[tuple[NonNegativeInt, ...], Filled]
    """The seeds of the random streams. Each condition is trained once with each seed."""
    images: Images
    """The images, and what networks see of them."""
    network: Network
    """The architecture of the networks."""
    training: Training
    """How every network is trained, unless its condition says otherwise."""
    conditions: Annotated[dict[Name, ConditionSettings], Field(min_length=1)]
    """The conditions by name. Each is trained once with each seed, which gives the runs."""


def section_of(stage: Stage) -> tuple:
    """The type of a stage's own section; it may be left out where the stage need not cover anything.

    That of a stage of sets holds the settings of each set by its name.
    """
    settings = SECTIONS[stage.name]
    described = Field(description=inspect.getdoc(settings).partition("\n\n")[0])
    if stage.axis == SET:
        return Annotated[dict[Name, settings], described], ...
    needed = stage.axis == RUN and not stage.applies_key
    return (Annotated[settings, described], ...) if needed else (Annotated[settings | None, described], None)


MEASURES = [stage for stage in STAGES.values() if stage.name in SECTIONS and stage.name not in Runs.model_fields]
Measured = create_model("Measured", __base__=Runs, **{stage.name: section_of(stage) for stage in MEASURES})


class Study(Measured):
    """Images, a network, seeds, conditions and the settings of every stage."""

    between: dict[Name, Pair]
    """Pairs of conditions, by name, whose networks CKA compares with each other at the same epoch; {} for none."""
    applies: Applies
    """The conditions that each of the costlier measures covers."""
    figures: Figures
    """The figures to draw, under the kind of result that they show; {} for a kind without figures."""
    scratch: Annotated[str, Field(min_length=1)] | None = None
    """The folder in which a training in progress keeps its files, on a fast disk; `~` and $VARIABLES are filled in
    where the job runs. Left out: work/ in the project."""
    save_minutes: Annotated[float, Field(gt=0)] | None = None
    """Minutes after which a training saves its state within an epoch; left out, 15."""
    keep: Literal["all", "listed", "best"] | None = None
    """Which checkpoints `vestige prune --remove` leaves once all that reads them is proven. all; listed: the first, the
    last and those that a measure names; best: these and the best one (needs held_out). Left out: all."""
    estimate: Estimate | None = None
    """What one job of each stage costs. `vestige plan` uses it until jobs like it have run here."""
    _file: str = PrivateAttr(FILE)

    @property
    def file(self) -> str:
        """The path of the file that it was read from, relative to the project's root."""
        return self._file

    @property
    def command(self) -> str:
        """How a command that speaks of it begins."""
        return "vestige" if self.file == FILE else f"vestige --study {self.file}"

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every condition with every seed."""
        return tuple(Run(condition, seed) for condition in self.order for seed in self.seeds)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The conditions in the order in which all is made and shown: it follows from what they say.

        Those without a penalty come first, then by alpha, and of one alpha those that are penalised until later first.
        The order of params.yaml says nothing: it is one of keys, which no engine and no proof knows.
        """
        return tuple(sorted(self.conditions, key=lambda name: (self.condition(name), name)))

    def runs_of(self, stage: Stage) -> tuple[Run, ...]:
        """The runs that a stage covers."""
        covered = getattr(self.applies, stage.applies_key) if stage.applies_key else self.conditions
        return tuple(Run(condition, seed) for condition in self.order if condition in covered for seed in self.seeds)

    @cached_property
    def pairs(self) -> tuple[str, ...]:
        """The pairs of conditions, in the order of their conditions."""

        def place(name: str) -> tuple:
            return *(self.order.index(condition) for _, condition in self.between[name]), name

        return tuple(sorted(self.between, key=place))

    def cells(self, stage: Stage) -> tuple[dict[str, Any], ...]:
        """What tells the results of a stage apart: condition or pair, and seed, or a set; nothing of an only one."""
        if stage.axis == SET:
            return tuple({"set": name} for name in sorted(getattr(self, stage.name)))
        if stage.axis == PAIR:
            return tuple({"pair": pair, "seed": seed} for pair in self.pairs for seed in self.seeds)
        if stage.axis == RUN:
            return tuple({"condition": run.condition, "seed": run.seed} for run in self.runs_of(stage))
        return ({},)

    def runs_of_pair(self, pair: str, seed: int) -> dict[str, Run]:
        """The `first` run of a pair, which has the seed, and the `second`, which has the next one of the study.

        After the last seed comes the first: each network of either condition is compared once.
        """
        following = self.seeds[(self.seeds.index(seed) + 1) % len(self.seeds)]
        said = self.between[pair]
        return {"first": Run(said.first, seed), "second": Run(said.second, following)}

    def is_given(self, condition: str) -> bool:
        """Whether the networks of a condition were trained elsewhere: it names their checkpoints."""
        return self.conditions[condition].checkpoints is not None

    def overrides(self, condition: str) -> dict[str, Any]:
        """Keys of `training` that a condition sets for itself; of networks from elsewhere the last checkpoint's."""
        said = dict(self.conditions[condition])
        last = {"epochs": 0} if self.is_given(condition) else {}
        return last | {key: said[key] for key in Training.model_fields if said[key] is not None}

    def training_of(self, condition: str) -> Training:
        """The training settings of a condition."""
        return self.training.model_copy(update=self.overrides(condition))

    def condition(self, name: str) -> Condition:
        """What a condition does to a run, complete: without a penalty it covers no module and no epoch."""
        said, overrides = self.conditions[name], self.overrides(name)
        epochs = overrides.pop("epochs", self.training.epochs)
        others = tuple(sorted((key, coordinate(value)) for key, value in overrides.items()))
        if self.is_given(name):
            others += (("checkpoints", name),)  # all that can be said of what was done to them is whose they are
        if not is_penalised(said.alpha):
            return Condition(epochs, overrides=others)
        stop = epochs if said.stop is None else said.stop
        return Condition(epochs, said.alpha, said.start, stop, tuple(sorted(said.modules)), others)

    def stream(self, condition: str, seed: int) -> int:
        """The seed from which a run draws weights, order and augmentation.

        It is the same in all conditions, or, where training is independent, one of the condition's own.
        """
        if not self.training_of(condition).independent:
            return seed
        return int(hashlib.sha256(f"{condition} {seed}".encode()).hexdigest()[:13], 16)

    def coordinates_of_pair(self, pair: str, seed: int) -> dict[str, Any]:
        """The scalar coordinates of a pair's result: those of both its runs, with `_first` and `_second` behind.

        `seed` is that of the first.
        """
        said = {place: self.coordinates(run) for place, run in self.runs_of_pair(pair, seed).items()}
        both = {
            f"{key}_{place}": value for place, facts in said.items() for key, value in facts.items() if key != "study"
        }
        return {"study": self.study, "pair": pair, "seed": seed, **both}

    def coordinates(self, run: Run) -> dict[str, Any]:
        """The scalar coordinates that every result of a run carries."""
        return {
            "study": self.study,
            "condition": run.condition,
            "seed": run.seed,
            **self.condition(run.condition).coordinates,
        }


def coordinate(value: Any) -> Any:
    """A setting as a scalar coordinate holds it: a section in words."""
    return str(value) if isinstance(value, Values) else value
