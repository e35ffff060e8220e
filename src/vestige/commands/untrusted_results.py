"""Makes Snakemake remake results that it takes for current although they are not proven, before it plans."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from vestige.commands.sync import is_wrong
from vestige.config import loading
from vestige.config.study import Study
from vestige.engines import locks, snakemake_metadata
from vestige.engines.snakemake_metadata import JUDGED
from vestige.foundation import file_cache
from vestige.pipeline import PLAN
from vestige.provenance import status


def doubt_wrong(study: Study) -> None:
    """Judge every result of a study that Snakemake is about to plan, and let it doubt those that are wrong.

    Snakemake looks at times and at what it noted: it believes a file that was changed by hand, a copy of another, and
    whatever `--touch` has marked. A process of its own tells it, and says so; none is needed where nothing is wrong, or
    where Snakemake itself sees that settings have changed. Whoever was started by another Snakemake leaves it to that.
    """
    if JUDGED in os.environ or PLAN in os.environ:
        return
    found = status.judge(study)
    file_cache.keep()
    if any(is_wrong(each) and snakemake_metadata.may_believe(path, each.job.text) for path, each in found.items()):
        code = "from vestige.commands.untrusted_results import main; main()"
        told = subprocess.run([sys.executable, "-c", code], env={**os.environ, JUDGED: "1"}, check=False)
        if told.returncode:
            print("vestige: Snakemake could not be told what is wrong: say `vestige verify`", file=sys.stderr)


def doubt_wrong_results(study: Study) -> Iterator[str]:
    """Let Snakemake doubt what it takes for current and is wrong by its own proof; a line on each."""
    with snakemake_metadata.open_workflow() as workflow:
        jobs = snakemake_metadata.jobs(workflow)
        for path, each in status.judge(study).items():
            if is_wrong(each) and snakemake_metadata.is_believed(workflow, jobs[path]):
                snakemake_metadata.doubt(workflow, jobs[path], each.reasons[0])
                yield f"vestige: snakemake takes {path} for current, but {each.reasons[0]}: it is made anew"


def main() -> None:
    """Look at the study here, and say what is doubted; beside a Snakemake that runs, nothing."""
    with suppress(locks.Busy), locks.without_snakemake():
        for line in doubt_wrong_results(loading.read()):
            print(line, file=sys.stderr)
