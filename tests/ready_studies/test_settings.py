"""The settings of a ready-made study are the authors' in a faithful one, and sound in the others."""

import pytest
from ready_studies.studies import BOTH, CLUSTERED, FAITHFUL, IMAGENET, SOUND, STUDIES, each, figures

from vestige.foundation import canonical_json

AS_THE_AUTHORS = {
    "device": "cuda",
    "training.batch_size": 256,
    "training.learning_rate_step": 30,
    "training.learning_rate_gamma": 0.1,
    "training.momentum": 0.9,
    "training.class_reduction": "sum",
    "training.epsilon": 1e-6,
    "selectivity.epsilon": 1e-6,
    "ablation.epochs": [*range(1, 16), *range(20, 91, 10)],
    "ablation.grid": {"steps": [15, 40]},
    "ablation.random.protocol": "redrawn_per_batch",
    "ablation.ranked_on": "same_images",
    "cka": {"epochs": [*range(21)], "batch_size": 64, "order": "class_sorted", "estimator": "torch-cka"},
}
ON_IMAGENET = {
    "images": {
        "source": "imagenet",
        "crop": 224,
        "resize": 256,
        "resize_with": "pillow",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "on_unreadable": "refuse",
    },
    "network.family": "resnet",
    "training.random_crop": {"scale": [0.08, 1], "ratio": [3 / 4, 4 / 3]},
    "training.learning_rate": 0.1,
    "training.weight_decay": 1e-4,
    "training.flip": 0.5,
    "ablation.modules": [4, 5, 6, 7],
}
OF_VGG = {
    "images.source": "cifar10",
    "network": {"family": "vgg", "depth": 16, "dropout": 0.5, "head": 1000},
    "training.learning_rate": 1e-3,
    "training.weight_decay": 0,
    "conditions.suppressed": {"alpha": -20, "modules": [1, 2, 3, 4], "start": 0},
}
SOUNDLY = {
    "training.class_reduction": "mean",
    "ablation.random.protocol": "fixed_orders",
    "ablation.ranked_on": "held_out_halves",
    "cka.epochs": "all",
    "cka.order": "shuffled",
    "cka.estimator": "minibatch",
}
BANDS = {**dict.fromkeys(FAITHFUL, "paper"), **dict.fromkeys((*SOUND, *CLUSTERED, BOTH))}
AREA = {**dict.fromkeys(FAITHFUL, "sum"), **dict.fromkeys((*SOUND, *CLUSTERED, BOTH), "integral")}


def settings_of(*groups):
    """A test of each of some settings in each of some studies."""
    rows = [(name, key, value) for names, said in groups for name in names for key, value in said.items()]
    return pytest.mark.parametrize(("name", "key", "value"), rows, ids=[f"{name}-{key}" for name, key, _ in rows])


@each([name for name in SOUND if name != "digits_fidelity"])
def test_a_sound_study_recomputes_statistics_on_most_images_or_on_many(name):
    said = STUDIES[name].training.batch_norm
    assert (said.statistics, said.images % said.batch_size) == ("recomputed", 0)


@each([*FAITHFUL, "digits_fidelity"])
def test_a_faithful_study_has_running_statistics(name):
    assert STUDIES[name].training.batch_norm is None


@settings_of((FAITHFUL, AS_THE_AUTHORS), (IMAGENET, ON_IMAGENET), (["cifar10-vgg16"], OF_VGG), (SOUND, SOUNDLY))
def test_a_setting_is_the_authors_in_a_faithful_study_and_sound_in_the_others(name, key, value):
    assert canonical_json.value_at(STUDIES[name], key) == value


@pytest.mark.parametrize("key", ["shift", "flip"])
def test_vgg_sees_unchanged_images(key):
    assert key not in canonical_json.value_at(STUDIES["cifar10-vgg16"], "training")


@each(SOUND)
def test_a_sound_grid_goes_from_the_intact_network_to_full_ablation(name):
    assert STUDIES[name].ablation.grid.fractions[::8] == (0, 1)


@each(STUDIES)
def test_bands_areas_and_silent_units_are_the_authors_only_in_a_faithful_study(name):
    drawn = figures(name).values()
    bands = {said.bands for figure, said in figures(name).items() if figure != "architecture"}
    assert bands == {BANDS[name]}
    assert {said.area for said in drawn if hasattr(said, "area")} <= {AREA[name]}
    assert {said.silent_units for said in drawn if hasattr(said, "silent_units")} <= {"zero"}
