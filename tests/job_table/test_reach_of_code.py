"""An edited file reaches the results whose code it is; new files and new optional keys reach none."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from job_table.shipped import PARAMS, STUDY, label

from vestige import pipeline
from vestige.foundation import source_hash
from vestige.provenance import proofs


def proofs_of(package: Path, tmp_path: Path) -> dict:
    """What decides whether each result of the shipped study is current, as another copy of the package sees it."""
    script = (
        "import json; from vestige import pipeline; from vestige.config import loading\n"
        "from vestige.provenance import proofs\n"
        f"jobs = list(pipeline.jobs(loading.read({str(PARAMS)!r})))\n"
        "print(json.dumps({job.output: [job.text, proofs.code_digests(job)] for job in jobs}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    called = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(called.stdout)


def test_new_files_and_new_optional_keys_leave_every_result_current(tmp_path):
    package = tmp_path / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    additions = [
        ("stages/training.py", "    flip: ", "    l1: float | None = None\n    flip: "),
        ("stages/ablation.py", "    repeats: ", "    drawn: int | None = None\n    repeats: "),
        ("stages/cka.py", "    estimator: ", "    kernel: str | None = None\n    estimator: "),
        ("config/sections.py", "    start: ", "    ramp: int | None = None\n    start: "),
        ("config/study.py", "    threads: ", "    notes: str | None = None\n    threads: "),
    ]
    for file, old, new in additions:
        text = (package / file).read_text()
        assert text.count(old) == 1, old
        (package / file).write_text(text.replace(old, new))
    copies = [
        ("models/bottleneck_resnet.py", "models/another_family.py"),
        ("data/digits.py", "data/another_source.py"),
        ("figures/emergence_by_block.py", "figures/another_plot.py"),
    ]
    for old, new in copies:
        text = (package / old).read_text().replace(Path(old).stem, Path(new).stem)
        (package / new).write_text(text)
    rows = package / "figures" / "paper.yaml"
    row = re.search(r"(?ms)^emergence:\n.*?\n\n", rows.read_text())[0]
    rows.write_text(rows.read_text() + "\n" + row.replace("emergence", "another_emergence", 1))
    (package / "stages" / "another_analysis.py").write_text('"""Another analysis."""\n')
    now = {job.output: [job.text, proofs.code_digests(job)] for job in pipeline.jobs(STUDY)}
    assert proofs_of(package, tmp_path) == json.loads(json.dumps(now))


def test_an_edited_file_reaches_the_results_whose_code_it_is(tmp_path):
    package = tmp_path / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    with open(package / "metrics" / "cka.py", "a") as file:
        file.write("\nANOTHER = 1\n")
    now = {job.output: [job.text, proofs.code_digests(job)] for job in pipeline.jobs(STUDY)}
    stale = {
        label(path) for path, each in proofs_of(package, tmp_path).items() if each != json.loads(json.dumps(now[path]))
    }
    assert stale == {name for name in map(label, now) if name.startswith(("cka/", "between/"))}
