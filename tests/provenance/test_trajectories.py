"""No epoch is trained twice: what runs share, and that a run with another's first epochs is as if trained alone."""

import copy
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import engine_jobs
import engines
import pytest
import xarray as xr
from engines import ROOT, TINY
from relabelled import OTHER, relabel
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.commands import prune, scratch_files
from vestige.commands.make import make
from vestige.config import loading
from vestige.foundation import processor
from vestige.foundation.call import Call
from vestige.provenance import proofs, scratch, status, trajectories

PLAIN = YAML(typ="safe").load(TINY)
PLAIN["training"]["epochs"] = 4
PLAIN["conditions"] = {
    "baseline": {"alpha": 0},
    "suppressed": {"alpha": -5, "modules": [4, 5], "start": 2},
    "longer": {"alpha": 0, "epochs": 6},
}
PLAIN |= {"between": {}, "applies": {"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []}}
PLAIN |= {"figures": {kind: {} for kind in PLAIN["figures"]}}
CROP = {"scale": [0.5, 1], "ratio": [1, 1]}
RUNS = "baseline-seed0", "suppressed-seed0", "longer-seed0"


def varied(**changes):
    """The plain study with other values at some keys, `__` between a section and its key; None takes a key out."""
    data = copy.deepcopy(PLAIN)
    for path, value in changes.items():
        *above, key = path.split("__")
        section = data
        for each in above:
            section = section[each]
        section[key] = value
        if value is None:
            del section[key]
    return data


def study(**changes):
    return loading.validate_study(varied(**changes))


def training(of, run="baseline-seed0"):
    condition, seed = run.split("-seed")
    return pipeline.job(of, "training", condition=condition, seed=int(seed))


def passes_shared(one, other):
    """How many passes two trainings have in common."""
    return trajectories.passes_in_common(trajectories.keys(one), trajectories.keys(other))


# What runs share


def test_the_intervention_of_the_paper_saves_at_most_32_of_380_epochs_a_seed():
    intervention = loading.read(ROOT / "studies" / "imagenet-intervention.yaml")
    shared = trajectories.count_shared(intervention)
    of_seed = {path: epochs for path, epochs in shared.items() if path.endswith("-seed0.nc")}
    assert sum(len(trajectories.keys(training(intervention, Path(path).stem))) - 1 for path in of_seed) == 380
    assert sum(of_seed.values()) == 32
    assert sum(shared.values()) == 32 * len(intervention.seeds)


def test_what_is_shared_is_counted_for_the_later_run_in_the_table():
    assert [trajectories.count_shared(study())[training(study(), run).output] for run in RUNS] == [0, 2, 4]


@pytest.mark.parametrize(
    ("one", "other", "passes"),
    [
        ({}, {}, 4),
        ({"study": "other"}, {}, 4),
        ({"scratch": "elsewhere"}, {}, 4),
        ({"training__epochs": 9, "conditions__longer__epochs": 10}, {}, 4),
        ({"training__class_reduction": "sum", "training__epsilon": 1e-3}, {}, 4),
        ({"selectivity__epsilon": 1e-3}, {}, 4),
        ({"training__momentum": 0.8}, {}, -1),
        ({"training__flip": 0.5}, {}, -1),
        ({"training__precision": "bfloat16"}, {}, -1),
        ({"training__memory_format": "contiguous"}, {}, -1),
        ({"training__compile": True}, {}, -1),
        ({"training__devices": 2}, {}, -1),
        ({"network__width": 5}, {}, -1),
        ({"threads": 2}, {}, -1),
        ({"images__split_seed": 1}, {}, -1),
        ({"images__crop": 6}, {}, -1),
        ({"images__crop": 6, "training__random_crop": CROP}, {"images__crop": 6}, -1),
        ({"images__crop": 6, "training__random_crop": CROP}, {"images__crop": 5, "training__random_crop": CROP}, -1),
    ],
)
def test_a_baseline_is_the_same_way_as_long_as_all_that_determines_it_is(one, other, passes):
    assert passes_shared(training(study(**one)), training(study(**other))) == passes


@pytest.mark.parametrize(
    ("penalty", "passes"),
    [
        ({"alpha": -5, "modules": [4, 5], "start": 2, "stop": 3}, 3),
        ({"alpha": -5, "modules": [5, 4], "start": 2, "epochs": 9}, 4),
        ({"alpha": -5, "modules": [4, 5], "start": 3}, 2),
        ({"alpha": -6, "modules": [4, 5], "start": 2}, 2),
        ({"alpha": -5, "modules": [4], "start": 2}, 2),
        ({"alpha": -5, "modules": [4, 5], "start": 0}, 0),
        ({"alpha": -5, "modules": [4, 5], "start": 2, "epsilon": 1e-3}, 2),
        ({"alpha": -5, "modules": [4, 5], "start": 2, "learning_rate": 0.2}, -1),
    ],
)
def test_penalised_runs_share_the_passes_that_are_penalised_alike(penalty, passes):
    given = study(conditions__other=penalty)
    assert passes_shared(training(given, "suppressed-seed0"), training(given, "other-seed0")) == passes


def test_other_seeds_share_nothing():
    assert passes_shared(training(study()), training(study(), "baseline-seed1")) == -1


def test_other_code_shares_nothing(monkeypatch):
    before = trajectories.keys(training(study()))
    monkeypatch.setattr(proofs, "code_digests", lambda job: {"stages/training.py": "edited"})
    assert trajectories.passes_in_common(before, trajectories.keys(training(study()))) == -1


def test_other_versions_of_packages_share_nothing(monkeypatch):
    before = trajectories.keys(training(study()))
    monkeypatch.setattr(trajectories, "versions", lambda files: {"torch": "0"})
    assert trajectories.passes_in_common(before, trajectories.keys(training(study()))) == -1


def test_states_last_where_ways_part_and_at_the_end():
    assert [sorted(trajectories.lasting_epochs(training(study(), run))) for run in RUNS] == [[2, 4], [2, 4], [2, 4, 6]]
    alone = study(conditions={"baseline": {"alpha": 0}})
    assert trajectories.lasting_epochs(training(alone)) == {4}


# Independent samples


def test_independent_conditions_share_nothing_and_have_seeds_of_their_own():
    given = study(training__independent=True)
    assert set(trajectories.count_shared(given).values()) == {0}
    assert all(
        trajectories.lasting_epochs(training(given, run)) == {given.training_of(run[:-6]).epochs} for run in RUNS
    )
    runs = [f"{name}-seed{seed}" for name in PLAIN["conditions"] for seed in (0, 1)]
    seeds = [json.loads(training(given, run).text)["stream"] for run in runs]
    assert len(set(seeds)) == 6
    assert all(isinstance(seed, int) and 0 <= seed < 2**53 for seed in seeds)


def test_the_seed_of_an_independent_run_is_the_same_for_ever():
    # Were it another, all results of such runs would have to be made again.
    assert study(training__independent=True).stream("baseline", 0) == 1832704917616595


def test_seeds_are_paired_where_nothing_is_said():
    given = study()
    assert [json.loads(training(given, run).text)["stream"] for run in RUNS] == [0, 0, 0]
    assert "independent" not in training(given).settings["training"]


def test_a_condition_alone_may_be_independent():
    given = study(conditions__longer={"alpha": 0, "independent": True})
    assert set(trajectories.count_shared(given).values()) == {0, 2}
    assert json.loads(training(given).text)["stream"] == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"training__independent": False}, "training.independent: found false; allowed: true"),
        ({"scratch": ""}, 'scratch: found ""; allowed: text'),
        ({"scratch": 3}, "scratch: found 3; allowed: text"),
    ],
)
def test_values_that_say_nothing_are_refused(change, says):
    with pytest.raises(loading.StudyRefused, match=says):
        study(**change)


# Through the shell


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty project."""
    return arrive(tmp_path / "here", monkeypatch)


def arrive(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def made(*runs, **changes):
    """Make some trainings of a study in the folder where one is, from images made before; their last pass each."""
    YAML().dump(varied(**changes), Path("params.yaml"))
    given = loading.read()
    make(pipeline.job(given, "images"))
    for run in runs:
        make(training(given, run))
    return given


def results():
    """The training results and checkpoints in the folder where one is."""
    folders = sorted(Path("results").glob("*/training")) + sorted(Path("results").glob("*/checkpoints/*"))
    return {str(path): path.read_bytes() for folder in folders for path in folder.glob("*.*")}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Results of a run that is trained alone, at once, in a project of its own."""
    known = {}

    def train(run, **changes):
        if (key := (run, *changes.items())) not in known:
            with pytest.MonkeyPatch.context() as patch:
                arrive(tmp_path_factory.mktemp("alone") / "project", patch)
                made(run, **changes)
                known[key] = results()
        return known[key]

    return train


def began(run, name="tiny"):
    """The epoch with which a training's log begins."""
    lines = Path(f"logs/{name}/training/{run}.log").read_text().splitlines()
    return next(int(line.split("epoch ")[1].split()[0]) for line in lines if " epoch " in line)


def kinds(folder="work"):
    """How many weights and how many states lie in a scratch folder."""
    names = [path.name.split("-")[1] for path in Path(folder, "trajectories").iterdir()]
    return names.count("weights"), names.count("state")


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS[1:])
def test_a_run_that_takes_its_first_epochs_from_another_is_as_if_trained_alone(here, alone, run):
    made("baseline-seed0", run)
    assert began(run) == {"suppressed-seed0": 2, "longer-seed0": 4}[run]
    assert results() == alone("baseline-seed0") | alone(run)


@pytest.mark.slow
def test_a_run_that_was_made_longer_is_as_if_trained_at_once(here, alone):
    longer = {"training__epochs": 6, "conditions__longer__epochs": 7}
    made("suppressed-seed0")
    made("suppressed-seed0", **longer)
    assert began("suppressed-seed0") == 4
    assert results() == alone("suppressed-seed0", **longer)


@pytest.mark.slow
def test_a_run_that_was_made_shorter_is_as_if_trained_at_once(here, alone):
    made("longer-seed0")
    made("longer-seed0", conditions__longer__epochs=2, conditions__suppressed__start=1)
    assert results() == alone("longer-seed0", conditions__longer__epochs=2, conditions__suppressed__start=1)


@pytest.mark.slow
def test_a_run_of_another_study_with_the_same_images_is_gone_on_from(here, alone):
    made("baseline-seed0")
    made("longer-seed0", study="other")
    assert began("longer-seed0", "other") == 4
    assert alone("longer-seed0", study="other").items() <= results().items()


@pytest.mark.slow
def test_a_longer_run_leaves_states_where_others_part_from_it_and_at_its_end(here):
    given = made("longer-seed0")
    assert kinds() == (7, 3)
    assert [trajectories.first_epoch_to_train(training(given, run)) for run in RUNS] == [4, 2, 6]


def test_what_lies_in_scratch_is_on_the_disk_once(here):
    made("baseline-seed0")
    shared = {path.stat().st_ino for path in Path("work/trajectories").glob("*-weights-*")}
    assert {path.stat().st_ino for path in Path("results/tiny/checkpoints/baseline-seed0").iterdir()} == shared
    assert not any(Path("work/training").iterdir())


def test_nothing_is_begun_before_anything_is_trained(here):
    assert trajectories.first_epoch_to_train(training(study())) == 0
    assert trajectories.first_epoch_to_train(training(study(scratch="$NOWHERE_AT_ALL/x"))) == 0


@pytest.mark.slow
def test_an_emptied_scratch_costs_time_alone(here, alone):
    made("baseline-seed0")
    shutil.rmtree("work")
    made("baseline-seed0", "suppressed-seed0")
    assert began("suppressed-seed0") == 0
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")


@pytest.mark.slow
def test_damage_in_scratch_costs_time_alone(here, alone):
    made("baseline-seed0")
    for path in Path("work/trajectories").iterdir():
        path.rename(path.with_suffix(".moved"))
        path.write_bytes(path.with_suffix(".moved").read_bytes()[:-3])
        path.with_suffix(".moved").unlink()
    made("suppressed-seed0")
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")


def independent_networks(**changes):
    """The first checkpoints of all conditions of a seed."""
    given = made(*RUNS, training__independent=True, **changes)
    return [xr.open_dataset(training(given, run).output)["checkpoint"].values[0] for run in RUNS]


@pytest.mark.slow
def test_independent_runs_are_other_networks_and_go_on_from_themselves_alone(here):
    assert len(set(independent_networks())) == 3
    assert [began(run) for run in RUNS] == [0, 0, 0]
    independent_networks(training__epochs=5)
    assert [began(run) for run in RUNS[:2]] == [4, 4]


# Kinds of machine


def machines(run):
    """On what each epoch of a run was computed, as its result says; "" for this machine."""
    with xr.open_dataset(training(study(), run).output) as made:
        return ["" if each == processor.describe() else each for each in made["machine"].values.tolist()]


def test_a_run_says_on_what_each_of_its_epochs_was_computed(here):
    made("baseline-seed0")
    assert machines("baseline-seed0") == [""] * 5


@pytest.mark.slow
def test_the_epochs_of_another_run_are_taken_over_from_the_same_kind_of_machine_alone(here, alone):
    made("baseline-seed0")
    relabel(Path("work/trajectories"))
    made("suppressed-seed0")
    assert began("suppressed-seed0") == 0
    assert machines("suppressed-seed0") == [""] * 5
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")
    assert json.loads(Path("benchmarks/tiny/training/suppressed-seed0.json").read_text())["passes"] == 4
    made("longer-seed0")
    assert began("longer-seed0") == 2  # from those of the suppressed run, which are the baseline's until then


@pytest.mark.slow
def test_a_clone_of_the_project_is_another_run(here, tmp_path, monkeypatch):
    made("baseline-seed0", scratch=str(tmp_path / "shared"))
    relabel(tmp_path / "shared/trajectories")
    arrive(tmp_path / "clone", monkeypatch)
    made("baseline-seed0", scratch=str(tmp_path / "shared"))
    assert began("baseline-seed0") == 0


@pytest.mark.slow
def test_a_run_goes_on_from_its_own_epochs_on_another_kind_of_machine_and_says_both(here, alone):
    longer = {"training__epochs": 6, "conditions__longer__epochs": 7}
    made("suppressed-seed0")
    relabel(Path("work/trajectories"))
    given = made("suppressed-seed0", **longer)
    assert began("suppressed-seed0") == 4
    assert machines("suppressed-seed0") == [OTHER] * 5 + [""] * 2
    assert status.judge_one(training(given, "suppressed-seed0")).state == status.PROVEN
    mine, others = results(), alone("suppressed-seed0", **longer)
    assert mine.keys() == others.keys()
    assert [path for path in mine if mine[path] != others[path]] == ["results/tiny/training/suppressed-seed0.nc"]


@pytest.mark.slow
def test_a_killed_run_is_continued_on_another_kind_of_machine(here, meanwhile):
    given = made()
    meanwhile({2: die})
    with pytest.raises(Killed):
        make(training(given))
    relabel(Path("work/trajectories"))
    make(training(given))
    assert began("baseline-seed0") == 2
    assert machines("baseline-seed0") == [OTHER] * 3 + [""] * 2
    assert not any(Path("work/training").iterdir())


# The scratch folder


def test_a_scratch_folder_elsewhere_changes_no_byte_and_makes_nothing_stale(here, tmp_path, alone, monkeypatch):
    monkeypatch.setenv("FAST_DISK", str(tmp_path / "fast"))
    given = made("baseline-seed0", scratch="$FAST_DISK/vestige")
    assert kinds(tmp_path / "fast/vestige")[0] == 5
    assert not Path("work/trajectories").exists()
    assert results() == alone("baseline-seed0")
    for said in (given, study()):
        assert status.judge_one(training(said)).state == status.PROVEN


def test_the_scratch_folder_is_in_no_setting_and_in_neither_engine():
    given = study(scratch="elsewhere", save_minutes=3)
    assert {job.output: job.settings for job in pipeline.jobs(given)} == {
        job.output: job.settings for job in pipeline.jobs(study())
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("$NOT_SET_ANYWHERE/x", "but $NOT_SET_ANYWHERE is not known here"),
        ("${NOT_SET_ANYWHERE}", "but ${NOT_SET_ANYWHERE} is not known here"),
        ("~no_such_person/x", "but ~no_such_person is not known here"),
        ("params.yaml", "cannot be written to (Not a directory)"),
        ("/proc/nowhere", "cannot be written to (No such file or directory)"),
        ("results/tiny", "'results/tiny', which cannot be used"),
        (".", "'.', which cannot be used"),
        ("  ", "'  ', which cannot be used"),
    ],
)
def test_a_scratch_folder_that_cannot_be_used_is_refused_before_anything_is_trained(here, said, why):
    with pytest.raises(scratch.ScratchRefused) as refused:
        made("baseline-seed0", scratch=said)
    assert why in str(refused.value)
    assert "leave the key out" in str(refused.value)
    assert not Path("results/tiny/training/baseline-seed0.nc").exists()


def test_home_and_variables_are_filled_in(monkeypatch):
    monkeypatch.setenv("HOME", "/home/you")
    assert scratch.scratch(study(scratch="~/fast")) == Path("/home/you/fast")
    assert scratch.scratch(study(scratch="${HOME}/$HOME")) == Path("/home/you//home/you")
    assert scratch.scratch(study()) == Path("work")


# What may go


def test_what_no_run_of_the_study_explains_is_listed_with_the_result_that_it_belongs_to(here):
    made("suppressed-seed0")
    assert scratch_files.find_unexplained(loading.read()) == []
    changed = study(conditions__suppressed__alpha=-6)
    assert scratch_files.find_unexplained(changed) == []
    left = scratch_files.find_unexplained(
        changed, prune.checkpoints_of([Path("results/tiny/training/suppressed-seed0.nc")])
    )
    assert {path.name.split("-")[1] for path in left} == {"weights", "state"}
    assert len(left) == 3  # epochs 3 and 4, and a state: until epoch 2 it is the baseline's way
    for path in left:
        path.unlink()
    assert trajectories.first_epoch_to_train(training(changed, "suppressed-seed0")) == 2


@pytest.mark.slow
def test_what_others_may_have_left_is_listed_after_a_month(here):
    made("baseline-seed0")
    other = study(training__momentum=0.5)
    assert scratch_files.find_unexplained(other) == []
    there = sorted(Path("work/trajectories").iterdir())
    for path in there:
        os.utime(path, (0, time.time() - 31 * 86400))
    assert scratch_files.find_unexplained(other) == there
    assert scratch_files.find_unexplained(study()) == []


@pytest.mark.slow
def test_what_is_not_of_vestige_s_making_is_never_listed(here):
    made("baseline-seed0", scratch="lab")
    others = [Path("lab", *parts) for parts in (("trajectories", "notes.txt"), ("training", "my-model", "weights"))]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("of a colleague")
    for path in Path("lab").rglob("*"):
        os.utime(path, (0, 0))
    left = scratch_files.find_unexplained(study(scratch="lab", training__momentum=0.5))
    assert left
    assert not {*left} & {path for each in others for path in (each, *each.parents)}


def test_nothing_is_listed_where_nothing_is_known(here):
    made("baseline-seed0")
    Path("results/tiny/images.nc").unlink()
    assert scratch_files.find_unexplained(study()) == []
    assert scratch_files.find_unexplained(study(scratch="absent")) == []


@pytest.mark.slow
def test_what_was_never_finished_is_listed_when_it_is_old(here):
    made("baseline-seed0")
    half = Path(f"work/trajectories/.{'0' * 32}-state-{'1' * 64}.safetensors.x1")
    folder = Path("work/training/tiny-training-gone-seed0-00000000")
    half.write_bytes(b"half")
    folder.mkdir()
    assert scratch_files.find_unexplained(study()) == []
    for path in (half, folder):
        os.utime(path, (0, 0))
    assert scratch_files.find_unexplained(study()) == sorted([half, folder])


# Beside each other


class Killed(BaseException):
    """What stands for a kill."""


@pytest.fixture
def meanwhile(monkeypatch):
    """What is done when a training has come to an epoch: by number, each once."""

    def install(due):
        told = Call.function.fget

        def function(call):
            stage = told(call)
            return (lambda *given, note, **named: stage(*given, note=hooked(note, due), **named)) if due else stage

        monkeypatch.setattr(Call, "function", property(function))

    return install


def hooked(note, due):
    """A note that also does what is due at its epoch."""

    def noted(text):
        note(text)
        if action := due.pop(int(text.split()[1]), None):
            action()

    return noted


def die():
    raise Killed


@pytest.mark.parametrize("epoch", range(5))
@pytest.mark.slow
def test_a_run_killed_at_any_epoch_is_finished_by_whoever_goes_the_same_way(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: die})
    with pytest.raises(Killed):
        make(training(given))
    assert not Path(training(given).output).exists()
    made("longer-seed0", "baseline-seed0")
    assert began("longer-seed0") == epoch
    assert results() == alone("longer-seed0") | alone("baseline-seed0")


@pytest.mark.parametrize("epoch", [1, 3, 4])
@pytest.mark.slow
def test_two_runs_that_go_the_same_way_at_once_do_each_other_no_harm(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: lambda: make(training(given, "longer-seed0"))})
    make(training(given))
    assert results() == alone("longer-seed0") | alone("baseline-seed0")


@pytest.mark.parametrize("epoch", range(5))
@pytest.mark.slow
def test_a_shared_folder_that_is_emptied_under_a_run_does_it_no_harm(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: lambda: shutil.rmtree("work/trajectories")})
    make(training(given))
    assert results() == alone("baseline-seed0")


def forked(job):
    """A process of its own that makes a result."""
    if not (child := os.fork()):
        try:
            make(job)
        finally:
            os._exit(0)
    return child


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_process_killed_at_any_moment_is_continued_to_the_same_bytes(here, alone, run):
    job, moments = training(made("baseline-seed0"), run), random.Random(run)
    for attempt in range(12):
        Path(job.output).unlink(missing_ok=True)
        if attempt % 4 == 0:
            shutil.rmtree("work/trajectories")
        child = forked(job)
        time.sleep(moments.uniform(0, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    make(job)
    assert results() == alone("baseline-seed0") | alone(run)
    assert not any(Path("work/training").iterdir())


@pytest.mark.nightly
def test_processes_that_train_side_by_side_give_what_each_gives_alone(here, alone):
    given = made()
    for _ in range(4):
        for folder in ("work/trajectories", "results/tiny/training"):
            shutil.rmtree(folder, ignore_errors=True)
        for child in [forked(training(given, name)) for name in RUNS]:
            os.waitpid(child, 0)
        assert results() == alone(RUNS[0]) | alone(RUNS[1]) | alone(RUNS[2])


@pytest.mark.nightly
def test_neither_engine_calls_anything_stale_when_the_scratch_folder_moves(project):
    engines.edit(project, "scratch", to="elsewhere")
    assert engine_jobs.snakemake_stale(project) == engine_jobs.dvc_stale(project) == set()
    engines.edit(project, "training", "epochs", to=3)
    engines.run(project, "vestige make results/tiny/training/baseline-seed0.nc")
    assert (project / "elsewhere/trajectories").is_dir()
