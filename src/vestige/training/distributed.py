"""Training on several devices: each computes its share of every batch, and all take the same step of the whole batch.

One process a device. What is minimised is the sum over devices of their losses: of the cross-entropy each has that of
its own images, of the penalty and of what weights cost an equal part. So gradients are summed, never averaged, and the
penalty is that of the whole batch: responses are gathered, and the gradient of what was gathered goes back to whoever
had put it in. Without a group of processes nothing here does anything.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.distributed_c10d import _abort_process_group
from torch.nn.modules.batchnorm import _BatchNorm

PATIENCE = timedelta(hours=2)  # for which a process waits for another, as while the first one saves
INTERFACE = "GLOO_SOCKET_IFNAME"
BATCH_NORM = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)

Sizes = tuple[int, ...]  # how many images each device has of those that all have
T = TypeVar("T")


@contextmanager
def group(rank: int, size: int, store: str, device: str) -> Iterator[None]:
    """Be the process `rank` of so many, which find each other by a file: with gloo on CPUs, with NCCL on GPUs."""
    use_device(rank, device)
    backend = "nccl" if device == "cuda" else "gloo"
    said = {"rank": rank, "world_size": size, "timeout": PATIENCE}
    try:
        with within_this_machine():
            dist.init_process_group(backend, store=dist.FileStore(store, size), **said)
        yield
        dist.destroy_process_group()
    finally:
        if dist.is_initialized():
            leave(device)


@contextmanager
def within_this_machine() -> Iterator[None]:
    """Let gloo look for other processes on this machine alone, unless somebody has said where: by name it may fail."""
    said = sys.platform != "linux" or INTERFACE in os.environ
    if not said:
        os.environ[INTERFACE] = "lo"
    try:
        yield
    finally:
        if not said:
            del os.environ[INTERFACE]


def leave(device: str) -> None:
    """Leave a group in which something has failed, here or elsewhere."""
    if device == "cuda":
        _abort_process_group()  # to destroy it would wait for what was begun, and is never done
    else:
        dist.destroy_process_group()


def use_device(rank: int, device: str) -> None:
    """Let this process compute on the GPU of its number."""
    if device == "cuda":
        torch.cuda.set_device(rank)


def count_devices() -> int:
    """How many devices train the network."""
    return dist.get_world_size() if dist.is_initialized() else 1


def number_of_device() -> int:
    """Which of the devices this process has, from 0 on."""
    return dist.get_rank() if dist.is_initialized() else 0


def is_first() -> bool:
    """Whether this process reads and writes for all."""
    return number_of_device() == 0


def shares(images: int) -> Sizes:
    """How many of so many images each device has: the first ones have one more, where it does not come out even."""
    each, left = divmod(images, count_devices())
    return tuple(each + (device < left) for device in range(count_devices()))


def share_of(numbers: np.ndarray) -> np.ndarray:
    """Those of some numbers that this process has."""
    return np.split(numbers, np.cumsum(shares(len(numbers)))[:-1])[number_of_device()]


def share_of_batches(batches: list[np.ndarray]) -> np.ndarray:
    """What this process has of each batch of some images, one after another."""
    return np.concatenate([share_of(batch) for batch in batches] or [np.arange(0)])


class Gather(torch.autograd.Function):
    """Rows of all processes, in their order; the gradient of a process's rows is the sum of those that all have."""

    @staticmethod
    def forward(context, rows: Tensor, sizes: Sizes) -> Tensor:
        context.sizes = sizes
        most = rows.new_zeros((max(sizes), *rows.shape[1:]))  # all send as much
        most[: len(rows)] = rows
        found = [torch.empty_like(most) for _ in sizes]
        dist.all_gather(found, most)
        return torch.cat([each[:size] for each, size in zip(found, sizes, strict=True)])

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None]:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total.split(context.sizes)[number_of_device()], None


def gather_rows(rows: Tensor, sizes: Sizes) -> Tensor:
    """The rows (n, ...) that all processes have, those of the first first, `sizes` of each; differentiable.

    The gradient that comes back is the sum of the gradients of all processes' losses. Alone, the rows themselves.
    """
    return rows if len(sizes) == 1 else Gather.apply(rows, sizes)


@torch.no_grad()
def sum_gradients(trunk: nn.Module, numbers: Tensor) -> Tensor:
    """Make the gradients of all weights their sums over the processes, and return those of some numbers (n).

    All in one message a step. Alone, gradients and numbers stay as they are.
    """
    if count_devices() == 1:
        return numbers
    slopes = [weight.grad for weight in trunk.parameters() if weight.grad is not None]
    total = torch.cat([numbers, *(slope.flatten() for slope in slopes)])
    dist.all_reduce(total)
    found, *parts = total.split([len(numbers), *(slope.numel() for slope in slopes)])
    for slope, part in zip(slopes, parts, strict=True):
        slope.copy_(part.view(slope.shape))
    return found


def as_first(make: Callable[..., T], *given, into: Iterable[Tensor] = ()) -> T:
    """What the first process makes of what is given, which it alone does; all have the values of its tensors then."""
    made = [make(*given) if is_first() else None]
    if count_devices() > 1:
        dist.broadcast_object_list(made)
        for tensor in into:
            same = tensor.detach().contiguous()
            dist.broadcast(same, 0)
            tensor.detach().copy_(same)
    return made[0]


def synchronize_batch_norm(trunk: nn.Module) -> None:
    """Let each batch norm of a network normalise by the statistics of the whole batch, in place. Names stay.

    torch's own SyncBatchNorm runs on no CPU, where it could be compared with batch norm of the whole batch. Raises
    ValueError for one that keeps no running statistics, which mixes images in evaluation too, or is none of PyTorch's.
    """
    norms = [part for part in trunk.modules() if isinstance(part, _BatchNorm) and not isinstance(part, Synchronized)]
    for part in norms:
        if type(part) not in SYNCHRONIZED or not part.track_running_stats:
            kind = type(part).__name__ + ("" if part.track_running_stats else " without running statistics")
            raise ValueError(f"training.devices: a {kind} cannot be shared by devices: leave the key out")
        part.__class__ = SYNCHRONIZED[type(part)]  # other modules hold it: it may not become another object


class Synchronized(_BatchNorm):
    """Batch norm by mean and variance over the images of all processes; in evaluation as any other."""

    def forward(self, images: Tensor) -> Tensor:
        """Normalised values (n, channels, ...), of the dtype that they came in."""
        if not self.training:
            return super().forward(images)
        self._check_input_dim(images)
        values = images.float() if images.dtype in (torch.bfloat16, torch.float16) else images
        mean, variance, count = statistics(values)
        self.follow(mean.detach(), variance.detach() * (count / (count - 1)))
        scale = (variance + self.eps).rsqrt()
        scale, shift = (scale * self.weight, self.bias) if self.affine else (scale, torch.zeros_like(mean))
        across = (1, -1, *[1] * (values.dim() - 2))
        return ((values - mean.view(across)) * scale.view(across) + shift.view(across)).to(images.dtype)

    @torch.no_grad()
    def follow(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics towards those of a batch, the variance being that of an unbiased estimate."""
        self.num_batches_tracked.add_(1)
        share = 1 / self.num_batches_tracked.double() if self.momentum is None else self.momentum
        for running, now in ((self.running_mean, mean), (self.running_var, variance)):
            running += share * (now - running)


def statistics(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and variance (channels) of values (n, channels, ...) of all processes, and how many a channel has.

    Each process sends its own mean and variance: about a mean that is far from 0 a sum of squares would lose digits.
    """
    own = [0, *range(2, values.dim())]
    variance, mean = torch.var_mean(values, own, correction=0)
    count = torch.full_like(mean, values.numel() // values.shape[1])
    found = gather_rows(torch.stack([mean, variance, count])[None], (1,) * count_devices())
    means, variances, counts = found.unbind(1)
    total = counts.sum(0)
    mean = (counts * means).sum(0) / total
    return mean, (counts * (variances + (means - mean) ** 2)).sum(0) / total, total


SYNCHRONIZED = {kind: type(f"Synchronized{kind.__name__}", (Synchronized, kind), {}) for kind in BATCH_NORM}
