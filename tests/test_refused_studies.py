"""What a refused study says reaches no shell, whatever DVC is asked for."""

import subprocess

import pytest
from engines import edit, environment, run, unproven

SHELL = "; touch owned #"
EDITS = {
    "study": (("study",), f"tiny{SHELL}"),
    "seeds": (("seeds",), [f"0{SHELL}"]),
    "a condition": (("conditions", f"baseline{SHELL}"), {"alpha": 0}),
    "a pair": (("between", f"baselines{SHELL}"), {"first": "baseline", "second": "baseline"}),
    "a set": (("untrained", f"sets{SHELL}"), {"networks": 1, "seed": 0}),
    "a figure": (("figures", "selectivity", f"emergence{SHELL}"), {}),
    "the source of images": (("images", "source"), f"digits{SHELL}"),
    "what checks the study": (("checked",), "touch owned"),
}
ASKED = ("repro", "repro -k", "repro -f", "repro -s training", "repro -f -s training", "repro -f -s selectivity report")


FEW = {(asked, key) for asked in (ASKED[0], ASKED[4]) for key in ("study", "seeds", "what checks the study")}
EACH = [
    pytest.param(asked, key, id=f"{asked}-{key}", marks=() if (asked, key) in FEW else pytest.mark.nightly)
    for asked in ASKED
    for key in EDITS
]


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "key"), EACH)
def test_a_refused_study_reaches_no_command(empty_project, key, asked):
    path, value = EDITS[key]
    edit(empty_project, *path, to=value)
    done = run(empty_project, f"dvc {asked}", check=False)
    assert done.returncode != 0, done.stdout
    assert not (empty_project / "owned").exists()
    assert not (empty_project / "results").exists() or not [*(empty_project / "results").rglob("*.nc")]


@pytest.mark.slow
def test_neither_does_an_experiment_with_such_a_name(empty_project):
    for command in (["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=empty_project, check=True)
    done = subprocess.run(
        ["dvc", "exp", "run", "-S", f"study='tiny{SHELL}'"],
        cwd=empty_project, env=environment(empty_project), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "study" in done.stderr + done.stdout
    assert not (empty_project / "owned").exists()


@pytest.mark.slow
def test_a_study_that_was_made_and_is_refused_now_is_not_made_with_the_texts_of_before(project):
    edit(project, "training", "learning_rate", to=-1)
    done = run(project, "dvc repro", check=False)
    assert done.returncode != 0
    assert "training.learning_rate" in done.stdout
    assert run(project, "dvc repro -s training", check=False).returncode == 0  # nothing of it is due


@pytest.mark.slow
def test_vestige_sync_tells_dvc_nothing_of_a_study_that_the_check_refuses(project):
    edit(project, "cka", "batch_size", to=100_000)
    assert run(project, "vestige check", check=False).returncode != 0
    accepted = (project / "work/checked.yaml").read_bytes()
    assert "`vestige check` refuses the study" in run(project, "vestige sync").stdout
    assert (project / "work/checked.yaml").read_bytes() == accepted
    assert run(project, "dvc repro -f -s training", check=False).returncode != 0


@pytest.mark.slow
def test_dvc_makes_nothing_of_code_that_hands_over_something_else_than_what_was_checked(project):
    file = project / "src/vestige/job_text.py"
    text = file.read_text()
    file.write_text(
        text.replace('return {"study": job.study.study, **', 'return {"extra": 1, "study": job.study.study, **')
    )
    assert file.read_text() != text
    done = run(project, "dvc repro -s -f network", check=False)
    assert done.returncode != 0
    assert "is not what that would be made with now" in done.stdout
    file.write_text(text)
    run(project, "dvc repro")
    assert unproven(project) == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["work/checked.yaml", "work/texts/tiny/network.json"])
def test_what_lies_in_the_way_of_a_text_is_named(empty_project, path):
    (empty_project / path).mkdir(parents=True)
    assert f"{path} lies in its way: remove that" in run(empty_project, "vestige check", check=False).stdout
