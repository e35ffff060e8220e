"""The rows of the table of bench/gpu.py at toy size: which there should be, and how they are read."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

from engines import ROOT

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
