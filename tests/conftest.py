"""Projects that several tests share; each is made once, however many processes run the tests."""

import shutil

import pytest
from engines import copied, new_project, only_one, run


def shared_folder(tmp_path_factory):
    """A temporary folder that all processes of one test run see."""
    here = tmp_path_factory.getbasetemp()
    return here.parent if here.name.startswith("popen-") else here


def made_once(folder, command):
    """A project in which a command has been run, once."""
    with only_one(folder.parent / f"{folder.name}.lock"):
        if not folder.exists():
            partial = folder.with_name(folder.name + "-partial")
            shutil.rmtree(partial, ignore_errors=True)
            new_project(partial)
            run(partial, command, timeout=900)
            partial.rename(folder)
    return folder


@pytest.fixture(scope="session")
def by_snakemake(tmp_path_factory):
    """The tiny study made whole by Snakemake; not to be changed."""
    return made_once(shared_folder(tmp_path_factory) / "by-snakemake", "snakemake figures --quiet")


@pytest.fixture(scope="session")
def by_dvc(tmp_path_factory):
    """The tiny study made whole by DVC; not to be changed."""
    return made_once(shared_folder(tmp_path_factory) / "by-dvc", "dvc repro --quiet")


@pytest.fixture(scope="session")
def by_both(tmp_path_factory, by_snakemake):
    """The tiny study made by Snakemake and recorded in DVC, so that both engines call it current; not to be changed."""
    folder = shared_folder(tmp_path_factory) / "by-both"
    with only_one(folder.parent / "by-both.lock"):
        if not folder.exists():
            partial = copied(by_snakemake, folder.with_name("by-both-partial"))
            run(partial, "dvc commit --force --quiet")
            partial.rename(folder)
    return folder


@pytest.fixture
def project(by_both, tmp_path):
    """A project of one's own in which both engines call everything current."""
    return copied(by_both, tmp_path / "project")


@pytest.fixture
def empty_project(tmp_path):
    """A project of one's own with no results."""
    return new_project(tmp_path / "project")
