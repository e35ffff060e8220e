"""Any valid study, as the plain values of a params.yaml: a strategy for tests of properties."""

from hypothesis import strategies as st

from vestige.config import loading
from vestige.config.registry import FIGURES, KINDS
from vestige.config.selection import conditions_of, select_cells

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)
LEARNING_RATE = 0.1
EVERY_FIGURE = {
    "palette": st.sampled_from(["colorblind", "deep", "mako"]),
    "panel": st.lists(st.floats(1, 6), min_size=2, max_size=2),
    "dpi": st.integers(20, 300),
    "bands": st.sampled_from(["seeds", "networks", "sd", "paper", "none"]),
    "silent_units": st.sampled_from(["zero", "omit"]),
    "accuracy": st.sampled_from(["top1", "top5"]),
    "area": st.sampled_from(["integral", "sum"]),
    "lowest": st.floats(0.1, 0.9),
    "top": st.integers(1, 10),
}


def some_of(values, least: int = 0, most: int | None = None):
    """A list of some of the values, each once."""
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True) if values else st.just([])


def sections(required: dict, optional: dict | None = None):
    """A section with all of its required and some of its optional keys."""
    return st.fixed_dictionaries(required, optional=optional or {})


def sources():
    """Any source of images."""
    folder, few = st.just("data/images"), {"train_per_class": st.integers(1, 99), "val_per_class": st.integers(1, 99)}
    photographs = {
        "source": st.just("imagenet"),
        "root": folder,
        "crop": st.integers(1, 64),
        "resize": st.integers(64, 99),
        "resize_with": st.sampled_from(["pillow", "torch"]),
    }
    stated = {
        "mean": st.just([0.485, 0.456, 0.406]),
        "std": st.just([0.229, 0.224, 0.225]),
        "on_unreadable": st.sampled_from(["refuse", "skip"]),
        "decoding_threads": st.integers(1, 8),
        "stage_to": st.sampled_from(["$TMPDIR", "~/photographs"]),
    }
    split = {"val_fraction": st.floats(0.1, 0.9), "split_seed": st.integers(0, 9)}
    fetched = [
        sections({"source": st.just(name), "folder": folder}, few | {"download": st.just(True)})
        for name in ("cifar10", "mnist")
    ]
    crop = {"crop": st.integers(1, 64)}
    return st.one_of(sections({"source": st.just("digits"), **split}, crop), *fetched, sections(photographs, stated))


def families():
    """Any family of networks."""
    narrow = {"blocks": st.lists(st.integers(1, 4), min_size=4, max_size=4), "width": st.integers(1, 64)}
    layers = {"family": st.just("vgg"), "depth": st.sampled_from([11, 13, 16, 19])}
    return st.one_of(
        sections({"family": st.just("bottleneck_resnet"), **narrow}),
        sections({"family": st.just("resnet"), "depth": st.sampled_from([18, 34, 50])}),
        sections(layers, {"dropout": st.floats(0.1, 0.9), "head": st.integers(10, 99)}),
    )


def trainings(images: dict):
    """Any settings of training; where images are cropped, the crop may be random, and then nothing is shifted.

    Photographs are never shifted.
    """
    crop = sections({"scale": st.just([0.08, 1]), "ratio": st.just([0.75, 1.25])})
    ways = ["shift"] * (images["source"] != "imagenet") + ["random_crop"] * ("crop" in images)
    moved = st.sampled_from(ways)
    moving = {"shift": st.integers(1, 4), "random_crop": crop}
    return moved.flatmap(lambda key: settings_with(key, moving[key]))


BATCH_NORM = st.sampled_from(
    [{"statistics": "running"}, {"statistics": "recomputed", "images": 64, "batch_size": 32}],
)


def settings_with(key: str, value):
    """Any settings of training, of which one optional key is given."""
    return sections(
        {
            "epochs": st.integers(2, 12),
            "batch_size": st.integers(2, 512),
            "learning_rate": st.just(LEARNING_RATE),
            "learning_rate_step": st.integers(1, 40),
            "learning_rate_gamma": st.floats(0.1, 1),
            "momentum": st.floats(0, 0.99),
            "weight_decay": st.sampled_from([0, 1e-6, 5e-4]),
            "class_reduction": st.sampled_from(["mean", "sum"]),
            "epsilon": st.just(1e-6),
        },
        {key: value, "flip": st.floats(0.1, 1), "independent": st.just(True), "batch_norm": BATCH_NORM},
    )


@st.composite
def conditions(draw, modules: list[int], epochs: int):
    """A few conditions that mean different things: their alpha or onset, or without penalty their learning rate."""
    named = {}
    for alpha, onset in draw(some_of([(a, o) for a in (0, -20, -1.5, 1, 10) for o in (0, 1)], 1, 4)):
        own = draw(sections({}, {"epochs": st.integers(2, 15), "momentum": st.floats(0, 0.99)}))
        if alpha == 0 and onset == 0:
            penalty = {}
        elif alpha == 0:
            penalty = {"learning_rate": LEARNING_RATE / 2}
        else:
            stop = st.integers(onset + 1, own.get("epochs", epochs))
            required = {"modules": some_of(modules, 1).filter(bool), "start": st.just(onset)}
            penalty = draw(sections(required, {"stop": stop}))
        named[draw(NAMES.filter(lambda name: name not in named))] = {"alpha": alpha, **penalty, **own}
    return named


def epochs():
    """Epochs that a measure lists: every run has epoch 0."""
    return st.just("all") | some_of([*range(1, 20)], most=4).map(lambda later: [0, *later])


@st.composite
def ablations(draw, modules: list[int]):
    """Any settings of ablation."""
    fractions = some_of([0.1, 0.25, 0.5, 0.9, 1], 1).map(lambda rising: [0, *sorted(rising)])
    grid = {"fractions": fractions}, {"steps": st.lists(st.integers(1, 50), min_size=2, max_size=2)}
    orders = {"protocol": st.sampled_from(["fixed_orders", "redrawn_per_batch"]), "repeats": st.integers(1, 5)}
    halves = {"ranked_on": st.just("held_out_halves"), "halves_seed": st.integers(0, 9)}
    ranked = draw(sections(draw(st.sampled_from([{"ranked_on": st.just("same_images")}, halves]))))
    said = {"epochs": epochs(), "modules": some_of(modules, 1), "grid": st.one_of(*map(sections, grid))}
    return draw(sections({**said, "random": sections(orders), "batch_size": st.integers(1, 512)})) | ranked


def similarities():
    """Any settings of CKA."""
    said = {
        "epochs": epochs(),
        "batch_size": st.integers(4, 256),
        "estimator": st.sampled_from(["minibatch", "torch-cka"]),
    }
    shuffled = {"order": st.just("shuffled"), "order_seed": st.integers(0, 9)}
    return sections({**said, "order": st.just("class_sorted")}) | sections({**said, **shuffled})


@st.composite
def pairs(draw, named: list[str], seeds: list[int]):
    """A few pairs of conditions, or of one with itself; none where there is one seed."""
    both = [(one, other) for place, one in enumerate(named) for other in named[: place + 1]]
    found = draw(some_of(both if len(seeds) > 1 else [], most=3))
    names = draw(st.lists(NAMES, min_size=len(found), max_size=len(found), unique=True))
    return {name: {"first": one, "second": other} for name, (one, other) in zip(names, found, strict=True)}


def untrained_sets():
    """A few sets of untrained networks, each of a seed of its own."""
    one = sections({"networks": st.integers(2, 99), "seed": st.integers(0, 9)})
    several = st.dictionaries(NAMES, one, max_size=2)
    return several.filter(lambda sets: len({each["seed"] for each in sets.values()}) == len(sets))


# What a study says of clusters, which only a study needs that asks for what is made with it.
CLUSTERS = {
    "association": {"epochs": [0], "batch_size": 8, "directions": 2, "directions_seed": 0},
    "clustering": {"restarts": 1, "steps": 9, "entropy": 0.15, "seed": 0, "nulls": {"shuffled": 0, "strengths": 0}},
    "agreement": {"dead_units": "left_out"},
}


@st.composite
def figures(draw, study, modules: list[int]):
    """Some of the figures whose needs the study meets, each of all runs or of those with some strengths."""
    listed = {kind: {} for kind in KINDS}
    for name, row in FIGURES.items():
        alpha = "alpha_first" if row.kind == "between" else "alpha"
        strengths = sorted({each.alpha for each in study.conditions.values()})
        chosen = draw(st.just({}) | some_of(strengths, 1).map(lambda some: {alpha: some}))  # noqa: B023
        select = {} if row.kind == "network" else chosen
        if draw(st.booleans()) and met(study, row, select):
            said = {
                "pairs": st.just([[modules[0], "fc"]]),
                "modules": some_of(study.ablation.modules, 1),
                **EVERY_FIGURE,
            }
            fields = {key: field for key, field in row.settings.model_fields.items() if key != "select"}
            required = {key: said[key] for key, field in fields.items() if field.is_required()}
            optional = {key: said[key] for key in fields.keys() - required.keys()}
            listed[row.kind][name] = draw(sections(required, optional)) | ({"select": select} if select else {})
    return listed


def met(study, row, select: dict) -> bool:
    """Whether the runs selected for a figure are there, and are those that it needs."""
    done = {conditions_of(study, cell) for cell in select_cells(study, row.kind, select)}
    return bool(done) and all(need.is_met(done) for need in row.needs)


MEMORY = {"megabytes_of_memory": st.integers(1, 10**6)}


def estimates():
    """Any estimate of what some stages cost."""
    cost = sections({}, {"minutes": st.floats(0.1, 1e5), "megabytes": st.integers(1, 10**6)} | MEMORY)
    return sections({}, dict.fromkeys(("images", "training", "figures"), cost))


OF_NO_NUMBER = {  # optional keys
    "estimate": estimates(),
    "scratch": st.just("$HOME/scratch"),
    "keep": st.sampled_from(["all", "listed"]),
}


@st.composite
def studies(draw):
    """Any valid study."""
    network, images = draw(families()), draw(sources())
    training = draw(trainings(images))
    if network["family"] == "vgg":
        training.pop("batch_norm", None)
    modules = [1, 2, 3, 4, 5, 6] if network["family"] == "vgg" else [4, 5, 6, 7]
    seeds, named = draw(some_of([*range(12)], 1, 3)), draw(conditions(modules, training["epochs"]))
    sets = draw(untrained_sets())
    data = {
        "study": draw(st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True)),
        "device": draw(st.sampled_from(["cpu", "cuda"])),
        "threads": draw(st.integers(1, 8)),
        "seeds": seeds,
        "images": images,
        "network": network,
        "training": training,
        "conditions": named,
        "selectivity": draw(sections({"batch_size": st.integers(1, 512), "epsilon": st.floats(1e-9, 1e-3)})),
        "ablation": draw(ablations(modules)),
        "cka": draw(similarities()),
        "between": draw(pairs([*named], seeds)),
        "untrained": sets,
        "applies": {measure: draw(some_of([*named])) for measure in ("ablation", "cka")}
        | {"association": [], "norms": [], "cluster_ablation": []},
        "figures": {kind: {} for kind in KINDS},
        **draw(sections({}, OF_NO_NUMBER)),
        **(CLUSTERS if sets else {}),
    }
    return data | {"figures": draw(figures(loading.validate_study(data), modules))}
