"""The source files and packages of each stage are those that it takes."""

import pytest

from vestige import pipeline
from vestige.config import loading
from vestige.config.registry import FAMILIES, SOURCES
from vestige.foundation import source_hash
from vestige.provenance import environment

STUDY = loading.read(source_hash.PACKAGE.parents[1] / "studies/digits.yaml")
ONE_OF_EACH = {job.stage.name: job for job in pipeline.jobs(STUDY)}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_versions_of_all_that_a_stage_imports_are_known(name):
    versions = environment.versions(ONE_OF_EACH[name].code)
    assert {"numpy", "pydantic"} & versions.keys()
    assert all(number[0].isdigit() for number in versions.values()), versions


def test_a_package_is_recorded_under_the_name_by_which_it_is_installed():
    assert {"scikit-learn", "numpy"} <= set(environment.versions(ONE_OF_EACH["images"].code))


@pytest.mark.parametrize("name", ["training", "selectivity", "ablation", "cka"])
def test_a_stage_takes_its_own_network_and_images_and_no_others(name):
    made = {
        path
        for path in ONE_OF_EACH[name].code
        if path in {*map("models/{}.py".format, FAMILIES), *map("data/{}.py".format, SOURCES)}
    }
    assert made == {f"models/{STUDY.network.family}.py", f"data/{STUDY.images.source}.py"}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_raising_the_format_makes_every_result_stale(name):
    assert "foundation/format.py" in ONE_OF_EACH[name].code


def test_an_editors_lock_beside_a_source_file_hinders_nothing(tmp_path, monkeypatch):
    (tmp_path / "training.py").write_text("")
    (tmp_path / ".#training.py").symlink_to("somebody@here.17")
    monkeypatch.setattr(source_hash, "PACKAGE", tmp_path)
    assert list(source_hash.identities()) == [tmp_path / "training.py"]
