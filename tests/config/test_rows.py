"""A file of rows is read once, and again when it has changed."""

from vestige.config.rows import load_rows
from vestige.foundation import source_hash


def test_rows_are_plain_values_of_the_file_as_it_is_now(tmp_path, monkeypatch):
    monkeypatch.setattr(source_hash, "PACKAGE", tmp_path)
    (tmp_path / "rows.yaml").write_text("name: {margin: 0.5}\n")
    first = load_rows("rows.yaml")
    assert first == {"name": {"margin": 0.5}}
    assert load_rows("rows.yaml") is first
    (tmp_path / "rows.yaml").write_text("name: {margin: 0.25}\n")
    assert load_rows("rows.yaml") == {"name": {"margin": 0.25}}
