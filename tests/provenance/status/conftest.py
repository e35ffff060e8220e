"""Projects in which every result of the tiny study is invented."""

import shutil

import invented
import pytest
from provenance.status.invented_study import study_with

from vestige import pipeline
from vestige.foundation import source_hash


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """A project in which every result of the tiny study is invented; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        invented.copy_of_the_code(folder, patch)
        study, says = study_with(), invented.afresh(study_with())
        for job in pipeline.jobs(study):
            invented.make(job, says[job.output])
    return folder


@pytest.fixture
def made(whole, tmp_path, monkeypatch):
    """Such a project of one's own."""
    folder = tmp_path / "made"
    shutil.copytree(whole, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(source_hash, "PACKAGE", folder / "src" / "vestige")
    return folder
