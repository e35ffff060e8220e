"""bench/gpu.py at toy size on a CPU: every row is there and passes, and says what it should."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from bench.gpu_rows import ROWS, python, rows
from PIL import Image

pytestmark = pytest.mark.slow
# What the machine with the GPU may lack.
ABSENT = ("netCDF4", "ruamel", "snakemake", "dvc", "seaborn", "matplotlib", "jinja2", "torch_cka")

WITHOUT = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import gpu
sys.exit(gpu.main(sys.argv[1:]))
"""


def write_photographs(folder):
    """Class folders of JPEGs of noise."""
    random = np.random.default_rng(0)
    for name in ("train/one/1", "train/one/2", "train/two/1", "train/two/2", "val/one/1", "val/two/1"):
        path = folder / f"{name}.JPEG"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 48, 3), dtype=np.uint8)).save(path)
    return folder


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """All parts, run without the packages that the machine with the GPU may lack."""
    path = tmp_path_factory.mktemp("toy") / "table.md"
    photographs = write_photographs(path.parent / "photographs")
    ran = python(WITHOUT, "--device", "cpu", "--toy", "--output", path, "--photographs", photographs)
    return SimpleNamespace(status=ran.returncode, said=ran.stderr, printed=ran.stdout, path=path)


def test_every_row_is_there_and_passes(toy):
    assert toy.status == 0, toy.said
    assert {where: row.verdict for where, row in rows(toy.path).items()} == {
        where: verdict for verdict, places in ROWS.items() for where in places
    }


def test_every_rate_is_a_number_of_images(toy):
    said = [row.result for row in rows(toy.path).values() if row.verdict == "measured"]
    found = {row.split(" images/s")[0] for row in said if " images/s" in row}
    assert len(found) > 1
    assert all(float(rate.replace(",", "")) > 0 for rate in found)


def test_of_photographs_it_says_how_long_training_waited_for_them(toy):
    said = {case: row.result for (_, case), row in rows(toy.path).items() if "JPEGs" in case}
    assert len(said) == 4
    assert all(re.search(r"; waited [0-9.]+% of the time for images$", result) for result in said.values())


def test_the_file_holds_what_was_printed(toy):
    assert toy.path.read_text() == toy.printed
