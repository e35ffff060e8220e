"""A file that is no YAML or no study is refused with all its faults, before a command does anything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from config.errors.corrupted_study import TEXT, edited

from vestige.cli import main
from vestige.config import loading


def test_the_study_that_these_tests_corrupt_is_sound():
    assert loading.validate_study(loading.parse_yaml(TEXT, Path("params.yaml"))).study == "small"


def test_every_fault_of_a_kind_is_listed_in_the_order_of_the_file(refusal):
    faulty = edited(
        "cpu", "gpu", "threads", "threds", "alpha: -20", "alpha: ten", "  order: shuffled\n", "", "zero", "no"
    )
    assert re.findall(r"^  (\S+)", refusal(faulty), re.M) == [
        "device",
        "threds",
        "conditions.early.alpha",
        "cka.order",
        "figures.selectivity.emergence.silent_units",
    ]
    contradictory = edited("[0, 1]", "[1, 1]", "start: 0", "start: 5", "[4, 7]", "[8]", "[plain, early]", "[erly]")
    assert re.findall(r"^  (\S+)", refusal(contradictory), re.M) == [
        "seeds",
        "conditions.early.stop",
        "ablation.modules",
        "applies.cka",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (edited("seeds: [0, 1]", "seeds: [0, 1"), ", line 5: this is not YAML: "),
        (edited("seeds: [0, 1]", "seeds: [0, 1]]"), ", line 4: this is not YAML: "),
        (edited("momentum: 0.9", "momentum 0.9"), ", line 20: this is not YAML: "),
        (edited("threads: 1", "threads: 1\nthreads: 2"), ', line 4: this is not YAML: found duplicate key "threads"'),
        (edited("stop: 4", "start: 4"), ', line 30: this is not YAML: found duplicate key "start"'),
        (
            edited("  epochs: 6", "\tepochs: 6"),
            ", line 14: this is not YAML: found character '\\t' that cannot start any",
        ),
        (edited("device: cpu", "device: *cpu"), ", line 2: this is not YAML: found undefined alias"),
        (
            edited("device: cpu", "device: !cpu"),
            ", line 2: this is not YAML: could not determine a constructor for the",
        ),
        (TEXT + "---\n" + TEXT, ", line 82: this is not YAML: "),
        (TEXT + "\0", ": this is not YAML: unacceptable character #x0000"),
        (TEXT.encode("utf-16"), ", line 1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (edited("minibatch", "minib\xe4tch").encode("latin-1"), ", line 49: byte 0xe4 is not UTF-8; save the file as"),
        (edited("0.2", "2020-99-99"), " cannot be read: month must be in 1..12"),
        ("[" * 500, " cannot be read: maximum recursion depth exceeded"),
        ("", " is refused:\n  the file: it is empty; allowed: the keys study, device,"),
        ("# all commented out\n", " is refused:\n  the file: it is empty; allowed: the keys study, device,"),
        ("- digits\n", ' is refused:\n  the file: found ["digits"]; allowed: the keys study, device,'),
        ("digits", ' is refused:\n  the file: found "digits"; allowed: the keys study, device,'),
    ],
    ids=range(18),
)
def test_what_is_no_yaml_or_no_study_is_refused_with_the_line(refusal, text, says):
    assert refusal(text).startswith(f"params.yaml{says}")


def test_a_file_that_is_not_there_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(loading.StudyRefused, match="there is no such file; run from the folder that holds params.yaml"):
        loading.read(tmp_path / "params.yaml")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(loading.StudyRefused, match="cannot be read: it is a folder, no file"):
        loading.read(tmp_path)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command in a folder, and say at the end whether it has loaded torch."""
    script = "import sys; from vestige.cli import main; status = main(sys.argv[1:]); print('torch' in sys.modules)"
    called = [sys.executable, "-c", f"{script}; sys.exit(status)", *arguments]
    return subprocess.run(called, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "text", "says"),
    [
        (
            ["check"],
            edited("momentum", "momentun"),
            "params.yaml is refused:\n  training.momentun (line 19): unknown key",
        ),
        (
            ["make", "results/small/images.nc"],
            edited("-20", "x"),
            "params.yaml is refused:\n  conditions.early.alpha (li",
        ),
        (
            ["make", "results/small/imagse.nc"],
            TEXT,
            "results/small/imagse.nc is no result of the study 'small'; did you ",
        ),
    ],
)
def test_the_command_refuses_before_it_loads_torch_or_writes_anything(tmp_path, arguments, text, says):
    (tmp_path / "params.yaml").write_text(text)
    told = command(tmp_path, *arguments)
    assert (told.returncode, told.stdout) == (1, "False\n")
    assert told.stderr.startswith(f"vestige: {says}")
    assert "Traceback" not in told.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["params.yaml"]


@pytest.mark.parametrize("arguments", [["check"], ["list"], ["make", "results/digits/images.nc"]])
@pytest.mark.parametrize("text", [None, "", "study: [", edited("seeds: [0, 1]", "seeds: []")])
def test_every_command_that_needs_a_study_refuses_a_bad_one(tmp_path, monkeypatch, capsys, arguments, text):
    if text is not None:
        (tmp_path / "params.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("vestige: params.yaml")
    assert len(list(tmp_path.rglob("*"))) == (text is not None)
