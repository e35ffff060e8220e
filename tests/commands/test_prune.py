"""`vestige prune` lists, and on request removes, what nothing in the study explains."""

import shutil

import pytest
from engines import edit, run, status, study_of, unproven

from vestige.commands import prune
from vestige.engines import dvc_lock


def without_a_condition(project) -> None:
    """Take a condition out of the study, and let another study lie beside it."""
    shutil.copytree(project / "results/tiny", project / "results/tiny-2")
    edit(project, "applies", "cka", to=["baseline"])
    edit(project, "conditions", "suppressed", remove=True)


def there(project) -> set[str]:
    return {str(path.relative_to(project)) for path in project.glob("*/tiny*/**/*") if path.is_file()}


@pytest.mark.slow
def test_it_lists_what_a_removed_condition_has_left_and_removes_nothing(project):
    without_a_condition(project)
    before = there(project)
    said = run(project, "vestige prune").stdout
    assert "results/tiny/training/suppressed-seed0.nc" in said
    assert "results/tiny/checkpoints/suppressed-seed1\n" in said
    assert "dvc.lock: cka@tiny-suppressed-0" in said
    assert "baseline" not in said
    assert "tiny-2" not in said
    assert "Nothing was removed" in said
    assert there(project) == before


@pytest.mark.slow
def test_it_removes_that_and_nothing_else(project):
    without_a_condition(project)
    before, wrong = there(project), unproven(project)
    run(project, "vestige prune --remove")
    gone = before - there(project)
    assert {path for path in gone if "/suppressed-seed" not in path} == set()
    assert {path for path in there(project) if "/suppressed-seed" in path and "tiny-2" not in path} == set()
    assert [name for name in dvc_lock.read((project / "dvc.lock").read_text()) if "suppressed" in name] == []
    assert unproven(project) == wrong
    assert "explains all that is here" in run(project, "vestige prune").stdout


@pytest.mark.parametrize("link", ["checkpoints", "checkpoints/baseline-seed0", "training"])
def test_a_folder_that_is_a_link_to_another_disk_is_no_stray(project, tmp_path, monkeypatch, link):
    there = project / "results/tiny" / link
    shutil.move(there, tmp_path / "disk")
    there.symlink_to(tmp_path / "disk")
    monkeypatch.chdir(project)
    assert prune.find_unexplained(study_of(project)) == []


@pytest.mark.slow
def test_it_says_what_is_in_no_cache(project):
    shutil.rmtree(project / ".dvc/cache")
    edit(project, "figures", "selectivity", "emergence", remove=True)
    said = run(project, "vestige prune").stdout
    assert "Of 3 results and checkpoints 0 are in DVC's cache" in said
    assert "results/tiny/figures/emergence.png is in no cache" in said


@pytest.mark.slow
def test_what_it_removes_comes_back_with_the_condition(project):
    former = (project / "params.yaml").read_text()
    edit(project, "applies", "cka", to=["baseline"])
    edit(project, "conditions", "suppressed", remove=True)
    run(project, "vestige prune --remove")
    (project / "params.yaml").write_text(former)
    run(project, "vestige restore")
    assert unproven(project) == {}
    assert status(project) == {}
