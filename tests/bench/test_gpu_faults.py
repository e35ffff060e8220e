"""bench/gpu.py finds a device that computes wrongly, and says what lack of inputs, memory or time leaves out."""

import json
import re
from types import SimpleNamespace

import pytest
from bench.gpu_rows import COMPARED, HALVED, PASS, ROWS, TRAINED, python, rows

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Exit status and rows of every part, with what is wrong in it."""
    folder = tmp_path_factory.mktemp("faulty")
    ran = python(FAULTY, folder)
    assert ran.returncode == 0, ran.stderr
    statuses = json.loads(ran.stderr.splitlines()[-1])
    return {name: SimpleNamespace(status=status, rows=rows(folder / f"{name}.md")) for name, status in statuses.items()}


@pytest.mark.nightly
def test_without_photographs_their_rows_say_so(faulty):
    found = {
        case: row.verdict for (_, case), row in faulty["rates"].rows.items() if re.search("JPEGs|photographs", case)
    }
    assert found.pop("toy: photographs") == "not run: no --photographs were given"
    assert {*found.values()} == {"not run: its images and checkpoints were not made"}


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
