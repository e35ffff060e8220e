"""A result is proven if making it afresh would give the same, and only then."""

import shutil
from pathlib import Path

import invented
import pytest
from engines import TINY
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading
from vestige.foundation import files, source_hash
from vestige.provenance import equivalences, hashing, proofs, status
from vestige.provenance.status import FOREIGN, MISSING, PROVEN, STALE

TRAINING = "results/tiny/training/suppressed-seed0.nc"
SELECTIVITY = "results/tiny/selectivity/suppressed-seed0.nc"
BASELINE = "results/tiny/selectivity/baseline-seed0.nc"
BASELINE_CHECKPOINTS = "results/tiny/checkpoints/baseline-seed0"
FIGURE = "results/tiny/figures/emergence.png"
REPORT = "results/tiny/report.html"


def study_with(**leaves) -> loading.Study:
    """The tiny study, some leaves of it changed; a leaf's keys are joined by two underscores."""
    data = YAML(typ="safe").load(TINY)
    for keys, value in leaves.items():
        *path, last = keys.split("__")
        here = data
        for key in path:
            here = here[key]
        here[last] = value
    return loading.validate_study(data)


@pytest.fixture(scope="module")
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


def states(study=None) -> dict[str, list[str]]:
    """The paths of all results that are not proven, by state."""
    found: dict[str, list[str]] = {}
    for path, each in status.judge(study or study_with()).items():
        found.setdefault(each.state, []).append(path)
    found.pop(PROVEN, None)
    return found


def reasons(path: str, study=None) -> str:
    """Why a result is not proven."""
    return "; ".join(status.judge(study or study_with())[path].reasons)


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


def test_a_result_is_stale_once_what_it_reads_has_come_out_otherwise(made):
    (training,) = (job for job in pipeline.jobs(study_with()) if job.output == TRAINING)
    invented.make(training, "trained on another machine")
    assert SELECTIVITY in states()[STALE]
    assert reasons(SELECTIVITY) == f"input {TRAINING} changed"


def test_a_missing_checkpoint_is_a_missing_part_and_a_changed_one_is_stale(made):
    first, second, *_ = sorted(Path("results/tiny/checkpoints/suppressed-seed0").iterdir())
    first.unlink()
    assert states() == {MISSING: [TRAINING]}
    assert reasons(TRAINING) == f"{first} written with it: missing"
    second.write_bytes(b"other")
    assert states() == {STALE: [TRAINING]}
    assert reasons(TRAINING).startswith(f"file {second} changed")


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


# Leaves of the study and the values that they take in turn.
LEAVES = {
    "conditions__suppressed__alpha": (-5, -6),
    "selectivity__epsilon": (1e-6, 1e-5),
    "images__split_seed": (0, 1),
    "cka__order_seed": (0, 1),
    "figures__selectivity__emergence__dpi": (80, 90),
    "training__momentum": (0.9, 0.8),
    "applies__cka": (["baseline", "suppressed"], ["baseline"]),
}
SMALL = {"seeds": [0], "between": {}, "figures__between": {}}
FILES = ("stages/training.py", "metrics/cka.py", "stages/selectivity.py", "figures/module_lines.py", "stages/report.py")


class Sequences(RuleBasedStateMachine):
    """Random edits, runs, losses and mishaps; after each, what is proven is what would be made afresh."""

    template: Path

    @initialize()
    def begin(self):
        """A small project with everything made."""
        self.patch = pytest.MonkeyPatch()
        self.folder = self.template.parent / f"sequence-{id(self)}"
        shutil.copytree(self.template, self.folder)
        self.patch.chdir(self.folder)
        self.patch.setattr(source_hash, "PACKAGE", self.folder / "src" / "vestige")
        self.source = {file: (source_hash.PACKAGE / file).read_bytes() for file in FILES}
        self.leaves, self.bytes = {}, {}
        self.run(everything=True)

    def teardown(self):
        """Nothing is left."""
        if hasattr(self, "folder"):
            self.patch.undo()
            shutil.rmtree(self.folder)

    @property
    def study(self):
        """The study as it is edited by now."""
        return study_with(**SMALL, **self.leaves)

    def files(self, job) -> dict[str, bytes]:
        """All files that a job writes, as they are now."""
        paths = [job.output, *job.files_beside, *invented.checkpoints(job)]
        return {path: Path(path).read_bytes() for path in paths if Path(path).is_file()}

    def run(self, everything: bool, stage: str = ""):
        """Make what is not proven, as far as its inputs are; of one stage, or all."""
        study = self.study
        says = invented.afresh(study)
        for job in pipeline.jobs(study):
            ready = all(status.judge_one(each, beside=False).state == PROVEN for each in job.inputs)
            if ready and (everything or job.stage.name == stage) and status.judge_one(job).state != PROVEN:
                invented.make(job, says[job.output])
                self.bytes[says[job.output]] = self.files(job)

    @rule(leaf=st.sampled_from(sorted(LEAVES)), which=st.integers(0, 1))
    def edit(self, leaf, which):
        """Change a setting, or change it back."""
        self.leaves[leaf] = LEAVES[leaf][which]

    @rule(file=st.sampled_from(FILES), text=st.sampled_from([b"", b"\n# a comment\n", b"\nEDITED = 1\n"]))
    def edit_code(self, file, text):
        """Change a source file, comment it, or change it back."""
        (source_hash.PACKAGE / file).write_bytes(self.source[file] + text)

    @rule()
    def make_all(self):
        """Run the whole study."""
        self.run(everything=True)

    @rule(stage=st.sampled_from(["training", "selectivity", "cka", "figures_selectivity", "report"]))
    def make_some(self, stage):
        """Run one stage."""
        self.run(everything=False, stage=stage)

    @rule(data=st.data(), mishap=st.sampled_from(["lose", "corrupt", "copy", "lose beside"]))
    def mishap(self, data, mishap):
        """Lose a file, damage it, or overwrite it with another result of its stage."""
        made = [job for job in pipeline.jobs(self.study) if Path(job.output).is_file()]
        job = data.draw(st.sampled_from(made), label="result")
        others = [each for each in made if each.stage == job.stage and each.output != job.output]
        if mishap == "copy" and others:
            shutil.copy(others[0].output, job.output)
        elif mishap == "corrupt":
            invented.corrupt(Path(job.output))
        elif mishap == "lose":
            Path(job.output).unlink()
        elif mishap == "lose beside":
            for path in [path for path in self.files(job) if path != job.output][:1]:
                Path(path).unlink()

    @rule(stage=st.sampled_from(["training", "selectivity", "images"]))
    def lose_all(self, stage):
        """Lose every result of a stage, as an engine that begins to make them anew."""
        for job in pipeline.jobs(self.study):
            if job.stage.name == stage:
                Path(job.output).unlink(missing_ok=True)

    @rule(data=st.data())
    def bring_back(self, data):
        """Put back some former version of a result, as `git switch` with `dvc checkout` does."""
        says = data.draw(st.sampled_from(sorted(self.bytes)), label="version")
        for path, content in self.bytes[says].items():
            Path(path).write_bytes(content)

    @invariant()
    def what_is_proven_is_what_would_be_made_afresh(self):
        """Proven are those that are equal to what would be made now, unless an input that lies there is not."""
        study = self.study
        says, found, sound = invented.afresh(study), status.judge(study), {}
        for job in pipeline.jobs(study):
            there = Path(job.output).is_file()
            same = there and self.bytes.get(says[job.output]) == self.files(job)
            own = there and self.bytes.get(says[job.output], {}).get(job.output) == Path(job.output).read_bytes()
            behind = all(sound[each.output] for each in job.inputs)  # what lies beside an input is not read
            sound[job.output] = behind and (own or not there)
            assert (found[job.output].state == PROVEN) == (same and behind), (job.output, found[job.output])


def sequences(template: Path, examples: int, steps: int) -> None:
    """Run random sequences on copies of a project."""
    from hypothesis.stateful import run_state_machine_as_test

    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        database=None, derandomize=True,
    )  # fmt: skip
    run_state_machine_as_test(type("OnACopy", (Sequences,), {"template": template}), settings=chosen)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project with nothing made."""
    folder = tmp_path_factory.mktemp("template") / "project"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        invented.copy_of_the_code(folder, patch)
    return folder


@pytest.mark.nightly
def test_after_random_edits_runs_and_mishaps_proven_is_what_would_be_made_afresh(template):
    sequences(template, examples=6, steps=12)


@pytest.mark.nightly
@pytest.mark.timeout(2400)
def test_after_many_random_edits_runs_and_mishaps_proven_is_what_would_be_made_afresh(template):
    sequences(template, examples=40, steps=25)
