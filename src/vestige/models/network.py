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


def forward(network: Network, images: Tensor, recorded: Collection[str] = ()) -> tuple[Tensor, dict[str, Tensor]]:
    """Logits (images, classes) of normalised images (images, channels, height, width), and some steps' outputs."""
    outputs, now = {}, images
    for name, step in network.steps.items():
        now = step(now)
        if name in recorded:
            outputs[name] = now
    return now, outputs
