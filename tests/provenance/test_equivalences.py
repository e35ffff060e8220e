"""An edit that a maintainer vouches for carries former results forward, and nothing else does."""

import pytest

from vestige.foundation import source_hash
from vestige.provenance import equivalences
from vestige.provenance.equivalences import EquivalencesRefused, carry_forward

A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


@pytest.fixture
def declare(tmp_path, monkeypatch):
    """Write the project's equivalences."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source_hash, "PACKAGE", tmp_path)
    for folder in ("workflow", "stages"):
        (tmp_path / folder).mkdir()
    for file in ("stages/training.py", "x.py", "y.py"):
        (tmp_path / file).write_text("")
    return (tmp_path / equivalences.FILE).write_text


def entry(stage="training", reason="a loop became a comprehension", **files) -> str:
    """One entry of the file; a file's name is its letter."""
    lines = "".join(f"    {file}.py: [{old or 'null'}, {new or 'null'}]\n" for file, (old, new) in files.items())
    return f"- stage: {stage}\n  files:\n{lines}  reason: {reason}\n"


def test_without_the_file_nothing_is_equivalent(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert carry_forward("training", {"x.py": A}, {"x.py": B}, {}) == ({"x.py": A}, ())


@pytest.mark.parametrize(
    ("settings", "honoured"),
    [
        ({"training": {"flip": 0.5}}, True),
        ({"training": {"random_crop": {"scale": [0.1, 1]}}}, False),
        ({"training": {}, "conditions.early": {"random_crop": {"scale": [0.1, 1]}}}, False),
        ({"random_crop": 1}, False),
    ],
)
def test_an_edit_says_nothing_of_results_in_whose_settings_it_may_show(declare, settings, honoured):
    declare(entry(x=(A, B)) + "  unless: [random_crop]\n")
    assert (carry_forward("training", {"x.py": A}, {"x.py": B}, settings)[0] == {"x.py": B}) == honoured


def test_a_declared_edit_is_honoured_and_its_reason_given(declare):
    declare(entry(x=(A, B)))
    assert carry_forward("training", {"x.py": A, "y.py": C}, {"x.py": B, "y.py": C}, {}) == (
        {"x.py": B, "y.py": C},
        ("a loop became a comprehension",),
    )


def test_it_holds_for_its_stage_alone(declare):
    declare(entry(x=(A, B)))
    assert carry_forward("cka", {"x.py": A}, {"x.py": B}, {}) == ({"x.py": A}, ())


def test_it_holds_only_where_all_its_files_are_the_former_ones(declare):
    declare(entry(x=(A, B), y=(C, D)))
    now = {"x.py": B, "y.py": D}
    assert carry_forward("training", {"x.py": A, "y.py": D}, now, {})[1] == ()
    assert carry_forward("training", {"x.py": A, "y.py": C}, now, {})[0] == now


def test_it_never_leads_back(declare):
    declare(entry(x=(A, B)))
    assert carry_forward("training", {"x.py": B}, {"x.py": A}, {})[1] == ()


def test_edits_follow_one_another_and_stop_at_the_code_of_now(declare):
    declare(entry(x=(A, B), reason="first") + entry(x=(B, C), reason="second"))
    assert carry_forward("training", {"x.py": A}, {"x.py": C}, {}) == ({"x.py": C}, ("first", "second"))
    assert carry_forward("training", {"x.py": A}, {"x.py": B}, {}) == ({"x.py": B}, ("first",))
    assert carry_forward("training", {"x.py": A}, {"x.py": A}, {}) == ({"x.py": A}, ())


def test_files_may_come_and_go(declare):
    declare(entry(gone=(A, None), y=(None, B)))
    assert carry_forward("training", {"gone.py": A}, {"y.py": B}, {})[0] == {"y.py": B}


def test_a_folder_in_the_place_of_the_file_is_refused(declare, tmp_path):
    (tmp_path / equivalences.FILE).mkdir()
    with pytest.raises(EquivalencesRefused, match="equivalent.yaml cannot be read: .*a folder, no file"):
        carry_forward("training", {"x.py": A}, {"x.py": B}, {})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- stage: training\n", "0.files"),
        ("- {stage: training, files: {x.py: [a, b]}, reason: r}\n", "0.files.x.py"),
        ("- {stage: training, files: {}, reason: r}\n", "0.files"),
        ("stage: training\n", "equivalent.yaml"),
        ("- [\n", "equivalent.yaml"),
        (f"- {{stage: training, files: {{x.py: [{A}, {B}]}}, reason: r, resaon: s}}\n", "resaon"),
        (f"- {{stage: trainning, files: {{x.py: [{A}, {B}]}}, reason: r}}\n", "no stage 'trainning'"),
        (f"- {{stage: training, files: {{src/vestige/x.py: [{A}, {B}]}}, reason: r}}\n", "no file 'src/vestige/x.py'"),
        (
            f"- {{stage: training, files: {{x.py: [{A}, {B}]}}, reason: r, unless: [flop]}}\n",
            "unless: found 'flop'; did you mean 'flip'",
        ),
        (f"- {{stage: training, files: {{x.py: [{A}, {B}]}}, reason: r, unless: [training.flip]}}\n", "unless: found"),
        ("- {stage: training, files: {x.py: [2020-99-99, 1]}, reason: r}\n", "equivalent.yaml cannot be read: month"),
        ("- stage: training\n  files: {x.py: [a\n", "line 3"),
    ],
)
def test_what_cannot_be_honoured_is_refused_and_named(declare, text, named):
    declare(text)
    with pytest.raises(EquivalencesRefused, match=named):
        carry_forward("training", {"x.py": A}, {"x.py": B}, {})
