"""Brings back former results that are what the study asks for, before anything is computed again."""

import sys
from collections.abc import Iterator, Mapping, Sequence

from vestige import pipeline
from vestige.commands import sync
from vestige.commands.backup import finish, recover, set_aside, swap
from vestige.commands.job_log import lock_result
from vestige.config.study import Study
from vestige.engines import dvc_history, dvc_lock, dvc_recording, dvc_repo, locks
from vestige.engines.dvc_cache import Former, Formers
from vestige.engines.internals import MemberMissing
from vestige.provenance import filled_folders, results, status
from vestige.provenance.status import PROVEN, Judgement


def restore(study: Study, paths: Sequence[str] = ()) -> Iterator[str]:
    """Bring back all results, or those at `paths`, that DVC remembers and that are proven; a line on each."""
    with locks.without_snakemake():
        for job in pipeline.jobs(study):
            recover(job)
        found = status.judge(study)
        asked = {path: each for path, each in found.items() if not paths or path in paths}
        missing = [path for path, each in asked.items() if each.state != PROVEN]
        results.make_folders(study)
        if not missing:
            yield "nothing to restore: all are proven" if not paths else "nothing to restore: they are proven"
            return
        with dvc_recording.open_repo() as repo:
            back = []
            for line, path in brought_back(repo, found, set(asked)):
                back += [path] if path else []
                yield line
        now = status.judge(study)
        if back:
            yield from sync.sync_snakemake(now)
            yield from sync.sync_dvc(study, now)
        left = [path for path in asked if now[path].state != PROVEN]
        yield f"{len(back)} restored; {len(left)} remain to be made (`vestige plan`)"


def brought_back(repo, found: Mapping[str, Judgement], asked: set[str]) -> Iterator[tuple[str, str]]:
    """Bring back what is asked for, upstream first; a line on each, and its path if it is proven."""
    formers = gather_former_results(repo, found, asked)
    picked = dvc_history.choose_former_results(
        found, formers, lambda former: former.job.output in asked and former.result.is_file()
    )
    for path, former in picked.items():
        if status.judge_one(former.job).state == PROVEN:
            continue  # now that what it comes from is back
        failed = put_back(repo, former)
        yield (f"{path}: not restored, {failed}", "") if failed else (f"{path} restored", path)


def gather_former_results(repo, found: Mapping[str, Judgement], asked: set[str]) -> Formers:
    """All that DVC remembers, the results among it fetched if they can be; of a training not its checkpoints."""
    if not dvc_repo.remote(repo):
        return Formers(dvc_repo.root(repo))
    dvc_recording.fetch_runs(repo)
    formers = Formers(dvc_repo.root(repo))
    due = [each.job for path, each in found.items() if path in asked and each.state != PROVEN]
    elsewhere = {one.outs[job.output] for job in due for one in formers.results_of(job) if not one.result.is_file()}
    dvc_recording.fetch(repo, elsewhere)
    return formers


def put_back(repo, former: Former) -> str:
    """Put a former result in the place of what is there, which stays if it is not proven; why it is not, or nothing."""
    job = former.job
    with lock_result(job):
        if strange := filled_folders.describe_strangers(filled_folders.list_strangers(job)):
            return strange[0]
        aside = set_aside(job)
        try:
            dvc_recording.check_out(repo, former.said)
            judgement = status.judge_one(job)
            failed = "" if judgement.state == PROVEN else judgement.reasons[0]
        except LookupError as error:
            failed = str(error)
        except BaseException:
            swap(job, aside)
            raise
        if failed:
            swap(job, aside)
        finish(aside)
        return failed


def restorable(study: Study, found: Mapping[str, Judgement] | None = None) -> set[str]:
    """The results that `restore` would bring back; nothing is fetched or changed for it.

    Of what lies elsewhere dvc.lock is believed: a result with the very settings and source files of now.
    """
    found = status.judge(study) if found is None else found
    if all(each.state == PROVEN for each in found.values()):
        return set()
    try:
        cache, elsewhere = dvc_repo.glimpse()
    except MemberMissing as error:
        print(f"vestige: it is not known what can be restored: {error}", file=sys.stderr)
        return set()
    except RuntimeError:
        return set()
    formers = Formers(cache)
    here = set(dvc_history.choose_former_results(found, formers, lambda former: former.is_whole))
    others = [each.job for path, each in found.items() if each.state != PROVEN and path not in here]
    return here | {job.output for job in others if elsewhere and any(map(is_fetchable, formers.results_of(job)))}


def is_fetchable(former: Former) -> bool:
    """Whether dvc.lock says that a former result is the one asked for, although it is not here."""
    locked_here = former.source in (dvc_lock.FILE, None)
    return locked_here and not former.result.is_file() and dvc_history.has_same_code(former)
