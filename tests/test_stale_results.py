"""Snakemake and DVC call the same results stale after an edit of the study or of the code."""

import pytest
from engine_jobs import asked_again, dvc_stale, snakemake_stale, without_checkpoints
from engines import (
    FIGURES,
    NETWORKS,
    ROOT,
    SHOW_CONDITIONS,
    SUPPRESSED,
    TINY,
    among,
    edit,
    run,
    study_of,
    table_jobs,
    unproven,
)
from study_leaves import BOUND, leaves_of, other_value


@pytest.mark.slow
def test_a_finished_study_is_clean_in_both_engines(by_both):
    assert snakemake_stale(by_both) == set()
    assert dvc_stale(by_both) == set()


# A leaf of params.yaml -> a new value -> what must be made again: how paths under results/tiny begin.
INDEX = {
    "selectivity",
    "ablation",
    "figures/emergence",
    "figures/regularised_selectivity",
    "figures/ablation",
    "claims",
}
LEAVES = [
    (("threads",), 2, NETWORKS),
    (("images", "split_seed"), 1, {""}),
    (("network", "width"), 8, {"network", "figures/architecture"} | NETWORKS),
    (("training", "learning_rate"), 0.05, NETWORKS),
    (("conditions", "suppressed", "alpha"), -6, SUPPRESSED),
    (("selectivity", "epsilon"), 1e-5, INDEX),
    (("ablation", "grid", "fractions"), [0, 1], {"ablation", "figures/ablation", "claims"}),
    (("cka", "order_seed"), 1, {"cka", "between", "figures/linearity", "figures/similarity", "claims"}),
    (
        ("between", "mixed"),
        {"first": "baseline", "second": "suppressed"},
        {"between/mixed", "figures/similarity", "claims"},
    ),
    (("seeds",), [1, 0], SHOW_CONDITIONS | FIGURES),
    (("figures", "selectivity", "emergence", "dpi"), 90, {"figures/emergence"}),
    (("figures", "ablation", "ablation_curves", "area"), "sum", {"figures/ablation"}),
    (("applies", "cka"), ["baseline"], {"figures/linearity", "claims"}),
    (("applies", "ablation"), ["baseline", "suppressed"], {"ablation/suppressed", "figures/ablation", "claims"}),
]


def assert_both_call_stale(project, due, study=None) -> None:
    """Both engines would make these files, and no others; DVC asks for pairs whenever anything was trained."""
    assert snakemake_stale(project) == due
    again = asked_again(study or study_of(project), due)
    assert without_checkpoints(dvc_stale(project)) == due | again


# One leaf of a run in `make test`; the others are slow.
FAST = {"conditions.suppressed.alpha"}
LEAVES = [
    pytest.param(*line, id=name, marks=() if name in FAST else pytest.mark.slow)
    for line in LEAVES
    for name in [".".join(line[0])]
]


@pytest.mark.parametrize(("leaf", "value", "patterns"), LEAVES)
def test_a_changed_leaf_makes_exactly_its_results_stale_in_both_engines(project, leaf, value, patterns):
    edit(project, *leaf, to=value)
    assert_both_call_stale(project, among(project, patterns))


@pytest.mark.slow
def test_an_added_condition_makes_its_runs_and_what_gathers_them(project):
    edit(project, "conditions", "gentle", to={"alpha": 1, "modules": [4], "start": 0})
    assert_both_call_stale(project, among(project, {"training/gentle", "selectivity/gentle"} | SHOW_CONDITIONS))


@pytest.mark.slow
def test_a_removed_condition_makes_only_what_gathered_it(project):
    edit(project, "applies", "cka", to=["baseline"])
    edit(project, "conditions", "suppressed", remove=True)
    assert_both_call_stale(project, among(project, SHOW_CONDITIONS | {"figures/linearity"}))


@pytest.mark.slow
def test_an_added_seed_makes_its_runs_and_every_figure(project):
    edit(project, "seeds", to=[0, 1, 2])
    runs = {path for path in table_jobs(study_of(project)) if path.endswith("-seed2.nc")}
    last = {"between/baselines-seed1"}  # which was compared with the first seed, and is now with the new one
    assert_both_call_stale(project, runs | among(project, FIGURES | {"claims"} | last))


@pytest.mark.slow
def test_a_figure_that_is_no_longer_asked_for_makes_the_report_alone(project):
    edit(project, "figures", "selectivity", "emergence", remove=True)
    assert_both_call_stale(project, among(project, set()))


@pytest.mark.slow
def test_two_swapped_numbers_are_seen_by_both(project):
    edit(project, "training", "momentum", to=1e-4)
    edit(project, "training", "weight_decay", to=0.9)
    assert_both_call_stale(project, among(project, NETWORKS))


@pytest.mark.slow
def test_comments_order_and_spelling_of_numbers_make_nothing(project):
    text = (project / "params.yaml").read_text()
    text = text.replace("learning_rate: 0.1", "learning_rate: 1e-1  # the paper's").replace("alpha: -5", "alpha: -5.0")
    text = text.replace("select: {alpha: [0]}", "select: {alpha: [0.0]}")
    (project / "params.yaml").write_text("# a comment\n" + text)
    assert_both_call_stale(project, set())


NETWORK = (ROOT / "src/vestige/models/bottleneck_resnet.py").read_text()
SOURCE = (ROOT / "src/vestige/data/digits.py").read_text()
PLOT = (ROOT / "src/vestige/figures/emergence_by_block.py").read_text()
ROWS = (ROOT / "src/vestige/figures/paper.yaml").read_text()
ADDED = {
    "a network": ("models/mine.py", NETWORK.replace('"bottleneck_resnet"', '"mine"')),
    "an image source": ("data/mine.py", SOURCE.replace('"digits"', '"mine"')),
    "a plot": ("figures/mine.py", PLOT.replace("def emergence_by_block(", "def mine(")),
    "a figure": (
        "figures/paper.yaml",
        f"{ROWS}\nmine: {{kind: selectivity, plot: module_lines, caption: 'Mine: {{bands}}.'}}\n",
    ),
}


@pytest.mark.parametrize(("file", "text"), ADDED.values(), ids=list(ADDED))
@pytest.mark.slow
def test_a_new_file_leaves_every_result_current(project, file, text):
    (project / "src/vestige" / file).write_text(text)
    assert "study tiny" in run(project, "vestige check").stdout
    assert_both_call_stale(project, set())


@pytest.mark.nightly
def test_a_new_optional_key_leaves_every_result_current_until_it_is_used(project):
    due, study = among(project, SUPPRESSED | SHOW_CONDITIONS), study_of(project)  # whose new key is not known here
    file, line = project / "src/vestige/stages/training.py", "    shift: PositiveInt | None = None\n"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, line + "    l1: PositiveFloat | None = None\n"))
    assert unproven(project) == {}
    run(project, "vestige sync")  # the engines compare the bytes of a file that holds code and keys
    assert_both_call_stale(project, set())
    edit(project, "conditions", "suppressed", "l1", to=1e-5)
    assert_both_call_stale(project, due, study)


@pytest.mark.slow
def test_another_study_and_back_is_clean(project, tmp_path):
    first = (project / "params.yaml").read_text()
    edit(project, "study", to="other")
    assert snakemake_stale(project) == set(table_jobs(study_of(project)))
    (project / "params.yaml").write_text(first)
    assert_both_call_stale(project, set())


OTHERS = [(leaf, value) for leaf, value in leaves_of(TINY) if leaf not in BOUND and value != []]


@pytest.mark.nightly
@pytest.mark.parametrize(("leaf", "value"), OTHERS, ids=[".".join(leaf) for leaf, _ in OTHERS])
def test_every_leaf_makes_the_same_results_stale_in_both_engines(project, leaf, value):
    edit(project, *leaf, to=other_value(leaf, value))
    due = snakemake_stale(project)
    assert due
    assert without_checkpoints(dvc_stale(project)) == due | asked_again(study_of(project), due)
