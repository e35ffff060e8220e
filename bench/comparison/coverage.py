"""What no study of the harness says, and why: read from a list, which a test holds against the schema."""

from pathlib import Path

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("not_covered.yaml")


def load_not_covered() -> dict[str, str]:
    """Patterns of keys and choices, and the reason of each."""
    return YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
