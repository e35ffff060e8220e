"""Made-up results, and figures drawn from them, for the tests of all kinds of figures."""

import pytest
from figures.invented_results import MAKERS, make_between, make_network

from vestige.config.figure_rows import plot_function
from vestige.config.registry import FIGURES

SETTINGS = {
    "emergence": {"silent_units": "zero"},
    "emergence_by_block": {"silent_units": "zero", "palette": "crest"},
    "regularised_selectivity": {"silent_units": "zero"},
    "selectivity_by_strength": {"silent_units": "zero"},
    "promoted_selectivity": {"silent_units": "zero"},
    "weakly_promoted_selectivity": {"silent_units": "zero"},
    "regularised_accuracy": {},
    "critical_period": {"palette": "flare"},
    "accuracy_by_strength": {},
    "promoted_accuracy": {},
    "weakly_promoted_accuracy": {},
    "recovery": {},
    "class_representation": {"top": 5},
    "ablation_curves": {"accuracy": "top1", "area": "integral", "palette": "rocket"},
    "late_ablation_curves": {"accuracy": "top1", "area": "integral", "palette": "rocket"},
    "final_ablation": {"accuracy": "top1"},
    "linearity": {"pairs": [[4, 7], [4, "fc"]]},
    "similarity_of_all_layers": {},
    "similarity_between_networks": {"pairs": [[4, 7], [4, "fc"]]},
}
SIBLINGS = {  # figures of other runs that are drawn in the same way
    "emergence": "regularised_selectivity",
    "promoted_selectivity": "regularised_selectivity",
    "weakly_promoted_selectivity": "selectivity_by_strength",
    "promoted_accuracy": "regularised_accuracy",
    "late_ablation_curves": "ablation_curves",
}
ALIKE = ("critical_period", "recovery")  # drawn as others are, and tested in files of their own


def make_runs(kind, conditions=("baseline",), seeds=(0, 1, 2), **said):
    """Of every condition with every seed; of pairs, the first condition with each, each seed with the next."""
    if kind == "between":
        following = [*seeds[1:], seeds[0]]
        pairs = [(name, *both) for name in conditions for both in zip(seeds, following, strict=True)]
        return [make_between((conditions[0], one), (condition, other)) for condition, one, other in pairs]
    return [MAKERS[kind](condition, seed, **said) for condition in conditions for seed in seeds]


def drawn(name, runs, **settings):
    row, ordinary = FIGURES[name], {"palette": "colorblind", "panel": [2.2, 1.7], "dpi": 100}
    said = row.settings(**ordinary | SETTINGS.get(name, {}) | settings)
    return plot_function(row.plot)(said, runs, **row.options)


@pytest.fixture(scope="session")
def results():
    """results(kind, conditions, seeds, ...) gives the results of those runs in the study's order."""
    return make_runs


@pytest.fixture(scope="session")
def networks():
    """networks(blocks, shortcuts) gives the result that describes a network."""
    return make_network


@pytest.fixture(scope="session")
def draw():
    """draw(figure, runs, ...) gives the figure and its table, drawn with ordinary settings and those given."""
    return drawn


@pytest.fixture(scope="module", params=[name for name in SETTINGS if name not in {*SIBLINGS, *ALIKE}])
def figure_name(request):
    return request.param


@pytest.fixture(params=SIBLINGS.items(), ids=SIBLINGS)
def siblings(request):
    return request.param


@pytest.fixture(scope="module")
def two_conditions(figure_name):
    """Six runs (or pairs of them) that the figure can show, small ones."""
    return make_small(figure_name, ["baseline", "suppressed_later"])


def make_small(figure, conditions, seeds=(0, 1, 2)):
    """Runs that a figure can show, without most of their modules and ablated epochs."""
    few = {
        "ablation": lambda run: run.isel(point=run["module"].values == 6, epoch=slice(3)),
        "selectivity": lambda run: run.isel(unit=run["module"].values < 6),
        "cka": lambda run: run.isel(layer=[0, 3, 4], layer_other=[0, 3, 4]),
    }
    kind = FIGURES[figure].kind
    return [few.get(kind, lambda run: run)(run) for run in make_runs(kind, conditions, seeds)]


@pytest.fixture(scope="session")
def small():
    """small(figure, conditions, seeds) gives runs that the figure can show, quickly."""
    return make_small


@pytest.fixture(scope="module")
def once_and_again(figure_name, two_conditions):
    """The same figure and table, drawn twice; to be looked at only. What `select` says is no matter of the figure."""
    return drawn(figure_name, two_conditions), drawn(figure_name, two_conditions, select={"alpha": [3]})


@pytest.fixture(scope="module")
def one_seed_one_epoch(figure_name, two_conditions):
    """The figure of the first run of each condition (or pair of conditions) at its second epoch."""
    return drawn(figure_name, [run.isel(epoch=[1]) for run in two_conditions[::3]])
