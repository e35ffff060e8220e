"""Everyone gets the same versions: pip, conda and the machines that check the project."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

from vestige.engines import dvc_repo, snakemake_metadata
from vestige.foundation import source_hash

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
# What `make` installs: a person who reads Parquet installs pyarrow beside.
INSTALLED = [each for name, extra in EXTRAS.items() if name != "parquet" for each in extra]
DECLARED = [Requirement(text) for text in [*PROJECT["dependencies"], *INSTALLED]]
LOCK = (ROOT / "requirements.txt").read_text()
LOCKED = [Requirement(line) for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system, "platform_machine": chip}
    for python in ("3.11", "3.12", "3.13")
    for system, chip in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
]
CONDA = YAML().load(ROOT / "environment.yml")["dependencies"]


def locked(name: str, machine: dict[str, str]) -> list[str]:
    """The versions of a package that the lock asks for on a machine."""
    same = [each for each in LOCKED if canonicalize_name(each.name) == canonicalize_name(name)]
    here = [each for each in same if each.marker is None or each.marker.evaluate(machine)]
    return [specifier.version for each in here for specifier in each.specifier]


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run make in a folder as a person would, outside of any make that runs these tests."""
    outside = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, env={**outside, **environment}, capture_output=True, text=True)


@pytest.fixture
def unready(tmp_path):
    """A folder with all that a set-up reads, and no environment."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("requirement", DECLARED, ids=str)
def test_each_declared_package_is_locked_once_at_an_allowed_version_wherever_it_may_run(requirement):
    versions = [locked(requirement.name, machine) for machine in MACHINES]
    assert all(len(each) == 1 and requirement.specifier.contains(each[0]) for each in versions), versions


@pytest.mark.parametrize("engine", [snakemake_metadata.SNAKEMAKE, dvc_repo.DVC], ids=lambda engine: engine.name)
def test_no_newer_minor_version_of_an_engine_is_allowed_than_the_tested_one_which_is_locked(engine):
    [allowed] = [each.specifier for each in DECLARED if each.name == engine.package]
    major, minor, _ = map(int, engine.tested.split("."))
    assert all(locked(engine.package, machine) == [engine.tested] for machine in MACHINES)
    assert allowed.contains(f"{major}.{minor}.99")
    assert not allowed.contains(f"{major}.{minor + 1}.0")


def test_the_lock_says_exact_versions_and_no_index_path_or_address():
    lines = [line for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[a-z0-9.]+( ; [^/@]+)?", line)] == []
    assert "://" not in LOCK


def test_torchvision_is_the_release_made_for_torch():
    needed = [Requirement(text) for text in requires("torchvision")]
    [torch] = [each for each in needed if each.name == "torch"]
    assert torch.specifier.contains(locked("torch", MACHINES[0])[0])


def test_every_package_that_the_code_imports_is_declared():
    files = [path.relative_to(source_hash.PACKAGE).as_posix() for path in source_hash.PACKAGE.rglob("*.py")]
    owners = packages_distributions()  # pydantic brings pydantic-core in the one version that it goes with
    owned = {
        name: {canonicalize_name(owner) for owner in owners.get(name, [name])} for name in source_hash.packages(*files)
    }
    stated = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["parquet"]]
    declared = {canonicalize_name(Requirement(text).name) for text in stated} | {"pydantic-core"}
    assert {name: owner for name, owner in owned.items() if not owner & declared} == {}


def test_conda_gives_a_python_that_the_project_allows():
    [python] = [text.split("=")[1] for text in CONDA if isinstance(text, str) and text.startswith("python=")]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)


def test_conda_takes_every_package_from_the_lock():
    assert [text for text in CONDA if isinstance(text, str) and not text.startswith("python=")] == ["pip"]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    locked = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert [each["pip"] for each in CONDA if not isinstance(each, str)] == [locked]


def test_conda_reads_no_other_file():
    """Snakemake copies the file elsewhere before conda reads it."""
    text = (ROOT / "environment.yml").read_text()
    assert [line for line in text.splitlines() if re.match(r' *- "?-', line)] == []


def test_make_installs_the_lock_and_the_project(unready):
    steps = make(unready, "--dry-run", "test", f"PYTHON={sys.executable}").stdout
    assert "--requirement requirements.txt" in steps
    assert "--editable ." in steps


def test_the_checking_machine_sets_up_and_tests_as_the_readme_says():
    commands = (ROOT / ".ci" / "run").read_text()
    assert "make test" in commands
    assert "make test" in (ROOT / "README.md").read_text()
    assert not re.search(r"pip install|requirements|pyproject", commands), "the Makefile alone installs packages"


def test_an_older_python_is_refused_in_one_line_before_anything_else(unready):
    older = unready / "python3.10"
    older.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 10); exec(sys.argv[2])' \"$@\""
    )
    older.chmod(0o755)
    refused = make(unready, "test", f"PYTHON={older}")
    assert refused.returncode != 0
    assert "vestige needs Python 3.11 to 3.14" in refused.stderr
    assert (refused.stdout + refused.stderr).count("\n") == 1
    assert not (unready / ".venv").exists()


@pytest.mark.slow
def test_a_set_up_that_did_not_end_is_begun_anew(unready):
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull, "UV_OFFLINE": "1"}
    failed = make(unready, ".venv/ready", f"PYTHON={sys.executable}", **offline)
    assert failed.returncode != 0
    assert (unready / ".venv").is_dir()
    assert "venv --clear" in make(unready, "--dry-run", ".venv/ready", f"PYTHON={sys.executable}").stdout


@pytest.mark.parametrize(("folder", "again"), [("this", False), ("another", True)])
def test_a_set_up_counts_in_the_folder_for_which_it_was_made(unready, folder, again):
    (unready / ".venv" / "bin").mkdir(parents=True)
    (unready / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (unready / ".venv" / "ready").write_text(f"{unready if folder == 'this' else unready.parent}\n")
    assert ("venv --clear" in make(unready, "--dry-run", "test", f"PYTHON={sys.executable}").stdout) == again


def test_the_citation_names_the_version_of_the_project():
    assert Version(YAML().load(ROOT / "CITATION.cff")["version"]) == Version(PROJECT["version"])
