"""DVC's memory: what it takes for current, what it is told, what it forgets.

DVC is called in this process, and stage by stage: its own commands read and write all of dvc.lock for one stage, which
takes minutes where there are a thousand results. All that is taken from within DVC is in this file.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

HERE = Path(".dvc")


class Absent(RuntimeError):
    """There is no DVC here."""


@contextmanager
def opened() -> Iterator[Any]:
    """DVC's own view of this project, locked against DVC's commands. Raises Absent, or RuntimeError if one runs."""
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo, lock_repo
    from dvc.scm import SCMError

    if not HERE.is_dir():
        raise Absent("there is no .dvc folder: `dvc init`, or copy it from the repository")
    logging.getLogger("dvc").setLevel(logging.ERROR)  # that a file is empty, and the like, is no news here
    try:
        with Repo(os.curdir) as repo, lock_repo(repo), params_read_once():
            refuse_beside(repo)
            yield repo
    except SCMError as error:
        raise Absent(str(error)) from None
    except LockError:
        raise RuntimeError("a dvc command is running in this folder: wait for it, or stop it") from None
    except DvcException as error:
        raise RuntimeError(f"DVC: {error}") from error


@contextmanager
def params_read_once() -> Iterator[None]:
    """Let DVC read params.yaml once and not for each stage, which is most of the time that it takes for a thousand."""
    from dvc.dependency import param

    former, known = param.read_param_file, {}

    def read(fs, path, key_paths=None, flatten=False, **given):
        if path not in known:
            known[path] = former(fs, path, **given)
        return {key: value for key in key_paths for value in standing(known[path], key)} if key_paths else known[path]

    param.read_param_file = read
    try:
        yield
    finally:
        param.read_param_file = former


def standing(settings: Mapping[str, Any], key: str) -> list:
    """What stands at a key such as `conditions.baseline`; nothing where it is left out."""
    here: Any = settings
    for part in key.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return []
        here = here[part]
    return [here]


def refuse_beside(repo) -> None:
    """Refuse while `dvc repro` runs a stage: it lets go of its lock meanwhile, but notes what it writes."""
    from dvc.lock import make_lock

    noted = Path(repo.tmp_dir, "rwlock")
    with make_lock(
        f"{noted}.lock", tmp_dir=repo.tmp_dir, hardlink_lock=repo.config["core"].get("hardlink_lock", False)
    ):
        try:
            owners = list(json.loads(noted.read_bytes()).get("write", {}).values())
            others = [owner for owner in owners if owner["pid"] != os.getpid() and alive(owner["pid"])]
            running = [f"`{owner['cmd']}` is running in this folder (process {owner['pid']})" for owner in others]
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError, AttributeError):
            return noted.unlink()  # of a DVC that was killed while it wrote this: it would refuse to go on
    if running:
        raise RuntimeError(f"{running[0]}: wait for it")


def alive(process: int) -> bool:
    """Whether there is a process with a number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def stages(repo, entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The stages of dvc.yaml by name, each with what is said of it in `entries`: DVC does not read its file itself."""
    from dvc.dvcfile import PROJECT_FILE, load_file

    project = load_file(repo, os.path.join(repo.root_dir, PROJECT_FILE))
    project.__dict__["lockfile_contents"] = {"stages": entries}
    return project.stages


def current(stage) -> bool:
    """Whether DVC would leave a stage alone."""
    return not (stage.changed_stage() or any(each.status() for each in (*stage.deps, *stage.outs)))


def commit(stage, right: Callable[[str], bool]) -> str:
    """Put a stage's results in the cache and in the run-cache; what dvc.lock has to say of it, if that is `right`.

    Raises LookupError where it is not, or where a dep is absent of which the entry so far says nothing. An absent dep
    keeps what is said of it, if the outs are those of which that was said: they come from it.
    """
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
    said = dumps_yaml(to_single_stage_lockfile(stage))
    text = "".join(f"    {line}\n" for line in said.splitlines())
    if not right(text):
        raise LookupError("params.yaml or the code was edited meanwhile: say `vestige sync` again")
    if not absent:
        stage.repo.stage_cache.save(stage)
    stage.commit(relink=False)  # a new file in the place of the result would make DVC and us read it again
    return text


def glimpse() -> tuple[Path, bool]:
    """Where the cache lies, and whether there is a remote, without any lock. Raises Absent, or RuntimeError."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import SCMError

    if not HERE.is_dir():
        raise Absent("there is no .dvc folder: `dvc init`, or copy it from the repository")
    try:
        with Repo(os.curdir) as repo:
            return root(repo), remote(repo)
    except (DvcException, SCMError, OSError) as error:  # also where .dvc cannot be written to
        raise RuntimeError(f"DVC: {error}") from error


def root(repo) -> Path:
    """Where the cache lies."""
    return Path(os.path.relpath(repo.cache.legacy.path))


def remote(repo) -> bool:
    """Whether results can be fetched from elsewhere."""
    return bool(repo.config["core"].get("remote"))


def fetch(repo, digests: Iterable[str]) -> None:
    """Bring single files from the remote into the cache; those that it does not have stay away."""
    from dvc.exceptions import DvcException
    from dvc.output import HashInfo

    wanted = [HashInfo("md5", digest) for digest in digests]
    with suppress(DvcException):
        if wanted:
            repo.cloud.pull(wanted)


def fetch_runs(repo) -> None:
    """Bring what the remote's run-cache says into the one here; some remotes have none."""
    from dvc.exceptions import DvcException

    with suppress(DvcException):
        elsewhere = repo.cloud.get_remote_odb(None, "fetch --run-cache", hash_name="md5-dos2unix")
        repo.stage_cache.transfer(elsewhere, repo.cache.legacy, force=False)


def check_out(repo, said: dict[str, Any]) -> None:
    """Put the outs of an entry of dvc.lock or of the run-cache in place. Raises LookupError where one cannot be had."""
    from dvc.exceptions import DvcException

    stage = repo.stage_cache._create_stage(said)
    try:
        if not stage.outs_cached() and remote(repo):
            for wanted in stage.get_used_objs().values():
                repo.cloud.pull(wanted)
        if not stage.outs_cached():
            raise LookupError("the cache does not hold all of it")
        stage.checkout(force=True)
    except DvcException as error:
        raise LookupError(str(error)) from error
