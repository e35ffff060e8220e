"""How often verdicts are false, over many made-up studies of which it is known what is true.

`python bench/claim_errors.py` prints a table in Markdown: for each claim, kind of noise and number of seeds how often
it is reproduced and how often refused (contradicted, or weaker than its margin) where the truth lies at its bound, and
how often it is reproduced where the truth lies by half of its margin beyond. The studies are those of
tests/claims/worlds.py; one of each kind is also written to NetCDF files and decided by the stage `claims`. Arguments:
claims, all if left out; --studies, how many of each (200), --seeds (3 5 10), --noise (all kinds), --scatter.
"""

import argparse
import sys
import tempfile
from multiprocessing import Pool
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from claims.errors import rates, verdict_in
from claims.paper import CLAIMS, ROWS
from claims.truths import AT, beyond
from claims.worlds import CLASSES, NOISE, World, study

from vestige.stages.claims import claims

SMALL = 0.005  # scatter at which power is asked for


def main(given: argparse.Namespace) -> None:
    """Print the table, and whether the stage decides files as its function decides what is in memory."""
    asked = [claim for claim in CLAIMS if not given.claims or claim.name in given.claims]
    tasks = [(claim.name, noise, seeds, given) for claim in asked for noise in given.noise for seeds in given.seeds]
    print(f"{given.studies} studies each, scatter {given.scatter}; power at {SMALL}\n")
    print("| claim | noise | seeds | reproduced at the bound | refused at the bound | reproduced beyond it |")
    print("|---|---|---|---|---|---|")
    with Pool(given.processes) as pool:
        for line in pool.imap(one_line, tasks):
            print(line, flush=True)
    check_files(asked)


def one_line(task: tuple) -> str:
    """A row of the table."""
    name, noise, seeds, given = task
    (claim,) = [claim for claim in CLAIMS if claim.name == name]
    usual = {"noise": noise, "seeds": tuple(range(seeds))}
    at_bound = rates(claim, World(**AT[name](claim.margin), scatter=given.scatter, **usual), given.studies)
    power, _ = rates(claim, World(**AT[name](beyond(claim)), scatter=SMALL, **usual), given.studies)
    shares = " | ".join(f"{100 * share:.1f} %" for share in (*at_bound, power))
    return f"| {name} | {noise} | {seeds} | {shares} |"


def check_files(asked: list) -> None:
    """Hold the stage, on files, against the same decisions in memory, in the world in which the paper is right."""
    world = World(scatter=0.02)
    with tempfile.TemporaryDirectory() as folder:
        results = {kind: [through_file(run, Path(folder)) for run in runs] for kind, runs in study(world).items()}
        images = xr.Dataset(coords={"class": np.arange(CLASSES)})
        found = claims(SimpleNamespace(rows=ROWS), images, results, lambda line: None)
    verdicts = dict(zip(found["claim"].values.tolist(), found["verdict"].values.tolist(), strict=True))
    alone = [claim for claim in asked if not claim.presupposes]
    differ = [claim.name for claim in alone if verdicts[claim.name] != verdict_in(claim, world)]
    print(f"\nThe stage, on NetCDF files, decides {len(alone) - len(differ)} of {len(alone)} claims as in memory.")
    sys.exit(f"differently: {', '.join(differ)}" if differ else 0)


def through_file(run: xr.Dataset, folder: Path) -> xr.Dataset:
    """A result written to a file, and read from it."""
    path = folder / f"{len(list(folder.iterdir()))}.nc"
    run.to_netcdf(path, engine="netcdf4")
    return xr.load_dataset(path, engine="netcdf4")


def parse() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("claims", nargs="*")
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 5, 10])
    parser.add_argument("--noise", nargs="+", default=[*NOISE], choices=NOISE)
    parser.add_argument("--scatter", type=float, default=0.03)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main(parse())
