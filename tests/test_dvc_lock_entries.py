"""Entries of DVC's lock file that are written one by one are read as one file."""

import warnings

from dvc.utils.serialize import parse_yaml

from vestige.engines import dvc_recording


def test_entries_in_which_a_list_stands_twice_make_one_lock_file_that_is_read_without_a_warning(dvc_folder):
    (dvc_folder / "params.yaml").write_text("one: &list [1, 2]\nother: *list\n")
    stage = "{cmd: touch OUT, params: [one, other], outs: [OUT]}"
    (dvc_folder / "dvc.yaml").write_text(
        f"stages:\n  a: {stage.replace('OUT', 'a')}\n  b: {stage.replace('OUT', 'b')}\n"
    )
    (dvc_folder / "a").touch()
    (dvc_folder / "b").touch()
    with dvc_recording.open_repo() as repo:
        found = dvc_recording.stages(repo, {})
        entries = [f"  {name}:\n{dvc_recording.commit(found[name], bool)}" for name in "ab"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = parse_yaml("schema: '2.0'\nstages:\n" + "".join(entries), "dvc.lock")
    assert read["stages"]["b"]["params"]["params.yaml"] == {"one": [1, 2], "other": [1, 2]}
