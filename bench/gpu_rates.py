"""Images a second of training and of every measure, as the stages compute them."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import gpu_inputs as inputs
import numpy as np
import torch
from gpu_table import Missing, Table

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.models.network import build
from vestige.stages import ablation, between, cka, selectivity
from vestige.training import evaluation
from vestige.training.loop import gradients, one_pass
from vestige.training.optimizers.sgd import begin, step

PENALTY = inputs.penalty(-20.0, (4, 5, 6))  # the paper's
SETTLING = 10  # batches from which the normalisation has its statistics
Windows = list[float]


class Enough(Exception):
    """All windows of a measure are there."""


def time_all(table: Table, sizes: inputs.Sizes, device: str, folder: Path) -> None:
    """A row for the training step, for a pass of training, and for each measure."""
    case, ablated = sizes.timed, sizes.ablated
    run = table.prepare(f"{case.name}: images and checkpoints", lambda: prepared(case, sizes, device, folder))
    few = run
    if ablated is not case:
        few = table.prepare(f"{case.name}: fewer images, for ablation", lambda: with_images_of(run, ablated))
    step, whole = (
        f"training step, batch of {case.training['batch_size']} on the device",
        "training pass, flips and copies",
    )
    points = len(ablated.ablated) * len(ablated.fractions)
    rows = {
        step: (run, partial(steps, condition=inputs.NO_PENALTY)),
        f"{step}, penalty": (run, partial(steps, condition=PENALTY)),
        whole: (run, partial(passes, condition=inputs.NO_PENALTY)),
        f"{whole}, penalty": (run, partial(passes, condition=PENALTY)),
        "selectivity": (run, partial(measure, stage=selectivity.selectivity)),
        f"ablation, {points} points in 2 orders": (few, partial(measure, stage=ablation.ablation)),
        "cka, batches of 64": (run, partial(measure, stage=cka.cka)),
        "between, batches of 64, two networks": (run, partial(measure, stage=between.between)),
    }
    table.rates({f"{case.name}: {name}": in_turn(compute, of, sizes) for name, (of, compute) in rows.items()})


def in_turn(compute: Callable, run: SimpleNamespace | None, sizes: inputs.Sizes) -> Callable[[Windows], None]:
    """What fills a list of windows."""

    def filled(windows: Windows) -> None:
        if run is None:
            raise Missing("its images and checkpoints were not made")
        compute(run, sizes, windows)

    return filled


def prepared(case: inputs.Case, sizes: inputs.Sizes, device: str, folder: Path) -> SimpleNamespace:
    """Images, and as many checkpoints as a measure has windows, all of the same weights."""
    run = with_images_of(SimpleNamespace(case=case, device=device), case)
    network = build(case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    network.trunk.to(prepare(device, 1)).train()
    train = split_of(run.images, run.source, "train", 64, torch.device(device))
    with torch.no_grad():
        for images, _ in list(train.batches(np.arange(len(train.labels))))[:SETTLING]:
            network.trunk(images)
    run.checkpoints = folder / "checkpoints"
    run.training = inputs.one_checkpoint_many_times(network, run.checkpoints, sizes.windows + 1)
    return run


def with_images_of(run: SimpleNamespace | None, case: inputs.Case) -> SimpleNamespace:
    """The same run, but measured on the images of another case."""
    if run is None:
        raise Missing("there are no checkpoints to measure")
    images, source = case.images()
    return SimpleNamespace(**vars(run) | {"case": case, "images": images, "source": source})


def started(run: SimpleNamespace, condition: SimpleNamespace) -> SimpleNamespace:
    """A network, its momentum, the training images and the settings, as training begins."""
    settings = inputs.settings(run.case, run.source, run.device, threads=1, condition=condition)
    device = prepare(run.device, settings.threads)
    network = build(run.case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    momentum = begin(network.trunk.to(device).train())
    train = split_of(run.images, run.source, "train", settings.training.batch_size, device)
    return SimpleNamespace(network=network, momentum=momentum, train=train, settings=settings)


def steps(run: SimpleNamespace, sizes: inputs.Sizes, windows: Windows, condition: SimpleNamespace) -> None:
    """Steps of training on a batch that lies on the device: what the stage does between reading two batches."""
    begun = started(run, condition)
    images, labels = next(begun.train.batches(np.arange(len(begun.train.labels))))
    classes = labels.unique()
    penalised = [begun.network.modules[module] for module in condition.modules]
    rate = begun.settings.training.learning_rate
    for _ in range(sizes.windows + 1):
        clock = time.monotonic()
        for _ in range(sizes.steps_per_window):
            gradients(begun.network, images, labels, classes, penalised, begun.settings)
            step(begun.network.trunk, begun.momentum, rate, begun.settings.training)
        inputs.settle(run.device)
        windows.append(sizes.steps_per_window * len(labels) / (time.monotonic() - clock))


def passes(run: SimpleNamespace, sizes: inputs.Sizes, windows: Windows, condition: SimpleNamespace) -> None:
    """Whole passes of training over the images."""
    begun = started(run, condition)
    for epoch in range(sizes.windows + 1):
        clock = time.monotonic()
        rate, rows = begun.settings.training.learning_rate, np.arange(len(begun.train.labels))
        one_pass(begun.network, begun.momentum, begun.train, rows, begun.settings, epoch, rate, [])
        inputs.settle(run.device)
        windows.append(len(begun.train.labels) / (time.monotonic() - clock))


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
