"""What may happen to a project in which both engines call everything current, and functions that make such events."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
from engines import begin, committed, edit, kill, logged, run, wait_for
from ruamel.yaml import YAML

TRAINING = "results/tiny/training/suppressed-seed0.nc"
CODE = "src/vestige/stages/training.py"
LOOP = "src/vestige/training/loop.py"


def append(file: str, text: str) -> Callable:
    """An event: some lines at the end of a file."""

    def event(project: Path) -> None:
        with open(project / file, "a") as opened:
            opened.write(text)

    return event


def replace(file: str, old: str, new: str) -> Callable:
    """An event: a text of a file replaced by another."""

    def event(project: Path) -> None:
        text = (project / file).read_text()
        assert old in text
        (project / file).write_text(text.replace(old, new))

    return event


def change(*path, to) -> Callable:
    """An event: another value in params.yaml."""
    return lambda project: edit(project, *path, to=to)


def command(*lines: str) -> Callable:
    """An event: commands."""

    def event(project: Path) -> None:
        for line in lines:
            run(project, line)

    return event


def one_after_another(*events: Callable) -> Callable:
    """Several events."""

    def event(project: Path) -> None:
        for each in events:
            each(project)

    return event


def removed(*paths: str) -> Callable:
    """An event: files or folders are gone."""

    def event(project: Path) -> None:
        for path in paths:
            shutil.rmtree(project / path) if (project / path).is_dir() else (project / path).unlink()

    return event


def overwritten(path: str, source: str) -> Callable:
    """An event: a result copied over another one."""
    return lambda project: shutil.copyfile(project / source, project / path)


def is_cut_short(path: str, part: float = 0.5) -> Callable:
    """An event: only a part of a file is left."""
    return lambda project: os.truncate(project / path, int((project / path).stat().st_size * part))


def appended_to(path: str) -> Callable:
    """An event: a byte more at a file's end."""
    return lambda project: (project / path).write_bytes((project / path).read_bytes() + b"x")


def values_changed(path: str) -> Callable:
    """An event: numbers of a result overwritten in place, its proof left."""

    def event(project: Path) -> None:
        with netCDF4.Dataset(project / path, "a") as opened:
            opened["selectivity"][0, 0] = 0.123

    return event


def touched(project: Path) -> None:
    """An event: every source file and result has a new time, the sources a later one."""
    for file in [*project.glob("results/**/*.*"), *project.glob("src/**/*.py")]:
        os.utime(file)


def fresh_clone(project: Path) -> None:
    """An event: the project is a fresh clone, into which DVC pulled the results from a remote."""
    remote, first = project.with_name("remote"), project.with_name("first")
    run(project, f"dvc remote add --quiet --default --local here {remote}")
    run(project, "dvc push --quiet")
    committed(project)
    project.rename(first)
    run(first, f"git clone --quiet {first} {project}")
    run(project, f"dvc remote add --quiet --default --local here {remote}")
    run(project, "dvc pull --quiet")


def code_edited_during_a_run(project: Path) -> None:
    """An event: the code of training is edited while Snakemake runs it."""
    edit(project, "training", "epochs", to=60)
    process = begin(project, f"snakemake {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 60"))  # it goes on from the two that are trained
    append("src/vestige/metrics/selectivity.py", "\nEDITED = True\n")(project)
    assert process.wait() != 0
    assert not (project / TRAINING).exists()
    replace("src/vestige/metrics/selectivity.py", "\nEDITED = True\n", "")(project)
    edit(project, "training", "epochs", to=2)


def code_edited_during_dvc_repro(project: Path) -> None:
    """An event: the same, while DVC runs the training."""
    edit(project, "training", "epochs", to=60)
    run(project, "vestige check")
    process = begin(project, "dvc repro --single-item training@tiny-suppressed-0")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 60"))
    append("src/vestige/metrics/selectivity.py", "\nEDITED = True\n")(project)
    assert process.wait() != 0
    replace("src/vestige/metrics/selectivity.py", "\nEDITED = True\n", "")(project)
    edit(project, "training", "epochs", to=2)


def reordered(project: Path) -> None:
    """An event: conditions and pairs of params.yaml in another order."""
    yaml = YAML()
    data = yaml.load(project / "params.yaml")
    for key in ("conditions", "between"):
        data[key] = dict(reversed(list(data[key].items())))
    yaml.dump(data, project / "params.yaml")


def killed(project: Path) -> None:
    """An event: a training that had to be made again was killed in its middle."""
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    (project / TRAINING.replace("results", "logs").replace(".nc", ".log")).unlink()
    process = begin(project, f"snakemake {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "(process"))
    kill(process, group=True)


def vouched(project: Path) -> None:
    """An event: code edited, and declared to make the same results."""
    from vestige.foundation import source_hash

    file = project / CODE
    old = source_hash.file_digest(file)
    append(CODE, "\nEDITED = True\n")(project)
    name = CODE.removeprefix("src/vestige/")
    entry = f"- {{stage: training, files: {{{name}: [{old}, {source_hash.file_digest(file)}]}}, reason: a name more}}\n"
    append("workflow/equivalent.yaml", "\n" + entry)(project)
