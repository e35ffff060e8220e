"""What the sections of params.yaml that belong to no file of their own may say."""

from typing import Annotated, Literal, get_type_hints

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat, PositiveInt, create_model
from pydantic_core import PydanticCustomError

from vestige.foundation.settings import Values

NAME = "^[a-z][a-z0-9_]*$"
STUDY_NAME = "^[a-z][a-z0-9_-]*$"
RUN_NAME = r"^[a-z][a-z0-9_]*-seed\d+$"
LONGEST = 64  # characters: a name is part of file names
Name = Annotated[str, Field(pattern=NAME, max_length=LONGEST)]
StudyName = Annotated[str, Field(pattern=STUDY_NAME, max_length=LONGEST)]
RunName = Annotated[str, Field(pattern=RUN_NAME)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Filled = Field(min_length=1, strict=False)
Listed = Field(strict=False)
Epochs = Annotated[tuple[NonNegativeInt, ...], Filled] | Literal["all"]


def rising(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends of a range."""
    if ends[0] > ends[1]:
        raise PydanticCustomError("falling", "two numbers, the smaller one first")
    return ends


Share = Annotated[float, Field(ge=1e-3, le=1)]
Ratio = Annotated[float, Field(ge=1 / 20, le=20)]
Shares = Annotated[tuple[Share, Share], Listed, AfterValidator(rising)]
Ratios = Annotated[tuple[Ratio, Ratio], Listed, AfterValidator(rising)]


class RandomCrop(Values):
    """What is seen of an image in training: a part of random share of its area (`scale`) and ratio of width to height.

    It is resized to the square of `images.crop`, as torchvision's RandomResizedCrop does.
    """

    scale: Shares
    ratio: Ratios

    def __str__(self) -> str:
        """It in words, as a coordinate of results holds it."""
        return ", ".join(f"{name} {low:.12g} to {high:.12g}" for name, (low, high) in self)


class Training(Values):
    """Stochastic gradient descent as in the paper's appendix A.1, and the reductions of its penalty."""

    epochs: PositiveInt
    batch_size: Annotated[int, Field(ge=2)]
    learning_rate: PositiveFloat
    learning_rate_step: PositiveInt
    learning_rate_gamma: Annotated[float, Field(gt=0, le=1)]
    momentum: Annotated[float, Field(ge=0, lt=1)]
    weight_decay: Annotated[float, Field(ge=0)]
    class_reduction: Literal["mean", "sum"]
    epsilon: PositiveFloat
    shift: PositiveInt | None = None
    flip: Annotated[float, Field(gt=0, le=1)] | None = None
    random_crop: RandomCrop | None = None
    independent: Literal[True] | None = None


class Penalty(Values):
    """What training does to selectivity: the pass from checkpoint e to e+1 is penalised if start <= e < stop."""

    alpha: Annotated[float, AfterValidator(lambda alpha: alpha + 0.0)]  # -0.0 is 0
    modules: Annotated[tuple[int, ...], Filled] | None = None
    start: NonNegativeInt | None = None
    stop: PositiveInt | None = None


Condition = create_model(
    "Condition",
    __base__=Penalty,
    __doc__="A penalty, and any key of `training` that the condition overrides.",
    **{name: (get_type_hints(Training, include_extras=True)[name] | None, None) for name in Training.model_fields},
)


class Selectivity(Values):
    """Settings of the class selectivity index (equation 1)."""

    batch_size: PositiveInt
    epsilon: PositiveFloat


class Grid(Values):
    """How many channels of each block are ablated: fractions of them, or (the paper's) steps below and above half."""

    fractions: Annotated[tuple[Fraction, ...], Filled] | None = None
    steps: Annotated[tuple[PositiveInt, PositiveInt], Listed] | None = None


class RandomOrder(Values):
    """The control of progressive ablation: fixed orders, or (the paper's) a fresh draw for every batch and block."""

    protocol: Literal["fixed_orders", "redrawn_per_batch"]
    repeats: PositiveInt


class Ablation(Values):
    """Settings of progressive ablation.

    Units are ranked by their selectivity on the images that are then classified (the paper's way), or on the other half
    of the validation images, which `halves_seed` divides class by class.
    """

    epochs: Epochs
    modules: Annotated[tuple[int, ...], Filled]
    grid: Grid
    random: RandomOrder
    ranked_on: Literal["same_images", "held_out_halves"]
    halves_seed: NonNegativeInt | None = None
    batch_size: PositiveInt


class Cka(Values):
    """Settings of centred kernel alignment between the layers of one network."""

    epochs: Epochs
    batch_size: Annotated[int, Field(ge=4)]
    order: Literal["shuffled", "class_sorted"]
    order_seed: NonNegativeInt | None = None
    estimator: Literal["minibatch", "torch-cka"]


class Pair(Values):
    """Two runs, such as baseline-seed0 and suppressed-seed0, whose networks are compared epoch by epoch."""

    first: RunName
    second: RunName


class Applies(Values):
    """The conditions that a costly measure covers."""

    ablation: Annotated[tuple[Name, ...], Listed]
    cka: Annotated[tuple[Name, ...], Listed]


class Cost(Values):
    """What one job of a stage costs, for a run of `training.epochs` epochs, as whoever wrote the study states it."""

    minutes: PositiveFloat | None = None
    megabytes: PositiveFloat | None = None


# What has a cost; all figures are one.
COSTLY = ("images", "network", "training", "selectivity", "ablation", "cka", "between", "figures", "claims", "report")
Estimate = create_model(
    "Estimate",
    __base__=Values,
    __doc__="What one job of each stage costs, for who has no records of like jobs yet (`vestige plan`).",
    **dict.fromkeys(COSTLY, (Cost | None, None)),
)
