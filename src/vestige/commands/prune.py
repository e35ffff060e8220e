"""Lists, and on request removes, what nothing in the study explains."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from vestige import pipeline
from vestige.commands import backup, checkpoint_release, cost_records, scratch_files, sync
from vestige.commands.formatting import format_size
from vestige.config.study import FILE, Study
from vestige.engines import dvc_cache, dvc_lock, dvc_repo, locks
from vestige.foundation.rows import STAGES
from vestige.provenance import filled_folders, proofs, retention, status

TOPS = ("results", "logs", "benchmarks", backup.ASIDE)
ABANDONED = 3600  # seconds after which what is not finished never will be


def prune(study: Study, remove: bool = False) -> Iterator[str]:
    """List what nothing in the study explains, with its size; remove it if asked to."""
    with locks.without_snakemake():
        files, entries = find_unexplained(study), stray_entries(study)
        judged = status.judge(study) if study.keep in retention.RELEASING else {}
        releases, staying = checkpoint_release.find_releases(study, judged)
        yield from checkpoint_release.describe_staying(staying)
        if not files and not entries and not releases:
            yield f"nothing: the study {study.study} explains all that is here"
            return
        let_go = {each.line: [*each.checkpoints, *each.work] for each in releases}
        sizes = {path: size_of(path) for path in files} | {line: size_of_all(paths) for line, paths in let_go.items()}
        yield from (f"{format_size(size):>9}  {path}" for path, size in sizes.items())
        yield from (f"{'':9}  {dvc_lock.FILE}: {name}" for name in entries)
        yield f"{format_size(sum(sizes.values())):>9}  in all"
        yield from describe_copies(files)
        yield from checkpoint_release.describe_releases(study, releases)
        if not remove:
            yield f"Nothing was removed: `{study.command} prune --remove` removes it."
            return
        with ExitStack() as held:
            with suppress(dvc_repo.Absent):
                held.enter_context(dvc_repo.open_repo())  # no command of DVC's writes dvc.lock meanwhile
            gone = [*files, *(path for paths in let_go.values() for path in paths)]
            for path in gone:
                with suppress(OSError):
                    backup.remove(path)
            forget(entries)
        left = [str(path) for path in gone if path.exists() or path.is_symlink()]
        if left:
            raise RuntimeError(f"{len(left)} of these could not be removed: {', '.join(left[:6])}")
        yield "Removed."
        if releases and study.file == FILE:
            yield from sync.sync_dvc(study, status.judge(study))  # its folders of checkpoints are others now


def find_unexplained(study: Study) -> list[Path]:
    """Files and folders of the study, and work on it, that no job of it makes or needs."""
    jobs = list(pipeline.jobs(study))
    made = {Path(path) for job in jobs for path in (job.output, *job.files_beside, job.log)}
    made |= {cost_records.path_of(job) for job in jobs}
    filled = {Path(job.folder) for job in jobs if job.folder}
    files = [each for top in TOPS for each in files_inside(Path(top, study.study))]
    holds = {folder for path in made | filled for folder in path.parents} | filled  # some may be links
    kept = filled | {backup.aside_of(job) for job in jobs}  # what a killed restore has left is put back yet
    strange = [each for each in files if each not in made | holds and kept.isdisjoint(each.parents)]
    folded = (whole_run(each, study) for each in strange)
    found = dict.fromkeys(each for each in folded if is_settled(each))
    others = [Path(path) for job in jobs for path in filled_folders.list_strangers(job)]
    work = scratch_files.find_unexplained(study, checkpoints_of(strange))
    return [*found, *others, *work, *scratch_files.unneeded_copies(study), *scratch_files.unneeded_arrays()]


def checkpoints_of(files: list[Path]) -> set[str]:
    """The sha256 of all that was written with those files that are results, such as checkpoints."""
    proofs_read = (proofs.read_proof(each) for each in files if each.suffix == ".nc")
    return {digest for given in proofs_read if given for digest in given["beside"].values()}


def files_inside(folder: Path) -> list[Path]:
    """All that lies in a folder and is no folder itself."""
    return sorted(each for each in folder.rglob("*") if each.is_symlink() or not each.is_dir())


def whole_run(path: Path, study: Study) -> Path:
    """The folder that a stage filled beside a result, such as a run's checkpoints, for a file in it; else the file."""
    parents = {Path(stage.folder).parent.name for stage in STAGES.values() if stage.folder}
    top = Path("results", study.study)
    return path.parent if path.parent.parent in {top / name for name in parents} else path


def is_settled(path: Path) -> bool:
    """Whether nothing writes to a file or a folder: what is not finished may be the work of a job that runs."""
    with suppress(FileNotFoundError):
        return ".partial" not in str(path) or path.stat().st_mtime < time.time() - ABANDONED
    return False


def stray_entries(study: Study) -> list[str]:
    """The stages of dvc.lock that make results of the study, and that it does not have."""
    known = {dvc_lock.stage_of(job) for job in pipeline.jobs(study)}
    others = {
        name: dvc_lock.command_of(dvc_lock.entry(text)) for name, text in dvc_lock.read().items() if name not in known
    }
    return [name for name, command in others.items() if command.startswith(f"vestige make results/{study.study}/")]


def forget(entries: list[str]) -> None:
    """Take stages out of dvc.lock."""
    if entries:
        dvc_lock.write({name: text for name, text in dvc_lock.read().items() if name not in entries})


def describe_copies(files: list[Path]) -> Iterator[str]:
    """Say of how many of the results there is a copy in DVC's cache."""
    tops = (Path("results"), backup.ASIDE)
    none = {".partial", backup.ALL}
    results = [path for path in files if any(map(path.is_relative_to, tops)) and none.isdisjoint(path.parts)]
    try:
        cache, _ = dvc_repo.glimpse()
    except RuntimeError:
        cache = Path(".dvc", "cache")
    lost = [path for path in results if not all(dvc_cache.holds(cache, each) for each in all_files(path))]
    if results:
        yield f"Of {len(results)} results and checkpoints {len(results) - len(lost)} are in DVC's cache and stay there."
    yield from (f"{path} is in no cache: once removed it is gone" for path in lost[:6])
    if len(lost) > 6:
        yield f"and {len(lost) - 6} more"


def all_files(path: Path) -> list[Path]:
    """A file, or all files in a folder."""
    return [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]


def size_of_all(paths: list[Path]) -> int:
    """The bytes of some files, of which several may be names of the same one."""
    found = {(stat.st_dev, stat.st_ino): stat.st_size for stat in (path.stat() for path in paths if path.exists())}
    return sum(found.values())


def size_of(path: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    return sum(each.lstat().st_size for each in all_files(path) if each.exists() or each.is_symlink())
