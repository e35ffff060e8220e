"""Sections about clusters that contradict others are refused with the key and the remedy."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.stages import unit_association
from vestige.stages.cluster_ablation import Settings

STUDY = Path(__file__).resolve().parents[2] / "bench/comparison/studies/perceptron.yaml"


def study(*changes) -> dict:
    """The study of a perceptron as plain values, with other values at some paths of keys; None leaves a key out."""
    data = YAML(typ="safe", pure=True).load(STUDY.read_text())
    for path, value in changes:
        *above, key = path.split(".")
        here = data
        for name in above:
            here = here[name]
        here.pop(key) if value is None else here.update({key: value})
    return data


REFUSED = [
    (
        [("untrained.more", {"networks": 5, "seed": 0})],
        "untrained.more.seed: found 0, as untrained.initial has; give another",
    ),
    (
        [("applies.cluster_ablation", ["descended"])],
        "applies.cluster_ablation: found descended; it reads clustering, which covers the conditions of "
        "applies.association: add descended there, or remove it here",
    ),
    ([("applies.norms", ["lasting"])], "applies.norms: found 'lasting'; no such condition; "),
    ([("norms", None)], "norms: missing; applies.norms asks for what is made with it; its keys: epochs, small"),
    (
        [("cluster_ablation", None)],
        "cluster_ablation: missing; applies.cluster_ablation asks for what is made with it; its keys: measures",
    ),
    ([("clustering", None)], "clustering: missing; applies.association asks for what is made with it; "),
    (
        [("cluster_ablation.measures", ["covarience"])],
        "cluster_ablation.measures.0: found \"covarience\"; did you mean 'covariance'? ",
    ),
    ([("cluster_ablation.measures", [])], "cluster_ablation.measures: found []; allowed: 1 or more entries"),
    (
        [("cluster_ablation.measures", ["covariance", "covariance"])],
        "cluster_ablation.measures: covariance is given 2 times; allowed: each once",
    ),
    ([("cluster_ablation.repeats", 0)], "cluster_ablation.repeats: found 0; allowed: "),
    ([("norms.small", 0)], "norms.small: found 0; allowed: "),
    ([("norms.epochs", [7])], "norms.epochs: found 7; conditions.baseline ends at epoch 3; allowed: all, or some of "),
    (
        [("keep", "best"), ("conditions", {"baseline": {}}), ("training.held_out", None)],
        "keep: found best; conditions.baseline holds no images out, by which one would be the best: give",
    ),
    (
        [("training.precision", "tf32")],
        "training.precision: found tf32, which the device cpu has not; allowed: float32, bfloat16",
    ),
    ([("training.precision", "half")], 'training.precision: found "half"; allowed: float32, tf32, bfloat16'),
    ([("training.memory_format", "last")], 'training.memory_format: found "last"; allowed: channels_last, contiguous'),
    (
        [("training.compile", True), ("training.dropout", 0.5)],
        "training.compile: found true; masks of dropout (0.5) cannot be compiled: leave out one of them",
    ),
    ([("training.devices", 0)], "training.devices: found 0; allowed: "),
    (
        [("training.devices", 5), ("training.batch_size", 64)],
        "conditions.more.devices: found 5; batch_size 64 is not a multiple of it; allowed: what divides it",
    ),
    (
        [("training.devices", 2), ("training.dropout", 0.5), ("training.batch_size", 64)],
        "training.devices: found 2; with dropout one device trains alone; allowed: 1, or leave that out",
    ),
    (
        [("figures.association", {"sorted_matrices": {"layer": 5}})],
        "figures.association.sorted_matrices.layer: found 5; the network has no such module; allowed: 1, 2",
    ),
    (
        [("figures.clustering", {"modularity_by_regularization": {"measures": ["covariance", "covariance"]}})],
        "figures.clustering.modularity_by_regularization.measures: covariance is given 2 times; allowed: each once",
    ),
    (
        [("figures.agreement", {"agreement": {"measures": ["covariance"]}})],
        'figures.agreement.agreement.measures: found ["covariance"]; allowed: 2 or more entries',
    ),
    (
        [("figures.agreement", {"agreement_of_statistics": {"measures": ["covariance", "input_gradient"]}})],
        'figures.agreement.agreement_of_statistics.measures: found ["covariance", "input_gradient"]; '
        "allowed: 3 or more entries",
    ),
    (
        [("network.hidden", [7, 1])],
        "network.hidden: found [7, 1]; associations are between two or more units",
    ),
    ([("clustering.entropy", [1])], "clustering.entropy: found [1]; allowed: a number, or 2 entries"),
    (
        [("clustering.temperatures", [2, 1])],
        "clustering.temperatures: found [2, 1]; allowed: two of which the second is larger, as in [1e-6, 1e6]",
    ),
    ([("clustering.entropy", [])], "clustering.entropy: found []; allowed: a number, or 2 entries"),
    ([("norms.epochs", [0, 0])], "norms.epochs: 0 is given 2 times; allowed: each once"),
]


@pytest.mark.parametrize(("changes", "says"), REFUSED, ids=lambda value: None)
def test_what_a_measure_of_clusters_lacks_is_refused_with_the_key(changes, says):
    with pytest.raises(loading.StudyRefused) as refused:
        loading.validate_study(study(*changes))
    assert f"  {says}" in str(refused.value)


@pytest.mark.parametrize("measure", ["association", "norms"])
def test_the_best_epoch_of_a_run_that_holds_no_images_out_is_refused(measure):
    watched = [("training.held_out", None), ("training.early_stopping", None), ("training.plateau", None)]
    watched += [("training.learning_rate_step", 30), ("training.learning_rate_gamma", 0.1)]
    other = {"association": "norms", "norms": "association"}[measure]
    with pytest.raises(loading.StudyRefused) as refused:
        loading.validate_study(study(*watched, (f"{other}.epochs", "all")))
    assert f"  {measure}.epochs: found best; conditions.baseline holds no images out" in str(refused.value)
    assert f"  {other}.epochs" not in str(refused.value)


EMPTY = (("applies", []), ("figures", {}))


def test_what_nothing_is_made_with_may_be_left_out():
    none = [(f"{section}.{measure}", empty) for measure in ("norms", "cluster_ablation") for section, empty in EMPTY]
    assert loading.validate_study(study(*none, ("norms", None), ("cluster_ablation", None))).norms is None


def test_a_small_weight_is_that_of_the_paper_where_nothing_is_said():
    assert loading.validate_study(study(("norms.small", None))).norms.small == 1e-3


def test_clusters_may_be_ablated_of_every_measure_that_there_is():
    every = {"measures": unit_association.MEASURES, "repeats": 1, "seed": 0, "batch_size": 1}
    assert Settings(**every).measures == unit_association.MEASURES
