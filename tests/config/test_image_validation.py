"""What a study asks for is held against the images and the layers that there are."""

import copy

import pytest
from engines import ROOT
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.config.image_validation import Known, list_image_faults

SHIPPED = YAML(typ="safe").load(ROOT / "studies" / "digits.yaml")
DIGITS = Known(1438, 359, 10, ("4", "5", "6", "7", "fc"))


def study(edits=()):
    """The shipped study with some keys changed: {"training.batch_size": 7}."""
    data = copy.deepcopy(SHIPPED)
    for path, value in dict(edits).items():
        *sections, key = path.split(".")
        inside = data
        for section in sections:
            inside = inside[section]
        inside[key] = value
    return loading.validate_study(data)


def faults(edits, known=DIGITS):
    return {".".join(map(str, path)): says for path, says in list_image_faults(study(edits), known)}


def test_the_shipped_study_fits():
    assert faults({}) == {}


@pytest.mark.parametrize(
    ("edits", "path", "says"),
    [
        (
            {"training.batch_size": 1439},
            "training.batch_size",
            "found 1439; there are 1438 training images; allowed: 2 to 1438",
        ),
        (
            {"conditions.baseline.batch_size": 2000},
            "conditions.baseline.batch_size",
            "found 2000; there are 1438 training images; allowed: 2 to 1438",
        ),
        (
            {"training.batch_size": 479},
            "training.batch_size",
            "found 479; there are 1438 training images, which leaves one alone in the last batch, where batch norm "
            "compares none; allowed: another, such as 480",
        ),
        (
            {"training.batch_norm.images": 1439},
            "training.batch_norm.images",
            "found 1439; there are 1438 training images; allowed: 352 to 1438",
        ),
        ({"cka.batch_size": 360}, "cka.batch_size", "found 360; there are 359 validation images; allowed: 4 to 359"),
        (
            {"figures.training.class_representation.top": 10},
            "figures.training.class_representation.top",
            "found 10; the images have 10 classes, and all of them are always predicted evenly; allowed: 1 to 9",
        ),
        (
            {"figures.cka.linearity.pairs": [[4, "classifier"]]},
            "figures.cka.linearity.pairs",
            "found classifier; the network has no such layer; allowed: 4, 5, 6, 7, fc",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_what_is_allowed(edits, path, says):
    assert faults(edits) == {path: says}


def test_a_head_of_any_name_is_a_layer():
    edits = {
        "figures.cka.linearity.pairs": [[4, "classifier"]],
        "figures.between.similarity_between_networks.pairs": [[4, 4]],
    }
    assert faults(edits, Known(1438, 359, 10, ("4", "5", "6", "7", "classifier"))) == {}


def test_layers_are_not_looked_at_before_the_network_is_described():
    assert faults({"figures.cka.linearity.pairs": [[4, "classifier"]]}, Known(1438, 359, 10)) == {}


def test_batches_of_cka_do_not_matter_to_a_study_without_it():
    figures = {"figures.cka": {}, "figures.between": {}}
    none = {"applies.cka": [], "between": {}, "cka.batch_size": 360} | figures
    assert faults(none) == {}


HELD_OUT = {"training.batch_norm": {"statistics": "running"}, "training.held_out": 0.1}  # 144 of 1438


@pytest.mark.parametrize(
    ("edits", "path", "says"),
    [
        ({"training.batch_size": 431}, "training.batch_size", "found 431; there are 1294 training images beside those"),
        ({"training.batch_size": 1295}, "training.batch_size", "(0.1 of 1438); allowed: 2 to 1294"),
        ({"training.held_out": 0.9995}, "training.held_out", "there are 1 training images beside"),
        (
            {"training.batch_size": 64, "conditions.baseline.held_out": 0.2, "conditions.promoted.held_out": 0.9997},
            "conditions.promoted.held_out",
            "found 0.9997; there are 0 training images",
        ),
    ],
)
def test_images_that_are_held_out_are_not_trained_on(edits, path, says):
    assert 1294 % 431 == 1
    [(found, message)] = faults(HELD_OUT | edits).items()
    assert found == path
    assert says in message


def test_a_batch_size_that_would_leave_one_image_alone_without_those_held_out_is_fine():
    assert faults(HELD_OUT | {"training.batch_size": 479}) == {}
