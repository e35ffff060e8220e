"""Paths with `~` and variables."""

from pathlib import Path

import pytest

from vestige.foundation.external_paths import resolve_path


def test_home_and_variables_are_filled_in(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("SHARDS", "imagenet")
    assert resolve_path("~/data/$SHARDS/${SHARDS}", "images.root") == Path("/home/somebody/data/imagenet/imagenet")
    assert resolve_path("data/a~b", "images.root") == Path("data/a~b")


@pytest.mark.parametrize(
    ("text", "names"), [("$NOWHERE/x", r"\$NOWHERE"), ("${NOWHERE}", r"\$\{NOWHERE\}"), ("~nobody-here/x", "~")]
)
def test_what_is_not_known_is_refused_with_the_key(monkeypatch, text, names):
    monkeypatch.delenv("NOWHERE", raising=False)
    with pytest.raises(ValueError, match=rf"images.root is .*, but {names}.* is not known here: set it, or write"):
        resolve_path(text, "images.root")
