"""Times what looks at a whole study, on one of a thousand results: our commands, and beside them both engines'.

`python bench/scale.py 50 25` takes 50 conditions and 25 seeds, which are five thousand results.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from engines import edit, run, study_of  # noqa: E402
from synthetic import synthetic_project  # noqa: E402

from vestige import pipeline  # noqa: E402

LONGEST = 3600  # seconds
LINE = "{:56}{:>10}{:>10}"
# What is done, in this order, and the command that is timed.
STEPS = (
    ("vestige verify", "all proven, the first time"),
    ("vestige verify", "all proven, again"),
    ("vestige plan", "all proven"),
    ("vestige sync", "no engine knows a result"),
    ("vestige sync", "nothing to do"),
    ("snakemake figures --dry-run --quiet", "nothing to do"),
    ("dvc status --quiet", "nothing to do"),
)
EDITED = (
    ("vestige verify", "training.momentum edited"),
    ("vestige plan", "training.momentum edited"),
    ("snakemake figures --dry-run --quiet", "training.momentum edited"),
    ("dvc status --quiet", "training.momentum edited"),
)


def spent() -> float:
    """Seconds of processor time that all finished children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(project: Path, steps) -> Iterator[str]:
    """A line a step: seconds on the clock, and of processor time."""
    for command, when in steps:
        clock, processor = time.monotonic(), spent()
        run(project, command, check=command.startswith("vestige sync"), timeout=LONGEST, cold=True)
        yield LINE.format(f"{command} ({when})", f"{time.monotonic() - clock:.1f}", f"{spent() - processor:.1f}")


def main() -> None:
    """Make the study, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        clock = time.monotonic()
        project = synthetic_project(Path(folder, "project"), *map(int, sys.argv[1:]))
        results = len(list(pipeline.jobs(study_of(project))))
        print(f"{results} results, made in {time.monotonic() - clock:.0f} s")
        print(LINE.format("", "seconds", "processor"), flush=True)
        tell(timed(project, STEPS))
        edit(project, "training", "momentum", to=0.5)
        tell(timed(project, EDITED))


def tell(lines: Iterator[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
