"""After random edits, runs and mishaps a result is proven if making it afresh would give the same, and only then."""

import shutil
from pathlib import Path

import invented
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from provenance.status.invented_study import study_with

from vestige import pipeline
from vestige.foundation import source_hash
from vestige.provenance import status
from vestige.provenance.status import PROVEN

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
