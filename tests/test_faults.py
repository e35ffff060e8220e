"""The tests catch what they are there for: each of the faults in faults.yaml, seeded in a copy of the project."""

import shutil
import subprocess
import sys

import pytest
from engines import ROOT, environment, new_project
from ruamel.yaml import YAML

BY_KIND = YAML(typ="safe").load(ROOT / "tests" / "faults.yaml")
FAULTS = [fault for faults in BY_KIND.values() for fault in faults]
EACH = pytest.mark.parametrize("fault", [pytest.param(fault, id=fault["name"]) for fault in FAULTS])
BESIDE = ("tests", "bench", "docs", "studies", ".ci")  # with what `new_project` copies, all that tests read
TOP = ("pyproject.toml", "requirements.txt", "Makefile", "README.md", "CITATION.cff")


@pytest.fixture
def project(tmp_path):
    """A copy of the project with its tests."""
    folder = new_project(tmp_path / "project", ROOT / "params.yaml")
    for name in BESIDE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in TOP:
        shutil.copy2(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(tmp_path)


def outcome(project, *names: str) -> tuple[int, str]:
    """How the tests of these names end in a copy, and what they print."""
    own = {key: value for key, value in environment(project).items() if not key.startswith("PYTEST_")}
    how = ["--tier", "nightly", "-q", "-rA", "-p", "no:cacheprovider", "--basetemp", str(project.with_name("inside"))]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *how, *names], cwd=project, env=own, capture_output=True, text=True
    )
    return done.returncode, done.stdout


@EACH
def test_a_fault_can_be_seeded_and_names_a_test(fault):
    file, function = fault["caught_by"].partition("[")[0].split("::")
    assert (ROOT / fault["file"]).read_text().count(fault["old"]) == 1
    assert fault["new"] != fault["old"]
    assert "\n" not in fault["old"] + fault["new"]
    assert f"\ndef {function}(" in (ROOT / file).read_text()


def test_every_kind_has_a_fault():
    assert len(FAULTS) >= 30
    assert all(BY_KIND.values())


@pytest.mark.nightly
@pytest.mark.timeout(900)
@EACH
def test_a_fault_is_caught(project, fault):
    file = project / fault["file"]
    file.write_text(file.read_text().replace(fault["old"], fault["new"]))
    status, said = outcome(project, fault["caught_by"])
    assert status == 1, said[-4000:]
    failed = [f"\n{word} {fault['caught_by']}" in said for word in ("FAILED", "ERROR")]  # the latter in a fixture
    assert any(failed), said[-4000:]


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_without_a_fault_the_same_tests_pass(project):
    names = {fault["caught_by"] for fault in FAULTS}
    status, said = outcome(project, *sorted(names))
    assert status == 0, said[-4000:]
    assert [name for name in names if f"\nPASSED {name}\n" not in said] == []
