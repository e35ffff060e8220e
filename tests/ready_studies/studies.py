"""The ready-made studies, in groups: of either paper, faithful to it, scaled down, or sound."""

from pathlib import Path

import pytest

from vestige.config import loading

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "studies").glob("*.yaml"))
STUDIES = {path.stem: loading.read(path) for path in FILES}

OF_THE_PAPER = ("imagenet-development", "imagenet-intervention", "imagenet-recovery")
IMAGENET = (*OF_THE_PAPER, "imagenet-resnet18", "imagenet-resnet34")
FAITHFUL = (*IMAGENET, "cifar10-vgg16")
SCALED = ("cifar10", "digits_paper", "mnist")
SOUND = (*SCALED, "digits", "digits_fidelity", "imagenet_sample", "imagenette")
CLUSTERED = ("digits_clustering", "mnist_mlp", "mnist_wide", "mnist_deep", "cifar10_resnet")  # of the second paper
BOTH = "digits_both"  # papers
FIRST, SECOND = "Ranadive et al. 2023", "Lange et al. 2022"


def each(names):
    """A test of each of some studies."""
    return pytest.mark.parametrize("name", names)


def figures(name: str) -> dict:
    """The figures that a study asks for, and their settings."""
    listed = {figure: said for _, kind in STUDIES[name].figures for figure, said in kind}
    return {figure: said for figure, said in listed.items() if said is not None}
