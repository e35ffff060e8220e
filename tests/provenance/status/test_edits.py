"""What is made is proven, until an edit of settings, of code or of what it reads makes it stale."""

from pathlib import Path

import invented
from provenance.status.invented_study import FIGURE, REPORT, SELECTIVITY, TRAINING, reasons, states, study_with

from vestige import pipeline
from vestige.foundation import source_hash
from vestige.provenance import equivalences, status
from vestige.provenance.status import MISSING, STALE


def test_what_is_made_is_proven(made):
    assert states() == {}


def test_one_judgement_is_that_of_all(made):
    study = study_with(conditions__suppressed__alpha=-6)
    Path("results/tiny/checkpoints/baseline-seed0/epoch-000.safetensors").write_bytes(b"other")
    Path(FIGURE).with_suffix(".pdf").unlink()
    together = status.judge(study)
    for job in pipeline.jobs(study):
        alone = status.judge_one(job)
        assert (alone.state, alone.reasons) == (together[job.output].state, together[job.output].reasons)


def test_a_changed_setting_makes_its_results_and_theirs_stale_and_says_from_what_to_what(made):
    study = study_with(conditions__suppressed__alpha=-6)
    stale = states(study)[STALE]
    assert {TRAINING, SELECTIVITY, REPORT} <= set(stale)
    assert not [path for path in stale if "baseline" in path]
    assert "conditions.suppressed.alpha was -5.0, is -6.0" in reasons(TRAINING, study)
    assert f"{TRAINING}, from which it comes, is stale: setting conditions.suppressed.alpha" in reasons(
        SELECTIVITY, study
    )


def test_two_swapped_numbers_are_two_changes(made):
    study = study_with(training__momentum=1e-4, training__weight_decay=0.9)
    assert "training.momentum was 0.9, is 0.0001; setting training.weight_decay was 0.0001, is 0.9" in reasons(
        TRAINING, study
    )


def test_an_edit_of_code_makes_what_it_makes_stale_and_names_the_file(made):
    with open(source_hash.PACKAGE / "metrics/cka.py", "a") as file:
        file.write("\nEDITED = True\n")
    stale = states()[STALE]
    assert all(path.startswith(("results/tiny/cka", "results/tiny/between")) for path in stale if "figures" not in path
               and path not in ("results/tiny/claims.nc", REPORT))  # fmt: skip
    assert reasons("results/tiny/cka/baseline-seed0.nc") == "code of metrics/cka.py changed"


def test_what_comes_from_a_stale_result_is_stale_though_nothing_of_its_own_has_changed(made):
    with open(source_hash.PACKAGE / "metrics/cka.py", "a") as file:
        file.write("\nEDITED = True\n")
    path = "results/tiny/figures/linearity.png"
    assert path in states()[STALE]
    assert reasons(path).startswith("results/tiny/cka/baseline-seed0.nc, from which it comes, is stale: code of")


def test_a_comment_makes_nothing_stale(made):
    with open(source_hash.PACKAGE / "stages/training.py", "a") as file:
        file.write("\n# a comment\n")
    assert states() == {}


def test_an_edit_that_is_vouched_for_makes_nothing_stale_and_is_named(made):
    file = source_hash.PACKAGE / "metrics/cka.py"
    old = source_hash.file_digest(file)
    file.write_text(file.read_text() + "\nEDITED = True\n")
    new = source_hash.file_digest(file)
    entry = "- {{stage: {}, files: {{metrics/cka.py: [{}, {}]}}, reason: only a name more}}\n"
    (made / "workflow").mkdir()
    (made / equivalences.FILE).write_text(entry.format("cka", old, new) + entry.format("between", old, new))
    assert states() == {}
    vouched = {path for path, each in status.judge(study_with()).items() if each.vouched}
    assert {path.split("/")[2] for path in vouched} == {"cka", "between"}
    assert status.judge(study_with())["results/tiny/cka/baseline-seed0.nc"].vouched == ("only a name more",)


def test_a_removed_file_that_is_vouched_for_makes_nothing_stale_behind_a_missing_result_either(made):
    extra, training = source_hash.PACKAGE / "training/extra.py", source_hash.PACKAGE / "stages/training.py"
    plain = training.read_text()
    extra.write_text("EXTRA = 1\n")
    training.write_text(plain + "\nimport vestige.training.extra\n")
    digests_then = source_hash.file_digest(training), source_hash.file_digest(extra)
    for job in pipeline.jobs(study_with()):
        invented.make(job, "with a file more " * 8)
    extra.unlink()
    training.write_text(plain)
    entry = (
        "- {{stage: training, files: {{stages/training.py: [{}, {}], training/extra.py: [{}, null]}}, reason: gone}}\n"
    )
    (made / "workflow").mkdir()
    (made / equivalences.FILE).write_text(
        entry.format(digests_then[0], source_hash.file_digest(training), digests_then[1])
    )
    assert states() == {}
    Path(TRAINING).unlink()
    assert states() == {MISSING: [TRAINING]}


def test_a_result_is_stale_once_what_it_reads_has_come_out_otherwise(made):
    (training,) = (job for job in pipeline.jobs(study_with()) if job.output == TRAINING)
    invented.make(training, "trained on another machine")
    assert SELECTIVITY in states()[STALE]
    assert reasons(SELECTIVITY) == f"input {TRAINING} changed"
