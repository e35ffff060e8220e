"""What a stage is called with beside the text of its job: its code loaded, folders to fill, what lies at places."""

from typing import Any

from vestige.commands.checkpoint_publishing import workplace
from vestige.foundation.call import Call, module_of
from vestige.job_text import find_path_keys
from vestige.pipeline import Job
from vestige.provenance import external_checkpoints


def load(job: Job) -> None:
    """Load all the code that will be run, so that no later edit is run in its place."""
    for file in job.code:
        if file.endswith(".py"):
            module_of(file)


def settings_of(job: Job, call: Call):
    """The settings that a stage is handed: those of the text, and where the files lie that a study names."""
    return call.settings(find_path_keys(job.study))


def check_result(job: Job, call: Call, made) -> None:
    """Refuse a result that nothing can be made of, where the stage's file has a function `check_result` to say so."""
    check = getattr(module_of(job.stage.code[0]), "check_result", None)
    if check is not None:
        check(settings_of(job, call), made)


def folders_of(job: Job, call: Call) -> dict[str, Any]:
    """The folders that a stage is handed: one to fill, and those that belong to the results that it reads."""
    own = workplace(job) if job.stage.folder else {}
    if external_checkpoints.is_given(job):
        own |= {"given": external_checkpoints.list_files(job), "key": external_checkpoints.key_of(job)}
    return own | call.folders
