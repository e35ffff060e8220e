"""How often verdicts are false, over many made-up studies of which it is known what is true.

`python bench/claim_errors.py` prints the tables of docs/claims.md: for each claim how often it is reproduced and how
often refused (contradicted, or weaker than its margin) where the truth lies at its bound, and how often it is
reproduced where the truth lies beyond; then, of a few claims, the same from studies that were written to NetCDF files
and decided by the stage `claims`. Arguments: claims, all if left out; --studies, how many of each (2000); --seeds
(3 5 10); --sd, standard deviations of a seed's number (0.01 0.07); --files, how many studies are written (100).
"""

import argparse
import sys
import tempfile
from itertools import product
from multiprocessing import Pool
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from claims.deviations import DEVIATIONS
from claims.errors import rates, truth
from claims.paper import CLAIMS, ROWS
from claims.truths import AT, FILES, SMALL, SYMMETRIC, beyond, bounds
from claims.worlds import CLASSES, CONDITIONS, World, study

from vestige.claims.verdicts import CONTRADICTED, REPRODUCED, WEAKER
from vestige.stages.claims import claims

SKEWED = [noise for noise in DEVIATIONS if noise not in SYMMETRIC]


def main(given: argparse.Namespace) -> None:
    """Print the tables."""
    asked = [claim.name for claim in CLAIMS if not given.claims or claim.name in given.claims]
    counts = " / ".join(map(str, given.seeds))
    error = 100 * np.sqrt(0.025 * 0.975 / given.studies)
    print(f"{given.studies:,} studies a cell: where 2.5 % are false, one standard error is {error:.2f} points.")
    print(f"Standard deviation of a seed's number: {' and '.join(map(str, given.sd))}; of the last column {SMALL}.\n")
    print("| claim | reproduced at the bound | ... skewed | refused at the bound | ... skewed | reproduced beyond |")
    print("|---|---|---|---|---|---|")
    print(f"| *seeds* | {' | '.join([counts] * 5)} |")
    with Pool(given.processes) as pool:
        for line in pool.imap(one_line, [(name, given) for name in asked]):
            print(line, flush=True)
        if given.files:
            print(f"\nFrom NetCDF files, 5 seeds, {given.files} studies each:\n")
            print(
                "| claim | sd of a seed's number | reproduced at the bound | refused at the bound |\n|---|---|---|---|"
            )
            for line in pool.imap(line_of_files, [(name, given.files) for name in FILES if name in asked]):
                print(line, flush=True)


def one_line(task: tuple) -> str:
    """A row of the table: the worst of all standard deviations, kinds of deviation and bounds."""
    name, given = task
    claim = named(name)
    at_bounds = [truth(claim, **AT[name](value)) for value in bounds(claim)]
    true = truth(claim, **AT[name](beyond(claim)))
    cells = []
    for verdict, kinds in product(("reproduced", "refused"), (SYMMETRIC, SKEWED)):
        cells.append([worst(claim, at_bounds, verdict, kinds, seeds, given) for seeds in given.seeds])
    cells.append([rates(claim, true, "normal", SMALL, seeds, given.studies).reproduced for seeds in given.seeds])
    return f"| {name} | {' | '.join(' / '.join(f'{100 * share:.1f}' for share in cell) for cell in cells)} |"


def worst(claim, at_bounds: list, verdict: str, kinds: list[str], seeds: int, given) -> float:
    """The largest share of a verdict."""
    every = product(at_bounds, kinds, given.sd)
    return max(getattr(rates(claim, true, kind, sd, seeds, given.studies), verdict) for true, kind, sd in every)


def line_of_files(task: tuple) -> str:
    """A row of the table of what the stage decides of files, with the standard deviation that the number has there."""
    name, studies = task
    claim, verdicts, numbers = named(name), [], []
    rows = ROWS | {"claims": [row for row in ROWS["claims"] if row["name"] == name]}
    conditions = {key: CONDITIONS[key] for key in FILES[name]}
    images = xr.Dataset(coords={"class": np.arange(CLASSES)})
    for number in range(studies):
        world = World(**AT[name](claim.margin), scatter=0.02, seeds=tuple(range(5)), study=number)
        with tempfile.TemporaryDirectory() as folder:
            made = study(world, conditions, kinds=[claim.kind])
            results = {kind: [through_file(run, Path(folder)) for run in runs] for kind, runs in made.items()}
            found = claims(SimpleNamespace(rows=rows), images, results, lambda line: None)
        verdicts.append(found["verdict"].item())
        numbers.append(found["statistic"].values[0])
    spread = np.std(numbers, ddof=1) * 5**0.5
    refused = verdicts.count(CONTRADICTED) + verdicts.count(WEAKER)
    return f"| {name} | {spread:.3f} | {verdicts.count(REPRODUCED) / studies:.1%} | {refused / studies:.1%} |"


def through_file(run: xr.Dataset, folder: Path) -> xr.Dataset:
    """A result written to a file, and read from it."""
    path = folder / f"{len(list(folder.iterdir()))}.nc"
    run.to_netcdf(path, engine="netcdf4")
    return xr.load_dataset(path, engine="netcdf4")


def named(name: str):
    """The claim of a name."""
    (claim,) = [claim for claim in CLAIMS if claim.name == name]
    return claim


def parse() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claims", nargs="*")
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 5, 10])
    parser.add_argument("--sd", type=float, nargs="+", default=[0.01, 0.07])
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main(parse())
