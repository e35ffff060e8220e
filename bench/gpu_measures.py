"""Images a second of each measure, as its stage computes it at one checkpoint after another."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import patch

import gpu_inputs as inputs
import numpy as np
import torch

from vestige.models.network import build
from vestige.stages import ablation, between
from vestige.training import evaluation

Windows = list[float]


class Enough(Exception):
    """All windows of a measure are there."""


def measure(run: SimpleNamespace, sizes: inputs.Sizes, windows: Windows, stage: Callable) -> None:
    """A measure at every checkpoint. A window begins when the checkpoint is loaded, and ends with the stage's note."""
    loaded, load = [], evaluation.load
    images = run.images["count"].sel(split="val").sum().item()

    def loads(*given) -> None:
        load(*given)
        inputs.settle(run.device)
        loaded.append(time.monotonic())

    def note(line: str) -> None:
        windows.append(images / (time.monotonic() - loaded[-1]))
        if len(windows) > sizes.windows:
            raise Enough

    settings = inputs.settings(
        run.case,
        run.source,
        run.device,
        threads=1,
        ablation=inputs.ablation_settings(run.case, 512, "all", 1, "redrawn_per_batch"),
        cka=inputs.cka_settings("all"),
    )
    with patch.object(evaluation, "load", loads):
        try:
            stage(settings, run.images, **inputs_of(stage, run), note=note)
        except Enough:
            return


def inputs_of(stage: Callable, run: SimpleNamespace) -> dict:
    """The results and folders that a measure reads beside the images."""
    if stage is between.between:
        pair = {"first": run.training, "second": run.training}
        return pair | {f"{each}_checkpoints": run.checkpoints for each in ("first", "second")}
    given = {"training": run.training, "checkpoints": run.checkpoints}
    return given | {"selectivity": some_selectivity(run)} if stage is ablation.ablation else given


def some_selectivity(run: SimpleNamespace):
    """A selectivity result of random numbers: ablation is as fast in any order."""
    import xarray as xr

    network = build(run.case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    side = run.images["height"].item()
    network.trunk.eval()
    with torch.no_grad():
        outputs = evaluation.walk(network, torch.zeros(1, run.images.sizes["channel"], side, side))
        channels = {name: output.shape[1] for name, output in outputs}
    blocks = [(module, block, name) for module, names in network.modules.items() for block, name in enumerate(names)]
    place = np.repeat([each[:2] for each in blocks], [channels[name] for _, _, name in blocks], axis=0)
    epochs = run.training["epoch"].values
    values = np.random.default_rng(0).random((len(epochs), len(place)))
    return xr.Dataset(
        {"selectivity": (("epoch", "unit"), values)},
        {"epoch": epochs, "module": ("unit", place[:, 0]), "block": ("unit", place[:, 1])},
    )
