"""The passes over the images: cross-entropy less alpha times selectivity, batch by batch (equation 2)."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from vestige.data.augmentation import Augmentation, augmentation
from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.metrics.selectivity import mean_selectivity, membership, spatial_means
from vestige.models.network import Network, at_step, channels_of, forward
from vestige.training import within_epoch
from vestige.training.distributed import (
    Sizes,
    as_first,
    gather_rows,
    is_first,
    share_of_batches,
    shares,
    sum_gradients,
)
from vestige.training.dropout import with_dropout
from vestige.training.optimizer import State, optimizer_of
from vestige.training.precision import in_float32, laid_out, use_bfloat16, use_tf32
from vestige.training.resume import Records, Trajectory, resume, save
from vestige.training.schedule import has_stopped, learning_rate
from vestige.training.validation import held_out_means, validate

Means = dict[str, float]

UNTRAINED = dict.fromkeys(("train_loss", "train_accuracy", "penalty", "learning_rate"), math.nan)


class Diverged(ArithmeticError):
    """A pass in which the loss, or a weight, is no longer a finite number."""


def train(
    network: Network,
    train: Split,
    divided: tuple[np.ndarray, np.ndarray],
    val: Split,
    settings: SimpleNamespace,
    folder: Path | None,
    trajectory: Trajectory | None,
) -> Iterator[Records]:
    """The records of all epochs so far: once for those that any run has left of the trajectory, then after each pass.

    Checkpoints go into the folder. Raises Diverged, and writes nothing of that pass. Where several devices train, the
    first process has folder and trajectory, and reads and writes for all; the others are given neither.
    """
    state = optimizer_of(settings.training).begin(network.trunk)
    tensors = [*network.trunk.state_dict().values(), *state.values()]
    records = as_first(resume, folder, trajectory, network, state, into=tensors)
    rows, held_out = divided

    def measure_pass() -> dict[str, float | list[int]]:
        return validate(network.trunk, val) | held_out_means(network.trunk, train, held_out)

    if not records:
        record = UNTRAINED | measure_pass()
        records = as_first(save, folder, trajectory, network, state, [record])
    yield records
    dropping = with_dropout(network, settings.training.dropout, settings.seed)
    for epoch in tqdm(
        range(len(records) - 1, settings.training.epochs), unit="epoch", disable=None if is_first() else True
    ):
        if has_stopped(settings.training, records):
            return
        rate = learning_rate(settings.training, records)
        if trajectory is not None:
            trajectory = replace(trajectory, base=records[-1]["checkpoint"])
        begun = as_first(within_epoch.restore, trajectory, epoch, network, state, into=tensors)
        steps = [] if begun is None else [*begun.to(tensors[0].device)]
        with within_epoch.make_saver(trajectory, epoch, network, state, steps) as after:
            passed = one_pass(dropping, state, train, rows, settings, epoch, rate, steps, after)
        with within_epoch.save_pass_on_signal(trajectory, epoch, network, state, steps):
            record = passed | measure_pass()
        records = as_first(save, folder, trajectory, network, state, [*records, record])
        as_first(within_epoch.forget, trajectory, [epoch])
        yield records


def divide(images: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the training images that a run is trained on, and of so many that it holds out."""
    if not count:
        return np.arange(images), np.arange(0)
    order = generator("held out", seed).permutation(images)
    return np.sort(order[count:]), np.sort(order[:count])


def one_pass(
    network: Network,
    state: State,
    train: Split,
    rows: np.ndarray,
    settings: SimpleNamespace,
    epoch: int,
    rate: float,
    steps: list[Tensor],
    after: Callable[[], None] = lambda: None,
) -> Means:
    """The pass over some of the training images from checkpoint `epoch` to the next; its means over the pass.

    It goes on after the `steps` so far, adds to them, and calls `after` upon each. Losses stay on the device
    until the pass is over. Raises Diverged where one, or a weight, is not finite then.
    """
    training = settings.training
    order = rows[generator("order", settings.seed, epoch).permutation(len(rows))]
    augment = augmentation(training, *train.sides(), train.crop, settings.seed, epoch)
    with use_tf32(training.precision):
        for step in take_steps(network, state, train, order, augment, settings, epoch, rate, first=len(steps)):
            steps.append(step)
            after()
    loss, hits, selectivity = torch.stack(steps).double().cpu().unbind(1)
    refuse_divergence(network, loss, rate, settings, epoch)
    share = {"train_loss": loss.sum().item() / len(order), "train_accuracy": hits.sum().item() / len(order)}
    return share | {"penalty": selectivity.mean().item(), "learning_rate": rate}


def take_steps(
    network: Network,
    state: State,
    train: Split,
    order: np.ndarray,
    augment: Augmentation,
    settings: SimpleNamespace,
    epoch: int,
    rate: float,
    first: int = 0,
) -> Iterator[Tensor]:
    """The steps of a pass from the `first` on, one a batch; of each what `gradients` says.

    None of them asks the device for a number, for which it would have to wait.
    """
    training, condition = settings.training, settings.condition
    modules = condition.modules if condition.start <= epoch < condition.stop else ()
    penalised = [network.modules[module] for module in modules]
    size = training.batch_size
    before, left = epoch * -(-len(order) // size), order[first * size :]
    whole = [left[start : start + size] for start in range(0, len(left), size)]
    network.trunk.train()
    optimizer = optimizer_of(training)
    own = train.batches(share_of_batches(whole), augment)
    batches = zip(own, classes_of(train, whole), map(len, whole), strict=True)
    for step, ((images, labels), classes, count) in enumerate(batches, before + first):
        at_step(network, step)
        images = laid_out(images, training.memory_format)
        found = gradients(network, images, labels, classes, penalised, settings, shares(count))
        optimizer.step(network.trunk, state, rate, training)
        yield found


def classes_of(train: Split, batches: list[np.ndarray]) -> Iterator[Tensor]:
    """The classes (classes) that there are in each batch of some images, on the device.

    They are found where the labels lie, beside the device: to ask it for them would let it run dry at every step.
    """
    for numbers in batches:
        present = np.unique(train.labels[numbers])
        yield torch.from_numpy(present).to(train.mean.device, non_blocking=True)


def gradients(
    network: Network,
    images: Tensor,
    labels: Tensor,
    classes: Tensor,
    penalised: list[tuple[str, ...]],
    settings: SimpleNamespace,
    sizes: Sizes = (1,),
) -> Tensor:
    """Gradients of the loss of a batch; its summed cross-entropy, its hits, and mu_SI (3).

    The loss is cross-entropy - alpha * mu_SI over the `classes` in the batch, and what the size of weights costs.
    Where several devices train, images and labels are those of this one: each has as many as `sizes` say.
    """
    with use_bfloat16(settings.training.precision, images.device):
        logits, outputs = forward(network, images, [block for blocks in penalised for block in blocks])
    logits = in_float32(logits)
    loss, selectivity = F.cross_entropy(logits, labels), logits.new_full((), math.nan)
    shared = [*weight_costs(network.trunk, settings.training)]
    if penalised:
        responses = [[responses_of(network, outputs[block], sizes) for block in blocks] for blocks in penalised]
        member = membership(gather_rows(labels, sizes), classes, logits.dtype)
        selectivity = mean_selectivity(responses, member, settings.training.class_reduction, settings.training.epsilon)
        shared = [-settings.condition.alpha * selectivity, *shared]
    own = loss if len(sizes) == 1 else loss * (len(labels) / sum(sizes))
    sum([each / len(sizes) for each in shared], own).backward()
    hits = (logits.argmax(1) == labels).sum()
    summed = sum_gradients(network.trunk, torch.stack([loss.detach() * len(labels), hits]))
    return torch.cat([summed, selectivity.detach()[None]])


def responses_of(network: Network, output: Tensor, sizes: Sizes) -> Tensor:
    """(images, channels) the responses of a block to all images of a batch, from its output for this device's."""
    return gather_rows(spatial_means(in_float32(channels_of(network, output))), sizes)


def weight_costs(trunk: nn.Module, training) -> Iterator[Tensor]:
    """What the size of weights costs: l1 times the sum of |w|, l2 times that of w^2, of all that are no biases.

    These are the parameters of two or more dimensions: those of batch norm do not count.
    """
    if training.l1 is not None:
        yield training.l1 * sum(each.abs().sum() for each in trunk.parameters() if each.dim() > 1)
    if training.l2 is not None:
        yield training.l2 * sum(each.square().sum() for each in trunk.parameters() if each.dim() > 1)


def refuse_divergence(network: Network, loss: Tensor, rate: float, settings: SimpleNamespace, epoch: int) -> None:
    """Raise Diverged where the losses (steps) of a pass, or the weights after it, are not all finite.

    The first step is named whose loss is not; where only weights are not, that is the last.
    """
    if loss.isfinite().all() and all(weight.isfinite().all() for weight in network.trunk.parameters()):
        return
    step = next((step for step, each in enumerate(loss.tolist(), 1) if not math.isfinite(each)), len(loss))
    lower = "learning_rate or the size of alpha" if settings.condition.alpha else "learning_rate"
    raise Diverged(
        f"diverged in epoch {epoch + 1}: not finite from step {step} of {len(loss)} on "
        f"(learning_rate {rate:g}, alpha {settings.condition.alpha:g}); to go further, lower {lower}"
    )
