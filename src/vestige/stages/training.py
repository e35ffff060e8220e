"""Trains a network by stochastic gradient descent that penalises class selectivity, or rewards it (equation 2)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt
from pydantic_core import PydanticCustomError

from vestige.foundation.settings import Listed, Values


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


class Settings(Values):
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


def training(settings, images, folder, trajectory, note):
    """Train one run, filling `folder` with a checkpoint for every epoch; what was measured on the way, a Dataset.

    Goes on after the last sound epoch that any run has left of its trajectory, as if it had never stopped. Raises
    ValueError where the last batch would hold one image, and Diverged where the loss becomes infinite or NaN.
    """
    from tqdm import tqdm

    from vestige.data import arrays
    from vestige.data.loader import refuse_lonely_image, split_of
    from vestige.foundation.device import prepare
    from vestige.models.network import build
    from vestige.training import loop, resume
    from vestige.training.optimizer import at_rest

    device, epochs = prepare(settings.device, settings.threads), settings.training.epochs
    train, val = (
        split_of(images, settings.images, name, settings.training.batch_size, device) for name in arrays.SPLITS
    )
    refuse_lonely_image(len(train.labels), train.batch_size)
    network = build(settings.network, images.sizes["channel"], images.sizes["class"], settings.seed)
    momentum = at_rest(network.trunk.to(device))
    records = resume.resume(folder, trajectory, network, momentum)
    if not records:
        first = loop.UNTRAINED | loop.validated(network, val)
        records = resume.save(folder, trajectory, network, momentum, [first])
    note(loop.told(records[-1], len(records) - 1, epochs))
    for epoch in tqdm(range(len(records) - 1, epochs), unit="epoch", disable=None):
        record = loop.one_pass(network, momentum, train, settings, epoch) | loop.validated(network, val)
        loop.refuse_divergence(record, settings, epoch)
        records = resume.save(folder, trajectory, network, momentum, [*records, record])
        note(loop.told(record, epoch + 1, epochs))
    return loop.labelled(records)
