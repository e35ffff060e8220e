"""The studies that are compared, and what of each is made."""

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SMALL = sorted((ROOT / "bench" / "comparison" / "studies").glob("*.yaml"))
FILES = {path.stem: path for path in (ROOT / "tests/studies/tiny.yaml", *SMALL, ROOT / "studies/digits.yaml")}
# Studies of which one result is made, with what it is made from: their point is the network's structure, or the images.
ONLY = {
    **dict.fromkeys(("resnet34", "vgg11", "vgg13", "vgg19"), "network.nc"),
    **dict.fromkeys(("real_mnist", "real_cifar10", "real_folder"), "images.nc"),
}
MADE = "made/"  # where a study's images lie that are written for it ...
REAL = "images/"  # ... and where those lie that whoever compares has


class NotCompared(ValueError):
    """A study that cannot be compared, with the reason."""


@dataclass(frozen=True)
class Study:
    """A study by its name, the text of its params.yaml, what Snakemake is asked for, and where the text stands."""

    name: str
    text: str
    target: str
    path: Path | None = None

    @property
    def images(self) -> str:
        """The folder of its images; empty where it needs none."""
        images = YAML(typ="safe").load(self.text)["images"]
        return images.get("root", images.get("folder", ""))


def load_study(name: str) -> Study:
    """A study by its name, or by the path of any params.yaml. Raises ValueError where there is none."""
    path = FILES.get(name, Path(name))
    if not path.is_file():
        raise ValueError(f"STUDIES: found {name!r}; allowed: {', '.join(FILES)}, and any params.yaml by its path")
    text = path.read_text(encoding="utf-8")
    own = YAML(typ="safe").load(text)["study"]
    return Study(own, text, f"results/{own}/{ONLY[name]}" if name in ONLY else "figures", path)


def load_former(study: Study, commit: str, tree: Path) -> Study | None:
    """The study as a commit has it; None where it has none, or the same."""
    if study.path is None or not study.path.resolve().is_relative_to(ROOT):
        return None
    place = f"{commit}:{study.path.resolve().relative_to(ROOT).as_posix()}"
    found = subprocess.run(["git", "show", place], cwd=tree, capture_output=True, text=True)
    return None if found.returncode or found.stdout == study.text else replace(study, text=found.stdout)


def find_images(study: Study, folder: Path | None) -> Path | None:
    """Where the real images of a study lie; None where it needs none. Raises NotCompared where they are absent."""
    if not study.images.startswith(REAL):
        return None
    if folder is None:
        raise NotCompared(f"no images at IMAGES/{study.images.removeprefix(REAL)}: IMAGES names no folder")
    found = folder / study.images.removeprefix(REAL)
    if not found.is_dir():
        raise NotCompared(f"no images at {found}")
    return found


def list_images(folder: Path | None) -> list[list]:
    """Name, size and time of each file of images, by which other images are told from these."""
    if folder is None:
        return []
    files = sorted(Path(here, name) for here, _, names in os.walk(folder, followlinks=True) for name in names)
    return [[str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns] for path in files]
