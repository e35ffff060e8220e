"""Lets DVC remember what a run of Snakemake has made, before an edit makes Snakemake delete it."""

import sys

from vestige.commands import sync
from vestige.config import loading
from vestige.engines import dvc_repo
from vestige.foundation import file_cache
from vestige.provenance import status


def record() -> None:
    """Put every result that is proven into DVC's cache and lock file. A run that went well does not fail for it."""
    if not dvc_repo.HERE.is_dir():
        return
    try:
        study = loading.read()  # as it is now: DVC would note the settings of now for what was made with former ones
        found = status.judge(study)
        print(*sync.sync_dvc(study, found), sep="\n", file=sys.stderr)
        file_cache.keep()
    except Exception as error:
        print(f"vestige: DVC does not know of this run's results yet ({error}): run `vestige sync`", file=sys.stderr)
