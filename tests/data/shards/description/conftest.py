"""A set of photographs as class folders, and what is decoded of it."""

import photograph_sets
import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def folders(here):
    """The set as class folders."""
    photograph_sets.write("class_folders", here / "set", here / "scratch", photograph_sets.PHOTOGRAPHS)
    return here / "set"
