"""A result that is not what its proof says is foreign, and the reason is told."""

import shutil
from pathlib import Path

import invented
import pytest
from provenance.status.invented_study import FIGURE, REPORT, SELECTIVITY, reasons, states, study_with

from vestige import pipeline
from vestige.foundation import files
from vestige.provenance import hashing, proofs, status
from vestige.provenance.status import FOREIGN, STALE

BASELINE = "results/tiny/selectivity/baseline-seed0.nc"
BASELINE_CHECKPOINTS = "results/tiny/checkpoints/baseline-seed0"


def test_a_copy_of_another_condition_is_foreign_and_says_of_which(made):
    shutil.copy(BASELINE, SELECTIVITY)
    found = states()
    assert found[FOREIGN] == [SELECTIVITY]
    assert reasons(SELECTIVITY) == f"it is a copy of {BASELINE}"
    assert "results/tiny/claims.nc" in found[STALE]


@pytest.mark.parametrize(("path", "state"), [(SELECTIVITY, FOREIGN), (FIGURE, STALE), (REPORT, STALE)])
def test_a_result_whose_contents_were_changed_is_not_proven_and_that_is_the_reason(made, path, state):
    invented.corrupt(Path(path))
    assert path in states()[state]
    assert "was changed after it was written" in reasons(path)


@pytest.mark.parametrize("path", [SELECTIVITY, FIGURE, REPORT])
def test_a_file_without_a_proof_is_foreign(made, path):
    Path(path).write_bytes(b"anything")
    assert path in states()[FOREIGN]
    assert reasons(path).startswith("it carries no proof, or was changed after it was written")


@pytest.fixture
def opened(monkeypatch):
    """The paths that are opened to be read, as they are read."""
    found, plain = [], files.open_regular
    monkeypatch.setattr(hashing, "open_regular", lambda path: [found.append(str(path)), plain(path)][1])
    return found


ALIENS = (
    *("/etc/passwd", "../outside", "params.yaml", f"{BASELINE}", "results/tiny/checkpoints/baseline-seed0"),
    *(
        f"{BASELINE_CHECKPOINTS}/{name}"
        for name in ("../../../x", "notes.txt", ".hidden", "pipe", "a/epoch-000.safetensors")
    ),
)


@pytest.mark.parametrize("alien", ALIENS)
def test_a_proof_that_lists_what_is_no_file_of_its_own_is_foreign_and_nothing_of_it_is_opened(made, opened, alien):
    job = pipeline.job(study_with(), "training", condition="baseline", seed=0)
    stamp = proofs.read_proof(Path(job.output))
    invented.write(Path(job.output), "says", stamp | {"beside": stamp["beside"] | {alien: "0" * 64}})
    found = status.judge_one(job)
    assert (found.state, found.reasons) == (FOREIGN, (f"its proof lists {alien}, which is no file of it",))
    assert status.files_beside(job) == ([], [])
    assert not [path for path in opened if Path(path) == Path(alien)]


@pytest.mark.parametrize(
    "part",
    [
        {"result": "results/\ud800.nc"},
        {"code": {"\ud800.py": "0"}},
        {"inputs": {"a\nproven": "0"}},
        {"beside": {"\x1b[2K": "0"}},
        {"versions": {"numpy": "\udc80"}},
    ],
    ids=["half a character", "half a character in a name", "a line end in a name", "an escape", "in a note"],
)
def test_a_proof_that_no_terminal_takes_is_none(made, part):
    path = Path(SELECTIVITY)
    invented.write(path, "says", proofs.read_proof(path) | part)
    found = status.judge(study_with())[SELECTIVITY]
    assert (found.state, found.reasons[0]) == (FOREIGN, "it carries no proof, or was changed after it was written")


def test_a_checkpoint_with_more_digits_than_a_number_may_have_is_no_file_of_a_training(made):
    job = pipeline.job(study_with(), "training", condition="baseline", seed=0)
    stamp = proofs.read_proof(Path(job.output))
    alien = f"{job.folder}/epoch-{'1' * 5000}.safetensors"
    invented.write(Path(job.output), "says", stamp | {"beside": stamp["beside"] | {alien: "0" * 64}})
    assert status.judge(study_with())[job.output].state == FOREIGN


def test_what_comes_from_a_foreign_result_says_so(made):
    Path("results/tiny/network.nc").write_text("nothing")
    found = status.judge(study_with())["results/tiny/report.html"].reasons
    assert any("results/tiny/network.nc, from which it comes, is foreign: " in reason for reason in found)


def test_only_three_causes_are_named(made):
    study = study_with(training__epochs=1, conditions__suppressed__start=0, cka__epochs=[0], ablation__epochs=[1])
    said = status.judge(study)["results/tiny/claims.nc"].reasons
    assert sum("from which it comes" in reason for reason in said) == 4
    assert said[-1].startswith("and ")
