"""Trains a network by gradient descent that penalises class selectivity, or rewards it (equation 2)."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from vestige.foundation.settings import Values
from vestige.stages.training_sections import BatchNorm, Plateau, RandomCrop, is_recomputed


class Settings(Values):
    """Gradient descent, the first paper's if nothing else is said, and the reductions of its penalty."""

    epochs: PositiveInt
    """Passes over the training images. There is a checkpoint after each, and one before the first."""
    batch_size: Annotated[int, Field(ge=2)]
    """Images of a step of gradient descent."""
    learning_rate: PositiveFloat
    """The learning rate of the first epoch."""
    learning_rate_step: PositiveInt | None = None
    """After so many epochs the learning rate is multiplied by learning_rate_gamma, again and again. Required, unless
    there is a plateau."""
    learning_rate_gamma: Annotated[float, Field(gt=0, le=1)] | None = None
    """The factor of each such step; 1 keeps the rate as it is. Required, unless there is a plateau."""
    momentum: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Momentum of stochastic gradient descent: required with sgd, refused with adam."""
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    """Weight decay of stochastic gradient descent, on all parameters: required with sgd, refused with adam."""
    class_reduction: Literal["mean", "sum"]
    """How the penalty sums up the responses of a class in a batch: mean (equation 1), or sum (the authors' code)."""
    epsilon: PositiveFloat
    """What is added to the denominator of the index of selectivity in the penalty."""
    shift: PositiveInt | None = None
    """The most pixels by which a training image is moved at random, along each axis; left out, none."""
    flip: Annotated[float, Field(gt=0, le=1)] | None = None
    """The probability with which a training image is mirrored left to right; left out, 0."""
    random_crop: RandomCrop | None = None
    """A random part of each training image that is resized to the square that networks see; left out, the middle."""
    batch_norm: BatchNorm | None = None
    """The statistics with which batch norm evaluates a network; left out, running ones."""
    independent: Literal[True] | None = None
    """true: every condition draws weights, order and augmentation from a random stream of its own. Left out: runs of
    one seed share them."""
    optimizer: Literal["sgd", "adam"] | None = None
    """sgd, with momentum and weight decay, also if left out; or adam, with neither."""
    l1: Annotated[float, Field(gt=0)] | None = None
    """The factor in the loss of the sum of |w| over all weights; biases and batch norm do not count."""
    l2: Annotated[float, Field(gt=0)] | None = None
    """The factor in the loss of the sum of w^2 over the same weights: 1e-5 is a weight decay of 2e-5."""
    dropout: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The share of hidden units, or of the channels after each module, that a step of training drops."""
    held_out: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The share of the training images, drawn by the run's seed, that are not trained on: the loss is watched on
    them."""
    plateau: Plateau | None = None
    """A learning rate that falls where the loss on held-out images no longer does, in place of learning_rate_step and
    learning_rate_gamma; needs held_out."""
    early_stopping: PositiveInt | None = None
    """Epochs in a row without a new least loss on held-out images after which training ends; left out, it does not.
    Needs held_out."""
    precision: Literal["float32", "tf32", "bfloat16"] | None = None
    """The arithmetic of forward and backward pass: float32, also if left out; tf32 for convolutions on a GPU; or
    bfloat16 by autocast. The penalty and every measure are always float32."""
    memory_format: Literal["channels_last", "contiguous"] | None = None
    """The layout of weights and activations in memory; left out, channels_last."""
    compile: Literal[True] | None = None
    """true: torch.compile makes the kernels of the network. Numbers differ in their last digits."""
    devices: PositiveInt | None = None
    """How many GPUs, or processes on CPUs, train one network; left out, one. Each has an equal part of every batch;
    penalty and batch norm are those of the whole batch. Numbers differ in their last digits."""


def training(settings, images, folder, trajectory, note):
    """Train one run, filling `folder` with a checkpoint for every epoch; what was measured on the way, a Dataset.

    Goes on after the last sound epoch that it has left itself, or another run of its trajectory on the same kind of
    machine, as if it had never stopped. Where the loss, or a weight, becomes infinite or NaN, the run ends with the
    epoch before, and its result says so. Raises ValueError where the last batch would hold one image, where batch norm
    cannot be recomputed as asked, and for a network that cannot be measured; Unsupported for an arithmetic that the
    machine has not.
    """
    from contextlib import nullcontext

    from vestige.foundation.device import describe_machine
    from vestige.stages.training_worker import workers
    from vestige.training import batch_norm, loop
    from vestige.training.records import format_epoch, label_records

    network, train, divided, val = prepare_training(settings, images)
    trajectory = replace(trajectory, machine=describe_machine(settings.device))
    running, evaluate = folder, as_trained
    if is_recomputed(settings.training.batch_norm):
        running = folder / ".running"  # hidden: training goes on from there, and no measure reads it
        other, _ = build_network(settings, images)
        evaluate = batch_norm.evaluation(settings, other, train, val, trajectory, running, folder)
    measured, fault, began = [], "", time.monotonic()
    try:
        with workers(settings, images) if has_several_devices(settings.training) else nullcontext():
            for records in loop.train(network, train, divided, val, settings, running, trajectory):
                measured += [evaluate(epoch, records[epoch]) for epoch in range(len(measured), len(records))]
                waiting = describe_waiting(train.waits, time.monotonic() - began)
                note(format_epoch(measured[-1], len(records) - 1, settings.training.epochs) + waiting)
                began = time.monotonic()
    except loop.Diverged as diverged:
        note(fault := str(diverged))
    return label_records(measured, fault)


def train_along(settings, given) -> None:
    """Take part in a training in another process than the one that reads, writes, and says how far it is.

    What is given is what was `prepare_training`.
    """
    from vestige.training import loop

    with suppress(loop.Diverged):  # the first process says so
        for _ in loop.train(*given, settings, folder=None, trajectory=None):
            pass


def prepare_training(settings, images):
    """A new network, the training images, which are trained on and held out, and the validation images. It may raise.

    Where several devices train, a batch of either split is what one of them has of it.
    """
    from vestige.data.loader import split_of, validation_of
    from vestige.models.network import refuse_unmeasurable
    from vestige.training import loop
    from vestige.training.distributed import synchronize_batch_norm
    from vestige.training.precision import arrange, refuse_unsupported

    training = settings.training
    network, device = build_network(settings, images)
    refuse_unsupported(training, device)
    size = training.batch_size // (training.devices or 1)
    train = split_of(images, settings.images, "train", size, device)
    val = validation_of(images, settings.images, size, device)
    count = count_held_out(len(train.labels), training.held_out)
    divided = loop.divide(len(train.labels), count, settings.seed)
    refuse_lonely_image(len(divided[0]), training.batch_size)
    refuse_idle_device(training, *map(len, divided), len(val.labels))
    refuse_unmeasurable(network, train.input_shape, device)
    if has_several_devices(training):
        synchronize_batch_norm(network.trunk)
    return arrange(network, training), train, divided, val


def build_network(settings, images):
    """A new network on the device, and the device."""
    from vestige.foundation.device import prepare
    from vestige.models.network import build

    device = prepare(settings.device, settings.threads)
    network = build(settings.network, images.sizes["channel"], images.sizes["class"], settings.seed)
    network.trunk.to(device)
    return network, device


def describe_waiting(waits, seconds: float) -> str:
    """Which share of the time since the last epoch was waited for images, in words; the waits are then forgotten."""
    if not waits:
        return ""
    share = sum(waits) / seconds
    waits.clear()
    return f", waited {share:.0%} of the time for images"


def refuse_lonely_image(images: int, batch_size: int) -> None:
    """Refuse a last batch of one image: batch normalisation has nothing to compare it with."""
    if has_lonely_image(images, batch_size):
        raise ValueError(
            f"training.batch_size {batch_size} leaves a last batch of one image of the {images} training images, which "
            f"batch normalisation cannot use: choose another batch_size, such as {next_batch_size(images, batch_size)}"
        )


def has_several_devices(training) -> bool:
    """Whether several devices train one network."""
    return training.devices is not None and training.devices > 1


def refuse_idle_device(training, images: int, held_out: int, val: int) -> None:
    """Refuse a batch, or images to evaluate on, of which some device would have none."""
    if says := idle_device(training, images, held_out, val):
        raise ValueError(f"training.devices: found {training.devices}; {says}")


def idle_device(training, images: int, held_out: int, val: int) -> str:
    """Why one of several devices has nothing to do, in words; empty where none has: counts of images of each kind."""
    devices, last = training.devices or 1, (images - 1) % training.batch_size + 1
    fewest = {"training images are in the last batch": last, "validation images are there": val}
    if held_out:
        fewest["images are held out"] = held_out
    return next((f"only {count} {what}" for what, count in fewest.items() if count < devices), "")


def count_held_out(images: int, share: float | None) -> int:
    """How many of so many training images are held out: a share of them, at least one; none where nothing is said."""
    return 0 if share is None else max(1, round(share * images))


def has_lonely_image(images: int, batch_size: int) -> bool:
    """Whether the last batch holds a single image, with which batch normalisation has nothing to compare."""
    return (images - 1) % batch_size == 0


def next_batch_size(images: int, batch_size: int) -> int:
    """The next larger batch size that leaves no last batch of one image."""
    return next((size for size in range(batch_size + 1, images) if not has_lonely_image(images, size)), images)


def as_trained(epoch: int, record: dict) -> dict:
    """The record of an epoch that is measured as training leaves it, with running statistics."""
    return record
