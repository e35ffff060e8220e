"""Which tests are run, and projects that several of them share: each is made once, whatever runs the tests."""

import hashlib
import os
import shutil
import signal
import subprocess

import pytest
from engines import ROOT, copied, new_project, only_one, run

# As `device.prepare` sets it in a process that computes: commands that tests run have it from the start, or not at all.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# Tests send signals to what they start, which would inherit that one is ignored, as `nohup` or a shell's & have it.
for number, usual in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)
TIERS = {
    "fast": "all but slow and nightly ones",
    "ci": "fast and slow ones, and a fortieth of the nightly ones, which the commit's hash picks",
    "nightly": "all",
}
PART = 40  # of the nightly tests one in so many is run for a commit


@pytest.fixture(autouse=True)
def same_environment():
    """What a test adds to the environment, as a compiler does, is gone after it: commands of other tests inherit it."""
    before = {*os.environ}
    yield
    for name in {*os.environ} - before - {"PYTEST_CURRENT_TEST"}:
        del os.environ[name]


def pytest_addoption(parser):
    """The option `--tier`."""
    said = "; ".join(f"{name}: {what}" for name, what in TIERS.items())
    parser.addoption("--tier", choices=TIERS, default="fast", help=f"which tests are run. {said}")
    parser.addoption("--commit", default=commit(), help="the hash that picks nightly tests; HEAD, if it is left out")


def commit() -> str:
    """The commit that is checked out; none outside a repository, or without git."""
    if not shutil.which("git"):
        return "none"
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip() if said.returncode == 0 else "none"


def pytest_report_header(config):
    """Say which tests are run, so that the same ones can be run again."""
    tier = config.getoption("tier")
    picked = f" (--commit {config.getoption('commit')})" if tier == "ci" else ""
    return f"tier: {tier}, {TIERS[tier]}{picked}"


def pytest_collection_modifyitems(config, items):
    """Leave out the tests of other tiers."""
    tier, picks = config.getoption("tier"), config.getoption("commit")
    kept = [is_run(item, tier, picks) for item in items]
    left = [item for item, stays in zip(items, kept, strict=True) if not stays]
    items[:] = [item for item, stays in zip(items, kept, strict=True) if stays]
    config.hook.pytest_deselected(items=left)


def is_run(item, tier: str, picks: str) -> bool:
    """Whether a test is run in a tier."""
    if item.get_closest_marker("nightly"):
        return tier == "nightly" or tier == "ci" and is_picked(item.nodeid, picks)
    return tier != "fast" or not item.get_closest_marker("slow")


def is_picked(name: str, picks: str) -> bool:
    """Whether a commit's hash picks a test: one in forty, other ones for each commit."""
    return int(hashlib.sha256(f"{picks} {name}".encode()).hexdigest(), 16) % PART == 0


def shared_folder(tmp_path_factory):
    """A temporary folder that all processes of one test run see."""
    here = tmp_path_factory.getbasetemp()
    return here.parent if here.name.startswith("popen-") else here


def made_once(folder, command):
    """A project in which a command has been run, once."""
    with only_one(folder.parent / f"{folder.name}.lock"):
        if not folder.exists():
            partial = folder.with_name(folder.name + "-partial")
            shutil.rmtree(partial, ignore_errors=True)
            new_project(partial)
            run(partial, command, timeout=900)
            partial.rename(folder)
    return folder


@pytest.fixture(scope="session")
def by_snakemake(tmp_path_factory):
    """The tiny study made whole by Snakemake; not to be changed."""
    return made_once(shared_folder(tmp_path_factory) / "by-snakemake", "snakemake figures --quiet")


@pytest.fixture(scope="session")
def by_dvc(tmp_path_factory):
    """The tiny study made whole by DVC; not to be changed."""
    return made_once(shared_folder(tmp_path_factory) / "by-dvc", "dvc repro --quiet")


@pytest.fixture(scope="session")
def by_both(tmp_path_factory, by_snakemake):
    """The tiny study made by Snakemake and recorded in DVC, so that both engines call it current; not to be changed."""
    folder = shared_folder(tmp_path_factory) / "by-both"
    with only_one(folder.parent / "by-both.lock"):
        if not folder.exists():
            partial = copied(by_snakemake, folder.with_name("by-both-partial"))
            run(partial, "dvc commit --force --quiet")
            partial.rename(folder)
    return folder


@pytest.fixture
def project(by_both, tmp_path):
    """A project of one's own in which both engines call everything current."""
    return copied(by_both, tmp_path / "project")


@pytest.fixture
def empty_project(tmp_path):
    """A project of one's own with no results."""
    return new_project(tmp_path / "project")


@pytest.fixture
def dvc_folder(tmp_path, monkeypatch):
    """A folder that DVC takes for a project, without git."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    (tmp_path / "dvc.yaml").write_text("stages:\n  copy: {cmd: cp in out, deps: [in], outs: [out]}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """The images result of the toy of stages/toy.py, its arrays in work/ of the folder in which the tests run."""
    from stages.toy import toy  # which loads torch

    from vestige.stages.images import describe_images

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        yield describe_images(toy())
