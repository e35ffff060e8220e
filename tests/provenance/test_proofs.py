"""What the code of jobs is, is found once for all processes that make them."""

import json

from engines import TINY

from vestige import pipeline
from vestige.config import loading
from vestige.foundation import file_cache, source_hash
from vestige.provenance import proofs


def test_what_the_code_of_all_jobs_says_is_left_to_the_processes_that_make_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(file_cache, "SETTLED", -1e9)
    monkeypatch.setattr(file_cache, "known", {})
    study = loading.read(TINY)
    proofs.note_code(study)
    _, *lines = file_cache.MEMORY.read_text().splitlines()
    left = {json.loads(line.partition("\t")[0]) for line in lines}
    files = {source_hash.PACKAGE / file for job in pipeline.jobs(study) for file in job.code}
    assert left >= {f"code {file}" for file in files}
    assert left >= {f"imports {file}" for file in files if file.suffix == ".py"}


def test_jobs_that_have_their_code_in_common_are_asked_once():
    asked, every = [], [*pipeline.jobs(loading.read(TINY))]
    code_of = proofs.remember_by_code(lambda job: asked.append(job) or {})
    for job in every:
        code_of(job)
    begins = [pipeline.begins(job.study, job.stage, job.names) for job in asked]
    assert len(every) > len(begins) == len({*begins})


def test_a_file_that_is_no_python_is_left_to_whoever_makes_the_job(tmp_path, monkeypatch):
    def refuse(job):
        if job.stage.name == "cka":
            raise source_hash.SourceRefused("line 3 is no Python")
        asked.append(job)
        return {}

    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(proofs, "code_digests", refuse)
    proofs.note_code(loading.read(TINY))
    assert {job.stage.name for job in asked} >= {"training", "ablation", "report"}
