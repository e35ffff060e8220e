"""Spares DVC what it does anew for each stage and need not; without a shortcut, in other versions, it takes longer."""

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from vestige.engines import members
from vestige.engines.dvc_lock import standing, unshared
from vestige.foundation.file_identity import identity

PARAMS = "dvc.dependency.param:read_param_file(fs, path, key_paths=, flatten=)"
WRITING = "dvc.utils.serialize._yaml:_dump(data, stream)"
HASHING = "dvc.output:Output.get_hash(self)"
INDEX = "dulwich.repo:Repo.open_index(self)"


@contextmanager
def taken() -> Iterator[None]:
    """Let DVC, as long as it is open, read params.yaml and Git's index once, and write no text of YAML twice."""
    with ExitStack() as stack:
        for member, shorten in ((PARAMS, read_params_once), (WRITING, write_once), (INDEX, read_index_once)):
            if members.is_present(member):
                stack.enter_context(replaced(member.partition("(")[0], shorten))
        yield


@contextmanager
def filing() -> Iterator[None]:
    """Let DVC, as it files a stage that was saved just now, take the digests that it was saved with."""
    with ExitStack() as stack:
        if members.is_present(HASHING):
            stack.enter_context(replaced(HASHING.partition("(")[0], know_saved))
        yield


def know_saved(find: Callable) -> Callable:
    """What finds the digest of a file or folder: the one that is known of it, if there is one."""
    return lambda output: output.hash_info or find(output)


@contextmanager
def replaced(member: str, shorten: Callable[[Callable], Callable]) -> Iterator[None]:
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


def read_params_once(read: Callable) -> Callable:
    """What reads parameters from a file: all at once, and then what is asked for."""
    known: dict[str, Any] = {}

    def shortened(fs, path, key_paths=None, flatten=False, **given):
        if path not in known:
            known[path] = read(fs, path, **given)
        return {key: value for key in key_paths for value in standing(known[path], key)} if key_paths else known[path]

    return shortened


def write_once(write: Callable) -> Callable:
    """What writes data as YAML: key by key, and for what was written before the same text again.

    What is said of a stage goes into dvc.lock and into the run-cache, and most stages have the same parameters.
    """
    known: dict[str, str] = {}

    def shortened(data, stream):
        if type(data) not in (dict, OrderedDict) or not data:  # it may have comments, which its text does not show
            return write(data, stream)
        for key, value in data.items():
            part = {key: unshared(value)}  # whatever kinds of dict it is made of: the text is the same
            said = repr(part)
            if said not in known:
                text = io.StringIO()
                write(part, text)
                known[said] = text.getvalue()
            stream.write(known[said])

    return shortened


def read_index_once(open_index: Callable) -> Callable:
    """What opens Git's index: the one that is open, as long as its file stays the same. DVC only reads it there."""
    known: dict[tuple, Any] = {}

    def shortened(repo, *given, **more):
        path = Path(repo.index_path())
        if not path.is_file():
            return open_index(repo, *given, **more)
        mark = (path, *identity(path), given, *more.items())
        if mark not in known:
            known.clear()
            known[mark] = open_index(repo, *given, **more)
        return known[mark]

    return shortened
