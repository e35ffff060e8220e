"""A network as named steps that a stage runs one after another, keeping whichever outputs it wants."""

import importlib
from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Network:
    """A trunk that owns the weights, and the steps it consists of: no stage needs a hook."""

    trunk: nn.Module
    steps: dict[str, nn.Module]  # in order of execution: running them one after another is trunk(images)
    modules: dict[int, tuple[str, ...]]  # the paper's number of a module -> its blocks, steps whose output is measured
    head: str  # the step that gives the logits
    dropouts: tuple[nn.Module, ...] = ()  # steps that drop units in training, others in each `step` of it
    # How a block's output becomes responses of channels, which the index of selectivity needs to be 0 or more: along
    # which dimension the channels lie, 1 or counted from the end (of tokens the last, -1: their positions are averaged
    # as those of an image are), and whether what is negative counts as 0.
    channel_axis: int = 1
    rectified: bool = False


def build(settings, channels: int, classes: int, seed: int) -> Network:
    """The network of a family for images of so many channels; its initial weights depend on the seed alone."""
    family = importlib.import_module(f"vestige.models.{settings.family}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = family.network(settings, channels, classes)
    # Channels last is the faster layout in memory, by a third on a CPU; what is computed stays the same.
    network.trunk.to(memory_format=torch.channels_last)
    return network


def at_step(network: Network, step: int) -> None:
    """Let dropout drop the units of a step of training, counted from the first one of the run."""
    for dropout in network.dropouts:
        dropout.step = step


def channels_of(network: Network, output: Tensor) -> Tensor:
    """The responses (images, channels, positions...) that are measured of a block's output."""
    output = output if network.channel_axis == 1 else output.movedim(network.channel_axis, 1)
    return output.clamp(min=0) if network.rectified else output


PROBES = 8  # images of noise on which it is seen what a network puts out
UNITS, TOKENS, IMAGES = 2, 3, 4  # dimensions of what may be measured


@torch.inference_mode()
def refuse_unmeasurable(network: Network, shape: tuple[int, ...], device: torch.device) -> None:
    """Refuse a network some of whose measured outputs are no responses of channels that are 0 or more.

    It is run on noise of a shape (channels, height, width), normalised as images are. Raises ValueError, which says
    which block it is, and how its family says what to make of it.
    """
    was_training = network.trunk.training
    network.trunk.eval()
    noise = torch.randn((PROBES, *shape), generator=torch.Generator().manual_seed(0)).to(device)
    blocks = [(module, block) for module, blocks in network.modules.items() for block in blocks]
    _, outputs = forward(network, noise, [block for _, block in blocks])
    for module, block in blocks:
        if fault := fault_of(network, outputs[block]):
            raise ValueError(f"network: the output of {block}, a block of module {module}, {fault}")
    network.trunk.train(was_training)


def fault_of(network: Network, output: Tensor) -> str:
    """Why a block's output, of some images, cannot be measured; empty where it can."""
    shape, dimensions = tuple(output.shape), output.dim()
    if not UNITS <= dimensions <= IMAGES or shape[0] != PROBES:
        return f"has the shape {shape} for {PROBES} images; what is measured is (images, channels, positions...)"
    if dimensions == TOKENS and network.channel_axis == 1:
        return (
            f"has the shape {shape} for {PROBES} images, as tokens have: say in its family which dimension holds the "
            "channels, as Network(..., channel_axis=-1), or -2 where it is the second"
        )
    responses = channels_of(network, output)
    if not responses.isfinite().all():
        return "is not finite"
    if (responses < 0).any():
        share = (responses < 0).double().mean().item()
        return (
            f"is negative in {share:.0%} of its values (down to {responses.min().item():.2g}); the class selectivity "
            "index (equation 1) is one of responses from 0 on: measure what comes after a ReLU, or say in its family "
            "that only what is positive counts, as Network(..., rectified=True)"
        )
    return ""


def forward(network: Network, images: Tensor, recorded: Collection[str] = ()) -> tuple[Tensor, dict[str, Tensor]]:
    """Logits (images, classes) of normalised images (images, channels, height, width), and some steps' outputs."""
    outputs, now = {}, images
    for name, step in network.steps.items():
        now = step(now)
        if name in recorded:
            outputs[name] = now
    return now, outputs
