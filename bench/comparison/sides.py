"""Makes a study with the files of a former commit, or with those of the present tree, each in a project of its own."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from comparison.images import write_images
from comparison.studies import MADE, ROOT, Study, list_images

FOLDER = ROOT / "work" / "compare"
KEPT = ("results", "output.txt", "cost.json")  # what is kept of a project once all is made
OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "VESTIGE_PLAN")  # variables of a make or an engine around this one


class NotMade(RuntimeError):
    """A side that failed to make a study, with the end of its output."""


class Refused(NotMade):
    """A side whose `vestige check` refuses the study: it has keys that the other side does not know."""


@dataclass(frozen=True)
class Side:
    """What one side made of a study: the folder of its results, and what that cost."""

    results: Path
    cpu_seconds: float
    seconds: float
    remembered: bool = False


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other comparison uses the folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def resolve_commit(name: str, tree: Path = ROOT) -> str:
    """The full hash of a commit. Raises ValueError where there is none of that name."""
    command = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    found = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if found.returncode:
        raise ValueError(f"BASE: found {name!r}; git knows no such commit")
    return found.stdout.strip()


def make_former(study: Study, commit: str, images: Path | None, tree: Path = ROOT) -> Side:
    """A study made with the files of a commit, or what an earlier comparison kept of it."""
    folder = FOLDER / "base" / f"{study.name}-{hash_former(study, commit, images, tree)}"
    if folder.is_dir():
        return load_side(folder, study, remembered=True)
    partial = empty(folder.with_name(f".{folder.name}"))
    make(study, partial, images, commit, tree)
    partial.rename(folder)  # in one step: a comparison that is stopped leaves nothing that looks whole
    return load_side(folder, study)


def make_present(study: Study, images: Path | None, tree: Path = ROOT) -> Side:
    """A study made with the files of a working tree as they are now."""
    folder = empty(FOLDER / "present" / study.name)
    make(study, folder, images, None, tree)
    return load_side(folder, study)


def hash_former(study: Study, commit: str, images: Path | None, tree: Path) -> str:
    """What the results of a commit depend on, as a short hash."""
    files = subprocess.run(["git", "rev-parse", f"{commit}^{{tree}}"], cwd=tree, capture_output=True, check=True).stdout
    written = Path(__file__).with_name("images.py").read_text("utf-8") if study.images.startswith(MADE) else ""
    threads = {name: value for name, value in os.environ.items() if name.endswith("_NUM_THREADS")}  # sums by parts
    told = [files.decode(), study.text, study.target, written, list_images(images), list_versions(), find_processor()]
    told += [threads] if threads else []
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def list_versions() -> list[str]:
    """The versions of Python and of every package installed, with which both sides are made."""
    return [sys.version, *sorted({f"{each.name}=={each.version}" for each in distributions()})]


def find_processor() -> str:
    """The model of the processor: other ones may round otherwise."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line for line in lines if line.startswith("model name")), platform.machine())


def empty(folder: Path) -> Path:
    """A folder with nothing in it."""
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def load_side(folder: Path, study: Study, remembered: bool = False) -> Side:
    """What a project made, and what its maker noted of the cost."""
    cost = json.loads((folder / "cost.json").read_text())
    return Side(folder / "results" / study.name, cost["cpu_seconds"], cost["seconds"], remembered)


def make(study: Study, folder: Path, images: Path | None, commit: str | None, tree: Path) -> None:
    """Make a study in an empty folder, and keep of it only what is compared. Raises NotMade where it fails."""
    unpack(folder, commit, tree)
    (folder / "params.yaml").write_text(study.text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)  # DVC wants a repository
    if study.images.startswith(MADE):
        write_images(folder / MADE)
    if images is not None:
        (folder / study.images).parent.mkdir(parents=True, exist_ok=True)
        (folder / study.images).symlink_to(images.resolve())
    check_source(folder)
    check_study(folder)
    cost = run_snakemake(study, folder)
    (folder / "cost.json").write_text(json.dumps(cost))
    for path in folder.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def unpack(folder: Path, commit: str | None, tree: Path) -> None:
    """Put the files of a commit into a folder, or those of a working tree that git does not ignore."""
    if commit is not None:
        packed = subprocess.run(["git", "archive", commit], cwd=tree, capture_output=True, check=True).stdout
        subprocess.run(["tar", "--extract"], cwd=folder, input=packed, check=True)
        return
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=tree, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if os.path.lexists(tree / name):  # a file that was removed, but not yet from the index
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, folder / name, follow_symlinks=False)


def surroundings(folder: Path) -> dict[str, str]:
    """The environment in which a project's own source is run, with the packages of this Python."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    here = {"PATH": path, "PYTHONPATH": str(folder / "src")}
    return {key: value for key, value in os.environ.items() if key not in OWN} | here


def check_source(folder: Path) -> None:
    """Raise NotMade where not the project's own source would be run: two sides of one source are always equal."""
    script = "import vestige; print(vestige.__path__[0])"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=surroundings(folder), capture_output=True, text=True
    )
    if Path(told.stdout.strip() or ".").resolve() != (folder / "src" / "vestige").resolve():
        raise NotMade(f"{folder}: vestige is found at {told.stdout.strip()!r}, not in the project\n{told.stderr}")


def check_study(folder: Path) -> None:
    """Raise Refused where a project does not understand its study."""
    told = subprocess.run(
        ["vestige", "check"], cwd=folder, env=surroundings(folder), text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    if told.returncode:
        raise Refused(told.stdout.strip())


def run_snakemake(study: Study, folder: Path) -> dict[str, float]:
    """Make a study's target; the seconds of processor and clock that it took. Raises NotMade where it fails."""
    start = time.monotonic()
    with open(folder / "output.txt", "wb") as output:
        process = subprocess.Popen(
            ["snakemake", study.target], cwd=folder, env=surroundings(folder), stdout=output, stderr=output,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = (folder / "output.txt").read_text(errors="replace")[-3000:]
        raise NotMade(f"{study.name}: snakemake ended with {process.returncode} in {folder}\n{end}")
    return {"cpu_seconds": used.ru_utime + used.ru_stime, "seconds": time.monotonic() - start}
