"""The ablation of the toy run as the stage measures it, and as hooks do."""

from types import SimpleNamespace

import numpy as np
import torch

from vestige.stages.ablation import ablation

FRACTIONS = SimpleNamespace(fractions=(0.0, 0.25, 0.5, 0.75, 1.0), steps=None)


def measured(
    run, selective, protocol="fixed_orders", repeats=2, batch_size=32, grid=FRACTIONS, modules=(4, 5, 6, 7), **asked
):
    random = SimpleNamespace(protocol=protocol, repeats=repeats)
    said = {"epochs": (1, 2), "ranked_on": "same_images", "halves_seed": None} | asked
    asked = SimpleNamespace(modules=modules, grid=grid, random=random, batch_size=batch_size, **said)
    index = SimpleNamespace(batch_size=64, epsilon=1e-6)
    return ablation(run.settings(ablation=asked, selectivity=index), selectivity=selective, **run.inputs)


def correct(network, images, labels, zeroed):
    """How many images a whole forward classifies correctly, with hooks that zero the given channels of steps."""

    def zero(channels):
        def hook(module, given, output):
            output = output.clone()
            output[:, channels] = 0
            return output

        return hook

    hooks = [network.steps[name].register_forward_hook(zero(channels)) for name, channels in zeroed.items()]
    with torch.no_grad():
        logits = network.trunk(images)
    for hook in hooks:
        hook.remove()
    labels = torch.from_numpy(labels)[:, None]
    return [int((logits.topk(k).indices == labels).sum()) for k in (1, 5)]


def most_selective(selective, epoch, module, block):
    """Channels by falling selectivity, silent ones last, by sorting tuples."""
    here = selective.sel(epoch=epoch).isel(unit=(selective.module.values == module) & (selective.block.values == block))
    values = here["selectivity"].values
    return sorted(range(len(values)), key=lambda channel: (np.isnan(values[channel]), -values[channel], channel))


def counted(run, found, **where):
    """The accuracies of a point as numbers of images; they must be whole."""
    numbers = [float(found[name].sel(**where)) * len(run.labels) for name in ("accuracy", "accuracy_top5")]
    np.testing.assert_allclose(numbers, np.round(numbers), atol=1e-9)
    return np.round(numbers).astype(int)


def points(found, module):
    """(point, count) of a module."""
    return [(p, int(found.ablated[p])) for p in range(found.sizes["point"]) if found.module[p] == module]
