"""Projects in temporary folders, commands that are run in them, and what `vestige` says of their results."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import warm
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "studies" / "tiny.yaml"
TRAVELS = (
    "Snakefile",
    "dvc.yaml",
    "workflow",
    "profiles",
    "slurm",
    "src",
    ".dvcignore",
    ".gitignore",
    "environment.yml",
)
FOLDERS = ("results", "work", "logs", "benchmarks", ".snakemake", ".dvc")

# What is made again after an edit of the tiny study, as paths under results/tiny begin.
FIGURES = {f"figures/{name}" for name in ("regularised", "emergence", "ablation", "linearity", "similarity")}
NETWORKS = {"training", "selectivity", "ablation", "cka", "between", "claims"} | FIGURES
SHOW_CONDITIONS = {"figures/regularised", "figures/emergence", "claims"}
SUPPRESSED = {"training/suppressed", "selectivity/suppressed", "cka/suppressed", "figures/linearity"} | SHOW_CONDITIONS


def new_project(folder: Path, study: Path = TINY) -> Path:
    """A copy of the project in an empty folder, with another study and no results."""
    folder.mkdir(parents=True)
    for name in TRAVELS:
        source = ROOT / name
        if source.is_symlink():
            (folder / name).symlink_to(os.readlink(source))
        elif source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    (folder / ".dvc").mkdir()
    for name in ("config", ".gitignore"):
        shutil.copy2(ROOT / ".dvc" / name, folder / ".dvc" / name)
    shutil.copy2(study, folder / "params.yaml")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def copied(made: Path, folder: Path) -> Path:
    """A copy of a project with all its results and both engines' memory, file times kept."""
    shutil.copytree(made, folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def environment(project: Path) -> dict[str, str]:
    """The environment in which a project's own source and this Python's tools are found."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    own = {"PATH": path, "PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1", "TQDM_DISABLE": "1"}
    return {**os.environ, **own}


WARM = ("vestige", "snakemake", "dvc")  # commands that run in children of a process that has imported the packages


def run(
    project: Path, command: str, check: bool = True, timeout: int = 280, cold: bool = False
) -> subprocess.CompletedProcess:
    """Run a command in a project; its output as text, standard error included. `cold`: in a process of its own."""
    argv = shlex.split(command)
    with tempfile.TemporaryFile() as output:
        process = started(project, argv, output, cold)
        try:
            status = process.wait(timeout)
        except BaseException:
            kill(process, group=True)
            raise
        output.seek(0)
        said = output.read().decode(errors="replace").replace("\r\n", "\n")
    assert not check or status == 0, f"{command}: exit {status}\n{said[-4000:]}"
    return subprocess.CompletedProcess(argv, status, said)


def begin(project, command: str, cold: bool = False):
    """Start a command in a process group of its own."""
    with open(project / "output.txt", "a") as output:
        return started(project, command.split(), output, cold)


def started(project: Path, argv: list[str], output, cold: bool):
    """A command that has been started in a project, in a process group of its own."""
    if argv[0] in WARM and not cold:
        return warm.Process(argv, project, environment(project), output)
    return subprocess.Popen(
        argv, cwd=project, env=environment(project), stdout=output, stderr=output,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def wait_for(condition, seconds: float = 120) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def logged(project, result: str, text: str) -> bool:
    """Whether a result's log holds a text."""
    log = (project / result.replace("results/", "logs/", 1)).with_suffix(".log")
    return log.is_file() and text in log.read_text()


def kill(process, group: bool) -> None:
    """Kill -9: a process with all that it started, or alone, which leaves orphans."""
    (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()


def few_jobs(project) -> None:
    """Leave one seed and one figure of the study: what remains is the same as in the whole of it."""
    edit(project, "seeds", to=[0])
    edit(project, "between", to={})
    edit(project, "applies", to={"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []})
    figures = YAML(typ="safe").load(project / "params.yaml")["figures"]
    shown = {kind: dict(list(asked.items())[:1]) if kind == "training" else {} for kind, asked in figures.items()}
    edit(project, "figures", to=shown)


def study_of(project: Path):
    """A project's study."""
    return loading.read(project / "params.yaml")


def edit(project: Path, *path, **change) -> None:
    """Change the study as a person would: set the value at a path of keys, or with `remove=True` take the key out."""
    yaml = YAML()
    file = project / "params.yaml"
    data = yaml.load(file)
    here = data
    for key in path[:-1]:
        here = here[key]
    if change.get("remove"):
        del here[path[-1]]
    else:
        here[path[-1]] = change["to"]
    yaml.dump(data, file)


def committed(project: Path) -> None:
    """Commit all that git keeps."""
    run(project, "git add --all")
    run(project, "git -c user.name=me -c user.email=me@example.org commit --quiet --message all")


def branch_and_back(project: Path) -> None:
    """Check out a branch with another alpha and another training, and leave it again."""
    committed(project)
    run(project, "git switch --quiet --create other")
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    with open(project / "src/vestige/stages/training.py", "a") as source:
        source.write("\nEDITED = True\n")
    committed(project)
    run(project, "git switch --quiet -")


def log_times(project: Path) -> list[float]:
    """When each of a project's logs was last written to."""
    return [path.stat().st_mtime for path in project.glob("logs/*/**/*.log")]


def table_jobs(study) -> dict[str, pipeline.Job]:
    """The table's jobs by every file that they make."""
    return {made: job for job in pipeline.jobs(study) for made in (job.output, *job.files_beside)}


def bytes_of(project: Path, pattern: str) -> dict[str, bytes]:
    """The contents of a project's files."""
    return {str(path.relative_to(project)): path.read_bytes() for path in sorted(project.glob(pattern))}


@contextmanager
def only_one(path: Path):
    """Hold a lock on a path, among the processes that run tests side by side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def verdicts(project: Path) -> dict[str, dict]:
    """What `vestige verify` says: by path the state of each result, and the reasons."""
    return json.loads(run(project, "vestige verify --json", check=False).stdout)


def unproven(project: Path) -> dict[str, str]:
    """The results that `vestige verify` does not call proven, and why."""
    return {path: "; ".join(each["reasons"]) for path, each in verdicts(project).items() if each["state"] != "proven"}


def among(project: Path, patterns) -> set[str]:
    """The files of a study whose path, under results/{study}/, begins with a pattern, and the report."""
    study = study_of(project)
    start, begins = f"results/{study.study}/", (*patterns, "report")
    return {path for path in table_jobs(study) if path.removeprefix(start).startswith(begins)}


def downstream(study, paths: set[str]) -> set[str]:
    """All files of some results and of what is made from them."""
    due = set()
    for job in pipeline.jobs(study):
        if job.output in paths or any(each.output in due for each in job.inputs):
            due |= {job.output, *job.files_beside}
    return due


def status(project: Path) -> dict:
    """What `dvc status` says, as a table."""
    return json.loads(run(project, "dvc status --json").stdout or "{}")
