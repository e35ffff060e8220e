"""Each setting of the shipped study reaches exactly the results that are made from it."""

import pytest
from job_table.shipped import (
    ABLATION,
    CKA,
    CLAIMS,
    NETWORKS,
    OF_CONDITIONS,
    OF_SEEDS,
    SHIPPED,
    STRUCTURE,
    SUPPRESSED,
    changed,
    edited,
    expected,
)

LATER = ["training/suppressed_later-*", "selectivity/suppressed_later-*", *OF_CONDITIONS]
PROMOTED = ["training/promoted-*", "selectivity/promoted-*", *OF_CONDITIONS]
INDEX = ["selectivity/*", "ablation/*", "figures_selectivity/*", "figures_ablation/*", *CLAIMS]


def more(number):
    """A little more than a number."""
    return number + 1


def less(number):
    """Half of a number."""
    return number / 2


def longer(entries):
    """A list with an entry more."""
    return [*entries, 97]


# What changes if one leaf does. Leaves below `figures` change their own figure (see `expected`).
LEAVES = {
    "study": ("other", ["*"]),
    "device": ("cuda", NETWORKS),
    "threads": (more, NETWORKS),
    "seeds": (longer, ["*/*-seed97", "between/*-seed4", "figures_between/*", *OF_SEEDS]),
    "images.val_fraction": (less, ["*"]),
    "images.split_seed": (more, ["*"]),
    "network.blocks": ([1, 1, 1, 1], STRUCTURE),
    "network.width": (more, STRUCTURE),
    "training.epochs": (more, NETWORKS),
    "training.batch_size": (more, NETWORKS),
    "training.learning_rate": (less, NETWORKS),
    "training.learning_rate_step": (more, NETWORKS),
    "training.learning_rate_gamma": (less, NETWORKS),
    "training.momentum": (less, NETWORKS),
    "training.weight_decay": (less, NETWORKS),
    "training.class_reduction": ("sum", NETWORKS),
    "training.epsilon": (less, NETWORKS),
    "training.shift": (more, NETWORKS),
    "training.batch_norm.images": (more, NETWORKS),
    "training.batch_norm.batch_size": (more, NETWORKS),
    "conditions.suppressed.alpha": (less, SUPPRESSED),
    "conditions.suppressed.modules": ([4], SUPPRESSED),
    "conditions.suppressed_later.alpha": (less, LATER),
    "conditions.suppressed_later.modules": ([4], LATER),
    "conditions.suppressed_later.start": (more, LATER),
    "conditions.promoted.alpha": (less, PROMOTED),
    "conditions.promoted.modules": ([4], PROMOTED),
    "conditions.promoted.start": (more, PROMOTED),
    "conditions.promoted.stop": (more, PROMOTED),
    "selectivity.batch_size": (more, INDEX),
    "selectivity.epsilon": (less, INDEX),
    "ablation.epochs": ([1, 2], ABLATION),
    "ablation.modules": ([5], ABLATION),
    "ablation.grid.fractions": ([0, 1], ABLATION),
    "ablation.random.protocol": ("redrawn_per_batch", ABLATION),
    "ablation.random.repeats": (more, ABLATION),
    "ablation.halves_seed": (more, ABLATION),
    "ablation.batch_size": (more, ABLATION),
    "cka.epochs": ([0, 1], CKA),
    "cka.batch_size": (more, CKA),
    "cka.order_seed": (more, CKA),
    "cka.estimator": ("torch-cka", CKA),
    "applies.ablation": (["baseline", "promoted"], ["ablation/promoted-*", "figures_ablation/*", *CLAIMS]),
    "applies.cka": (["baseline"], ["figures_cka/*", *CLAIMS]),
    "between.baseline_suppressed.first": ("promoted", ["between/*suppressed-*", "figures_between/*", *CLAIMS]),
    "between.baseline_suppressed.second": ("promoted", ["between/*suppressed-*", "figures_between/*", *CLAIMS]),
}
# Leaves that another leaf binds, or that have one value so far.
BOUND = {
    *("images.source", "network.family", "conditions.baseline.alpha", "conditions.suppressed.start"),
    *("cka.order", "ablation.ranked_on", "training.batch_norm.statistics"),
    *("applies.association", "applies.norms", "applies.cluster_ablation"),
    *("between.baseline.first", "between.baseline.second"),
}
OTHERWISE = {
    "select": {"start": [0]},
    "palette": "deep",
    "panel": [1, 1],
    "dpi": more,
    "silent_units": "omit",
    "area": "sum",
    "accuracy": "top5",
    "top": 3,
    "pairs": [[5, 6]],
}


def leaves(value, path: str = "") -> list[str]:
    """The dotted paths of all leaves of a study; a list is one leaf."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for key, each in value.items() for leaf in leaves(each, f"{path}.{key}".lstrip("."))]


def test_the_table_of_edits_holds_every_leaf_of_the_shipped_study():
    apart = ("figures.", "estimate.")
    assert {leaf for leaf in leaves(SHIPPED) if not leaf.startswith(apart)} == {*LEAVES, *BOUND}


@pytest.mark.parametrize("leaf", leaves(SHIPPED["estimate"], "estimate"))
@pytest.mark.slow
def test_what_is_said_of_costs_reaches_nothing(leaf):
    assert changed(edited({leaf: more})) == set()


@pytest.mark.parametrize(("leaf", "value", "patterns"), [(leaf, *line) for leaf, line in LEAVES.items()], ids=LEAVES)
def test_a_leaf_reaches_exactly_its_results(leaf, value, patterns):
    data = edited({leaf: value})
    assert changed(data) == expected(patterns, data) != set()


@pytest.mark.parametrize("leaf", leaves(SHIPPED["figures"]))
@pytest.mark.slow
def test_a_leaf_of_a_figure_reaches_that_figure_alone(leaf):
    kind, figure, key, *_ = leaf.split(".")
    assert key in OTHERWISE, f"add another value of {key} to OTHERWISE"
    assert changed(edited({f"figures.{kind}.{figure}.{key}": OTHERWISE[key]})) == {
        f"figures_{kind}/{figure}",
        "digits/report",
    }
