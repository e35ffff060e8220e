"""One name goes all the way down, no login node needs torch, and an import that points upwards is named.

The order of floors is import-linter's, in pyproject.toml; `make lint` holds it.
"""

import importlib
import inspect
import json
import shutil
import subprocess
import sys
from typing import get_args

import pytest
from engines import ROOT

from vestige import pipeline
from vestige.config.figure_rows import plot_function, plots
from vestige.config.registry import FAMILIES, FIGURES, KINDS, SOURCES
from vestige.figures.drawing import Figure
from vestige.foundation import source_hash

FILES = sorted(path.relative_to(source_hash.PACKAGE).as_posix() for path in source_hash.PACKAGE.rglob("*.py"))
PLANS = ("commands/", "config/", "engines/", "provenance/")
DRAWS = ("figures/", "claims/", "report/", "stages/claims.py", "stages/report.py")
TORCHLESS = [file for file in FILES if "/" not in file or file.startswith(PLANS + DRAWS)]
HEAVY = {"torch", "torchvision", "numpy", "pandas", "scipy", "matplotlib", "seaborn", "sklearn", "xarray", "netCDF4"}
STAGES = sorted(name for name, stage in pipeline.STAGES.items() if not stage.kind)
SCIENCE = tuple(f"{room}/" for room in ("stages", "figures", "claims", "report", "training", "models", "data"))
SCIENCE += ("metrics/", "foundation/", "condition.py")


def loaded(*modules: str) -> set[str]:
    """The heavy packages that are loaded once some modules are."""
    script = f"import sys, json, {', '.join(modules)}; print(json.dumps([*sys.modules]))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(told.stdout))


def module_of(file: str):
    """A module of the package, by its file."""
    return importlib.import_module(f"vestige.{file.removesuffix('.py').replace('/', '.')}")


def is_function_of(module, name: str) -> bool:
    """Whether a module defines a function of a name itself."""
    found = getattr(module, name, None)
    return inspect.isfunction(found) and found.__module__ == module.__name__


def test_an_import_that_points_upwards_is_named(tmp_path):
    shutil.copytree(source_hash.PACKAGE, tmp_path / "vestige", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with open(tmp_path / "vestige/metrics/cka.py", "a") as file:
        file.write("\nfrom vestige.stages import cka\n")
    command = ("from importlinter.cli import lint_imports_command; lint_imports_command()",)
    said = subprocess.run([sys.executable, "-c", *command], cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 1
    assert "vestige.metrics.cka -> vestige.stages.cka" in said.stdout


def test_a_package_file_holds_a_docstring_and_nothing_else():
    files = [path for path in source_hash.PACKAGE.rglob("__init__.py") if path.parent != source_hash.PACKAGE]
    names = {
        path.parent.name: {*vars(module_of(path.relative_to(source_hash.PACKAGE).parent.as_posix()))} for path in files
    }
    inside = {path.parent.name: {each.stem for each in path.parent.iterdir()} for path in files}
    own = {name: {each for each in found if not each.startswith("__")} - inside[name] for name, found in names.items()}
    assert own == dict.fromkeys(own, set())
    assert len(own) > 5


def test_the_package_itself_holds_what_a_notebook_calls_and_nothing_else():
    script = "import vestige; print(*(name for name in vars(vestige) if not name.startswith('__')))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "open\n"


def test_a_login_node_plans_checks_and_draws_without_torch():
    modules = ["vestige." + file.removesuffix(".py").replace("/", ".") for file in TORCHLESS if "__init__" not in file]
    assert loaded(*modules) & {"torch", "torchvision"} == set()


def test_the_command_loads_no_numerical_library_before_it_has_set_their_number_of_threads():
    assert loaded("vestige.cli", "vestige.commands.dispatch") == set()


def test_what_reads_and_plans_is_in_no_results_code():
    above = {file for file in FILES if not file.startswith(SCIENCE)} - {"__init__.py"}
    begins = [*(f"stages/{name}.py" for name in STAGES), *(f"figures/{name}.py" for name in plots())]
    sources = [file for file in FILES if file.startswith(("data/", "models/"))]
    assert above & set(source_hash.closure(*begins, *sources)) == set()


def test_every_file_that_is_not_python_is_stated_in_a_row_or_handed_over_by_value():
    others = {
        path.relative_to(source_hash.PACKAGE).as_posix() for path in source_hash.PACKAGE.rglob("*") if path.is_file()
    }
    probed = {path for path in others if path.startswith("data/probe_images/")}  # their hashes stand in data/probe.py
    others = {path for path in others - probed if not path.endswith((".py", ".pyc"))}
    assert others == {path for stage in pipeline.STAGES.values() for path in (*stage.code, stage.rows)} & others


def test_every_stage_and_every_kind_of_figure_has_its_row():
    assert {*STAGES, *(f"figures_{kind}" for kind in KINDS)} == set(pipeline.STAGES)


@pytest.mark.parametrize("name", [name for name, stage in pipeline.STAGES.items() if not stage.kind])
def test_a_stage_is_the_function_of_its_file(name):
    assert is_function_of(module_of(f"stages/{name}.py"), name)


@pytest.mark.parametrize("name", plots())
def test_a_plot_is_the_function_of_its_file_and_has_the_settings_of_every_figure(name):
    assert is_function_of(module_of(f"figures/{name}.py"), name)
    assert [*inspect.signature(plot_function(name)).parameters][:2] == ["settings", "runs"]
    assert issubclass(module_of(f"figures/{name}.py").Settings, Figure)


def test_a_file_among_the_figures_that_has_its_own_function_is_the_plot_of_some_row():
    names = [path.stem for path in (source_hash.PACKAGE / "figures").glob("[!_]*.py")]
    drawing = {name for name in names if is_function_of(module_of(f"figures/{name}.py"), name)}
    assert drawing == {*plots()} == {row.plot for row in FIGURES.values()}


def test_no_plot_imports_what_the_check_alone_asks():
    assert "figures/requirements.py" not in source_hash.closure(*(f"figures/{name}.py" for name in plots()))


@pytest.mark.parametrize(
    ("files", "tag", "makes"), [(SOURCES, "source", {"read", "open_split"}), (FAMILIES, "family", {"network"})]
)
def test_a_source_and_a_family_are_chosen_by_the_name_of_their_file(files, tag, makes):
    assert len(files) > 1
    for name, module in files.items():
        assert get_args(module.Settings.model_fields[tag].annotation) == (name,)
        assert any(is_function_of(module, each) for each in makes)
