"""Brings both engines to the proofs: each calls current what is proven, and nothing else."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from operator import attrgetter
from pathlib import Path

from vestige.commands import check
from vestige.commands.formatting import plural
from vestige.config import loading
from vestige.config.study import Study
from vestige.engines import dvc_history, dvc_lock, dvc_recording, dvc_repo, locks, snakemake_metadata
from vestige.engines.dvc_cache import Former, Formers
from vestige.engines.dvc_memory import Memory
from vestige.foundation.files import describe_irregular, find_irregular
from vestige.provenance import hashing, proofs, results, status
from vestige.provenance.status import FOREIGN, PROVEN, STALE, Judgement

EDITED = "params.yaml or the code was edited meanwhile: say `vestige sync` again"
TOLD = 6  # results that DVC cannot be told of are named, if there are more


def sync(study: Study) -> Iterator[str]:
    """Mark in Snakemake and in DVC exactly what is proven; a line on all that this changed."""
    with locks.without_snakemake():
        found = status.judge(study)
        yield from sync_snakemake(found)
        yield from sync_dvc(study, found)
        proven = sum(each.state == PROVEN for each in found.values())
        yield f"study {study.study}: {proven} of {len(found)} results are proven"


def sync_snakemake(found: Mapping[str, Judgement]) -> Iterator[str]:
    """Let Snakemake remember all that is proven, and doubt what it takes for current although it is not."""
    with snakemake_metadata.open_workflow() as workflow:
        if loading.read() != next(iter(found.values())).job.study:  # the graph is of params.yaml as it is by now
            raise RuntimeError(EDITED)
        jobs = snakemake_metadata.jobs(workflow)
        known = [
            path
            for path, each in found.items()
            if is_proven_for_snakemake(each) and not snakemake_metadata.is_recorded(workflow, jobs[path])
        ]
        doubted = [
            path
            for path, each in found.items()
            if is_wrong(each) and snakemake_metadata.is_believed(workflow, jobs[path])
        ]
        if doubted:  # a job may have ended meanwhile
            found = status.judge(next(iter(found.values())).job.study)
            doubted = [path for path in doubted if is_wrong(found[path])]
        for path in known:
            snakemake_metadata.record(workflow, jobs[path])
        code_of = proofs.remember_by_code(proofs.code_digests)
        edited = [path for path in known if status.judge_by_own_proof(found[path].job, code_of=code_of)[0] != PROVEN]
        for path in (*doubted, *edited):
            snakemake_metadata.doubt(workflow, jobs[path], next(iter(found[path].reasons), "its code was edited"))
    if edited:
        raise RuntimeError(EDITED)
    yield format_marked("Snakemake", len(known))
    yield from (f"  it took {path} for current, but {found[path].reasons[0]}" for path in doubted)


def is_proven_for_snakemake(each: Judgement) -> bool:
    """Whether a result is proven as far as Snakemake can tell: it does not know checkpoints, which may be elsewhere,
    nor what else lies in their folder.
    """
    return each.state == PROVEN or each.lacks_checkpoints or each.has_only_strangers


def is_wrong(each: Judgement) -> bool:
    """Whether a result is not what it should be by its own proof, and not only for what it comes from."""
    own = each.state in (STALE, FOREIGN) and not each.has_only_strangers
    return own and (not each.causes or each.job.output in dict(each.causes))


def format_marked(engine: str, count: int) -> str:
    """How many results an engine was told of."""
    return f"{engine}: {plural(count, 'result')} marked" if count else f"{engine}: nothing new"


def sync_dvc(study: Study, found: Mapping[str, Judgement]) -> Iterator[str]:
    """Put all that is proven in DVC's cache and dvc.lock, and take out of both what is not."""
    if any(each.state != PROVEN for each in found.values()):  # a job may have ended meanwhile
        found = status.judge(study)
    refused = find_refusal(study)
    if os.path.isdir("results"):  # after a checkout, kinds without a result have no folder
        results.make_folders(study)
    memory = Memory()
    due = [each for each in found.values() if each.state == PROVEN and not refused and not memory.knows(each)]
    others = [each for each in found.values() if each.state != PROVEN]
    is_cut_short = dvc_lock.is_cut_short()
    damaged = is_cut_short or dvc_repo.is_damaged()
    if refused:
        yield f"DVC: told of no result, for `vestige check` refuses the study: {refused}"
    elif not due and not others and not damaged and memory.knows_study(f"study@{study.study}"):
        yield format_marked("DVC", 0)
        return
    try:
        with dvc_recording.open_repo() as repo:
            if is_cut_short:
                yield f"DVC: it was stopped while it wrote {dvc_lock.FILE}, which is written anew"
            yield from update_dvc(repo, memory, "" if refused else f"study@{study.study}", due, others)
    except dvc_repo.Absent as error:
        yield f"DVC: not asked, {error}"


def find_refusal(study: Study) -> str:
    """Why the check refuses a study, in a line, and nothing is written for DVC; empty where it is accepted."""
    try:
        check.accept(study)
    except (ValueError, check.ImagesMoved) as error:
        return " ".join(str(error).split())
    return ""


def update_dvc(repo, memory: Memory, checked: str, due: list[Judgement], others: list[Judgement]) -> Iterator[str]:
    """Bring DVC to the proofs of some results, which it is asked about one by one.

    `checked` is the stage that checks the study; empty where the study is refused.
    """
    memory.begin(str(dvc_repo.root(repo)))
    names = {*filter(None, [checked]), *(dvc_lock.stage_of(each.job) for each in (*due, *others))}
    entries = {name: dvc_lock.entry(text) for name, text in memory.texts.items() if name in names}
    stages = dvc_recording.stages(repo, entries)
    try:
        marked, left = [], []
        if checked:
            asked = hashing.sha256(Path("params.yaml"))
            mark_in_dvc(memory, stages[checked], checked, asked, lambda text: True, marked, left)
        files_of = proofs.remember_by_code(attrgetter("code"))  # an import more is an edit of one of these
        for each in due:
            name = dvc_lock.stage_of(each.job)
            right = partial(is_still_proven, each, lambda job: proofs.digest_files(files_of(job)))
            mark_in_dvc(memory, stages[name], name, each.job.text, right, marked, left)
        if checked:
            yield format_marked("DVC", len([name for name in marked if name != checked]))
        yield from (f"  it cannot be told of {line}" for line in left[:TOLD])
        if len(left) > TOLD:
            yield f"  nor of {len(left) - TOLD} more"
        formers = Formers(dvc_repo.root(repo))
        for each in others:
            yield from forget_wrong(memory, stages, each, formers)
    finally:
        memory.keep()


def mark_in_dvc(memory, stage, name, asked, right: Callable[[str], bool], marked: list, left: list) -> None:
    """Make DVC call a stage current, unless it does; only if what dvc.lock would say of it is `right`."""
    if irregular := find_irregular_of(stage):
        left.append(f"{name}: {irregular} is {describe_irregular(irregular)}, no file")
        return
    if name not in memory.texts or not dvc_recording.current(stage):
        try:
            memory.texts[name] = dvc_recording.commit(stage, right)
        except LookupError as error:
            left.append(f"{name}: {error}")
            return
        marked.append(name)
    memory.note(name, asked)


def find_irregular_of(stage) -> str:
    """The path of a pipe or a device among what a stage reads and makes, of which DVC would read without end."""
    return next(filter(None, map(find_irregular, dvc_recording.all_paths(stage))), "")


def is_still_proven(each: Judgement, code_of: proofs.CodeOf, text: str) -> bool:
    """Whether what dvc.lock would say of a proven result is of its text, and the code has not changed since."""
    return dvc_lock.holds_text(text, each.job) and status.judge_by_own_proof(each.job, code_of=code_of)[0] == PROVEN


def forget_wrong(memory, stages, each: Judgement, formers: Formers) -> Iterator[str]:
    """Make DVC forget what it wrongly takes for a result: in dvc.lock, in its run-cache, by a file's times."""
    name, path = dvc_lock.stage_of(each.job), each.job.output
    for former in list(formers.results_of(each.job)):
        if former.source is not None and dvc_history.is_poisoned(former):
            forget(memory, name, former)
            yield f"  it had another result for {path} ({former.source}): forgotten"
    if not is_wrong(each) or name not in memory.texts or find_irregular_of(stages[name]):
        return
    if dvc_recording.current(stages[name]):
        for out in dvc_recording.paths(stages[name]):
            touch(out)
        if dvc_recording.current(stages[name]):
            del memory.texts[name]
        yield f"  it took {path} for current, but {each.reasons[0]}"


def forget(memory, name: str, former: Former) -> None:
    """Take a former result out of dvc.lock or of the run-cache, and out of the cache if it is damaged."""
    if former.source == dvc_lock.FILE:
        memory.texts.pop(name, None)
    else:
        former.source.unlink(missing_ok=True)
        with suppress(OSError):  # DVC stumbles over a recipe without results; there may be others of it
            former.source.parent.rmdir()
    if not dvc_history.is_sound(former):
        former.result.unlink(missing_ok=True)


def touch(path: Path) -> None:
    """Give a file, or all files in a folder, the time of now, so that DVC looks into it again."""
    for each in path.rglob("*") if path.is_dir() else [path]:
        if each.is_file():
            os.utime(each)
