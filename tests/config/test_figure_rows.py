"""A figure is a row of figures/paper.yaml: one more is accepted and drawn, and a bad one is refused by name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading
from vestige.config.figure_rows import FILE, FiguresRefused, options_of, plots, read_rows
from vestige.config.registry import AXES, FIGURES
from vestige.figures import requirements
from vestige.foundation import source_hash

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests/studies/tiny.yaml"
ANOTHER = """
another_emergence:
  kind: selectivity
  plot: module_lines
  needs: [baseline]
  caption: "Class selectivity once more; {bands}."
"""
GOOD = {
    "paper": "2",
    "kind": "training",
    "plot": "accuracy",
    "needs": "[baseline, {several: suppressed, distinct: alpha}]",
    "options": "{columns: strength}",
    "caption": "'Accuracy; {bands}.'",
}
ABSENT = None


def written(folder: Path, **keys) -> Path:
    """A file with the row of one figure, `mine`, whose keys are good ones and those given."""
    said = {key: text for key, text in (GOOD | keys).items() if text is not ABSENT}
    path = folder / "paper.yaml"
    path.write_text("mine:\n" + "".join(f"  {key}: {text}\n" for key, text in said.items()))
    return path


def refusal(path: Path) -> str:
    """Why a file of figures is refused."""
    with pytest.raises(FiguresRefused) as refused:
        read_rows(AXES, path)
    return str(refused.value)


def test_figures_stand_in_the_order_of_the_paper():
    numbers = [row["paper"] for row in YAML(typ="safe").load(FILE.read_text()).values() if "article" not in row]
    assert numbers == sorted(numbers, key=lambda number: int(re.match(r"\d+", str(number))[0]))
    assert {int(re.match(r"\d+", str(number))[0]) for number in numbers} == {*range(1, 17)}


def test_a_row_may_leave_out_the_paper_s_number_what_it_needs_and_options(tmp_path):
    row = read_rows(AXES, written(tmp_path, paper=ABSENT, needs=ABSENT, options=ABSENT))["mine"]
    assert (row.paper, row.needs, row.options) == (None, (), {})


def test_a_need_is_named_and_two_of_a_kind_are_asked_for_by_what_tells_them_apart(tmp_path):
    row = read_rows(AXES, written(tmp_path))["mine"]
    assert row.needs == (
        requirements.NEEDS["baseline"],
        requirements.at_least_two(requirements.NEEDS["suppressed"], "alpha"),
    )


BAD = [
    ({"plot": "acuracy"}, "plot: found 'acuracy'; no such file in figures/; did you mean 'accuracy'? allowed: "),
    ({"plot": "axes"}, "plot: found 'axes'; figures/axes.py lacks a class Settings or a function axes(settings, runs)"),
    ({"kind": "trainin"}, "kind: found 'trainin'; did you mean 'training'? allowed: network, training, selectivity"),
    ({"needs": "[basline]"}, "needs.0: found \"basline\"; did you mean 'baseline'? allowed: baseline, suppressed, "),
    ({"needs": "[pairs_without_penalty]"}, 'needs.0: found "pairs_without_penalty"; allowed: baseline, suppressed, '),
    ({"needs": "[{several: supressed, distinct: alpha}]"}, "; did you mean 'suppressed'? allowed: baseline, "),
    ({"needs": "[{several: suppressed, distinct: stop}]"}, "allowed: conditions with a penalty that differ in it"),
    ({"needs": "[{several: suppressed}]"}, "as in {several: suppressed, distinct: alpha or start}"),
    ({"needs": "[{several: baseline, distinct: start}]"}, "allowed: conditions with a penalty that differ in it"),
    ({"needs": "baseline"}, "needs: found \"baseline\"; input should be a valid tuple"),
    ({"caption": "Accuracy."}, "caption: it lacks {bands}, in whose place stands what the bands are: the plot"),
    ({"caption": "'{band}'"}, 'caption: found "{band}"; {bands} alone is filled in; a brace itself is written twice'),
    ({"caption": "'{bands} {'"}, "caption: found \"{bands} {\"; {bands} alone is filled in"),
    ({"caption": ABSENT}, "caption: missing; this key is required"),
    ({"options": "{colums: strength}"}, "options.colums: unknown key; did you mean 'columns'? allowed: columns"),
    ({"options": "{columns: colour}"}, "options.columns: found \"colour\"; input should be 'strength', 'period' or"),
    ({"options": "strength"}, 'options: found "strength"; input should be a valid dictionary'),
    ({"capton": "A"}, "capton: unknown key; did you mean 'caption'? allowed: article, paper, kind, plot, "),
    ({"paper": "2.5"}, "paper: found 2.5; input should be a valid string"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "says"), BAD, ids=[says[:40] for _, says in BAD])
def test_a_bad_row_is_refused_with_the_file_the_figure_and_the_key(tmp_path, keys, says):
    path = written(tmp_path, **keys)
    told = refusal(path)
    assert told.startswith(f"{path} is refused:\n  mine.{next(iter(keys))}")
    assert says in told


def test_bands_are_not_spoken_of_where_none_are_drawn(tmp_path):
    own = {"kind": "network", "plot": "architecture", "needs": ABSENT, "options": ABSENT}
    assert "mine.caption: it has {bands}, and there are none" in refusal(written(tmp_path, **own))


def test_every_fault_of_every_row_is_named(tmp_path):
    path = written(tmp_path, kind="trainin", caption=ABSENT)
    path.write_text(path.read_text() + path.read_text().replace("mine:", "Mine:"))
    keys = re.findall(r"^  ([\w.]+)", refusal(path), re.M)
    assert keys == ["mine.kind", "mine.caption", "Mine", "Mine.kind", "Mine.caption"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "found null"), ("mine: {kind: [}", "line 1"), ("mine: 1", "mine: found 1; allowed: keys and their values")],
)
def test_a_file_without_rows_is_refused(tmp_path, text, says):
    (tmp_path / "paper.yaml").write_text(text)
    assert says in refusal(tmp_path / "paper.yaml")


@pytest.mark.parametrize("plot", plots())
def test_every_option_of_a_plot_has_a_type_by_which_a_row_is_checked(plot):
    assert all(field.annotation is not Any for field in options_of(plot).model_fields.values())


@pytest.mark.parametrize("figure", FIGURES)
def test_a_default_given_and_one_left_out_are_the_same_settings(figure):
    """Whatever a figure's code and proof see of `params.yaml` is spelt alike."""
    row = FIGURES[figure]
    required = {"area": "sum", "pairs": [[4, 7]]}
    said = {key: required[key] for key, field in row.settings.model_fields.items() if field.is_required()}
    plain = row.settings(**said).model_dump(mode="json", exclude_none=True)
    assert row.settings(**plain).model_dump(mode="json", exclude_none=True) == plain
    assert plain.keys() - said.keys() == {
        key for key, field in row.settings.model_fields.items() if not field.is_required() and field.default is not None
    }


def test_nothing_has_to_be_said_of_a_figure_but_its_name():
    data = YAML(typ="safe").load(TINY.read_text())
    data["figures"]["selectivity"] = {"emergence_by_block": {}}
    job = pipeline.job(loading.validate_study(data), "figures_selectivity", figure="emergence_by_block")
    assert job.settings["figures.selectivity.emergence_by_block"] == {
        "palette": "crest",
        "panel": [1.7, 1.8],
        "dpi": 200,
        "silent_units": "zero",
    }


@pytest.fixture
def copy(tmp_path):
    """A copy of the package, and a study that lists one figure more."""
    shutil.copytree(source_hash.PACKAGE, tmp_path / "src/vestige", ignore=shutil.ignore_patterns("__pycache__"))
    text = TINY.read_text().replace("  selectivity:\n", "  selectivity:\n    another_emergence: {}\n")
    (tmp_path / "params.yaml").write_text(text)
    return tmp_path


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Python with the copy of the package."""
    environment = {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", "VESTIGE_FORKSERVER": ""}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


DRAW = f"""
import sys
from pathlib import Path
sys.path += [{str(ROOT / "tests/figures")!r}]
from invented_results import make_selectivity
from vestige import pipeline
from vestige.commands import figure_drawing
from vestige.config import loading
from vestige.foundation.call import Call
job = pipeline.job(loading.read(), "figures_selectivity", figure=sys.argv[1])
for each in job.inputs:
    Path(each.output).parent.mkdir(parents=True, exist_ok=True)
    make_selectivity("baseline", dict(each.values)["seed"]).to_netcdf(each.output)
drawn = figure_drawing.draw_figure(Call(job.text), [figure_drawing.list_shown(job)[0].output], {{}})
print(drawn.caption, len(drawn.table), job.code)
"""


@pytest.mark.slow
def test_a_row_more_is_a_figure_more_and_needs_no_other_file(copy):
    assert "unknown key" in called(copy, "-m", "vestige", "check").stderr
    with open(copy / "src/vestige/figures/paper.yaml", "a") as file:
        file.write(ANOTHER)
    assert "figures_selectivity       3 results" in called(copy, "-m", "vestige", "check").stdout
    drawn = called(copy, "-c", DRAW, "another_emergence")
    assert drawn.stdout.startswith("Class selectivity once more; no bands: each line is of a single network. "), drawn
    assert "figures/module_lines.py" in drawn.stdout


def test_a_row_edited_badly_is_refused_by_every_command_in_one_message(copy):
    rows = copy / "src/vestige/figures/paper.yaml"
    rows.write_text(rows.read_text().replace("plot: module_lines", "plot: module_line", 1))
    for command in ("check", "schema"):
        told = called(copy, "-m", "vestige", command)
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.startswith(
            f"vestige: {rows} is refused:\n  emergence.plot: found 'module_line'; no such file"
        )
        assert "did you mean 'module_lines'?" in told.stderr
