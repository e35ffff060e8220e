"""Projects in temporary folders, and what each engine says of them."""

import fcntl
import json
import os
import re
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


DRY_RUN = "snakemake figures --dry-run --nocolor --logger-vestige-details"  # every job, in Snakemake's own words


def snakemake_jobs(project: Path) -> dict[str, tuple[frozenset, str]]:
    """For each result that the Snakefile makes, what it reads and its command."""
    text = run(project, f"{DRY_RUN} --forceall").stdout
    return {output: (frozenset(reads), command) for output, reads, command in blocks(text)}


def snakemake_stale(project: Path) -> set[str]:
    """The results that Snakemake would make now."""
    return {output for output, _, _ in blocks(run(project, DRY_RUN).stdout)}


def blocks(text: str):
    """The jobs in the text of a dry run: each output, all inputs, the command."""
    for block in re.split(r"\n(?=(?:local)?rule )", text):
        fields = dict(re.findall(r"^ {4}(input|output): (.*)$", block, re.M))
        if "output" in fields:
            command = re.search(r"^Shell command: (.*)$", block, re.M)
            for output in fields["output"].split(", "):
                yield output, fields["input"].split(", "), command.group(1) if command else ""


@contextmanager
def dvc_repo(project: Path):
    """DVC's own view of a project, in this process."""
    from dvc.repo import Repo

    here = Path.cwd()
    os.chdir(project)
    try:
        with Repo(str(project)) as repo:
            yield repo
    finally:
        os.chdir(here)


def relative(project: Path, thing) -> str:
    """The path of a dependency or an output of DVC, relative to the project."""
    return os.path.relpath(thing.fs_path, project)


def dvc_jobs(project: Path) -> dict[str, tuple[frozenset, str]]:
    """For each file that dvc.yaml makes, what it reads (a folder is everything made inside it) and its command."""
    with dvc_repo(project) as repo:
        stages = repo.index.stages
        made = [relative(project, out) for stage in stages for out in stage.outs]
        jobs = {}
        for stage in stages:
            paths = [relative(project, dep) for dep in stage.deps if type(dep).__name__ != "ParamsDependency"]
            inside = {path: [out for out in made if out.startswith(path + "/")] for path in paths}
            reads = frozenset(each for path in paths for each in (inside[path] or [path]))
            jobs |= {relative(project, out): (reads, stage.cmd[-1]) for out in stage.outs}
        return jobs


def read_by_dvc(job: pipeline.Job, jobs: dict[str, pipeline.Job]) -> set[str]:
    """The results of which dvc.yaml makes a job depend: a pair, of all trainings."""
    pair = job.stage.name == "between"
    return {each.output for each in job.inputs} | {
        path for path, each in jobs.items() if pair and each.stage.name == "training"
    }


def dvc_stale(project: Path) -> set[str]:
    """The files that `dvc repro` would make now: those of changed stages and of all that reads them.

    Its first stage, `study`, runs after any edit. It is run here: the others depend on what it writes.
    """
    import networkx

    run(project, "vestige check")
    with dvc_repo(project) as repo:
        graph, said = repo.index.graph, repo.status()
        changed = {each for each in repo.index.stages if each.addressing in said and "study@" not in each.addressing}
        stale = changed.union(*(networkx.ancestors(graph, stage) for stage in changed))
        return {relative(project, out) for stage in stale for out in stage.outs}


def asked_again(study, due: set[str]) -> set[str]:
    """The files for which DVC calls a command although nothing changes in what they are made from.

    It cannot say which two of all trainings a pair reads: whichever is made, it asks for all pairs, and for what reads
    them. `vestige make` says of a proven pair that it is current.
    """
    trained = any(path.startswith(f"results/{study.study}/training/") for path in due)
    return downstream(study, {job.output for job in pipeline.jobs(study) if trained and job.stage.name == "between"})


def without_checkpoints(paths) -> set[str]:
    """The one declared exception: checkpoints are an output that DVC tracks and Snakemake does not know."""
    return {path for path in paths if "/checkpoints/" not in path}


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


def leaves_of(params: Path) -> list[tuple[tuple, object]]:
    """Every leaf of a study: its path of keys and its value; a list is one leaf."""

    def walk(here, path):
        if isinstance(here, dict):
            return [leaf for key, value in here.items() for leaf in walk(value, (*path, key))]
        return [(path, here)]

    return walk(YAML(typ="safe").load(params), ())


# Leaves of the tiny study whose next value, or half of it, is not allowed -> another value that is.
OTHERWISE = {
    ("seeds",): [0, 1, 2],
    ("network", "blocks"): [1, 1, 1, 2],
    ("conditions", "suppressed", "start"): 0,
    ("applies", "ablation"): ["baseline", "suppressed"],
    ("figures", "selectivity", "emergence", "select", "alpha"): [0, -5],
}
WORDS = {
    "mean": "sum", "minibatch": "torch-cka", "fixed_orders": "redrawn_per_batch", "zero": "omit", "integral": "sum",
    "top1": "top5", "colorblind": "deep", "rocket": "mako", "cpu": "cuda", "tiny": "other",
}  # fmt: skip
# Leaves that another leaf binds, or that have one value so far.
BOUND = {
    ("images", "source"),
    ("network", "family"),
    ("conditions", "baseline", "alpha"),
    ("conditions", "promoted", "start"),
    ("conditions", "promoted", "stop"),
    ("between", "baselines", "first"),
    ("between", "baselines", "second"),
    ("cka", "order"),
    ("ablation", "ranked_on"),
}


def other_value(leaf: tuple, value):
    """A value of a leaf unlike the one that it has, which the study allows."""
    if leaf in OTHERWISE:
        return OTHERWISE[leaf]
    if leaf[-1] == "panel":
        return [2.0, 2.0]
    if isinstance(value, str):
        return WORDS[value]
    if isinstance(value, list):
        return value[:-1]
    return value + 1 if isinstance(value, int) else value / 2
