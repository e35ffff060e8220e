"""Writes environment.yml, which names every package of requirements.txt itself: `make lock`.

Snakemake copies the file elsewhere before conda reads it, so that no path in it could be relative.
"""

from pathlib import Path

LOCK, FILE = Path("requirements.txt"), Path("environment.yml")
HEAD = """\
# Written by `make lock` from requirements.txt, so that conda users have the locked versions too:
# conda env create --file environment.yml && conda activate vestige && pip install --no-deps --editable .
name: vestige
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.13
  - pip
  - pip:
"""


def list_pins(lock: str) -> list[str]:
    """The packages of a lock file with their versions and markers."""
    return [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]


def write_environment(lock: str) -> str:
    """The text of environment.yml."""
    return HEAD + "".join(f'      - "{pin}"\n' for pin in list_pins(lock))


if __name__ == "__main__":
    FILE.write_text(write_environment(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
