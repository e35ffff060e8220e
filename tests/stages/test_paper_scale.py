"""The settings of `imagenet-development` on its network, with random weights, and on 200 photographs."""

import os
from itertools import combinations_with_replacement
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from vestige.config import loading
from vestige.data import arrays
from vestige.models.network import build
from vestige.stages.ablation import ablation
from vestige.stages.ablation_points import points_of
from vestige.stages.cka import cka
from vestige.stages.selectivity import selectivity
from vestige.training import checkpoints

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("VESTIGE_DATA", ROOT.parent / "shared" / "data"))
PHOTOGRAPHS = DATA / "imagenette224-2k" / "val"
CLASSES, EACH = 10, 20
STUDY = loading.read(ROOT / "studies" / "imagenet-development.yaml")
GRID = {4: 13, 5: 25, 6: 48, 7: 95}
FIRST = {"epochs": (0,)}  # the only checkpoint that there is

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason=f"no photographs in {PHOTOGRAPHS}: set VESTIGE_DATA"),
]


def decoded(each: int) -> arrays.Decoded:
    """So many photographs of every class, uint8 (images, 3, 224, 224), for validation; one of them to train with."""
    folders = sorted(path for path in PHOTOGRAPHS.iterdir() if path.is_dir())
    files = [file for folder in folders for file in sorted(folder.iterdir())[:each]]
    pixels = np.stack([np.asarray(Image.open(file).convert("RGB")).transpose(2, 0, 1) for file in files])
    labels = np.repeat(np.arange(len(folders)), each)
    both = {"train": pixels[:1], "val": pixels}, {"train": labels[:1], "val": labels}
    return arrays.Decoded(*both, tuple(folder.name for folder in folders))


def described(photographs: arrays.Decoded) -> xr.Dataset:
    """Their images result, with ImageNet's normalisation; the arrays are left in work/."""
    digests = arrays.store(photographs)
    return xr.Dataset(
        {f"{kind}_sha256": ("split", digests[kind]) for kind in arrays.KINDS}
        | {"mean": ("channel", [0.485, 0.456, 0.406]), "std": ("channel", [0.229, 0.224, 0.225])},
        coords={"split": ["train", "val"], "class": range(CLASSES)},
    )


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """A ResNet-50 with random weights as checkpoint 0 of a run, and the photographs, in a folder of their own."""
    folder = tmp_path_factory.mktemp("untrained")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        network = build(STUDY.network, channels=3, classes=CLASSES, seed=0)
        digest = checkpoints.write(folder / checkpoints.name(0), network.trunk)
        training = xr.Dataset({"checkpoint": ("epoch", [digest])}, {"epoch": [0], "seed": 0})
        shared = {"training": training, "checkpoints": folder, "note": print}
        settings = {
            "device": "cpu",
            "threads": 2,
            "images": SimpleNamespace(source="absent", crop=224),
            "network": STUDY.network,
        }
        yield SimpleNamespace(images=described(decoded(EACH)), inputs=shared, settings=settings)


@pytest.fixture(scope="module")
def selective(untrained):
    """Its selectivity on all photographs; in batches that fit into any memory, which are nothing to the result."""
    asked = SimpleNamespace(**untrained.settings, selectivity=STUDY.selectivity.model_copy(update={"batch_size": 20}))
    return selectivity(asked, untrained.images, **untrained.inputs)


def test_there_are_the_paper_s_15_104_units(selective):
    assert selective.sizes["unit"] == 15_104
    assert [int((selective["module"] == module).sum()) for module in GRID] == [768, 2048, 6144, 6144]


def test_every_unit_has_an_index_between_0_and_1_unless_it_is_silent(selective):
    index, silent = selective["selectivity"].values, selective["response_max"].values == 0
    assert ((index >= 0) & (index <= 1))[~silent].all()
    assert np.isnan(index[silent]).all()
    assert silent.mean() < 0.1


def test_the_grid_has_the_paper_s_points_in_every_module(untrained, selective):
    network = build(STUDY.network, channels=3, classes=CLASSES, seed=0)
    points = points_of(STUDY.ablation, network, selective)
    assert {module: sum(point.module == module for point in points) for module in GRID} == GRID
    last = {point.module: point.ablated for point in points}
    assert last == {4: 248, 5: 496, 6: 992, 7: 2024}


def test_ablation_by_the_paper_s_settings_gives_a_curve_of_95_points_in_module_7(untrained, selective):
    """Of few photographs, because only the accuracy depends on how many there are."""
    asked = STUDY.ablation.model_copy(update=FIRST | {"modules": (7,)})
    settings = SimpleNamespace(**untrained.settings, ablation=asked)
    found = ablation(settings, described(decoded(1)), selectivity=selective, **untrained.inputs)
    assert dict(found["accuracy"].sizes) == {"epoch": 1, "order": 2, "repeat": 1, "point": 95}
    assert found["accuracy"].notnull().all()


@pytest.fixture(scope="module")
def compared(untrained):
    """(layer, layer_other) CKA as the study asks for it: by the paper's library, in float64."""
    asked = SimpleNamespace(**untrained.settings, cka=STUDY.cka.model_copy(update=FIRST))
    return cka(asked, untrained.images, **untrained.inputs)["cka"].sel(epoch=0)


def test_cka_by_the_paper_s_settings_has_fifteen_unordered_pairs_of_layers(compared):
    pairs = list(combinations_with_replacement(compared["layer"].values.tolist(), 2))
    values = [compared.sel(layer=one, layer_other=other).item() for one, other in pairs]
    assert len(values) == 15
    assert all(0 < value <= 1 + 1e-9 for value in values)


def test_cka_by_the_paper_s_settings_is_symmetric(compared):
    np.testing.assert_allclose(compared.values, compared.values.T, rtol=0, atol=1e-12)
