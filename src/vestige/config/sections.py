"""What the sections of params.yaml that belong to no stage may say."""

from typing import Annotated, get_type_hints

from pydantic import AfterValidator, Field, NonNegativeInt, PlainSerializer, PositiveFloat, PositiveInt, create_model

from vestige.foundation.rows import STAGES
from vestige.foundation.settings import Filled, Values
from vestige.stages.training import Settings as Training

NAME = "^[a-z][a-z0-9_]*$"
STUDY_NAME = "^[a-z][a-z0-9_-]*$"
LONGEST = 64  # characters: a name is part of file names
Name = Annotated[str, Field(pattern=NAME, max_length=LONGEST)]
StudyName = Annotated[str, Field(pattern=STUDY_NAME, max_length=LONGEST)]


class Penalty(Values):
    """What training does to selectivity: the pass from checkpoint e to e+1 is penalised if start <= e < stop."""

    alpha: Annotated[float, AfterValidator(lambda alpha: alpha + 0.0)] = 0.0  # -0.0 is 0
    """Weight of mean class selectivity in the loss, cross-entropy - alpha x selectivity (equation 2): negative
    suppresses it, positive promotes it, 0 leaves it alone."""
    modules: Annotated[tuple[int, ...], Filled] | None = None
    """The modules whose selectivity is penalised, or promoted: required with an alpha other than 0."""
    start: NonNegativeInt | None = None
    """The first epoch whose pass is penalised; 0 is the pass after initialisation. Required with a penalty."""
    stop: PositiveInt | None = None
    """The first epoch whose pass is no longer penalised; left out, the penalty lasts to the end of training."""


# A place: no proof holds it, only that there is one.
Checkpoints = Annotated[
    str,
    Field(
        min_length=1,
        description="The folder of checkpoints (safetensors) of networks that were trained elsewhere: with folders "
        "seed0, seed1, ..., or with the files themselves if the study has one seed. Only `epochs` may stand beside it, "
        "the number of the last checkpoint; left out, there is one.",
    ),
    PlainSerializer(lambda path: True, return_type=bool),
]


def override_field(name: str) -> tuple:
    """The field of a condition for one key of `training`."""
    type_of = get_type_hints(Training, include_extras=True)[name]
    return Annotated[type_of | None, Field(description=f"The condition's own value of training.{name}.")], None


ConditionSettings = create_model(
    "Condition",
    __base__=Penalty,
    __doc__="A penalty, and any key of `training` that the condition overrides; or checkpoints from elsewhere.",
    checkpoints=(Checkpoints | None, None),
    **{name: override_field(name) for name in Training.model_fields},
)


class Pair(Values):
    """Two conditions, or one twice, whose networks are compared epoch by epoch, each seed with the next one.

    With seeds 0, 1 and 2 the first condition's network of seed 0 is compared with the second's of seed 1, 1 with 2, and
    2 with 0: networks of one seed begin from the same weights. With two seeds, a condition with itself is one pair of
    networks twice.
    """

    first: Name
    """The condition of the first network of each pair."""
    second: Name
    """The condition of the second network, which has the next seed of the study; it may be the first one again."""


def conditions_of(stage: str):
    """The type of a list of conditions that a stage covers."""
    described = Field(strict=False, description=f"The conditions of which results of `{stage}` are made; [] for none.")
    return Annotated[tuple[Name, ...], described]


Applies = create_model(
    "Applies",
    __base__=Values,
    __doc__="The conditions that a costly measure covers.",
    **{row.name: (conditions_of(row.name), ...) for row in STAGES.values() if row.applies},
)


class Cost(Values):
    """What one job of a stage costs, for a run of `training.epochs` epochs, as whoever wrote the study states it.

    `megabytes` are what it writes, and `megabytes_of_memory` what its process holds at most.
    """

    minutes: PositiveFloat | None = None
    """Minutes that one job takes."""
    megabytes: PositiveFloat | None = None
    """Megabytes that one job writes."""
    megabytes_of_memory: PositiveFloat | None = None
    """Megabytes of memory that one job needs at most."""


def cost_of(group: str):
    """The type of the cost of one job of a stage, or of a figure."""
    return Annotated[Cost | None, Field(description=f"What one job of `{group}` costs.")]


Estimate = create_model(
    "Estimate",
    __base__=Values,
    __doc__="What one job of each stage costs: `vestige plan` uses it until jobs like it have run here.",
    **{row.group: (cost_of(row.group), None) for row in STAGES.values()},
)
