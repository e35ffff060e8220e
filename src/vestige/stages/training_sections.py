"""Sections within the settings of training: random crops, statistics of batch norm, a rate that falls on a plateau."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from vestige.foundation.settings import Listed, Values


def refuse_falling(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends of a range."""
    if ends[0] > ends[1]:
        raise PydanticCustomError("falling", "two numbers, the smaller one first")
    return ends


Share = Annotated[float, Field(ge=1e-3, le=1)]
Ratio = Annotated[float, Field(ge=1 / 20, le=20)]
Shares = Annotated[tuple[Share, Share], Listed, AfterValidator(refuse_falling)]
Ratios = Annotated[tuple[Ratio, Ratio], Listed, AfterValidator(refuse_falling)]


class RandomCrop(Values):
    """What is seen of an image in training: a part of random share of its area (`scale`) and ratio of width to height.

    It is resized to the square of `images.crop`, as torchvision's RandomResizedCrop does.
    """

    scale: Shares
    """The least and the largest share of the image's area that is seen."""
    ratio: Ratios
    """The least and the largest ratio of width to height of that part."""

    def __str__(self) -> str:
        """It in words, as a coordinate of results holds it."""
        return ", ".join(f"{name} {low:.12g} to {high:.12g}" for name, (low, high) in self)


class BatchNorm(Values):
    """Which statistics batch norm uses wherever the network is evaluated; training uses those of each batch anyway.

    `running`, as if the key were left out, are the moving averages that training keeps, as the paper has them: where
    epochs have few steps they lag behind the weights. `recomputed` are those of so many training images (`images`),
    seen as in evaluation in batches of `batch_size`, anew after each epoch.
    """

    statistics: Literal["running", "recomputed"]
    """running: the moving averages that training keeps (the paper). recomputed: anew after each epoch, on training
    images."""
    images: Annotated[int, Field(ge=2)] | None = None
    """How many training images the statistics are recomputed on: required with recomputed, refused with running."""
    batch_size: Annotated[int, Field(ge=2)] | None = None
    """Images of a batch in that computation: likewise."""

    def __str__(self) -> str:
        """It in words, as a coordinate of results holds it."""
        return f"recomputed on {self.images} images" if is_recomputed(self) else self.statistics


def is_recomputed(chosen: BatchNorm | None) -> bool:
    """Whether the statistics of batch norm are recomputed after each epoch."""
    return chosen is not None and chosen.statistics == "recomputed"


class Plateau(Values):
    """A learning rate that falls where the loss on held-out images does not, as PyTorch's ReduceLROnPlateau."""

    factor: Annotated[float, Field(gt=0, lt=1)]
    """The factor by which the learning rate falls."""
    patience: Annotated[int, Field(ge=0)]
    """Epochs in a row without an improvement that change nothing; after one more the rate falls."""

    def __str__(self) -> str:
        """It in words, as a coordinate of results holds it."""
        return f"{self.factor:g} after {self.patience}"
