"""Images, networks and settings on which the device is tried, at full and at toy size."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import xarray as xr

from vestige.data import arrays, digits
from vestige.models import bottleneck_resnet, resnet, vgg
from vestige.stages.images import describe_images
from vestige.stages.images import images as images_stage
from vestige.stages.training import Settings, training
from vestige.training import checkpoints
from vestige.training.resume import Trajectory

TRAINING = dict.fromkeys(Settings.model_fields) | {  # all that is not said is left out
    "epochs": 2,
    "batch_size": 64,
    "learning_rate": 0.05,
    "learning_rate_step": 30,
    "learning_rate_gamma": 0.1,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "class_reduction": "mean",
    "epsilon": 1e-6,
}
RANDOM_CROP = SimpleNamespace(scale=(0.08, 1), ratio=(3 / 4, 4 / 3))  # of the ImageNet studies
NO_PENALTY = SimpleNamespace(alpha=0.0, modules=(), start=0, stop=0)
MODULES = (4, 5, 6, 7)  # of every residual network
INDEX = SimpleNamespace(batch_size=256, epsilon=1e-6)


@dataclass(frozen=True)
class Case:
    """Images, a network for them, how it is trained, and what of it is ablated."""

    name: str
    images: Callable[[], tuple[xr.Dataset, object]]  # an images result, and the settings of its source
    network: object
    training: dict
    ablated: tuple[int, ...] = MODULES
    fractions: tuple[float, ...] = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True)
class Sizes:
    """All that differs between a GPU and the toy."""

    threads: int  # of the CPU, in comparisons
    compared: tuple[Case, ...]
    repeated: tuple[Case, ...]
    steps: tuple[Case, ...]  # of which one step is repeated
    timed: Case
    ablated: Case  # fewer images than `timed`
    photographs: int  # of a pass over them, about
    side_of_matrices: int
    steps_per_window: int
    windows: int  # that count; one more warms up
    compiles: bool


def digit_images() -> tuple[xr.Dataset, object]:
    """The handwritten digits that scikit-learn brings along, as a study has them."""
    source = digits.Settings(source="digits", val_fraction=0.2, split_seed=0)
    return images_stage(SimpleNamespace(images=source), print_nothing), source


def patterns(
    train: int, val: int, side: int, classes: int, crop: int | None = None
) -> Callable[[], tuple[xr.Dataset, object]]:
    """Synthetic images of a black and white pattern a class, of whose pixels a fifth is turned over.

    A GPU multiplies by 1/255 where a CPU divides by 255, which is the same to the last bit for the pixels 0 and 255.
    What differs on these images then differs in the stage.
    """

    def made() -> tuple[xr.Dataset, object]:
        rng = np.random.default_rng(0)
        coarse = rng.random((classes, 3, 8, 8)) < 0.5
        scale = np.ones((1, 1, side // 8, side // 8), dtype=bool)
        labels = {split: np.arange(count) % classes for split, count in (("train", train), ("val", val))}
        images = {
            split: np.where(np.kron(coarse[each], scale) ^ (rng.random((len(each), 3, side, side)) < 0.2), 255, 0)
            for split, each in labels.items()
        }
        decoded = arrays.Decoded(
            {split: each.astype(np.uint8) for split, each in images.items()}, labels, tuple(map(str, range(classes)))
        )
        return describe_images(decoded), SimpleNamespace(source="synthetic", crop=crop)

    return made


def noise(count: int, side: int, classes: int, crop: int | None = None) -> Callable[[], tuple[xr.Dataset, object]]:
    """Random pixels, the same for training and validation: speed does not depend on what is seen."""

    def made() -> tuple[xr.Dataset, object]:
        pixels = np.random.default_rng(0).integers(0, 256, (count, 3, side, side), dtype=np.uint8)
        labels = np.arange(count) % classes
        decoded = arrays.Decoded(
            dict.fromkeys(arrays.SPLITS, pixels), dict.fromkeys(arrays.SPLITS, labels), tuple(map(str, range(classes)))
        )
        return describe_images(decoded), SimpleNamespace(source="synthetic", crop=crop)

    return made


def full() -> Sizes:
    """For a GPU of 40 GB or more: ResNet-50 as the ImageNet studies train it."""
    small = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 2, 1), width=16)
    plain = resnet.Settings(family="resnet", depth=50)
    dropped = vgg.Settings(family="vgg", depth=16, dropout=0.5)
    few, more = patterns(256, 128, 64, 10), patterns(512, 128, 64, 10, crop=56)
    crops = {"flip": 0.5, "random_crop": RANDOM_CROP}
    paper = {"batch_size": 256, "learning_rate": 0.1, "class_reduction": "sum", **crops}
    once = {"epochs": 1, "batch_size": 32}
    return Sizes(
        threads=os.cpu_count() or 1,
        compared=(
            Case("digits", digit_images, small, {"shift": 1}),
            Case("synthetic, ResNet-50, 64 px", few, plain, once, (4, 7), (0, 0.5, 1)),
        ),
        repeated=(
            Case("digits", digit_images, small, {"shift": 1}),
            Case("digits in bfloat16", digit_images, small, {"shift": 1, "precision": "bfloat16"}),
            Case("digits in tf32", digit_images, small, {"shift": 1, "precision": "tf32"}),
            Case("synthetic, ResNet-50 with random crops", more, plain, crops),
        ),
        steps=(Case("ResNet-50", few, plain, {}), Case("VGG-16 with dropout", few, dropped, {})),
        timed=Case("ResNet-50", noise(2048, 256, 1000, crop=224), plain, paper),
        ablated=Case("ResNet-50", noise(512, 256, 1000, crop=224), plain, paper, fractions=(0.25, 0.5, 0.75)),
        photographs=4096,
        side_of_matrices=8192,
        steps_per_window=4,
        windows=3,
        compiles=True,
    )


def toy() -> Sizes:
    """For a CPU and less than a minute of it: the same rows, of small networks."""
    small = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)
    resnet18 = resnet.Settings(family="resnet", depth=18)
    few, cropped = patterns(48, 24, 16, 4), patterns(48, 24, 24, 4, crop=16)
    quick = {"batch_size": 24}
    seen = Case("toy", noise(16, 32, 10), small, {"batch_size": 8, "flip": 0.5}, fractions=(0.25, 0.75))
    return Sizes(
        threads=1,
        compared=(
            Case("digits", digit_images, small, {"shift": 1, "batch_size": 256}, fractions=(0, 0.5, 1)),
            Case("synthetic, toy, 16 px", few, small, quick | {"epochs": 1}, (4, 7), (0, 0.5, 1)),
        ),
        repeated=(
            Case("digits", digit_images, small, {"shift": 1, "batch_size": 256}),
            Case("digits in bfloat16", digit_images, small, {"shift": 1, "batch_size": 256, "precision": "bfloat16"}),
            Case(
                "synthetic, ResNet-18 with random crops",
                cropped,
                resnet18,
                quick | {"flip": 0.5, "random_crop": RANDOM_CROP},
            ),
        ),
        steps=(Case("toy", few, small, quick),),
        timed=seen,
        ablated=seen,
        photographs=24,
        side_of_matrices=64,
        steps_per_window=1,
        windows=2,
        compiles=False,
    )


def settings(case: Case, source, device: str, threads: int, seed: int = 0, **sections) -> SimpleNamespace:
    """What a stage is called with."""
    given = {
        "device": device,
        "threads": threads,
        "seed": seed,
        "images": source,
        "network": case.network,
        "training": SimpleNamespace(**TRAINING | case.training),
        "condition": NO_PENALTY,
        "selectivity": INDEX,
    }
    return SimpleNamespace(**given | sections)


def ablation_settings(case: Case, batch_size: int, epochs, repeats: int, protocol: str) -> SimpleNamespace:
    """Progressive ablation of a case, ranked on the images that are then classified."""
    return SimpleNamespace(
        epochs=epochs,
        modules=case.ablated,
        grid=SimpleNamespace(steps=None, fractions=case.fractions),
        random=SimpleNamespace(protocol=protocol, repeats=repeats),
        ranked_on="same_images",
        batch_size=batch_size,
    )


def cka_settings(epochs) -> SimpleNamespace:
    """CKA in the paper's batches, by the estimator that is not a library's."""
    return SimpleNamespace(epochs=epochs, batch_size=64, order="class_sorted", order_seed=0, estimator="minibatch")


def penalty(alpha: float, modules: tuple[int, ...] = MODULES) -> SimpleNamespace:
    """A condition that is penalised from the first pass on."""
    return SimpleNamespace(alpha=alpha, modules=modules, start=0, stop=10**6)


def trained(asked: SimpleNamespace, images: xr.Dataset, folder: Path, note: Callable[[str], None]) -> xr.Dataset:
    """Train in a folder, going on from what is there."""
    keys = tuple(f"{epoch:03d}" for epoch in range(asked.training.epochs + 1))
    return training(asked, images, folder / "checkpoints", Trajectory(folder / "trajectory", keys), note)


def one_checkpoint_many_times(network, folder: Path, count: int) -> xr.Dataset:
    """A training result whose epochs all have the same weights, for measures to go over; its checkpoints are links."""
    sha256 = checkpoints.write(folder / checkpoints.name(0), network.trunk)
    for epoch in range(1, count):
        os.link(folder / checkpoints.name(0), folder / checkpoints.name(epoch))
    return xr.Dataset({"checkpoint": ("epoch", [sha256] * count)}, {"epoch": range(count), "seed": 0}).assign_coords(
        condition="baseline"
    )


def discard(folder: Path) -> None:
    """Remove a folder of checkpoints that nobody needs any more."""
    shutil.rmtree(folder, ignore_errors=True)


def settle(device: str) -> None:
    """Wait until the device has done all that it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def print_nothing(line: str) -> None:
    """For stages that say how far they are."""
