"""A result is written whole or not at all."""

from pathlib import Path

import pytest

from vestige.provenance import results


def test_a_result_that_cannot_be_written_to_its_end_leaves_the_former_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("results/tiny/images.nc")
    results.write_bytes(path, b"former")

    def half(partial):
        partial.write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        results.write_whole(path, half)
    assert {each: each.read_bytes() for each in Path().rglob("*") if each.is_file()} == {path: b"former"}
