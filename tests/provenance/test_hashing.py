"""A digest is that of the file's bytes, computed once while the file stays the same."""

import hashlib

from vestige.foundation import file_cache
from vestige.provenance import hashing


def test_it_is_the_sha256_of_the_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert hashing.sha256(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
    assert hashing.of_file(tmp_path / "file", "md5") == hashlib.md5(b"abc").hexdigest()
    assert hashing.sha256(tmp_path / "none") is None
    assert hashing.of_text("abc") == hashlib.sha256(b"abc").hexdigest()


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(file_cache, "known", {})
    file, read, of_bytes = tmp_path / "file", [], hashing.of_bytes
    monkeypatch.setattr(hashing, "of_bytes", lambda path, kind: read.append(path) or of_bytes(path, kind))
    file.write_bytes(b"abc")
    assert hashing.sha256(file) == hashing.sha256(file)
    assert len(read) == 1
    file.write_bytes(b"abcd")
    assert hashing.sha256(file) == hashlib.sha256(b"abcd").hexdigest()
