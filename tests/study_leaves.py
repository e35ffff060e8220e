"""Every leaf of a study, and another value of it that the study allows."""

from pathlib import Path

from ruamel.yaml import YAML


def leaves_of(params: Path) -> list[tuple[tuple, object]]:
    """Every leaf of a study: its path of keys and its value; a list is one leaf."""

    def walk(here, path):
        if isinstance(here, dict):
            return [leaf for key, value in here.items() for leaf in walk(value, (*path, key))]
        return [(path, here)]

    return walk(YAML(typ="safe").load(params), ())


# Leaves of the tiny study whose next value, or half of it, is not allowed -> another value that is.
OTHERWISE = {
    ("seeds",): [0, 1, 2],
    ("network", "blocks"): [1, 1, 1, 2],
    ("conditions", "suppressed", "start"): 0,
    ("applies", "ablation"): ["baseline", "suppressed"],
    ("figures", "selectivity", "emergence", "select", "alpha"): [0, -5],
}
WORDS = {
    "mean": "sum", "minibatch": "torch-cka", "fixed_orders": "redrawn_per_batch", "zero": "omit", "integral": "sum",
    "top1": "top5", "colorblind": "deep", "rocket": "mako", "cpu": "cuda", "tiny": "other",
}  # fmt: skip
# Leaves that another leaf binds, or that have one value so far.
BOUND = {
    ("images", "source"),
    ("network", "family"),
    ("conditions", "baseline", "alpha"),
    ("conditions", "promoted", "start"),
    ("conditions", "promoted", "stop"),
    ("between", "baselines", "first"),
    ("between", "baselines", "second"),
    ("cka", "order"),
    ("ablation", "ranked_on"),
}


def other_value(leaf: tuple, value):
    """A value of a leaf unlike the one that it has, which the study allows."""
    if leaf in OTHERWISE:
        return OTHERWISE[leaf]
    if leaf[-1] == "panel":
        return [2.0, 2.0]
    if isinstance(value, str):
        return WORDS[value]
    if isinstance(value, list):
        return value[:-1]
    return value + 1 if isinstance(value, int) else value / 2
