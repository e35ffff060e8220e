"""Projects with all results of a small study, none of them computed."""

import shutil

import pytest
from synthetic import synthetic_project


@pytest.fixture(scope="session")
def narrow(tmp_path_factory):
    """A project with all results of a study of two conditions and two seeds, none computed; not to be changed."""
    return synthetic_project(tmp_path_factory.mktemp("narrow") / "project", conditions=2, seeds=2)


@pytest.fixture
def project(narrow, tmp_path, monkeypatch):
    """A copy of it to work in."""
    shutil.copytree(narrow, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"
