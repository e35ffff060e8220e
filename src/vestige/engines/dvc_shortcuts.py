"""Spares DVC what it does anew for each stage and need not; without a shortcut, in other versions, it takes longer."""

import io
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from vestige.engines import internals
from vestige.engines.dvc_lock import copy_values
from vestige.foundation.file_identity import identity

WRITING = "dvc.utils.serialize._yaml:_dump(data, stream)"
HASHING = "dvc.output:Output.get_hash(self)"
SAVING = "dvc.output:Output.save(self)"
LOADING = "dvc.dependency:_get(stage, p, info)"
INDEX = "dulwich.repo:Repo.open_index(self)"


@contextmanager
def use_shortcuts() -> Iterator[None]:
    """Let DVC, as long as it is open, read Git's index and what stages depend on once, and write no text twice."""
    shortcuts = ((WRITING, write_once), (SAVING, save_once), (LOADING, load_once), (INDEX, read_index_once))
    with ExitStack() as stack:
        for member, shorten in shortcuts:
            if internals.is_present(member):
                stack.enter_context(replace_member(member.partition("(")[0], shorten))
        yield


@contextmanager
def reuse_saved_hashes() -> Iterator[None]:
    """Let DVC, as it files a stage that was saved just now, take the digests that it was saved with."""
    with ExitStack() as stack:
        if internals.is_present(HASHING):
            stack.enter_context(replace_member(HASHING.partition("(")[0], know_saved))
        yield


def know_saved(find: Callable) -> Callable:
    """What finds the digest of a file or folder: the one that is known of it, if there is one."""
    return lambda output: output.hash_info or find(output)


@contextmanager
def replace_member(member: str, shorten: Callable[[Callable], Callable]) -> Iterator[None]:
    """Have what `shorten` makes of a function in its place, for a while."""
    module, _, path = member.partition(":")
    *around, name = path.split(".")
    owner = resolve_name(f"{module}:{'.'.join(around)}")
    former = getattr(owner, name)
    setattr(owner, name, shorten(former))
    try:
        yield
    finally:
        setattr(owner, name, former)


def write_once(write: Callable) -> Callable:
    """What writes data as YAML: key by key, and for what was written before the same text again.

    What is said of a stage goes into dvc.lock and into the run-cache, and most stages depend on the same source files.
    """
    known: dict[str, str] = {}

    def text_of(part: dict) -> str:
        said = repr(part)
        if said not in known:
            text = io.StringIO()
            write(part, text)
            known[said] = text.getvalue()
        return known[said]

    def run_shortened(data, stream):
        if type(data) not in (dict, OrderedDict) or not data:  # it may have comments, which its text does not show
            return write(data, stream)
        for key, value in data.items():
            value = copy_values(value)  # whatever kinds of dict it is made of: the text is the same
            if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
                stream.write(f"{key}:\n" + "".join(text_of({key: [each]}).partition("\n")[2] for each in value))
            else:
                stream.write(text_of({key: value}))

    return run_shortened


def save_once(save: Callable) -> Callable:
    """What notes the digest of a file or folder: of a file on which a stage depends, as it was found for another."""
    known: dict[tuple, tuple] = {}

    def run_shortened(output):
        if not output.IS_DEPENDENCY or output.hash_name != "md5" or not os.path.isfile(output.fs_path):
            return save(output)  # a folder, or one that former versions noted, which DVC looks at otherwise
        mark = (output.fs_path, output.hash_name, *identity(Path(output.fs_path)))
        if mark not in known:
            save(output)
            known[mark] = output.meta, output.obj, output.hash_info
        output.meta, output.obj, output.hash_info = known[mark]
        output.files = None

    return run_shortened


def load_once(load: Callable) -> Callable:
    """What makes a dependency of a path in dvc.yaml: a copy of the one that another stage has of the same file."""
    known: dict[tuple, Any] = {}

    def run_shortened(stage, path, info, **more):
        if info or any(value is not None for value in more.values()):
            return load(stage, path, info, **more)
        mark = (id(stage.repo), stage.wdir, path)
        if mark not in known:
            known[mark] = load(stage, path, info, **more)
        found = copy(known[mark])
        found.stage, found.meta = stage, copy(found.meta)
        return found

    return run_shortened


def read_index_once(open_index: Callable) -> Callable:
    """What opens Git's index: the one that is open, as long as its file stays the same. DVC only reads it there."""
    known: dict[tuple, Any] = {}

    def run_shortened(repo, *given, **more):
        path = Path(repo.index_path())
        if not path.is_file():
            return open_index(repo, *given, **more)
        mark = (path, *identity(path), given, *more.items())
        if mark not in known:
            known.clear()
            known[mark] = open_index(repo, *given, **more)
        return known[mark]

    return run_shortened
