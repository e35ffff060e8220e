"""What a GPU computes beside a CPU in float64, whether it gives the same bytes again, and how fast it is.

    python bench/gpu.py --output gpu.md

prints a table in Markdown, row by row, within 350 seconds (`--seconds`). It needs torch, torchvision, numpy, xarray,
safetensors, scikit-learn, tqdm and pydantic, no network, and for --photographs simplejpeg. What the GPU's machine
lacks travels as wheels in the ignored folder .whl (4 MB; the versions of requirements.txt; --python-version is that
machine's):

    python -m pip download --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
        --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 -d .whl \
        pydantic==2.14.3 pydantic-core==2.50.4 annotated-types==0.8.0 typing-inspection==0.4.5 \
        typing-extensions==4.16.0 simplejpeg==1.9.0

and there, without a network:

    python -m pip install --no-index --no-deps --target .whl/site .whl/*.whl
    PYTHONPATH=.whl/site:src python bench/gpu.py --output gpu.md --photographs .whl/photographs

`--device cpu --toy` runs the same rows in seconds, as the tests do. Parts may be named: comparisons, repeats, rates.
The exit status is 1 where a difference is larger than its tolerance, bytes differ, or an error was raised; a row for
which memory or time did not suffice says "not run" and why.
"""

import argparse
import contextlib
import datetime
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = {"comparisons": 0.4, "repeats": 0.6, "rates": 1.0}  # the share of the time by which each has to end


def main(arguments: list[str] | None = None) -> int:
    """Write the table; the exit status."""
    began = time.monotonic()  # before torch is imported, which takes seconds
    asked = parse(arguments)
    import torch
    from gpu_table import COLUMNS, Table

    if asked.device == "cuda" and not torch.cuda.is_available():
        sys.exit("bench/gpu.py: torch finds no CUDA GPU here; --device cpu --toy runs without one")
    with contextlib.ExitStack() as stack:
        files = [sys.stdout]
        if asked.output:
            files.append(stack.enter_context(asked.output.open("w", encoding="utf-8")))
        table = Table(files, began, asked.seconds)
        for line in header(asked):
            table.write(line)
        table.write(f"\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(contextlib.chdir(folder))  # stages find images in work/ of the folder in which they run
        write_parts(table, asked, folder)
        table.write(f"\n{time.monotonic() - began:.0f} s of {asked.seconds:g}")
    return int(table.failed)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--toy", action="store_true", help="small enough for a CPU")
    parser.add_argument("--seconds", type=float, default=350, help="after which nothing more is begun")
    parser.add_argument("--output", type=Path, help="a file that gets the table too")
    parser.add_argument("--photographs", type=Path, help="class folders of JPEGs, as FOLDER/train and FOLDER/val")
    asked = parser.parse_args(arguments)
    asked.photographs = asked.photographs and asked.photographs.absolute()
    if unknown := {*asked.parts} - {*PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return asked


def write_parts(table, asked: argparse.Namespace, folder: Path) -> None:
    """The rows of each part that is asked for."""
    import gpu_comparisons
    import gpu_inputs
    import gpu_rates
    import gpu_repeats

    sizes, device = gpu_inputs.toy() if asked.toy else gpu_inputs.full(), asked.device
    for part in [each for each in PARTS if each in asked.parts or not asked.parts]:
        table.begin(part, PARTS[part])
        if part == "comparisons":
            for number, case in enumerate(sizes.compared):
                gpu_comparisons.compare(table, case, sizes, device, folder / part / str(number))
        elif part == "repeats":
            for case in sizes.steps:
                table.row(
                    f"{case.name}: one step, three times", lambda case=case: gpu_repeats.repeat_step(case, device)
                )
            for number, case in enumerate(sizes.repeated):
                gpu_repeats.repeat(table, case, device, folder / part / str(number))
        else:
            gpu_rates.time_all(table, sizes, device, folder / part, asked.photographs)


def header(asked: argparse.Namespace) -> list[str]:
    """What the numbers belong to."""
    import torch
    import torchvision

    from vestige.foundation import processor

    lines = [
        f"bench/gpu.py of {datetime.date.today()}{', toy size' if asked.toy else ''}, device {asked.device}",
        f"machine: {processor.describe()}, {os.cpu_count()} CPUs, Python {sys.version.split()[0]}",
        f"torch {torch.__version__}, torchvision {torchvision.__version__}",
    ]
    if asked.device == "cuda":
        found = torch.cuda.get_device_properties(0)
        memory = f"{found.total_memory / 2**30:.0f} GiB, {found.multi_processor_count} multiprocessors"
        cuda = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
        lines += [f"GPU: {found.name}, {memory}, driver {driver()}, {cuda}"]
    return [f"- {line}" for line in lines]


def driver() -> str:
    """The version of the GPU's driver."""
    try:
        command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "not visible"
    return said.stdout.strip() or "not visible"


if __name__ == "__main__":
    sys.exit(main())
