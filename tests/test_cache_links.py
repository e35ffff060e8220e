"""DVC's cache and the results: copies, reflinks where the disk has them, and why not hard links."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from engine_jobs import snakemake_stale
from engines import edit, run, unproven

RESULT = "results/tiny/cka/baseline-seed0.nc"


def linked(project, kind: str) -> Path:
    """A result that DVC has put back by a kind of link."""
    run(project, f"dvc config cache.type {kind}")
    (project / RESULT).unlink()
    run(project, f"dvc checkout {RESULT}")
    return project / RESULT


def is_writable(path: Path) -> bool:
    """Whether a file's owner may write to it."""
    return bool(path.stat().st_mode & 0o200)


def has_reflinks(folder: Path) -> bool:
    """Whether the disk of a folder can share bytes between files, as `cp` finds."""
    (folder / "one").write_bytes(b"some bytes")
    return not subprocess.run(["cp", "--reflink=always", "one", "other"], cwd=folder, capture_output=True).returncode


@pytest.mark.slow
def test_what_snakemake_made_stays_a_file_of_its_own_whatever_links_dvc_may_make(project):
    run(project, "dvc config cache.type hardlink")
    shutil.rmtree(project / ".dvc/cache")
    (project / "dvc.lock").unlink()
    run(project, "vestige sync")
    assert (project / RESULT).stat().st_nlink == 1
    assert is_writable(project / RESULT)
    assert [*(project / ".dvc/cache/files").rglob("*")]


@pytest.mark.slow
def test_what_dvc_hard_links_is_proven_but_snakemake_refuses_to_make_it_anew(project):
    path = linked(project, "hardlink")
    assert (path.stat().st_nlink, is_writable(path)) == (2, False)
    assert unproven(project) == {}
    if os.access(path, os.W_OK):
        pytest.skip("who runs this may write to any file, as root may")
    edit(project, "cka", "order_seed", to=7)
    assert "Write-protected output files for rule cka" in run(project, "snakemake figures", check=False).stdout


def test_what_dvc_reflinks_is_a_file_of_its_own_and_can_be_made_anew(project, tmp_path):
    if not has_reflinks(tmp_path):
        pytest.skip("the disk of temporary files has no reflinks")
    path = linked(project, "reflink")
    assert (path.stat().st_nlink, is_writable(path)) == (1, True)
    edit(project, "cka", "order_seed", to=7)
    assert RESULT in snakemake_stale(project)
    run(project, f"vestige make {RESULT}")
    assert os.access(path, os.W_OK)


def test_reflinked_results_take_no_room_of_their_own(project, tmp_path):
    if not has_reflinks(tmp_path):
        pytest.skip("the disk of temporary files has no reflinks")
    shutil.rmtree(project / ".dvc/cache")
    (project / "dvc.lock").unlink()
    os.sync()
    before = shutil.disk_usage(project).used
    run(project, "vestige sync")
    os.sync()
    size = sum(each.stat().st_size for each in (project / ".dvc/cache/files").rglob("*") if each.is_file())
    assert shutil.disk_usage(project).used - before < size / 2
