"""Calls stages with the texts of their jobs and nothing else: python alone.py, in a project, with texts on its input.

A line of JSON is printed for each: the result, and "" or what was wrong. Nothing of the package that reads studies,
finds jobs or runs commands can be imported here. While a stage runs, a file of the project that is no input of its job
may not be opened, and code of the package may not read a variable of the environment.
"""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from importlib.abc import MetaPathFinder
from pathlib import Path

ABOVE = ("config", "pipeline", "job_text", "provenance", "engines", "commands", "cli", "notebook")


class Refuser(MetaPathFinder):
    """Lets nothing be imported that lies above the stages."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith(tuple(f"vestige.{room}" for room in ABOVE)):
            raise ImportError(f"{name} is above what a stage may import")


sys.meta_path.insert(0, Refuser())

import numpy  # noqa: E402, F401
import torch  # noqa: E402
import xarray as xr  # noqa: E402

from vestige.foundation.call import Call, module_of  # noqa: E402
from vestige.foundation.result_encoding import add_coordinates  # noqa: E402

torch.set_num_threads(1)
PACKAGE = Path(sys.modules["vestige"].__file__).parent
allowed: list[Path] | None = None  # what may be opened while a stage runs; None while none does


def watch(event: str, given: tuple) -> None:
    """Refuse to open a file of the project that may not be."""
    if allowed is None or event != "open" or not isinstance(given[0], str | bytes | os.PathLike):
        return
    path = Path(os.path.abspath(os.fsdecode(given[0])))
    if path.is_relative_to(Path.cwd()) and not any(path == each or each in path.parents for each in allowed):
        raise PermissionError(f"{path.relative_to(Path.cwd())} is no input of the job")


def guarded(read):
    """What reads a variable of the environment, refused to code of the package while a stage runs."""

    def read_guarded(self, key):
        frame = sys._getframe(1)
        while (
            frame.f_code.co_filename.endswith(("os.py", "_collections_abc.py")) or "frozen" in frame.f_code.co_filename
        ):
            frame = frame.f_back
        if allowed is not None and Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
            raise PermissionError(f"{frame.f_code.co_filename} reads the variable {key}")
        return read(self, key)

    return read_guarded


sys.addaudithook(watch)
os._Environ.__getitem__ = guarded(os._Environ.__getitem__)


def call(text: str, work: Path) -> str:
    """What is wrong with what a stage makes of a text alone, beside the result that lies here; "" where nothing is."""
    global allowed
    job = Call(text)
    for file in [*job["functions"], *dict(job["classes"]).values()]:
        module_of(file)
    inputs = [each["result"] for each in job["reads"].values()]
    listed = {kind: [*paths] for kind, paths in job["gathers"].items()}
    allowed = [Path(path).absolute() for path in [*inputs, *(each for group in listed.values() for each in group)]]
    allowed += [Path(path).absolute() for path in job.folders.values()] + [work]
    # Code is in the proof, and each file of images is named by the digest of what it holds.
    allowed += [PACKAGE, Path("work", "images").absolute()]
    allowed += [path.with_suffix(suffix) for path in allowed if path.suffix == ".png" for suffix in (".pdf", ".csv")]
    try:
        with ExitStack() as stack:

            def opened(path):
                return stack.enter_context(xr.open_dataset(path, engine="netcdf4"))

            if job["stage"].startswith("figures_"):
                shown = [opened(path) for path in job["shown"]]
                beside = {
                    k: [opened(p) for p in paths] for k, paths in listed.items() if f"figures_{k}" != job["stage"]
                }
                made = job.function(job.settings({}), shown, beside, [opened(path) for path in inputs])
                from vestige.figures.rendering import files_of

                table = files_of(made)[1]
                allowed = None
                return compare_table(job, table)
            given = {name: opened(each["result"]) for name, each in job["reads"].items()}
            data = {kind: [opened(path) for path in paths] for kind, paths in listed.items() if not is_drawn(kind)}
            pictures = [Path(path) for kind, paths in listed.items() if is_drawn(kind) for path in paths]
            given |= {"results": data} if data else {}
            given |= {"figures": pictures} if pictures else {}
            given |= filled(job, work) if "stream" in job.values else {}
            made = job.function(job.settings({}), **given, **job.folders, note=lambda line: None)
            allowed = None
            return compare_page(job, made) if isinstance(made, str) else compare_dataset(job, made)
    finally:
        allowed = None


def is_drawn(kind: str) -> bool:
    """Whether results of a kind are figures."""
    return kind.startswith("figures_")


def filled(job: Call, work: Path) -> dict:
    """The folders that a training is handed, with nothing in them."""
    from vestige.training.resume import Trajectory

    folder, shared = work / "folder", work / "shared"
    folder.mkdir(), shared.mkdir()
    keys = tuple(f"{epoch:032d}" for epoch in range(job["settings"]["training"]["epochs"] + 1))
    return {"folder": folder, "trajectory": Trajectory(shared, keys, frozenset(), 600)}


def compare_dataset(job: Call, made) -> str:
    """In which variables a Dataset differs from the result of a job."""
    there = xr.load_dataset(RESULTS[job.text])
    own = add_coordinates(made, job["labels"])
    names = [name for name in {*own.variables} | {*there.variables} if not alike(own, there, name)]
    return f"others: {sorted(names)}" if names else ""


def alike(one, other, name: str) -> bool:
    """Whether two Datasets have the same variable of a name."""
    both = name in one.variables and name in other.variables
    return both and one.variables[name].load().equals(other.variables[name].load())


def compare_table(job: Call, table: bytes) -> str:
    """Whether a figure shows other numbers than the one that lies here."""
    return "" if Path(RESULTS[job.text]).with_suffix(".csv").read_bytes() == table else "another table"


def compare_page(job: Call, page: str) -> str:
    """Whether a page is another one."""
    return "" if Path(RESULTS[job.text]).read_text().startswith(page.rpartition("</body>")[0]) else "another page"


RESULTS: dict[str, str] = {}  # the result of each text

if __name__ == "__main__":
    for result, text in json.load(sys.stdin).items():
        RESULTS[text] = result
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps([result, call(text, Path(folder))]), flush=True)
