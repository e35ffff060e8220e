"""Batch-norm statistics recomputed on training images after each epoch: they do not lag behind the weights."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from vestige.data.loader import Split
from vestige.foundation.files import read_regular, write_whole
from vestige.foundation.processor import kind_of
from vestige.foundation.random import generator
from vestige.models.network import Network
from vestige.training import checkpoints
from vestige.training.distributed import BATCH_NORM
from vestige.training.loop import validate
from vestige.training.resume import Trajectory, parse_metadata, remove

Record = dict[str, Any]
STATISTICS = ("running_mean", "running_var")
RUNNING = "val_accuracy_running"  # beside the accuracy with recomputed statistics


def evaluation(
    settings, network: Network, train: Split, val: Split, trajectory: Trajectory, running: Path, folder: Path
) -> Callable[[int, Record], Record]:
    """What makes of the record of an epoch that of the same weights with recomputed statistics.

    It loads the checkpoint of the epoch from the folder `running` into `network`, which nobody trains, and writes that
    with recomputed statistics into `folder`. Statistics and their record also stay beside the trajectory: another run
    that comes along it takes them from there. Raises ValueError where there is nothing to recompute, or too few images.
    """
    chosen = settings.training.batch_norm
    refuse_unusable(network.trunk, len(train.labels), chosen)
    order = generator("batch norm", settings.seed).permutation(len(train.labels))
    rows = order[: chosen.images - chosen.images % chosen.batch_size]  # without a last batch that is smaller
    seen = replace(train, batch_size=chosen.batch_size)

    def evaluate(epoch: int, record: Record) -> Record:
        checkpoints.load(network, running, epoch, record["checkpoint"])
        asked = [trajectory.keys[epoch], record["checkpoint"], chosen.images, chosen.batch_size]
        former = (restore_statistics(path, asked, trajectory, network.trunk) for path in trajectory.statistics(epoch))
        known = next(filter(None, former), None)
        if known is None:
            recompute(network.trunk, (images for images, _ in seen.batches(rows)))
        found = known or validate(network.trunk, val)
        sha256 = checkpoints.write(folder / checkpoints.name(epoch), network.trunk)
        if known is None:
            save(trajectory, epoch, asked, network.trunk, found, sha256)
        return record | {RUNNING: record["val_accuracy"]} | found | {"checkpoint": sha256}

    return evaluate


def refuse_unusable(trunk: nn.Module, images: int, chosen) -> None:
    """Refuse a network without batch norm, and more images, or larger batches, than there are."""
    if not norms_of(trunk):
        raise ValueError(
            "training.batch_norm: the network has no batch norm whose statistics could be recomputed: leave the key out"
        )
    if chosen.images > images:
        raise ValueError(
            f"training.batch_norm.images: found {chosen.images}; there are {images} training images; "
            f"allowed: {chosen.batch_size} to {images}"
        )


def norms_of(trunk: nn.Module) -> list[nn.Module]:
    """The batch norms that keep statistics."""
    return [part for part in trunk.modules() if keeps_statistics(part)]


def keeps_statistics(part: nn.Module) -> bool:
    """Whether a part of a network is a batch norm that keeps statistics."""
    return isinstance(part, BATCH_NORM) and part.track_running_stats


@torch.no_grad()
def recompute(trunk: nn.Module, batches: Iterable[Tensor]) -> None:
    """Replace the statistics of batch norms by those of what they normalise of some batches, all of one size.

    While they see a batch, they normalise it by its own statistics, as in training; all else is as in evaluation. The
    mean is that over all images, and so is the variance: E x^2 - mean^2, not the mean of the batches' variances.
    Counters of batches stay.
    """
    trunk.eval()
    norms = norms_of(trunk)
    with moments_of(norms) as moments:
        for images in batches:
            trunk(images)
    for norm in norms:
        means, variances = torch.stack(moments[norm]).double().unbind(1)
        norm.running_mean.copy_(means.mean(0))
        norm.running_var.copy_(variances.mean(0) + means.var(0, unbiased=False))


@contextmanager
def moments_of(norms: list[nn.Module]) -> Iterator[dict[nn.Module, list[Tensor]]]:
    """Mean and variance (2, channels) of each batch that batch norms are given, while they normalise as in training.

    With a momentum of 1 the running statistics are those of the newest batch, which the kernel has computed anyway.
    """
    moments: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}
    former = [(norm.momentum, norm.num_batches_tracked.clone()) for norm in norms]

    def note(norm, given, _):
        count = given[0].numel() // given[0].shape[1]  # values of a channel; running variances are of count - 1
        moments[norm].append(torch.stack([norm.running_mean, norm.running_var * ((count - 1) / count)]))

    hooks = [norm.register_forward_hook(note) for norm in norms]
    for norm in norms:
        norm.train()
        norm.reset_running_stats()  # former ones count for nothing, even if they are not finite
        norm.momentum = 1.0
    try:
        yield moments
    finally:
        for norm, hook, (momentum, batches) in zip(norms, hooks, former, strict=True):
            hook.remove()
            norm.momentum = momentum
            norm.num_batches_tracked.copy_(batches)
            norm.eval()


def save(trajectory: Trajectory, epoch: int, asked: list, trunk: nn.Module, found: Record, checkpoint: str) -> None:
    """Leave statistics and their record for whoever asks for the same, under the sha256 of the checkpoint too."""
    names = [f"{name}.{kind}" for name, part in trunk.named_modules() if keeps_statistics(part) for kind in STATISTICS]
    state = trunk.state_dict()
    tensors = {name: state[name].contiguous().cpu() for name in names}
    said = [asked, trajectory.run, kind_of([trajectory.machine]), found]
    data = safetensors.torch.save(tensors, {"told": json.dumps(said)})
    path = trajectory.statistics_path(epoch, hashlib.sha256(data).hexdigest(), checkpoint)
    if not path.exists():
        with write_whole(path) as file:
            file.write(data)


def restore_statistics(path: Path, asked: list, trajectory: Trajectory, trunk: nn.Module) -> Record | None:
    """Load statistics into a trunk; their record, None if they are of no use, damaged or gone meanwhile.

    Of no use are those of other settings or other weights, and what another run has computed on another machine.
    """
    try:
        data = read_regular(path)
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != path.name.split("-")[-2]:
        remove(path)
        return None
    settings, run, kind, record = parse_metadata(data)
    if settings != asked or not trajectory.is_usable(run, kind):
        return None
    state = trunk.state_dict()
    for name, tensor in safetensors.torch.load(data).items():
        state[name].copy_(tensor)
    return record
