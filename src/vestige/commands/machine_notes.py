"""Notes on trainings that were computed on several kinds of machine: no result is stale for that."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from vestige.commands.formatting import plural
from vestige.provenance import result_facts
from vestige.provenance.status import PROVEN, Judgement

SHOWN = 3  # runs are named, if there are more


def notes(found: Mapping[str, Judgement]) -> Iterator[str]:
    """A line on each proven run whose epochs were computed on several kinds of machine, and one on a study of several.

    Equal settings give equal bits on machines of one kind; on others the last digits may differ.
    """
    proven = [path for path, each in found.items() if each.job.stage.resumes and each.state == PROVEN]
    by_run = {path: each for path in proven if (each := result_facts.machines(Path(path)))}
    mixed = {path: each for path, each in by_run.items() if len({*each}) > 1}
    yield from (f"note: {path}: {describe_epochs(each)}" for path, each in [*mixed.items()][:SHOWN])
    if mixed and len(mixed) > SHOWN:
        yield f"note: and {plural(len(mixed) - SHOWN, 'run')} more on several kinds of machine each"
    alone = Counter(each[0] for path, each in by_run.items() if path not in mixed)
    if len(alone) > 1:
        parts = (f"{plural(count, 'run')} on {machine}" for machine, count in alone.most_common())
        yield f"note: the study was trained on several kinds of machine, {', '.join(parts)}"


def describe_epochs(machines: list[str]) -> str:
    """Which epochs of a run were computed on which kind of machine: "epochs 0 to 3 on X, 4 to 10 on Y"."""
    spans = [[*group] for _, group in groupby(enumerate(machines), lambda each: each[1])]
    ends = [(span[0][0], span[-1][0], span[0][1]) for span in spans]
    return "epochs " + ", ".join(f"{a} to {b} on {name}" if a < b else f"{a} on {name}" for a, b, name in ends)
