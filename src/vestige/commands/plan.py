"""What would run, why, and what it costs: told before anything starts."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, astuple
from itertools import groupby
from statistics import median
from typing import Any

from vestige.commands.checkpoint_release import describe_kept
from vestige.commands.cost_estimates import MEGABYTE, MINUTE, UNKNOWN
from vestige.commands.cost_records import on_gpu
from vestige.commands.disk_room import describe_room, room
from vestige.commands.due_jobs import Planned, plan_jobs, trainings_without_checkpoints
from vestige.commands.formatting import clip_text, columns, format_size, format_time, plural
from vestige.commands.job_limits import MEGABYTES, default_minutes
from vestige.config.loading import FILE
from vestige.config.study import Study
from vestige.provenance import status

HEADER = ("stage", "jobs", "if changed", "restorable", "time", "disk", "limits", "from", "why")
NUMBERS = (1, 2, 3, 4, 5, 6)  # the columns that end at the right
REASONS = 2  # of a stage's reasons the most frequent are told
WIDEST = 60  # characters of a reason
DEFAULT = "*"  # marks a limit that is none of the job's own


def plan(study: Study) -> Iterator[str]:
    """The table of what would run, as lines to be read before agreeing."""
    found = status.judge(study)
    due = plan_jobs(study, found)
    count, proven = plural(len(found), "result"), sum(each.state == status.PROVEN for each in found.values())
    if due:
        yield f"study {study.study}: {proven:,} of {count} proven; what is not would be made:"
        yield ""
        yield from columns(
            [HEADER, *(row(name, group) for name, group in jobs_by_stage(due)), total_line(due)], NUMBERS
        )
        yield ""
        yield from remarks(study, due, sums(due))
    else:
        yield f"study {study.study}: {proven:,} of {count} proven; nothing would run"
    if lacking := trainings_without_checkpoints(found) - {each.job.output for each in due}:
        yield f"{plural(len(lacking), 'training')} without checkpoints here, which nothing that would run reads"


def as_json(study: Study) -> str:
    """Every job that would or may run, and the sums, as JSON."""
    due = plan_jobs(study, status.judge(study))
    said = {"study": study.study, "jobs": [*map(facts, due)], "total": sums(due), "disk": asdict(room(study, due))}
    return json.dumps(said, indent=2, ensure_ascii=False)


def facts(each: Planned) -> dict[str, Any]:
    """All that is known of a planned job."""
    said = {"result": each.job.output, "stage": each.job.stage.name, "state": each.state}
    said |= {name: getattr(each, name) for name in ("certain", "why", "restorable", "begun", "epochs", "shared")}
    said |= {"device": "cuda" if on_gpu(each.job) else "cpu", "limits": asdict(each.limits)}
    return said | asdict(each.price)


def sums(due: list[Planned]) -> dict[str, Any]:
    """Jobs, seconds and bytes of what cannot be restored; jobs of which nobody knows them are counted apart.

    A job on several GPUs takes its seconds of each.
    """
    runs = [each for each in due if not each.restorable]
    timed = [each for each in runs if each.price.seconds is not None]
    return {
        "jobs": len(runs),
        "if_changed": sum(not each.certain for each in runs),
        "restorable": len(due) - len(runs),
        "gpu_seconds": sum(each.price.seconds * each.job.devices for each in timed if on_gpu(each.job)),
        "cpu_seconds": sum(each.price.seconds for each in timed if not on_gpu(each.job)),
        "seconds_if_changed": sum(each.price.seconds for each in timed if not each.certain),
        "bytes": sum(each.price.bytes or 0 for each in runs),
        "without_time": len(runs) - len(timed),
        "without_size": sum(each.price.bytes is None for each in runs),
        "epochs": sum(each.epochs for each in runs),
        "begun": sum(each.begun for each in runs),
        "shared": sum(each.shared for each in runs),
        "shared_seconds": sum(each.price.seconds * each.shared / each.epochs for each in timed if each.epochs),
    }


def jobs_by_stage(due: list[Planned]) -> list[tuple[str, list[Planned]]]:
    """The jobs of each stage; figures of all kinds are one."""
    by_name = groupby(due, lambda each: each.job.stage.group)
    return [(name, [*group]) for name, group in by_name]


def row(name: str, group: list[Planned]) -> tuple[str, ...]:
    """The line of a stage."""
    return name, *numbers(sums(group)), highest_limits(group), sources(group), reasons(group)


def total_line(due: list[Planned]) -> tuple[str, ...]:
    """The line of all stages together."""
    return "total", *numbers(sums(due)), "", "", ""


def numbers(said: dict[str, Any]) -> tuple[str, ...]:
    """How many jobs there are, how long they take and what they write."""
    counts = (said["jobs"], said["if_changed"], said["restorable"])
    return *(f"{count:,}" if count else "-" for count in counts), times(said), sizes(said)


def times(said: dict[str, Any]) -> str:
    """The time of some jobs on each device, and of how many nobody knows it."""
    spans = {kind: said[f"{kind.lower()}_seconds"] for kind in ("GPU", "CPU")}
    known = " + ".join(f"{format_time(seconds)} {kind}" for kind, seconds in spans.items() if seconds)
    return with_unknown(known, said["without_time"])


def sizes(said: dict[str, Any]) -> str:
    """What some jobs write, and of how many nobody knows it."""
    return with_unknown(format_size(said["bytes"]) if said["bytes"] else "", said["without_size"])


def with_unknown(known: str, unknown: int) -> str:
    """What is known of some jobs, and that of others it is not."""
    return f"{known} + ?" if known and unknown else UNKNOWN if unknown else known or "-"


def highest_limits(group: list[Planned]) -> str:
    """The time and the memory that a job of some asks for at most; a mark behind what is a default for one of them."""
    runs = [each for each in group if not each.restorable]
    if not runs:
        return "-"
    minutes = max(each.limits.minutes or default_minutes(each.job.stage) for each in runs)
    megabytes = max(each.limits.megabytes or MEGABYTES for each in runs)
    marks = [DEFAULT if None in known else "" for known in zip(*(astuple(each.limits) for each in runs), strict=True)]
    return f"{format_time(minutes * MINUTE)}{marks[0]}, {format_size(megabytes * MEGABYTE)}{marks[1]}"


def sources(group: list[Planned]) -> str:
    """Where the numbers of some jobs come from, the most frequent first."""
    found = Counter(each.price.source for each in group if not each.restorable)
    return ", ".join(name for name, _ in found.most_common())


def reasons(group: list[Planned]) -> str:
    """The most frequent reasons of some jobs, and of how many each is; results of one stage count as one."""
    found = Counter(clip_text(re.sub(r"\b(after|input) (\w+)/\S+", r"\1 \2", each.why), WIDEST) for each in group)
    told = [f"{why} ({count})" if len(found) > 1 else why for why, count in found.most_common(REASONS)]
    return "; ".join([*told, *(["…"] if len(found) > REASONS else [])])


def remarks(study: Study, due: list[Planned], said: dict[str, Any]) -> Iterator[str]:
    """What the table cannot say, a line each."""
    if said["if_changed"]:
        span = format_time(said["seconds_if_changed"])
        yield f"{plural(said['if_changed'], 'job')} ({span} of the total) only if what they read comes out changed"
    if said["restorable"]:
        some = plural(said["restorable"], "result")
        yield f"{some} can be brought back instead, and not made: {restore_command(study)}"
    if said["begun"]:
        yield f"{plural(said['begun'], 'epoch')} of these trainings done already, and not in the total"
    if said["shared"]:
        epochs, seconds = plural(said["epochs"], "epoch"), said["shared_seconds"]
        span = f" ({format_time(seconds)} of the total)" if seconds else ""  # nobody may know what a training takes
        yield f"up to {said['shared']:,} of {epochs}{span} saved where runs begin alike"
    if stopping := [each.price.expected_epochs for each in due if each.price.expected_epochs is not None]:
        yield (
            f"{plural(len(stopping), 'training')} may stop early, and of each as many epochs count as like ones took: "
            f"{median(stopping):.0f} in the median"
        )
    if several := [each for each in due if each.job.devices > 1 and on_gpu(each.job)]:
        most_at_once = max(each.job.devices for each in several)
        yield (
            f"{plural(len(several), 'training')} on up to {most_at_once} GPUs each, whose hours all count; they speak "
            "through NCCL, which those who wrote this never ran (docs/performance.md)"
        )
    lacking = [name for name, group in jobs_by_stage(due) if sums(group)["without_time"]]
    if lacking:
        why = f"no such job was made yet, and `estimate` in {study.file} does not say"
        yield f"unknown (?): {', '.join(lacking)}; {why}"
    yield from describe_room(room(study, due))
    yield from describe_kept(study)
    if any(DEFAULT in highest_limits(group) for _, group in jobs_by_stage(due)):
        yield f"limits are what a job asks for on a cluster; {DEFAULT} is a default, for nobody knows what it takes"
    machines = dict.fromkeys(machine for each in due for machine in each.price.hardware)
    if machines:
        yield f"measured on {', '.join(machines)}"


def restore_command(study: Study) -> str:
    """How results are brought back: of a study that the engines read."""
    return "vestige restore" if study.file == FILE else f"cp {study.file} {FILE} && vestige restore"
