"""bench/gpu.py at toy size on a CPU: every row is there and passes, and a device that computes wrongly is found."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from engines import ROOT
from PIL import Image

pytestmark = pytest.mark.slow
COMPARED = (
    "normalised images",
    *(f"{measure}, float{bits}" for measure in ("selectivity", "ablation", "cka", "between") for bits in (64, 32)),
    *(f"gradient of the penalty, float{bits}" for bits in (64, 32)),
)
SYNTHETIC, CROPS = "synthetic, toy, 16 px", "synthetic, ResNet-18 with random crops"
TRAINED = "two networks trained on the CPU"
HALVED = "gradient of the penalty, trained in "
REPEATED = ("digits", "digits in bfloat16", CROPS)
PASS = "training pass, flips and copies, float32"
OTHER = "algorithms that may differ from run to run"
# The verdict of a row -> part and case of the rows that should have it.
ROWS = {
    "made": {
        *(("comparisons", f"{case}: {TRAINED}") for case in ("digits", SYNTHETIC)),
        *(("repeats", f"{case}: trained") for case in REPEATED),
        ("rates", "toy: images and checkpoints"),
        ("rates", "toy: photographs"),
    },
    "within": {("comparisons", f"{case}: {row}") for case in ("digits", SYNTHETIC) for row in COMPARED},
    "same bytes": {
        ("repeats", "toy: one step, three times"),
        *(("repeats", f"{case}: {row}") for case in REPEATED for row in ("trained again", "killed and resumed")),
    },
    "measured": {
        *(("comparisons", f"{case}: {HALVED}bfloat16") for case in ("digits", SYNTHETIC)),
        *(
            ("rates", f"toy: {what}, {precision}{penalty}")
            for what in ("training step", "training on JPEGs")
            for precision in ("bfloat16", "float32")
            for penalty in ("", ", penalty")
        ),
        *(("rates", f"toy: training step, bfloat16{penalty}; {OTHER}") for penalty in ("", ", penalty")),
        ("rates", "toy: training step, bfloat16, share of products of matrices"),
        ("rates", f"toy: {PASS}"),
        ("rates", "toy: selectivity"),
        ("rates", "toy: ablation, 8 points in 2 orders"),
        ("rates", "toy: cka, batches of 64"),
        ("rates", "toy: between, batches of 64, two networks"),
    },
    "not run: a CPU has no TF32": {
        *(("comparisons", f"{case}: {HALVED}tf32") for case in ("digits", SYNTHETIC)),
        *(("rates", f"toy: training step, tf32{penalty}") for penalty in ("", ", penalty")),
    },
    "not run: nothing is compiled at toy size": {
        ("rates", f"toy: training step, bfloat16{penalty}; compiled") for penalty in ("", ", penalty")
    },
}
# What the machine with the GPU may lack.
ABSENT = ("netCDF4", "ruamel", "snakemake", "dvc", "seaborn", "matplotlib", "jinja2", "torch_cka")

WITHOUT = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import gpu
sys.exit(gpu.main(sys.argv[1:]))
"""

# Functions that are right when the reference calls them, and wrong in some later call, as a device may be.
FAULTY = """
import dataclasses, json, sys
from contextlib import ExitStack
from types import SimpleNamespace
from unittest.mock import patch

import torch

import gpu, gpu_comparisons, gpu_inputs, gpu_rates, gpu_repeats
from vestige.training import loop
from vestige.stages import ablation, between, cka, selectivity

def fault(module, name, is_wrong, wrong):
    right, calls = getattr(module, name), []
    def called(*given, **named):
        calls.append(None)
        return wrong(right, *given, **named) if is_wrong(len(calls)) else right(*given, **named)
    return patch.object(module, name, called)

def shifted(name, by):
    return lambda right, *given, **named: (found := right(*given, **named)).assign({name: found[name] + by})

def fails(error):
    def failing(right, *given, **named):
        raise error
    return failing

def without_momentum(right, folder, trajectory, network, momentum):
    records = right(folder, trajectory, network, momentum)
    for each in momentum.values():
        each.zero_()
    return records

def of_another_seed(right, asked, *given):
    return right(SimpleNamespace(**vars(asked) | {"seed": asked.seed + 1}), *given)

def not_first(call):
    return call > 1

FAULTS = {
    "comparisons": [
        (gpu_comparisons, "pixels", not_first, lambda right, *given: right(*given) + 1e-6),
        (gpu_comparisons, "gradient", lambda call: call > 2, lambda right, *given: right(*given) * 1.1),
        (selectivity, "selectivity", not_first, shifted("selectivity", 1e-3)),
        (ablation, "ablation", not_first, shifted("accuracy", 2 / 359)),
        (cka, "cka", not_first, shifted("cka", 1e-3)),
        (between, "between", not_first, fails(ValueError("seeded | fault\\nof two lines"))),
    ],
    "repeats": [
        (gpu_repeats, "step", lambda call: call == 3, lambda right, *given: right(*given) + 1e-9),
        (gpu_inputs, "trained", lambda call: call == 2, of_another_seed),
        (loop, "resume", lambda call: True, without_momentum),
    ],
    "rates": [(gpu_rates, "one_pass", lambda call: True, fails(torch.OutOfMemoryError("seeded")))],
    "too late": [],
}
small = gpu_inputs.toy()
digits_only = dataclasses.replace(small, repeated=small.repeated[:1])
folder, statuses = sys.argv[1], {}
for name, faults in FAULTS.items():
    arguments = ["--seconds", "0"] if name == "too late" else [name]
    with ExitStack() as stack:
        stack.enter_context(patch.object(gpu_inputs, "toy", lambda: digits_only if name == "repeats" else small))
        for each in faults:
            stack.enter_context(fault(*each))
        statuses[name] = gpu.main(["--device", "cpu", "--toy", "--output", f"{folder}/{name}.md", *arguments])
print(json.dumps(statuses), file=sys.stderr)
"""


def python(script, *arguments):
    """Run a script beside those of bench/."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("bench", "src"))
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, cwd=ROOT)


def rows(path):
    """(part, case) -> verdict and result of each row of a table."""
    lines = [line for line in path.read_text().splitlines() if line.startswith("|")][2:]
    cells = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines]
    return {tuple(each[:2]): SimpleNamespace(result=each[2], verdict=each[4]) for each in cells}


def write_photographs(folder):
    """Class folders of JPEGs of noise."""
    random = np.random.default_rng(0)
    for name in ("train/one/1", "train/one/2", "train/two/1", "train/two/2", "val/one/1", "val/two/1"):
        path = folder / f"{name}.JPEG"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 48, 3), dtype=np.uint8)).save(path)
    return folder


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """All parts, run without the packages that the machine with the GPU may lack."""
    path = tmp_path_factory.mktemp("toy") / "table.md"
    photographs = write_photographs(path.parent / "photographs")
    ran = python(WITHOUT, "--device", "cpu", "--toy", "--output", path, "--photographs", photographs)
    return SimpleNamespace(status=ran.returncode, said=ran.stderr, printed=ran.stdout, path=path)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Exit status and rows of every part, with what is wrong in it."""
    folder = tmp_path_factory.mktemp("faulty")
    ran = python(FAULTY, folder)
    assert ran.returncode == 0, ran.stderr
    statuses = json.loads(ran.stderr.splitlines()[-1])
    return {name: SimpleNamespace(status=status, rows=rows(folder / f"{name}.md")) for name, status in statuses.items()}


def test_every_row_is_there_and_passes(toy):
    assert toy.status == 0, toy.said
    assert {where: row.verdict for where, row in rows(toy.path).items()} == {
        where: verdict for verdict, places in ROWS.items() for where in places
    }


def test_every_rate_is_a_number_of_images(toy):
    said = [row.result for row in rows(toy.path).values() if row.verdict == "measured"]
    found = {row.split(" images/s")[0] for row in said if " images/s" in row}
    assert len(found) > 1
    assert all(float(rate.replace(",", "")) > 0 for rate in found)


def test_of_photographs_it_says_how_long_training_waited_for_them(toy):
    said = {case: row.result for (_, case), row in rows(toy.path).items() if "JPEGs" in case}
    assert len(said) == 4
    assert all(re.search(r"; waited [0-9.]+% of the time for images$", result) for result in said.values())


@pytest.mark.nightly
def test_without_photographs_their_rows_say_so(faulty):
    found = {
        case: row.verdict for (_, case), row in faulty["rates"].rows.items() if re.search("JPEGs|photographs", case)
    }
    assert found.pop("toy: photographs") == "not run: no --photographs were given"
    assert {*found.values()} == {"not run: its images and checkpoints were not made"}


def test_the_file_holds_what_was_printed(toy):
    assert toy.path.read_text() == toy.printed


def test_what_a_device_computes_wrongly_is_outside_its_tolerance(faulty):
    found = faulty["comparisons"]
    assert found.status == 1
    verdicts = {case.removeprefix("digits: "): row.verdict for (_, case), row in found.rows.items() if "digits" in case}
    raised = "not run: ValueError: seeded \\| fault"
    between = {"between, float64": raised, "between, float32": raised}
    others = {f"{HALVED}bfloat16": "measured", f"{HALVED}tf32": "not run: a CPU has no TF32"}
    assert verdicts == {TRAINED: "made"} | dict.fromkeys(COMPARED, "outside") | between | others


def test_training_that_does_not_repeat_its_bytes_is_found(faulty):
    found = faulty["repeats"]
    assert found.status == 1
    assert {case: row.verdict for (_, case), row in found.rows.items() if row.verdict != "made"} == {
        "toy: one step, three times": "other bytes",
        "digits: trained again": "other bytes",  # of another seed
        "digits: killed and resumed": "other bytes",  # without its momentum
    }


def test_what_memory_does_not_hold_is_not_run_and_the_rest_is(faulty):
    found = faulty["rates"]
    assert found.status == 0
    lacking = {case: row.verdict for (_, case), row in found.rows.items() if "seeded" in row.verdict}
    assert lacking == {f"toy: {PASS}": "not run: out of memory (seeded)"}
    assert sum(row.verdict == "measured" for row in found.rows.values()) > 8


def test_what_time_does_not_suffice_for_is_not_run(faulty):
    found = faulty["too late"]
    assert found.status == 0
    assert {*found.rows} == {where for places in ROWS.values() for where in places}
    assert all(row.verdict.startswith("not run: ") and not row.result for row in found.rows.values())
