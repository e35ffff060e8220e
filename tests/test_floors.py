"""Imports point downwards only, one name goes all the way down, and a missing line of the map is named."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige import code, pipeline
from vestige.choices import FIGURES, KINDS

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path.relative_to(code.PACKAGE).as_posix() for path in code.PACKAGE.rglob("*.py"))
# From the highest floor to the lowest: a floor imports what stands below it, and of itself where it is said here.
DOWNWARDS = (
    "__main__ commands fronts trajectories scratch results judgements changes proofs digests pipeline "
    "table reading equivalences carriers machine contradictions depictions meanings misfits places study "
    "choices spelling"
)
FLOORS = DOWNWARDS.split()
BELOW = {floor: {*FLOORS[index + 1 :], "code", "refusals"} for index, floor in enumerate(FLOORS)}
ALLOWED = BELOW | {
    "fronts": BELOW["fronts"] | {"fronts", "figures", "apparatus"},
    "misfits": BELOW["misfits"] | {"sections"},
    "meanings": BELOW["meanings"] | {"sections"},
    "digests": BELOW["digests"] | {"apparatus"},
    "equivalences": BELOW["equivalences"] | {"apparatus"},
    "refusals": set(),
    "study": {"choices", "sections", "apparatus"},
    "choices": {"apparatus", "figures"},
    "sections": {"apparatus"},
    "stages": {"claims", "report", "apparatus", "formulas"},
    "figures": {"figures", "apparatus", "formulas"},
    "claims": {"claims", "apparatus", "formulas"},
    "report": {"report", "apparatus", "formulas"},
    "apparatus": {"apparatus", "formulas"},
    "formulas": {"formulas"},
    "code": set(),
    "format": set(),
}
DRAWS = ("fronts/", "figures/", "claims/", "report/", "stages/claims", "stages/report")
TORCHLESS = [file for file in FILES if "/" not in file or file.startswith(DRAWS)]
HEAVY = {"torch", "torchvision", "numpy", "pandas", "scipy", "matplotlib", "seaborn", "sklearn", "xarray", "netCDF4"}
SAY_NOTHING = (
    "manager handler helper helpers util utils common base trainer experiment experiments neuron neurons registry"
)
WRITTEN = sorted(path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))
STAGES = sorted(path.stem for path in (code.PACKAGE / "stages").glob("*.py") if path.stem != "__init__")


def floor(file: str) -> str:
    """The floor on which a file of the package stands."""
    return file.removesuffix(".py").split("/")[0]


def upward(file: str, allowed: dict[str, set[str]] = ALLOWED) -> list[str]:
    """The imports of a file that do not point downwards."""
    targets = sorted({path for name in code.imports(file) if (path := code.own_file(name)) is not None})
    return [f"{file} imports {path}" for path in targets if floor(path) not in allowed[floor(file)]]


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> set[str]:
    """The functions that a file defines at its top."""
    return {node.name for node in tree(path).body if isinstance(node, ast.FunctionDef)}


def loaded(*modules: str) -> set[str]:
    """The heavy packages that are loaded once some modules are."""
    script = f"import sys, json, {', '.join(modules)}; print(json.dumps([*sys.modules]))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(told.stdout))


def defined(node: ast.AST) -> list[str]:
    """The names that a node of a syntax tree brings into being."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    return [node.asname] if isinstance(node, ast.alias) and node.asname else []


def empty_words(name: str) -> set[str]:
    """The words of a name that say nothing."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)} & set(SAY_NOTHING.split())


def missing_lines(stages: list[str], table: set[str], rules: set[str], dvc: set[str]) -> list[str]:
    """What a stage still lacks in the three maps, once its file is there."""
    maps = {"the table of src/vestige/table.py": table, "workflow/rules/*.smk": rules, "dvc.yaml": dvc}
    return [
        f"{where} has no line for {stage}" for stage in stages for where, names in maps.items() if stage not in names
    ]


@pytest.mark.parametrize("file", [file for file in FILES if not file.endswith("__init__.py")])
def test_imports_point_downwards_only(file):
    assert upward(file) == []


def test_an_import_that_points_upwards_would_be_named():
    assert upward("contradictions.py", ALLOWED | {"contradictions": {"depictions", "meanings", "refusals"}}) == [
        "contradictions.py imports study.py"
    ]


@pytest.mark.parametrize("file", FILES)
def test_no_import_is_relative(file):
    relative = [node for node in ast.walk(tree(code.PACKAGE / file)) if isinstance(node, ast.ImportFrom) and node.level]
    assert [node.lineno for node in relative] == []


def test_modules_are_named_by_settings_only_where_that_is_known():
    dynamic = re.compile(r"\b(import_module|__import__|spec_from_file_location|run_path|run_module|exec|eval)\(")
    callers = {file for file in FILES if dynamic.search((code.PACKAGE / file).read_text().replace(".eval(", ""))}
    assert callers == {
        *("choices.py", "apparatus/network.py", "apparatus/arrays.py"),
        *("fronts/calling.py", "fronts/drawing.py", "fronts/writing.py"),
    }


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith("/__init__.py")])
def test_a_package_file_holds_a_docstring_and_nothing_else(file):
    assert [type(node).__name__ for node in tree(code.PACKAGE / file).body] == ["Expr"]
    assert ast.get_docstring(tree(code.PACKAGE / file))


def test_the_package_itself_holds_what_a_notebook_calls_and_nothing_else():
    assert functions(code.PACKAGE / "__init__.py") == {"open"}
    assert len(tree(code.PACKAGE / "__init__.py").body) == 2


def test_a_login_node_plans_checks_and_draws_without_torch():
    modules = ["vestige." + file.removesuffix(".py").replace("/", ".") for file in TORCHLESS if "__init__" not in file]
    assert loaded(*modules) & {"torch", "torchvision"} == set()


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_drawn_without_torch(figure):
    assert "torch" not in code.packages(f"figures/{figure}.py")


def test_the_command_loads_no_numerical_library_before_it_has_set_their_number_of_threads():
    assert loaded("vestige.__main__") == set()


def test_what_reads_and_plans_is_in_no_results_code():
    above = {file for file in FILES if floor(file) in {*FLOORS, "refusals", "sections", "code"}}
    begins = [*(f"stages/{name}.py" for name in STAGES), *(f"figures/{name}.py" for name in FIGURES)]
    sources = [file for file in FILES if file.startswith(("apparatus/images/", "apparatus/networks/"))]
    assert above & set(code.closure(*begins, *sources)) == set()


def test_every_file_that_is_not_python_is_stated_in_the_table():
    others = {path.relative_to(code.PACKAGE).as_posix() for path in code.PACKAGE.rglob("*") if path.is_file()}
    others = {path for path in others if not path.endswith((".py", ".pyc"))}
    assert others - {path for stage in pipeline.TABLE for path in stage.code} == set()


def test_every_stage_has_its_line_in_the_table_a_rule_and_a_dvc_stage():
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    stages = [*STAGES, *(f"figures_{kind}" for kind in KINDS)]
    dvc = set(YAML(typ="safe", pure=True).load(ROOT / "dvc.yaml")["stages"])
    assert missing_lines(stages, set(pipeline.STAGES), set(re.findall(r"^rule (\w+):", rules, re.M)), dvc) == []


def test_a_new_analysis_without_its_lines_is_told_each_of_them():
    assert missing_lines(["lens"], {"cka"}, {"cka"}, {"lens"}) == [
        "the table of src/vestige/table.py has no line for lens",
        "workflow/rules/*.smk has no line for lens",
    ]


@pytest.mark.parametrize("name", [name for name, stage in pipeline.STAGES.items() if stage.kind is None])
def test_a_stage_is_the_function_of_its_file(name):
    assert name in STAGES
    assert name in functions(code.PACKAGE / "stages" / f"{name}.py")


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_function_of_its_file_and_says_what_it_reads(name):
    module = FIGURES[name]
    assert name in functions(Path(module.__file__))
    assert module.KIND in KINDS
    assert module.PAPER
    assert module.CAPTION
    assert "Figure" in {parent.__name__ for parent in module.Settings.__mro__}


@pytest.mark.parametrize("name", sorted({path.stem for path in (code.PACKAGE / "figures").glob("*.py")} - {*FIGURES}))
def test_a_file_among_the_figures_that_has_its_own_function_states_its_kind(name):
    assert name not in functions(code.PACKAGE / "figures" / f"{name}.py")


@pytest.mark.parametrize(("folder", "tag"), [("images", "source"), ("networks", "family")])
def test_a_source_and_a_family_are_chosen_by_the_name_of_their_file(folder, tag):
    for path in sorted((code.PACKAGE / "apparatus" / folder).glob("[!_]*.py")):
        chosen = re.search(rf"^    {tag}: Literal\[\"(\w+)\"\]", path.read_text(), re.M)
        assert chosen, f"{path.name}: Settings has no {tag}"
        assert chosen[1] == path.stem
        assert {"images": "read", "networks": "network"}[folder] in functions(path)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_say_something(path):
    names = {path.stem, *(name for node in ast.walk(tree(path)) for name in defined(node))}
    assert sorted(name for name in names if empty_words(name)) == []


def test_a_name_that_says_nothing_would_be_found():
    assert empty_words("DataManager") == {"manager"}
    assert empty_words("plot_utils") == {"utils"}
    assert empty_words("baseline") == set()
