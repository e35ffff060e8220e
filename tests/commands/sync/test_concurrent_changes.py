"""`vestige sync` waits for no engine, and says nothing wrong of what changes while it runs."""

import shutil

import pytest
from commands.sync.agreement import RUN, assert_engines_agree, assert_nothing_to_do, due
from engine_jobs import snakemake_stale
from engines import begin, edit, kill, log_times, run, unproven, wait_for


@pytest.mark.slow
@pytest.mark.parametrize("command", ["snakemake figures --quiet all", "dvc repro"])
def test_it_waits_for_no_engine_that_runs(project, command):
    edit(project, "cka", "order_seed", to=5)
    before = log_times(project)
    process = begin(project, command)
    wait_for(lambda: log_times(project) != before)
    done = run(project, "vestige sync", check=False)
    kill(process, group=True)
    assert done.returncode == 1
    assert "running in this folder" in done.stdout


MEANWHILE = """
import contextlib, pathlib
from vestige.config import loading
from vestige.commands import sync
from vestige.engines import snakemake_metadata as metadata
graph = metadata.open_workflow
@contextlib.contextmanager
def opened():
    {before}
    with graph() as workflow:
        {after}
        yield workflow
metadata.open_workflow = opened
print(*sync.sync(loading.read()))
"""
EDIT = "file = pathlib.Path('{file}'); file.write_text(file.read_text().replace('{old}', '{new}'))"
PARAMS = EDIT.format(file="params.yaml", old="alpha: -5", new="alpha: -6")
SOURCE = "file = pathlib.Path('src/vestige/metrics/selectivity.py'); file.write_text(file.read_text() + 'x = 1')"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"), [(PARAMS, "pass"), ("pass", SOURCE)], ids=["params before the graph", "code after it"]
)
def test_what_is_edited_while_it_runs_is_not_blessed(project, before, after):
    (project / "meanwhile.py").write_text(MEANWHILE.format(before=before, after=after))
    done = run(project, "python meanwhile.py", check=False)
    assert "edited meanwhile: say `vestige sync` again" in done.stdout
    assert unproven(project)
    assert due(project) <= snakemake_stale(project)
    run(project, "vestige sync")
    assert_engines_agree(project, due(project))


@pytest.mark.slow
def test_what_is_made_while_it_runs_is_not_doubted(project):
    shutil.copy2(project / RUN, project / "sound.nc")
    with open(project / RUN, "ab") as file:
        file.write(b"x")
    made = f"import os; os.replace('sound.nc', '{RUN}')"
    (project / "meanwhile.py").write_text(MEANWHILE.format(before=made, after="pass"))
    run(project, "python meanwhile.py")
    assert_nothing_to_do(project)
