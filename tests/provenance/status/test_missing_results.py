"""What came from a missing result is judged by what would make that result now."""

from pathlib import Path

import invented
from provenance.status.invented_study import FIGURE, SELECTIVITY, TRAINING, reasons, states, study_with

from vestige import pipeline
from vestige.foundation import source_hash
from vestige.provenance.status import MISSING, STALE


def test_a_missing_result_is_missing_and_what_came_from_it_stands(made):
    Path(TRAINING).unlink()
    assert states() == {MISSING: [TRAINING]}


def test_a_stale_result_is_seen_through_a_missing_one(made):
    Path(TRAINING).unlink()
    study = study_with(images__split_seed=1)
    assert "images.nc, from which it comes, is stale: setting images.split_seed was 0, is 1" in reasons(
        SELECTIVITY, study
    )


def test_what_came_from_a_missing_result_is_stale_if_that_would_be_made_otherwise_now(made):
    for seed in (0, 1):
        Path(TRAINING.replace("seed0", f"seed{seed}")).unlink()
    study = study_with(conditions__suppressed__alpha=-6)
    why = f"{TRAINING}, from which it came and which is missing: setting conditions.suppressed.alpha was -5.0, is -6.0"
    assert reasons(SELECTIVITY, study) == f"label alpha was -5.0, is -6.0; {why}"
    assert [path for path in states(study)[STALE] if "selectivity/baseline" in path] == []
    assert FIGURE in states(study)[STALE]


def test_what_came_from_results_that_are_all_missing_is_judged_by_what_would_make_them(made):
    for path in (TRAINING, SELECTIVITY):
        Path(path).unlink()
    assert states() == {MISSING: [TRAINING, SELECTIVITY]}
    study = study_with(conditions__suppressed__alpha=-6)
    assert f"{TRAINING}, from which it came and which is missing" in reasons("results/tiny/claims.nc", study)
    with open(source_hash.PACKAGE / "stages/training.py", "a") as file:
        file.write("\nEDITED = True\n")
    assert "code of stages/training.py changed" in reasons("results/tiny/cka/suppressed-seed0.nc")


def test_what_lies_behind_a_missing_result_must_be_what_it_was(made):
    for path in Path("results/tiny/selectivity").glob("*.nc"):
        path.unlink()
    study = study_with()
    assert set(states(study)) == {MISSING}
    (training,) = (job for job in pipeline.jobs(study) if job.output == TRAINING)
    invented.make(training, "trained on another machine")
    assert f"input {TRAINING} changed" in reasons("results/tiny/figures/emergence.png")


def test_a_missing_checkpoint_is_a_missing_part_and_a_changed_one_is_stale(made):
    first, second, *_ = sorted(Path("results/tiny/checkpoints/suppressed-seed0").iterdir())
    first.unlink()
    assert states() == {MISSING: [TRAINING]}
    assert reasons(TRAINING) == f"{first} written with it: missing"
    second.write_bytes(b"other")
    assert states() == {STALE: [TRAINING]}
    assert reasons(TRAINING).startswith(f"file {second} changed")
