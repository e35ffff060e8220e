"""DVC's memory: what it takes for current, what it is told, what it forgets.

DVC is called in this process, and stage by stage: its own commands read and write all of dvc.lock for one stage, which
takes minutes where there are a thousand results. All that is taken from
within DVC is in this file, in dvc_repo.py and in dvc_shortcuts.py.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from vestige.engines import dvc_repo, dvc_shortcuts, internals
from vestige.engines.dvc_lock import copy_values

MEMBERS = (
    "dvc.data_cloud:DataCloud.get_remote_odb(self, name, command, hash_name=)",
    "dvc.data_cloud:DataCloud.pull(self, objects)",
    "dvc.dvcfile:PROJECT_FILE",
    "dvc.dvcfile:ProjectFile.stages",
    "dvc.dvcfile:load_file(repo, path)",
    "dvc.output:HashInfo(name, value)",
    "dvc.output:Output.checkout(self, force=)",
    "dvc.output:Output.commit(self, relink=)",
    "dvc.output:Output.exists",
    "dvc.output:Output.status(self)",
    "dvc.stage:PipelineStage.changed_stage(self)",
    "dvc.stage:PipelineStage.checkout(self, force=)",
    "dvc.stage:PipelineStage.commit(self, relink=)",
    "dvc.stage:PipelineStage.get_used_objs(self)",
    "dvc.stage:PipelineStage.outs_cached(self)",
    "dvc.stage:PipelineStage.save_deps(self, allow_missing=)",
    "dvc.stage:PipelineStage.save_outs(self)",
    "dvc.stage.cache:RunCacheNotSupported",
    "dvc.stage.cache:StageCache._create_stage(self, entry)",
    "dvc.stage.cache:StageCache.save(self, stage)",
    "dvc.stage.cache:StageCache.transfer(self, there, here, force=)",
    "dvc.stage.serialize:to_single_stage_lockfile(stage)",
    "dvc.utils.serialize:dumps_yaml(entry)",
)
OF_A_REPO = tuple(f"dvc.repo:Repo.{name}" for name in ("cache.legacy", "cloud", "root_dir", "stage_cache"))
OF_A_STAGE = tuple(f"dvc.stage:PipelineStage.{name}" for name in ("deps", "outs", "repo"))
OF_AN_OUT = tuple(f"dvc.output:Output.{name}" for name in ("fs_path", "hash_info"))

UNREACHABLE: WeakSet = WeakSet()  # views of projects whose remote could not be asked
OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # faults of the disk here, whatever was asked


@contextmanager
def open_repo() -> Iterator[Any]:
    """What `dvc_repo.open_repo` opens, where DVC can also be told of results. Raises Absent, or RuntimeError."""
    with dvc_repo.open_repo() as repo:
        check(repo)
        yield repo


def check(repo) -> None:
    """Find out that DVC has what is needed to tell it of results. Raises MemberMissing."""
    internals.check(dvc_repo.DVC, MEMBERS)
    internals.check_instance(dvc_repo.DVC, OF_A_REPO, repo)


def stages(repo, entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The stages of dvc.yaml by name, each with what is said of it in `entries`.

    They are what dvc.lock says, so that DVC need not read it. A DVC that does not look here for it reads it all the
    same, which takes longer.
    """
    from dvc.dvcfile import PROJECT_FILE, load_file

    project = load_file(repo, os.path.join(repo.root_dir, PROJECT_FILE))
    project.__dict__["lockfile_contents"] = {"stages": entries}
    return project.stages


def check_stage(stage) -> None:
    """Find out that a stage has what is needed of it. Raises MemberMissing."""
    internals.check_instance(dvc_repo.DVC, OF_A_STAGE, stage)
    for each in (*stage.deps, *stage.outs):
        internals.check_instance(dvc_repo.DVC, OF_AN_OUT, each)


def paths(stage) -> list[Path]:
    """Where the outs of a stage lie."""
    return [Path(out.fs_path) for out in stage.outs]


def all_paths(stage) -> list[Path]:
    """Where the deps and the outs of a stage lie; keys of a file of parameters count as that file."""
    return [Path(each.fs_path) for each in (*stage.deps, *stage.outs)]


def current(stage) -> bool:
    """Whether DVC would leave a stage alone."""
    check_stage(stage)
    return not (stage.changed_stage() or any(each.status() for each in (*stage.deps, *stage.outs)))


def commit(stage, right: Callable[[str], bool]) -> str:
    """Put a stage's results in the cache and in the run-cache; what dvc.lock has to say of it, if that is `right`.

    Raises LookupError where it is not, or where a dep is absent of which the entry so far says nothing. An absent dep
    keeps what is said of it, if the outs are those of which that was said: they come from it.
    """
    check_stage(stage)
    from dvc.stage.serialize import to_single_stage_lockfile
    from dvc.utils.serialize import dumps_yaml

    absent = [dep for dep in stage.deps if not dep.exists]
    before = [out.hash_info for out in stage.outs]
    if absent and not all(dep.hash_info for dep in absent):
        raise LookupError(f"{absent[0]} is not here")
    stage.save_deps(allow_missing=True)
    stage.save_outs()
    if absent and before != [out.hash_info for out in stage.outs]:
        raise LookupError(f"{absent[0]} is not here")
    said = dumps_yaml(copy_values(to_single_stage_lockfile(stage)))
    text = "".join(f"    {line}\n" for line in said.splitlines())
    if not right(text):
        raise LookupError("params.yaml or the code was edited meanwhile: say `vestige sync` again")
    if not absent:
        with dvc_shortcuts.reuse_saved_hashes():
            stage.repo.stage_cache.save(stage)
    stage.commit(relink=False)  # a new file in the place of the result would make DVC and us read it again
    return text


def fetch(repo, digests: Iterable[str]) -> None:
    """Bring single files from the remote into the cache; those that it does not have stay away."""
    from dvc.output import HashInfo

    wanted = [HashInfo("md5", digest) for digest in digests]
    if wanted:
        ask(repo, lambda: repo.cloud.pull(wanted))


def fetch_runs(repo) -> None:
    """Bring what the remote's run-cache says into the one here; some remotes have none."""

    def question() -> None:
        there = repo.cloud.get_remote_odb(None, "fetch --run-cache", hash_name="md5-dos2unix")
        repo.stage_cache.transfer(there, repo.cache.legacy, force=False)

    ask(repo, question)


def ask(repo, question: Callable[[], Any]) -> None:
    """Ask the remote, unless that was in vain before: then go on with what is here, and say why. Raises OSError."""
    from dvc.stage.cache import RunCacheNotSupported

    if repo in UNREACHABLE:
        return
    try:
        question()
    except RunCacheNotSupported:
        pass
    except Exception as error:  # each kind of remote has errors of its own: a plugin is missing, no network, no rights
        if getattr(error, "errno", None) in OURS:
            raise
        UNREACHABLE.add(repo)
        print(f"vestige: the remote cannot be asked: {str(error) or repr(error)}", file=sys.stderr)


def check_out(repo, said: dict[str, Any]) -> None:
    """Put the outs of an entry of dvc.lock or of the run-cache in place. Raises LookupError where one cannot be had."""
    from dvc.exceptions import DvcException

    stage = repo.stage_cache._create_stage(said)
    check_stage(stage)
    if not stage.outs_cached() and dvc_repo.remote(repo):
        for wanted in stage.get_used_objs().values():
            ask(repo, partial(repo.cloud.pull, wanted))
    if not stage.outs_cached():
        raise LookupError("the cache does not hold all of it")
    try:
        stage.checkout(force=True)
    except DvcException as error:
        raise LookupError(str(error)) from error
