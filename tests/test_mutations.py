"""An edit of any module that a job loads either leaves what is made as it was, or makes results stale.

A module is edited at a place that is run: a number becomes another, a comparison its opposite, a sum a difference. The
study is made anew with the edited package. What then comes out otherwise must be no more proven in the study that was
made before.
"""

import ast
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engines import ROOT, TINY
from ruamel.yaml import YAML

from vestige.foundation import source_hash

SEED = 5  # of the places that are edited
OTHER = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult},
    **{ast.And: ast.Or, ast.Or: ast.And},
}
# Where a result is written and proven. An edit there may keep any result from being proven, or from being made; that
# what is decoded of results stays as it is, their format's number says, which tests/test_format.py holds. What proofs
# note of machine and packages stands on the page, and makes nothing stale.
WRITERS = (
    *("provenance/embedding.py", "provenance/results.py", "provenance/proofs.py", "provenance/environment.py"),
    "commands/result_writing.py",
)


def micro() -> dict:
    """One run of one epoch, and one figure."""
    data = YAML(typ="safe").load(TINY.read_text())
    data |= {"study": "micro", "seeds": [0], "conditions": {"suppressed": {"alpha": -5, "modules": [4, 5], "start": 0}}}
    data["training"]["epochs"] = 1
    data["ablation"]["epochs"] = [1]
    data["cka"]["epochs"] = [0, 1]
    data |= {
        "between": {},
        "applies": dict.fromkeys(data["applies"], []) | {"ablation": ["suppressed"], "cka": ["suppressed"]},
    }
    drawn = {"architecture": {"dpi": 80}}
    return data | {"figures": dict.fromkeys(data["figures"], {}) | {"network": drawn}}


def remake(package: Path, folder: Path, *lines: str) -> dict | None:
    """What a package makes of the study in an empty folder; None where it fails."""
    folder.mkdir(parents=True)
    YAML(typ="safe").dump(micro(), folder / "params.yaml")
    called = called_with(package, folder, str(ROOT / "tests" / "remade.py"), *lines)
    return json.loads(called.stdout.splitlines()[-1]) if called.returncode == 0 else None


def called_with(package: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Python in a folder, with a package."""
    own = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    own |= {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="session")
def before(tmp_path_factory):
    """The study made with the package as it is: its folder, what was made, and the lines that were run, by file."""
    folder = tmp_path_factory.mktemp("before") / "project"
    found = remake(source_hash.PACKAGE, folder, "LINES")
    assert found is not None
    prefix = f"{source_hash.PACKAGE}/"
    return folder, found["made"], {path.removeprefix(prefix): lines for path, lines in found["ran"].items()}


def edit_of(text: str, lines: set[int], draw: random.Random) -> str | None:
    """A text with one edit at a line that is run; None where there is nothing to edit."""
    tree = ast.parse(text)
    places = [node for node in ast.walk(tree) if getattr(node, "lineno", None) in lines and is_editable(node)]
    if not places:
        return None
    node = draw.choice(places)
    match node:
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant():
            node.value = node.value + 1
        case ast.Compare():
            node.ops[0] = OTHER[type(node.ops[0])]()
        case ast.BinOp() | ast.BoolOp():
            node.op = OTHER[type(node.op)]()
    return ast.unparse(tree)


def is_editable(node: ast.AST) -> bool:
    """Whether an edit of a node says something else."""
    match node:
        case ast.Constant():
            return isinstance(node.value, bool | int | float)
        case ast.Compare():
            return len(node.ops) == 1
        case ast.BinOp() | ast.BoolOp():
            return type(node.op) in OTHER
    return False


def edit_and_remake(before, tmp_path: Path, file: str) -> tuple[set[str], set[str]] | None:
    """The results that a package with one edit in a file makes otherwise, and which of those stay proven all the same.

    None where there is nothing to edit, or where the edited package makes nothing at all.
    """
    folder, made, ran = before
    package = tmp_path / "src" / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    text = edit_of((package / file).read_text(), set(ran[file]), random.Random(f"{SEED} {file}"))
    if text is None:
        return None
    (package / file).write_text(text)
    now = remake(package, tmp_path / "project")
    if now is None:
        return None
    differing = {path for path in made if now["made"].get(path) != made[path]}
    shutil.copytree(folder, tmp_path / "former")
    said = called_with(package, tmp_path / "former", "-m", "vestige", "verify", "--json")
    states = {path: each["state"] for path, each in json.loads(said.stdout).items()} if said.stdout else {}
    return differing, {path for path in differing if states.get(path) == "proven"}


def editable_modules() -> list[str]:
    """The modules of the package that may be run while results are made."""
    files = sorted(path.relative_to(source_hash.PACKAGE).as_posix() for path in source_hash.PACKAGE.rglob("*.py"))
    return [file for file in files if file not in WRITERS and "__init__" not in file]


# Three of ten show in some number; of the others the study makes nothing, or the same.
TEN = (
    *(
        "models/residual.py",
        "training/optimizers/sgd.py",
        "stages/images.py",
        "metrics/cka.py",
        "metrics/selectivity.py",
    ),
    *("stages/progressive_ablation.py", "data/digits.py", "training/loop.py", "foundation/result_encoding.py"),
    "stages/selectivity.py",
)


@pytest.mark.slow
def test_ten_edits_bless_nothing_wrongly(before, tmp_path):
    found = {file: edit_and_remake(before, tmp_path / file.replace("/", "-"), file) or (set(), set()) for file in TEN}
    assert {file: blessed for file, (_, blessed) in found.items() if blessed} == {}
    assert sum(bool(differing) for differing, _ in found.values()) >= 3


@pytest.mark.nightly
@pytest.mark.parametrize("file", editable_modules())
def test_an_edit_of_a_module_blesses_nothing_wrongly(before, tmp_path, file):
    if file not in before[2]:
        pytest.skip("no result of the study needs it")
    if (found := edit_and_remake(before, tmp_path, file)) is None:
        pytest.skip("there is nothing to edit, or the edited package makes nothing")
    assert found[1] == set()
