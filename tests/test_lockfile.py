"""dvc.lock, a stage at a time: what DVC writes is read as it reads it, and what a killed DVC leaves of it."""

import hashlib
import json
from types import SimpleNamespace

import pytest
from dvc.exceptions import DvcException
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import dumps_yaml, parse_yaml
from voluptuous import Invalid

from vestige.engines import dvc_lock


def test_long_commands_and_paths_are_read_whole():
    path = f"results/{'a' * 40}/selectivity/{'b' * 40}-seed0.nc"
    file = {"path": path, "hash": "md5", "md5": "0" * 32, "size": 3}
    said = {
        "cmd": f"vestige make {path}",
        "deps": [{**file}],
        "params": {"params.yaml": {"seeds": [0, 1]}},
        "outs": [file],
    }
    written = dumps_yaml({"schema": "2.0", "stages": {"a": said}})
    assert max(map(len, written.splitlines())) < len(f"  cmd: vestige make {path}")  # DVC breaks them
    assert dvc_lock.entry(dvc_lock.read(written)["a"]) == said


def test_a_dvc_lock_without_stages_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "    cmd: b\n    outs:\n    - path: c\n      md5: d\n"
    dvc_lock.write({"a": text})
    assert dvc_lock.read() == {"a": text}
    dvc_lock.write({})
    assert dvc_lock.read() == {}
    assert not dvc_lock.FILE.exists()
    assert dvc_lock.read("schema: '2.0'\nstages: {}\n") == {}


def test_an_entry_that_ends_before_its_outs_is_cut_short(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dvc_lock.FILE.write_text(
        f"{dvc_lock.BEFORE}  a:\n    cmd: b\n    params:\n      params.yaml:\n        study: tiny\n"
    )
    assert dvc_lock.is_cut_short()


RESULT = {"path": "results/a/b.nc", "hash": "md5", "md5": "0" * 32, "size": 3}
STAGE = {
    "cmd": "vestige make results/a/b.nc",
    "deps": [RESULT],
    "params": {"params.yaml": {"seeds": [0, 1], "training": {"epochs": 3}}},
    "outs": [RESULT | {"path": "results/a/c"}, RESULT],
}


def written(*names: str) -> str:
    """dvc.lock as DVC writes it."""
    return dumps_yaml({"schema": "2.0", "stages": {name: json.loads(json.dumps(STAGE)) for name in names}})


def accepted(text: str) -> bool:
    """Whether DVC reads a dvc.lock."""
    try:
        COMPILED_LOCKFILE_SCHEMA(parse_yaml(text, "dvc.lock"))
    except (DvcException, Invalid):
        return False
    return True


@pytest.mark.slow
def test_of_a_file_cut_anywhere_those_stages_are_left_that_dvc_accepts():
    text = written("a", "b@c-0")
    whole, is_cut_short = dvc_lock.split_stages(text)
    assert (list(whole), is_cut_short) == (["a", "b@c-0"], False)
    refused = 0
    for end in range(len(text)):
        left, is_cut_short = dvc_lock.split_stages(text[:end])
        refused += not accepted(text[:end])
        assert is_cut_short or accepted(text[:end])
        assert list(left) == list(whole)[: len(left)]
        assert all(whole[name].startswith(part) for name, part in left.items())
        assert not left or accepted(dvc_lock.BEFORE + "".join(f"  {name}:\n{part}" for name, part in left.items()))
    assert refused > len(text) / 2


def test_a_conflict_is_refused_wherever_it_stands():
    lines = written("a", "b").splitlines(keepends=True)
    for number in range(len(lines) + 1):
        torn = "".join([*lines[:number], "<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n", *lines[number:]])
        with pytest.raises(RuntimeError, match="a conflict left by a merge"):
            dvc_lock.read(torn)


@pytest.mark.parametrize(
    "change",
    [lambda said: said.pop("cmd"), lambda said: said["outs"][0].pop("path"), lambda said: said["deps"][0].pop("path")],
)
def test_an_entry_that_dvc_would_not_write_is_refused(change):
    said = json.loads(json.dumps(STAGE))
    change(said)
    text = dumps_yaml({"schema": "2.0", "stages": {"a": said, "b": STAGE}})
    with pytest.raises(RuntimeError, match="dvc.lock is not as DVC writes it"):
        dvc_lock.entry(dvc_lock.read(text)["a"])


def test_an_entry_claims_to_be_of_the_job_whose_text_it_has():
    job = SimpleNamespace(text='{"stage":"a"}', text_file="work/texts/toy/a.json")
    digest = hashlib.md5(b'{"stage":"a"}\n').hexdigest()
    assert dvc_lock.claims({"cmd": "a", "deps": [{"path": job.text_file, "md5": digest}], "outs": []}, job)
    assert not dvc_lock.claims({"cmd": "a", "deps": [{"path": job.text_file, "md5": "0" * 32}], "outs": []}, job)
    assert not dvc_lock.claims({"cmd": "a", "deps": [{"path": "other", "md5": digest}], "outs": []}, job)
    assert not dvc_lock.claims({"cmd": "a", "outs": []}, job)
