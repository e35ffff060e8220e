"""Files in a folder of checkpoints that are none of its run: seen, never adopted, and never removed unasked."""

import pytest
from engine_jobs import snakemake_stale
from engines import copied, run, status, verdicts

from vestige.engines import dvc_lock

TRAINING = "results/tiny/training/suppressed-seed0.nc"
MEASURED = "results/tiny/selectivity/suppressed-seed0.nc"
FOLDER = "results/tiny/checkpoints/suppressed-seed0"
STRANGERS = f"{FOLDER}/epoch-099.safetensors", f"{FOLDER}/notes.txt", f"{FOLDER}/old/epoch-000.safetensors"
SAYS = f"{STRANGERS[0]} and 2 more are none of it: move such a file elsewhere, or `vestige prune` removes it"


@pytest.fixture
def strange(by_both, tmp_path):
    """A project in which somebody has put files into a folder of checkpoints."""
    folder = copied(by_both, tmp_path / "project")
    for path in STRANGERS:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("of a person")
    return folder


def there(project) -> list[str]:
    """Which of the strangers are there still."""
    return [path for path in STRANGERS if (project / path).is_file()]


def test_verify_and_dvc_agree_that_something_has_changed_and_nothing_else_has(strange):
    found = verdicts(strange)
    assert found[TRAINING] == {"state": "stale", "reasons": [SAYS], "vouched": []}
    assert [path for path, each in found.items() if each["state"] != "proven"] == [TRAINING]
    assert FOLDER in str(status(strange)["training@tiny-suppressed-0"])


def test_make_refuses_and_names_the_remedy(strange):
    done = run(strange, f"vestige make {TRAINING}", check=False)
    assert done.returncode == 1
    assert f"{TRAINING} is not made" in done.stdout
    assert SAYS in done.stdout
    assert there(strange) == [*STRANGERS]


@pytest.mark.parametrize("name", STRANGERS[1:])
def test_make_refuses_to_remove_what_no_training_writes_where_there_is_no_result_either(project, name):
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("of a person")
    (project / TRAINING).unlink()
    done = run(project, f"vestige make {TRAINING}", check=False)
    assert done.returncode == 1
    assert f"{name} is none of it" in done.stdout


@pytest.mark.slow
def test_what_reads_the_checkpoints_is_made_as_before(strange, by_both):
    (strange / MEASURED).unlink()
    run(strange, f"vestige make {MEASURED}")
    assert (strange / MEASURED).read_bytes() == (by_both / MEASURED).read_bytes()


@pytest.mark.slow
def test_sync_tells_dvc_of_nothing_and_lets_snakemake_call_it_current(strange):
    before = dvc_lock.read((strange / "dvc.lock").read_text())
    assert "took" not in run(strange, "vestige sync").stdout
    after = dvc_lock.read((strange / "dvc.lock").read_text())
    assert after["training@tiny-suppressed-0"] == before["training@tiny-suppressed-0"]
    assert snakemake_stale(strange) == set()
    assert there(strange) == [*STRANGERS]


@pytest.mark.slow
def test_restore_leaves_them_where_they_are(strange):
    said = run(strange, "vestige restore").stdout
    assert f"{TRAINING}: not restored, {SAYS}" in said
    assert there(strange) == [*STRANGERS]


@pytest.mark.slow
def test_prune_lists_them_and_removes_them_when_asked(strange):
    said = run(strange, "vestige prune").stdout
    assert [path for path in STRANGERS if path in said] == [*STRANGERS]
    assert f"{FOLDER}/epoch-000" not in said
    assert there(strange) == [*STRANGERS]
    run(strange, "vestige prune --remove")
    assert there(strange) == []
    assert verdicts(strange)[TRAINING]["state"] == "proven"
    assert "training@tiny-suppressed-0" not in status(strange)


def test_what_systems_leave_behind_is_not_there_for_dvc_and_vestige_alike(project):
    for name in (".DS_Store", ".nfs0000001", "Thumbs.db"):
        (project / FOLDER / name).touch()
    assert verdicts(project)[TRAINING]["state"] == "proven"
    assert status(project) == {}


def test_what_dvc_is_not_told_to_ignore_is_said(project):
    said, _, _ = (project / ".dvcignore").read_text().partition("# What systems")
    (project / ".dvcignore").write_text(said)
    (project / FOLDER / ".DS_Store").touch()
    assert verdicts(project)[TRAINING]["reasons"] == [
        f"{FOLDER}/.DS_Store is none of it: move such a file elsewhere, or `vestige prune` removes it"
    ]
    assert "training@tiny-suppressed-0" in status(project)


def test_a_copy_of_a_checkpoint_under_another_number_is_none_of_its_run(project):
    """Scratch has the very bytes, but the proof is of this run as it is now and does not list it."""
    copy = f"{FOLDER}/epoch-003.safetensors"
    (project / copy).write_bytes((project / FOLDER / "epoch-002.safetensors").read_bytes())
    says = f"{copy} is none of it: move such a file elsewhere, or `vestige prune` removes it"
    assert verdicts(project)[TRAINING] == {"state": "stale", "reasons": [says], "vouched": []}
    assert copy in run(project, "vestige prune").stdout
    assert "training@tiny-suppressed-0" in status(project)


@pytest.mark.slow
def test_checkpoints_that_a_killed_job_has_put_there_are_replaced(project):
    """Its result is that of before, with fewer epochs."""
    former = (project / TRAINING).read_bytes()
    params = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(params.replace("epochs: 2", "epochs: 4", 1))
    assert (project / "params.yaml").read_text() != params
    run(project, f"vestige make {TRAINING}")
    (project / TRAINING).write_bytes(former)
    assert not any("none of it" in reason for reason in verdicts(project)[TRAINING]["reasons"])
    run(project, f"vestige make {TRAINING}")
    assert verdicts(project)[TRAINING]["state"] == "proven"
