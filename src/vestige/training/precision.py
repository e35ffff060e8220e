"""The arithmetic of training: its precision, how networks lie in memory, and whether a compiler makes their kernels.

Measures know nothing of it: whatever a network was trained in, they run it in float32.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

import torch
from torch import Tensor, nn

from vestige.models.network import Network

FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
KERNELS = 64  # that a compiler may make of one piece of code: blocks of a network differ in their shapes
AMPERE = (8, 0)  # the compute capability of the first GPUs with TF32


class Unsupported(RuntimeError):
    """An arithmetic that this machine has not."""


def refuse_unsupported(training, device: torch.device) -> None:
    """Refuse what the machine cannot do, before anything is trained. Raises Unsupported, with the remedy."""
    if training.precision == "bfloat16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(False):
        raise Unsupported("training.precision: found bfloat16, which this GPU has not; allowed: float32, tf32")
    if training.precision == "tf32" and device.type == "cuda" and torch.cuda.get_device_capability(device) < AMPERE:
        raise Unsupported("training.precision: found tf32, which this GPU has not; allowed: float32")
    if training.compile:
        refuse_uncompilable(device)
    if training.devices and device.type == "cuda" and torch.cuda.device_count() < training.devices:
        there = torch.cuda.device_count()
        says = f"found {training.devices}; this machine has {there} GPUs; allowed: 1 to {there}"
        raise Unsupported(f"training.devices: {says}")


def refuse_uncompilable(device: torch.device) -> None:
    """Refuse to compile where that fails for the smallest of functions."""
    try:
        torch.compile(torch.neg, dynamic=False)(torch.ones(2, device=device))
    except Exception as error:  # whatever a compiler that lacks, or lacks something, makes of it
        says = f"{error} {error.__cause__ or ''}".split()
        why = " ".join(says)[:200] or type(error).__name__
        raise Unsupported(
            f"training.compile: found true, but there is no compiler that works here ({why}): install one (Debian: "
            "apt-get install g++), or leave this key out"
        ) from error


def arrange(network: Network, training) -> Network:
    """The network as it is trained: laid out in memory as asked, its steps compiled where that is asked."""
    if training.memory_format is not None:
        network.trunk.to(memory_format=FORMATS[training.memory_format])
    if not training.compile:
        return network
    torch._dynamo.config.recompile_limit = KERNELS
    torch._inductor.config.deterministic = True  # kernels are not chosen by how long they take
    return replace(network, steps={name: compile_step(step) for name, step in network.steps.items()})


def compile_step(step: nn.Module) -> nn.Module:
    """A step whose kernels are made anew for each shape of batches; a last, smaller one has its own."""
    return torch.compile(step, dynamic=False)


def laid_out(images: Tensor, memory_format: str | None) -> Tensor:
    """Images as a layout asks for them: a convolution puts out channels last where its input or weights are so."""
    return images.contiguous() if memory_format == "contiguous" else images


@contextmanager
def use_tf32(precision: str | None) -> Iterator[None]:
    """Let convolutions on a GPU use TF32 for a while, if that is the precision: products of matrices never do."""
    former = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = former


def use_bfloat16(precision: str | None, device: torch.device) -> AbstractContextManager:
    """Let a network compute in bfloat16, if that is the precision, where PyTorch's autocast does; weights stay float32.

    The loss, the penalty and what is done to images stand outside.
    """
    return torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()


def in_float32(values: Tensor) -> Tensor:
    """What a network put out in bfloat16, in float32 for all that follows; else as it is."""
    return values.float() if values.dtype == torch.bfloat16 else values
