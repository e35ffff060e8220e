"""Former results that DVC remembers, and which of them are those that the study asks for."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from vestige.engines import dvc_lock
from vestige.engines.dvc_cache import Former, Formers, md5, md5_of_folder, object_of
from vestige.foundation import source_hash
from vestige.pipeline import Job
from vestige.provenance import hashing, proofs, status
from vestige.provenance.differences import behind_changed, inputs_changed, own_changes
from vestige.provenance.status import FOREIGN, PROVEN, STALE, Judgement


def fits(former: Former, inputs: Mapping[str, str | None], gone: Mapping[str, Job]) -> bool:
    """Whether a former result in the cache would be proven, where the results that it reads have these digests.

    `gone` are the jobs behind it of which nothing is here.
    """
    if is_unlike(former) or has_other_inputs(former, inputs) or lacks_checkpoints(former):
        return False
    return not behind_changed(former.proof[0], tuple(gone.values()))[0]


def is_unlike(former: Former) -> bool:
    """Whether a former result is damaged, another result, or made with other settings or code than now."""
    job, (given, unchanged) = former.job, former.proof
    if status.find_foreign(job, given) or own_changes(job, given, unchanged, proofs.code_digests(job))[0]:
        return True
    beside = {
        path: hashing.sha256(object_of(former.cache, former.outs[path]))
        for path in job.files_beside
        if path in former.outs
    }
    return any(found not in (None, given["beside"].get(path)) for path, found in beside.items())


def lacks_checkpoints(former: Former) -> bool:
    """Whether the folder that the cache has of a former training is one from which needed checkpoints were removed.

    Not where the cache does not say what is in the folder.
    """
    job, held = former.job, former.names_in(former.job.folder)
    written = (former.proof[0] or {}).get("beside", {})
    return bool(held) and not {os.path.basename(path) for path in status.needed_beside(job, written)} <= held


def has_other_inputs(former: Former, inputs: Mapping[str, str | None]) -> bool:
    """Whether a former result, which is sound itself, was made from others; one that is absent proves nothing."""
    return bool(
        inputs_changed(former.proof[0]["inputs"], {each.output: inputs.get(each.output) for each in former.job.inputs})
    )


def choose_former_results(found: Mapping[str, Judgement], formers: Formers, usable: Callable) -> dict[str, Former]:
    """For each result that is not proven, the former one that would be; `usable` says which are at hand.

    Upstream first: what reads a result that is stale and stays so has no former result that would be proven.
    """
    will: dict[str, str | None] = {}  # the digest of each result as it will be
    gone: dict[str, dict[str, Job]] = {}  # of each result the jobs of it and of what lies behind it, if it is absent
    unsound: set[str] = set()
    picked: dict[str, Former] = {}
    for path, each in found.items():
        reads = {near.output for near in each.job.inputs}
        former = None
        absent = {name: one for near in reads for name, one in gone[near].items()}
        if each.state != PROVEN and not reads & unsound:
            known = formers.results_of(each.job)
            former = next((one for one in known if usable(one) and fits(one, will, absent)), None)
        if former is not None:
            picked[path], will[path], gone[path] = former, hashing.sha256(former.result), {}
            continue
        will[path] = hashing.sha256(Path(path))
        gone[path] = {} if will[path] else {path: each.job} | absent
        if reads & unsound or each.state in (STALE, FOREIGN):
            unsound.add(path)
    return picked


def has_same_code(former: Former) -> bool:
    """Whether a former result claims to be made by the source files as they are now, byte for byte."""
    then = dvc_lock.digests_of(former.said, "deps")
    return all(then.get(source_hash.PREFIX + file) == md5(Path(source_hash.PREFIX + file)) for file in former.job.code)


def is_poisoned(former: Former) -> bool:
    """Whether DVC would take a former result for one of the settings and the code of now, and is wrong."""
    if not former.result.is_file() or not has_same_code(former):
        return False
    now = {each.output: hashing.sha256(Path(each.output)) for each in former.job.inputs}
    then = dvc_lock.digests_of(former.said, "deps")
    folders = {os.path.dirname(path) for path in now} & then.keys()
    same = {folder for folder in folders if then[folder] == md5_of_folder(Path(folder))}
    read = {path: digest for path, digest in now.items() if os.path.dirname(path) in same or is_as_then(path, then)}
    return is_unlike(former) or has_other_inputs(former, read)


def is_as_then(path: str, then: Mapping[str, str]) -> bool:
    """Whether a file has the digest that DVC noted then."""
    return path in then and then[path] == md5(Path(path))


def is_sound(former: Former) -> bool:
    """Whether the file of the cache in which a former result lies has the digest by which it is named."""
    return md5(former.result) == former.outs[former.job.output]
