"""What every measure and the penalty's gradient come to on the device, beside a CPU in float64."""

import importlib
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import gpu_inputs as inputs
import numpy as np
import torch
import xarray as xr
from gpu_table import Missing, Outcome, Table, distance

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.models.network import build
from vestige.training import checkpoints, evaluation
from vestige.training.loop import gradients
from vestige.training.precision import use_tf32

ALPHA = -20.0
SAME_PIXELS = 1e-9  # float64 of images that were normalised to the same bits
ROUNDED_PIXELS = 1e-5  # float64 of images whose last bit of float32 may differ
FLOAT32 = {"selectivity": 1e-4, "cka": 2e-5, "between": 2e-5, "gradient": 5e-3}  # ten times what a CPU's comes to
HALVED = ("bfloat16", "tf32")  # precisions of training
LEAST = 1e-4  # of the largest response of its block: what a unit responds less is made of rounding in float32
PIXEL = 5e-7  # two units in the last place of a normalised pixel
MEASURES = ("selectivity", "ablation", "cka", "between")  # in float32, so that both precisions are compared


def compare(table: Table, case: inputs.Case, sizes: inputs.Sizes, device: str, folder: Path) -> None:
    """All rows of a case."""
    title = f"{case.name}: two networks trained on the CPU"
    run = table.prepare(title, lambda: trained_pair(case, sizes, folder))
    for name, compute in rows(run, device).items():
        table.row(f"{case.name}: {name}", compute)


def trained_pair(case: inputs.Case, sizes: inputs.Sizes, folder: Path) -> SimpleNamespace:
    """Networks of two seeds, and the images that they were trained on."""
    images, source = case.images()

    def settings(device, seed=0, **sections):
        return inputs.settings(case, source, device, sizes.threads, seed, **sections)

    folders = [folder / str(seed) for seed in range(2)]
    results = [
        inputs.trained(settings("cpu", seed), images, each, inputs.print_nothing).assign_coords(
            seed=seed, condition="baseline"
        )
        for seed, each in enumerate(folders)
    ]
    run = SimpleNamespace(
        case=case,
        images=images,
        settings=settings,
        results=results,
        places=[each / "checkpoints" for each in folders],
        last=results[0].sizes["epoch"] - 1,
        exact=source.source == "synthetic",  # every device normalises its pixels to the same bits
    )
    run.ranking = cache(lambda: measured(run, "selectivity", "cpu", torch.float64))
    return run


def rows(run: SimpleNamespace | None, device: str) -> dict[str, Callable[[], Outcome]]:
    """Name of each row -> what computes it. The reference of a measure is computed once for both its rows."""

    @cache
    def reference(name: str):
        return found(run, name, "cpu", torch.float64)

    def compared(name: str, dtype: torch.dtype) -> Outcome:
        if run is None:
            raise Missing("its networks were not trained")
        return DIFFERENCES[name](reference(name), found(run, name, device, dtype), run, dtype)

    named = {"normalised images": ("pixels", torch.float32)}
    for name in (*MEASURES, "gradient"):
        title = "gradient of the penalty" if name == "gradient" else name
        for dtype in (torch.float64, torch.float32):
            named[f"{title}, {str(dtype).removeprefix('torch.')}"] = (name, dtype)
    named |= {f"gradient of the penalty, trained in {precision}": (precision, torch.float32) for precision in HALVED}
    return {title: lambda given=given: compared(*given) for title, given in named.items()}


def found(run: SimpleNamespace, name: str, device: str, dtype: torch.dtype):
    """A measure of the run, or something else by its name, as the device computes it."""
    if name == "pixels":
        return pixels(run, device)
    if name in ("gradient", *HALVED):
        precision = name if name in HALVED and dtype == torch.float32 else None
        return gradient(run, device, dtype, ALPHA, precision) - gradient(run, device, dtype, 0.0, precision)
    return measured(run, name, device, dtype)


def measured(run: SimpleNamespace, name: str, device: str, dtype: torch.dtype) -> xr.Dataset:
    """What a stage finds of the run, its networks in float64 if need be. Ablation ranks units as the CPU does."""
    module = importlib.import_module(f"vestige.stages.{name}")
    asked = run.settings(
        device,
        ablation=inputs.ablation_settings(run.case, 512, [run.last], 2, "fixed_orders"),
        cka=inputs.cka_settings([0, run.last]),
    )
    given = (asked, run.images)
    with in_float64(module) if dtype == torch.float64 else nullcontext():
        if name == "between":
            return module.between(*given, *run.results, *run.places, inputs.print_nothing)
        ranked = {"selectivity": run.ranking()} if name == "ablation" else {}
        one = {"training": run.results[0], "checkpoints": run.places[0], "note": inputs.print_nothing}
        return getattr(module, name)(*given, **one, **ranked)


@contextmanager
def in_float64(module):
    """Within it, a stage that computes in float32 computes in float64: its network does, and its images are turned."""
    ready = evaluation.load_network

    def ready_in_float64(settings, images, device):
        network = ready(settings, images, device)
        network.trunk.double()
        first = next(iter(network.steps.values()))
        first.register_forward_pre_hook(lambda step, given: (given[0].double(),))
        return network

    has_own = hasattr(module, "load_network")
    own = patch.object(module, "load_network", ready_in_float64) if has_own else nullcontext()
    with patch.object(evaluation, "load_network", ready_in_float64), own:
        yield


def batch(run: SimpleNamespace, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Validation images and labels as a stage is given them."""
    val = split_of(run.images, run.settings(device).images, "val", 64, prepare(device, run.settings(device).threads))
    return next(val.batches(np.arange(len(val.labels))))


def pixels(run: SimpleNamespace, device: str) -> np.ndarray:
    """Normalised images."""
    return batch(run, device)[0].cpu().numpy()


def gradient(
    run: SimpleNamespace, device: str, dtype: torch.dtype, alpha: float, precision: str | None = None
) -> np.ndarray:
    """The gradient of the loss of one batch, over all weights of the trained network, in a precision of training."""
    if precision == "tf32" and device == "cpu":
        raise Missing("a CPU has no TF32")
    images, labels = batch(run, device)
    network = build(run.case.network, run.images.sizes["channel"], run.images.sizes["class"], seed=0)
    checkpoints.load(network, run.places[0], run.last, str(run.results[0]["checkpoint"].values[run.last]))
    network.trunk.to(device, dtype).train()
    asked = run.settings(device, condition=inputs.penalty(alpha))
    asked.training = SimpleNamespace(**vars(asked.training) | {"precision": precision})
    penalised = [network.modules[module] for module in inputs.MODULES]
    with use_tf32(precision):
        gradients(network, images.to(dtype), labels, labels.unique(), penalised, asked)
    return torch.cat([weight.grad.flatten() for weight in network.trunk.parameters()]).double().cpu().numpy()


def largest(one, other) -> float:
    """The largest difference of two arrays, infinite where only one is NaN, or where both hold nothing else."""
    one, other = (np.asarray(each, dtype=float) for each in (one, other))
    if np.isnan(one).all():
        return np.inf
    unlike = np.isnan(one) != np.isnan(other)
    return float(np.where(unlike, np.inf, np.nan_to_num(np.abs(one - other), nan=0.0)).max())


def pixels_apart(reference, values, run, dtype) -> Outcome:
    """How far normalised pixels are apart."""
    return distance(largest(reference, values), 0.0 if run.exact else PIXEL, "apart at most")


def indices_apart(reference, values, run, dtype) -> Outcome:
    """How far selectivity indices are apart; a unit with another preferred class is never within the tolerance.

    In float32 of units that respond: what the others say is only counted.
    """
    other = (reference["preferred_class"] != values["preferred_class"]).values
    heard = np.ones_like(other) if dtype == torch.float64 else responds(reference)
    apart = largest(*(np.where(heard, each["selectivity"], 0) for each in (reference, values)))
    says = f"apart at most, {other.sum()} of {other.size} units prefer another class"
    says += "" if heard.all() else f", {(other & ~heard).sum()} of them among {(~heard).sum()} that hardly respond"
    allowed = float64(run) if dtype == torch.float64 else FLOAT32["selectivity"]
    return distance(apart if not (other & heard).any() else np.inf, allowed, says)


def responds(selectivity: xr.Dataset) -> np.ndarray:
    """(epoch, unit) whether the largest class response of a unit is more than LEAST of the largest in its block."""
    blocks = np.stack([selectivity["module"].values, selectivity["block"].values], axis=1)
    responses, heard = selectivity["response_max"].values, np.zeros(selectivity["response_max"].shape, dtype=bool)
    for block in np.unique(blocks, axis=0):
        here = (blocks == block).all(1)
        heard[:, here] = responses[:, here] > LEAST * responses[:, here].max(1, keepdims=True)
    return heard


def hits_apart(reference, values, run, dtype) -> Outcome:
    """How many images more or less are classified correctly, at the point where that is most."""
    images = run.images["count"].sel(split="val").sum().item()
    counts = [np.rint(images * each.to_dataarray().values) for each in (reference, values)]
    allowed = 0 if dtype == torch.float64 and run.exact else 1
    return distance(largest(*counts), allowed, f"of {images} images at most, at {reference.sizes['point']} points")


def alignments_apart(name: str):
    """How far entries of CKA are apart."""

    def apart(reference, values, run, dtype) -> Outcome:
        allowed = float64(run) if dtype == torch.float64 else FLOAT32[name]
        return distance(largest(reference["cka"], values["cka"]), allowed, "apart at most")

    return apart


def gradients_apart(reference, values, run, dtype) -> Outcome:
    """The norm of what gradients differ by, as a share of the reference's."""
    allowed = float64(run) if dtype == torch.float64 else FLOAT32["gradient"]
    return distance(share_of_norm(reference, values), allowed, "of its norm")


def halved_apart(reference, values, run, dtype) -> Outcome:
    """The same of a precision of training, which is only said: nobody knows what is too much."""
    return Outcome(f"{share_of_norm(reference, values):.3g} of its norm", "", "measured")


def share_of_norm(reference: np.ndarray, values: np.ndarray) -> float:
    """The norm of what values differ by, as a share of the reference's."""
    return float(np.linalg.norm(values - reference) / np.linalg.norm(reference))


def float64(run) -> float:
    """The tolerance of what is computed in float64."""
    return SAME_PIXELS if run.exact else ROUNDED_PIXELS


DIFFERENCES = {
    "pixels": pixels_apart,
    "selectivity": indices_apart,
    "ablation": hits_apart,
    "cka": alignments_apart("cka"),
    "between": alignments_apart("between"),
    "gradient": gradients_apart,
    **dict.fromkeys(HALVED, halved_apart),
}
