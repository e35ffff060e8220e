"""Running a network step by step, at every checkpoint that a measure covers."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor
from tqdm import tqdm

from vestige.metrics.ablation import zero_channels
from vestige.models.network import Network, build
from vestige.training.checkpoints import load, select_epochs


def load_network(settings, images, device: torch.device) -> Network:
    """The study's network on the device, in evaluation mode; its weights are for `each_checkpoint` to load."""
    network = build(settings.network, images.sizes["channel"], images.sizes["class"], seed=0)
    network.trunk.to(device).eval()
    return network


def each_checkpoint(network: Network, epochs, training, folder) -> Iterator[int]:
    """Load the asked checkpoints of a run into the network, one after another, and give the epoch of each."""
    for epoch in tqdm(select_epochs(epochs, training), unit="checkpoint", disable=None):
        load_epoch(network, epoch, training, folder)
        yield epoch


def load_epoch(network: Network, epoch: int, training, folder) -> None:
    """Load the checkpoint of one epoch of a run."""
    load(network, folder, epoch, str(training["checkpoint"].sel(epoch=epoch).item()))


def walk(network: Network, batch: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Run the network on a batch, and give the name and the output of each step as it is reached."""
    output = batch
    for name, step in network.steps.items():
        output = step(output)
        yield name, output


def resume(network: Network, output: Tensor, after: str, silent: Mapping[str, Tensor]) -> Tensor:
    """Logits (n, classes) from the output of the step `after`, with channels of some outputs set to zero.

    `silent` says which channels (channels,) of the output of a step, `after` among them, or which of every image
    (n, channels). The logits are those of the whole network with these channels zeroed, to the last bit, if no earlier
    step has any.
    """
    names, axis = list(network.steps), network.channel_axis
    output = zero_channels(output, silent.get(after), axis)
    for name in names[names.index(after) + 1 :]:
        output = zero_channels(network.steps[name](output), silent.get(name), axis)
    return output


def hits(logits: Tensor, labels: Tensor) -> Tensor:
    """(2,) how many labels are that of the largest logit, and among the five largest (or all, if there are fewer)."""
    first = logits.argmax(1) == labels
    five = logits.topk(min(5, logits.shape[1])).indices == labels[:, None]
    return torch.stack([first.sum(), five.any(1).sum()])
