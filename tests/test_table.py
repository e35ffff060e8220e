"""The table says what each result is made from: every number of params.yaml reaches exactly the results it should."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from vestige import pipeline
from vestige.config import loading
from vestige.foundation import canonical_json, source_hash
from vestige.provenance import proofs

ROOT = Path(__file__).resolve().parents[1]
PARAMS = ROOT / "studies" / "digits.yaml"
SHIPPED = loading.parse_yaml(PARAMS.read_text(), PARAMS)
STUDY = loading.validate_study(SHIPPED)
KIND_OF = {figure: kind for kind, figures in SHIPPED["figures"].items() for figure in figures}
ABSENT = object()

CLAIMS = ["*/claims"]
RUNS = ["training/*", "selectivity/*", "ablation/*", "cka/*", "between/*"]
OF_CONDITIONS = ["figures_training/*", "figures_selectivity/*", *CLAIMS]
OF_SEEDS = ["figures_ablation/*", "figures_cka/*", *OF_CONDITIONS]
NETWORKS = [*RUNS, "figures_between/*", *OF_SEEDS]
STRUCTURE = [*NETWORKS, "*/network", "figures_network/*"]
LATER = ["training/suppressed_later-*", "selectivity/suppressed_later-*", *OF_CONDITIONS]
PROMOTED = ["training/promoted-*", "selectivity/promoted-*", *OF_CONDITIONS]
SUPPRESSED = [f"{stage}/suppressed-*" for stage in ("training", "selectivity", "cka")]
SUPPRESSED += ["between/*suppressed*", "figures_between/*", "figures_cka/*", *OF_CONDITIONS]
BASELINE = [f"{stage}/baseline-*" for stage in ("training", "selectivity", "ablation", "cka")]
BASELINE += ["between/*", "figures_between/*", *OF_SEEDS]
INDEX = ["selectivity/*", "ablation/*", "figures_selectivity/*", "figures_ablation/*", *CLAIMS]
ABLATION = ["ablation/*", "figures_ablation/*", *CLAIMS]
CKA = ["cka/*", "between/*", "figures_cka/*", "figures_between/*", *CLAIMS]


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
WITHOUT_SUPPRESSED = {
    "figures.training.class_representation": ABSENT,
    "conditions.suppressed": ABSENT,
    "applies.cka": ["baseline"],
    "between.baseline_suppressed": ABSENT,
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


def leaves(value, path: str = "") -> list[str]:
    """The dotted paths of all leaves of a study; a list is one leaf."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for key, each in value.items() for leaf in leaves(each, f"{path}.{key}".lstrip("."))]


def edited(edits: dict) -> dict:
    """The shipped study with other values at some paths."""
    data = copy.deepcopy(SHIPPED)
    for path, value in edits.items():
        *above, key = path.split(".")
        section = data
        for each in above:
            section = section[each]
        if value is ABSENT:
            del section[key]
        else:
            section[key] = value(section[key]) if callable(value) else value
    return data


def prints(data: dict) -> dict[str, str]:
    """What determines each result of a study, by stage and name: settings, code, and the same of its inputs."""
    made: dict[str, str] = {}
    for job in pipeline.jobs(loading.validate_study(data)):
        inputs = [made[each.output] for each in job.inputs]
        made[job.output] = canonical_json.canonical([job.output, job.text, job.code, inputs])
    return made


def label(path: str) -> str:
    """The stage and the name of a result: training/baseline-seed0, figures_cka/linearity."""
    folder, name = Path(path).parent.name, Path(path).stem
    return f"figures_{KIND_OF[name]}/{name}" if folder == "figures" else f"{folder}/{name}"


BEFORE = prints(SHIPPED)


def changed(data: dict) -> set[str]:
    """The results of a study that are new, or made from something else than before."""
    return {label(path) for path, each in prints(data).items() if BEFORE.get(path) != each}


def expected(patterns: list[str], data: dict) -> set[str]:
    """The results of a study that match patterns; whatever changes, the report tells of it."""
    due = [*patterns, *(["*/report"] if patterns else [])]
    return {name for name in map(label, prints(data)) if any(fnmatch(name, pattern) for pattern in due)}


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


def test_a_result_is_made_after_all_that_it_reads():
    before = set()
    for job in pipeline.jobs(STUDY):
        assert {each.output for each in job.inputs} <= before
        before.add(job.output)


def test_no_two_results_have_the_same_path():
    jobs = list(pipeline.jobs(STUDY))
    paths = [path for job in jobs for path in (job.output, job.log, *job.files_beside)]
    assert len(paths) == len(set(paths))


def test_settings_are_recorded_in_one_spelling():
    assert canonical_json.canonical({"b": 1.0, "a": [1, "x"]}) == '{"a":[1,"x"],"b":1.0}'
    assert canonical_json.canonical({"rate": 0.1, "decay": 0.9}) != canonical_json.canonical(
        {"rate": 0.9, "decay": 0.1}
    )


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("results/digits/images.nc", "results/digits/images.nc"),
        ("results/digits/training/baseline-seed0.nc", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/figures/emergence.png", "results/digits/figures/emergence.png"),
        ("results/digits/figures/emergence.pdf", "results/digits/figures/emergence.png"),
        ("results/digits/figures/emergence.csv", "results/digits/figures/emergence.png"),
    ],
)
def test_a_path_is_found_with_the_job_that_makes_it(path, output):
    assert pipeline.find(STUDY, path).output == output


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("results/digits/image.nc", "results/digits/images.nc"),
        ("results/digits/trainin/baseline-seed0.nc", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/training/baseline-seed9.nc", "results/digits/training/baseline-seed"),
        ("results/digits/training/baseline-seed0.png", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/selectivity/supressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("results/digits/figures/emergance.png", "results/digits/figures/emergence.p"),
        ("results/mnist/selectivity/suppressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("selectivity/suppressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("results/digits/ablation/promoted-seed0.nc", "results/digits/"),
    ],
)
def test_a_path_that_is_no_result_is_refused_with_the_nearest(path, nearest):
    with pytest.raises(pipeline.UnknownResult) as refused:
        pipeline.find(STUDY, path)
    assert f"{path} is no result of the study 'digits'; did you mean {nearest}" in str(refused.value)


def proofs_of(package: Path, tmp_path: Path) -> dict:
    """What decides whether each result of the shipped study is current, as another copy of the package sees it."""
    script = (
        "import json; from vestige import pipeline; from vestige.config import loading\n"
        "from vestige.provenance import proofs\n"
        f"jobs = list(pipeline.jobs(loading.read({str(PARAMS)!r})))\n"
        "print(json.dumps({job.output: [job.text, proofs.code_digests(job)] for job in jobs}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    called = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(called.stdout)


def test_new_files_and_new_optional_keys_leave_every_result_current(tmp_path):
    package = tmp_path / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    additions = [
        ("stages/training.py", "    flip: ", "    l1: float | None = None\n    flip: "),
        ("stages/ablation.py", "    repeats: ", "    drawn: int | None = None\n    repeats: "),
        ("stages/cka.py", "    estimator: ", "    kernel: str | None = None\n    estimator: "),
        ("config/sections.py", "    start: ", "    ramp: int | None = None\n    start: "),
        ("config/study.py", "    threads: ", "    notes: str | None = None\n    threads: "),
    ]
    for file, old, new in additions:
        text = (package / file).read_text()
        assert text.count(old) == 1, old
        (package / file).write_text(text.replace(old, new))
    copies = [
        ("models/bottleneck_resnet.py", "models/another_family.py"),
        ("data/digits.py", "data/another_source.py"),
        ("figures/emergence_by_block.py", "figures/another_plot.py"),
    ]
    for old, new in copies:
        text = (package / old).read_text().replace(Path(old).stem, Path(new).stem)
        (package / new).write_text(text)
    rows = package / "figures" / "paper.yaml"
    row = re.search(r"(?ms)^emergence:\n.*?\n\n", rows.read_text())[0]
    rows.write_text(rows.read_text() + "\n" + row.replace("emergence", "another_emergence", 1))
    (package / "stages" / "another_analysis.py").write_text('"""Another analysis."""\n')
    now = {job.output: [job.text, proofs.code_digests(job)] for job in pipeline.jobs(STUDY)}
    assert proofs_of(package, tmp_path) == json.loads(json.dumps(now))


def test_an_edited_file_reaches_the_results_whose_code_it_is(tmp_path):
    package = tmp_path / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    with open(package / "metrics" / "cka.py", "a") as file:
        file.write("\nANOTHER = 1\n")
    now = {job.output: [job.text, proofs.code_digests(job)] for job in pipeline.jobs(STUDY)}
    stale = {
        label(path) for path, each in proofs_of(package, tmp_path).items() if each != json.loads(json.dumps(now[path]))
    }
    assert stale == {name for name in map(label, now) if name.startswith(("cka/", "between/"))}
