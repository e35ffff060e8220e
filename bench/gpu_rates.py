"""Images a second of training, on one batch or over many, and of every measure, as the stages compute them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import gpu_inputs as inputs
import gpu_photographs
import numpy as np
import torch
from gpu_measures import Windows, measure
from gpu_table import Missing, Outcome, Table
from torch.utils.flop_counter import FlopCounterMode

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.models.network import build
from vestige.stages import ablation, between, cka, selectivity
from vestige.training.loop import gradients, one_pass
from vestige.training.optimizers.sgd import begin, step
from vestige.training.precision import arrange, refuse_unsupported, use_tf32

PENALTY = inputs.penalty(-20.0, (4, 5, 6))  # the paper's
PRODUCTS = 10  # a window
SETTLING = 10  # batches from which the normalisation has its statistics


def time_all(table: Table, sizes: inputs.Sizes, device: str, folder: Path, photographs: Path | None) -> None:
    """A row for the training step, for a pass of training, and for each measure, in the order of their worth."""
    case, ablated = sizes.timed, sizes.ablated
    run = table.prepare(f"{case.name}: images and checkpoints", lambda: prepared(case, sizes, device, folder))
    few = run
    if ablated is not case:
        few = table.prepare(f"{case.name}: fewer images, for ablation", lambda: with_images_of(run, ablated))
    seen = table.prepare(f"{case.name}: photographs", lambda: gpu_photographs.with_photographs(run, photographs, sizes))
    points = len(ablated.ablated) * len(ablated.fractions)
    measures = {
        "selectivity": (run, partial(measure, stage=selectivity.selectivity)),
        f"ablation, {points} points in 2 orders": (few, partial(measure, stage=ablation.ablation)),
        "cka, batches of 64": (run, partial(measure, stage=cka.cka)),
        "between, batches of 64, two networks": (run, partial(measure, stage=between.between)),
    }
    rows = {
        **of_training("bfloat16", run),
        **of_photographs("bfloat16", seen),
        **of_training("float32", run),
        **of_training("tf32", run),
        **measures,
        "training pass, flips and copies, float32": (run, passes),
        **of_photographs("float32", seen),
        **of_training("bfloat16", run, "algorithms that may differ from run to run", any_algorithm),
        **of_training("bfloat16", run, "compiled", compiled=True),
    }
    table.rates({f"{case.name}: {name}": in_turn(compute, of, sizes) for name, (of, compute) in rows.items()})
    table.row(f"{case.name}: training step, bfloat16, share of products of matrices", lambda: share_of_peak(run, sizes))


def of_training(precision: str, run, note: str = "", within: Callable = nullcontext, **said) -> dict[str, tuple]:
    """The rows of training steps in a precision, without and with a penalty."""
    rows = {}
    for name, condition in {"": inputs.NO_PENALTY, ", penalty": PENALTY}.items():
        title = f"training step, {precision}{name}" + (f"; {note}" if note else "")
        rows[title] = (run, partial(steps, condition=condition, precision=precision, within=within, **said))
    return rows


def of_photographs(precision: str, seen) -> dict[str, tuple]:
    """The rows of passes over photographs, which are decoded meanwhile."""
    return {
        f"training on JPEGs, {precision}{name}": (seen, partial(passes, condition=condition, precision=precision))
        for name, condition in {"": inputs.NO_PENALTY, ", penalty": PENALTY}.items()
    }


@contextmanager
def any_algorithm() -> Iterator[None]:
    """Let PyTorch choose what is fastest: the next `prepare` turns it off again. No study runs so."""
    torch.set_deterministic_debug_mode("default")
    torch.backends.cudnn.benchmark = True
    yield


def in_turn(compute: Callable, run: SimpleNamespace | None, sizes: inputs.Sizes) -> Callable[[Windows], str | None]:
    """What fills a list of windows, and may say more of them."""

    def filled(windows: Windows) -> str | None:
        if run is None:
            raise Missing("its images and checkpoints were not made")
        return compute(run, sizes, windows)

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
    run.best, run.times = {}, 1
    run.checkpoints = folder / "checkpoints"
    run.training = inputs.one_checkpoint_many_times(network, run.checkpoints, sizes.windows + 1)
    return run


def with_images_of(run: SimpleNamespace | None, case: inputs.Case) -> SimpleNamespace:
    """The same run, but measured on the images of another case."""
    if run is None:
        raise Missing("there are no checkpoints to measure")
    images, source = case.images()
    return SimpleNamespace(**vars(run) | {"case": case, "images": images, "source": source})


def started(run: SimpleNamespace, condition: SimpleNamespace, **said) -> SimpleNamespace:
    """A network, its momentum, the training images and the settings, as training begins with some keys of training."""
    settings = inputs.settings(run.case, run.source, run.device, threads=1, condition=condition)
    settings.training = SimpleNamespace(**vars(settings.training) | said)
    device = prepare(run.device, settings.threads)
    refuse_unsupported(settings.training, device)
    network = build(run.case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    momentum = begin(network.trunk.to(device).train())
    train = split_of(run.images, run.source, "train", settings.training.batch_size, device)
    network = arrange(network, settings.training)
    return SimpleNamespace(network=network, momentum=momentum, train=train, settings=settings)


def steps(
    run: SimpleNamespace,
    sizes: inputs.Sizes,
    windows: Windows,
    condition: SimpleNamespace,
    precision: str,
    within: Callable,
    compiled: bool = False,
) -> None:
    """Steps of training on a batch that lies on the device: what the stage does between reading two batches."""
    if precision == "tf32" and run.device == "cpu":
        raise Missing("a CPU has no TF32")
    if compiled and not sizes.compiles:
        raise Missing("nothing is compiled at toy size")
    begun = started(run, condition, precision=precision, compile=compiled or None)
    images, labels = next(begun.train.batches(np.arange(len(begun.train.labels))))
    classes = labels.unique()
    penalised = [begun.network.modules[module] for module in condition.modules]
    rate = begun.settings.training.learning_rate
    with within(), use_tf32(precision):
        for _ in range(sizes.windows + 1):
            clock = time.monotonic()
            for _ in range(sizes.steps_per_window):
                gradients(begun.network, images, labels, classes, penalised, begun.settings)
                step(begun.network.trunk, begun.momentum, rate, begun.settings.training)
            inputs.settle(run.device)
            windows.append(sizes.steps_per_window * len(labels) / (time.monotonic() - clock))
    if condition is inputs.NO_PENALTY and within is nullcontext and not compiled:
        run.best[precision] = median(windows[1:])


def passes(
    run: SimpleNamespace,
    sizes: inputs.Sizes,
    windows: Windows,
    condition: SimpleNamespace = inputs.NO_PENALTY,
    precision: str = "float32",
) -> str:
    """Passes of training over images that are read, copied, cut and mirrored, and of photographs also decoded.

    What is said of photographs is for which share of the time that counts a step waited for them.
    """
    begun = started(run, condition, precision=precision)
    train, waited = begun.train, []
    rate, rows = begun.settings.training.learning_rate, np.tile(np.arange(len(train.labels)), run.times)
    for epoch in range(sizes.windows + 1):
        clock = time.monotonic()
        one_pass(begun.network, begun.momentum, train, rows, begun.settings, epoch, rate, [])
        inputs.settle(run.device)
        seconds = time.monotonic() - clock
        windows.append(len(rows) / seconds)
        waited.append(sum(train.waits) / seconds)
        if train.waits:
            train.waits.clear()
    return f"waited {median(waited[1:]):.1%} of the time for images" if any(waited) else ""


def share_of_peak(run: SimpleNamespace | None, sizes: inputs.Sizes) -> Outcome:
    """Which share of the operations a second of products of matrices in bfloat16 a training step comes to.

    A step counts as three times the operations of a forward pass, as is usual: those of convolutions and of the head.
    """
    if run is None or "bfloat16" not in run.best:
        raise Missing("the step was not timed")
    network = build(run.case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    side = run.source.crop or run.images["height"].item()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network.trunk.eval()(torch.zeros(1, run.images.sizes["channel"], side, side))
    operations, most = 3 * counter.get_total_flops() * run.best["bfloat16"], operations_a_second(run.device, sizes)
    says = f"{operations / most:.1%}, {operations / 1e12:.3g} of {most / 1e12:.3g} x 10^12 operations a second"
    return Outcome(says, "", "measured")


def operations_a_second(device: str, sizes: inputs.Sizes) -> float:
    """Of the product of two square matrices in bfloat16, the median of the windows."""
    side, found = sizes.side_of_matrices, []
    one, other = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(sizes.windows + 1):
        inputs.settle(device)
        clock = time.monotonic()
        for _ in range(PRODUCTS):
            torch.mm(one, other)
        inputs.settle(device)
        found.append(PRODUCTS * 2 * side**3 / (time.monotonic() - clock))
    return median(found[1:])
