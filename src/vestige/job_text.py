"""The text of a job: all that its stage is handed and all that its result says of its making, as one canonical JSON.

Nothing else reaches a stage but the results that it reads and what lies at the places that a study names. Snakemake
and DVC compare this text, and the proof of a result holds it.
"""

import json
from typing import Any

from vestige.config.registry import SECTIONS
from vestige.config.selection import select_cells
from vestige.config.study import Run, Study
from vestige.foundation.canonical_json import canonical, pick_keys, plain
from vestige.foundation.rows import CLASSES, FIGURE

# The parts of a text, and what kind of value each is; DEEPEST is more than any section is nested.
KINDS = {
    **dict.fromkeys(("settings", "classes", "rows", "labels", "reads", "gathers"), dict),
    **dict.fromkeys(("functions", "shown"), list),
    **{"stage": str, "stream": int},
}
DEEPEST = 40


def format_job(job) -> str:
    """The text of a job of `pipeline`.

    Defaults are filled in and absent keys left out, and equal meanings are spelt alike: of a run `training` is complete
    and its condition is the penalty itself.
    """
    said = {
        "stage": job.stage.name,
        "functions": list_functions(job),
        "settings": find_settings(job),
        "classes": find_classes(job),
        "rows": job.rows,
        "labels": find_labels(job),
        "reads": {name: describe_read(each) for name, each in job.read_jobs.items()},
        "gathers": {name: [each.output for each in group] for name, group in job.gathered_jobs.items()},
        "shown": [each.output for each in list_shown(job)] if job.stage.axis == FIGURE else None,
        "stream": find_stream(job),
    }
    return canonical({key: value for key, value in said.items() if value not in (None, {}, [])})


def is_job_text(text: str) -> bool:
    """Whether a text has the parts that the text of a job may have, each of its kind, and is no deeper than those are.

    A text in the proof of a result may be anything: who can write the file can write that.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(said, dict) or not said.keys() <= KINDS.keys():
        return False
    if not all(isinstance(value, KINDS[part]) and is_shallow(value) for part, value in said.items()):
        return False
    lists = (said.get("shown", []), *said.get("gathers", {}).values())
    return all(isinstance(paths, list) and all(isinstance(each, str) for each in paths) for paths in lists)


def is_shallow(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether a value is nested no deeper than so many levels, and all its keys can be printed."""
    if not isinstance(value, dict | list):
        return True
    if deepest == 0 or isinstance(value, dict) and not all(map(str.isprintable, value)):
        return False
    return all(is_shallow(each, deepest - 1) for each in (value.values() if isinstance(value, dict) else value))


def list_functions(job) -> list[str]:
    """The files in which a stage's function is looked for: one may bring its own, as a source of photographs does."""
    own = job.stage.own_function.format(**job.names | {"study": job.study})
    return [*filter(None, [own]), job.stage.code[0] if job.stage.kind else f"stages/{job.stage.name}.py"]


def find_settings(job) -> dict[str, Any]:
    """The settings of a job as plain values, by the key of params.yaml at which each stands."""
    found = pick_keys(job.study, job.keys)
    if job.stage.resumes:
        condition = job.names["condition"]
        found["training"] = plain(job.study.training_of(condition))
        found[f"conditions.{condition}"] = plain(job.study.condition(condition).penalty)
    found = {key: sort_epochs(value) for key, value in found.items()}
    if "conditions" in found:
        found["conditions"] = {name: describe_condition(job.study, name) for name in job.study.conditions}
    if job.stage.axis == FIGURE:  # which runs it shows is stated by name, whatever selects them
        found = {key: {name: each for name, each in value.items() if name != "select"} for key, value in found.items()}
    if "applies" in found:
        found["applies"] = {stage: sorted(names) for stage, names in found["applies"].items()}
    return found


def sort_epochs(section: Any) -> Any:
    """A section of settings whose list of epochs, if it has one, is in order: a measure goes over them in theirs."""
    if not isinstance(section, dict) or not isinstance(section.get("epochs"), list):
        return section
    return section | {"epochs": sorted(section["epochs"], key=lambda epoch: (isinstance(epoch, str), epoch))}


def describe_condition(study: Study, name: str) -> dict[str, Any]:
    """What a condition does, in one spelling: its penalty, if there is one, and what it overrides."""
    done = study.condition(name)
    penalty = done.penalty if done.is_penalised else {"alpha": done.alpha}
    said = {**penalty, **study.overrides(name), **({"checkpoints": True} if study.is_given(name) else {})}
    return {key: plain(value) for key, value in said.items()}


def find_classes(job) -> dict[str, str]:
    """The file whose class `Settings` each section is, of those that the job's row names; others are plain values."""
    named = [file.format(**job.names | {"study": job.study}) for file in job.stage.code]
    found = {key: file_of_class(job, key.split(".")[0]) for key in job.keys}
    return {key: file for key, file in found.items() if file in named}


def file_of_class(job, section: str) -> str:
    """The file of a section's class; empty where it has none of its own."""
    if section == "figures":
        return f"figures/{job.names['plot']}.py" if "plot" in job.names else ""
    file = CLASSES.get(section, f"stages/{section}.py" if section in SECTIONS else "")
    return file.format(study=job.study)


def find_labels(job) -> dict[str, Any]:
    """The scalar coordinates of a result: those of its run or pair, which its inputs are checked to have, or set."""
    if job.stage.kind:
        return {}
    if "pair" in job.names:
        return job.study.coordinates_of_pair(job.names["pair"], job.names["seed"])
    if "condition" in job.names:
        return job.study.coordinates(Run(job.names["condition"], job.names["seed"]))
    return {"study": job.study.study, **dict(job.values)}


def describe_read(job) -> dict[str, str]:
    """Where the result of a job lies, and the folder that belongs to it."""
    return {"result": job.output} | ({"folder": job.folder} if job.folder else {})


def find_stream(job) -> int | None:
    """The seed of all that a training draws; None where nothing is trained."""
    return job.study.stream(job.names["condition"], job.names["seed"]) if job.stage.resumes else None


def list_shown(job) -> list:
    """The jobs whose results a figure shows, of those that it gathers."""
    figure = getattr(getattr(job.study.figures, job.stage.kind), job.names["figure"])
    cells = select_cells(job.study, job.stage.kind, figure.select or {})
    return [each for each in job.gathered_jobs[job.stage.kind] if dict(each.values) in cells]


def find_path_keys(study: Study) -> dict[str, dict[str, Any]]:
    """The keys of each section on which no result depends, such as where images lie: they are in no text."""
    sections = {name: section for name, section in study if getattr(section, "no_part_of_proofs", ())}
    return {
        name: section.model_dump(mode="json", exclude_none=True, include=set(section.no_part_of_proofs))
        for name, section in sections.items()
    }
