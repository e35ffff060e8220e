"""An edit of conditions, pairs, seeds or figures reaches exactly its results, and an order of keys reaches none."""

import copy

import pytest
from job_table.shipped import (
    ABLATION,
    ABSENT,
    CKA,
    CLAIMS,
    NETWORKS,
    OF_CONDITIONS,
    OF_SEEDS,
    SHIPPED,
    STRUCTURE,
    STUDY,
    SUPPRESSED,
    changed,
    edited,
    expected,
)

from vestige import pipeline
from vestige.config import loading
from vestige.foundation import canonical_json

BASELINE = [f"{stage}/baseline-*" for stage in ("training", "selectivity", "ablation", "cka")]
BASELINE += ["between/*", "figures_between/*", *OF_SEEDS]
WITHOUT_SUPPRESSED = {
    "figures.training.class_representation": ABSENT,
    "conditions.suppressed": ABSENT,
    "applies.cka": ["baseline"],
    "between.baseline_suppressed": ABSENT,
}
EDITS = {
    "another family": (
        {"network": {"family": "resnet", "depth": 18}},
        STRUCTURE,
    ),
    "another order": ({"cka.order": "class_sorted", "cka.order_seed": ABSENT}, CKA),
    "another ranking": ({"ablation.ranked_on": "same_images", "ablation.halves_seed": ABSENT}, ABLATION),
    "a later onset": (
        {"conditions.suppressed.start": 1, "figures.training.class_representation": ABSENT},
        SUPPRESSED,
    ),
    "an override": ({"conditions.baseline.learning_rate": 0.04}, BASELINE),
    "an optional key": ({"training.flip": 0.5}, NETWORKS),
    "other statistics": ({"training.batch_norm": ABSENT}, NETWORKS),
    "other statistics of a condition": ({"conditions.baseline.batch_norm": {"statistics": "running"}}, BASELINE),
    "a crop": ({"images.crop": 6}, ["*"]),
    "an overridden effect": ({"conditions.baseline.shift": 2}, BASELINE),
    "the end that a penalty has anyway": ({"conditions.suppressed.stop": 12}, []),
    "modules in another order": ({"conditions.suppressed.modules": lambda modules: modules[::-1]}, []),
    "an effect that a condition overrides with what the study says": (
        {"conditions.suppressed.momentum": 0.9},
        SUPPRESSED,
    ),
    "a condition more": (
        {"conditions.halved": {"alpha": 0, "learning_rate": 0.05}},
        ["training/halved-*", "selectivity/halved-*", *OF_CONDITIONS],
    ),
    "a condition less": ({"conditions.promoted": ABSENT}, OF_CONDITIONS),
    "a condition less of a measure": (
        WITHOUT_SUPPRESSED,
        [*OF_CONDITIONS, "figures_cka/*", "figures_between/*"],
    ),
    "a pair less": ({"between.baseline_suppressed": ABSENT}, ["figures_between/*", *CLAIMS]),
    "another condition in a pair": (
        {"between.baseline.first": "promoted", "figures.between.similarity_between_networks": ABSENT},
        ["between/baseline-*", *CLAIMS],
    ),
    "a pair more": (
        {"between.later": {"first": "baseline", "second": "suppressed_later"}},
        ["between/later-*", "figures_between/*", *CLAIMS],
    ),
    "a figure less": ({"figures.selectivity.emergence": ABSENT}, ["*/report"]),
    "another order of seeds": ({"seeds": [4, 3, 2, 1, 0]}, ["between/*", "figures_between/*", *OF_SEEDS]),
    "another order of seeds with the same neighbours": ({"seeds": [1, 2, 3, 4, 0]}, ["figures_between/*", *OF_SEEDS]),
    "a seed in the middle": (
        {"seeds": [0, 7, 1, 2, 3, 4]},
        ["*/*-seed7", "between/*-seed0", "figures_between/*", *OF_SEEDS],
    ),
    "a seed less": ({"seeds": [0, 1, 2, 3]}, ["between/*-seed3", "figures_between/*", *OF_SEEDS]),
    "two swapped numbers": ({"training.momentum": 0.1, "training.learning_rate": 0.9}, NETWORKS),
    "a whole number for another": ({"conditions.suppressed.alpha": -20.0, "network.width": 16}, []),
}


@pytest.mark.parametrize(("edits", "patterns"), EDITS.values(), ids=EDITS)
def test_an_edit_reaches_exactly_its_results(edits, patterns):
    data = edited(edits)
    assert changed(data) == expected(patterns, data)


def test_the_order_of_keys_reaches_nothing():
    data = copy.deepcopy(SHIPPED)
    data["training"] = dict(reversed(data["training"].items()))
    data["conditions"]["promoted"] = dict(reversed(data["conditions"]["promoted"].items()))
    assert changed(dict(reversed(data.items()))) == set()


def test_the_order_of_conditions_and_pairs_reaches_no_order_in_which_results_are_read():
    data = copy.deepcopy(SHIPPED)
    for key in ("conditions", "between"):
        data[key] = dict(reversed(data[key].items()))
    ordered = [[each.output for each in job.inputs] for job in pipeline.jobs(STUDY)]
    assert [[each.output for each in job.inputs] for job in pipeline.jobs(loading.validate_study(data))] == ordered


def test_settings_are_recorded_in_one_spelling():
    assert canonical_json.canonical({"b": 1.0, "a": [1, "x"]}) == '{"a":[1,"x"],"b":1.0}'
    assert canonical_json.canonical({"rate": 0.1, "decay": 0.9}) != canonical_json.canonical(
        {"rate": 0.9, "decay": 0.1}
    )
