"""A set of photographs as class folders."""

import photograph_sets
import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the set as class folders."""
    photograph_sets.write("class_folders", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    return tmp_path
