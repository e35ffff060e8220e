"""All results of a kind as one labelled Dataset, for a notebook."""

import contextlib
import warnings
from pathlib import Path
from typing import Any

from vestige import pipeline
from vestige.config import errors, loading
from vestige.foundation import source_hash
from vestige.foundation.rows import PAIR, SET, STAGES
from vestige.pipeline import Job
from vestige.provenance import proofs, results, status

ALONG = {"join": "outer", "coords": "minimal", "compat": "override", "combine_attrs": "drop_conflicts"}


def gather_results(kind: str, root: str | Path):
    """One Dataset of all results of a kind, in memory. Raises ValueError where the kind or every result is lacking."""
    with contextlib.chdir(root):
        source_hash.refuse_other_source(Path.cwd())
        study = loading.read()
        kinds = [stage.name for stage in STAGES.values() if stage.suffix == ".nc"]
        if kind not in kinds:
            raise ValueError(f"{kind!r} is no kind of result; {errors.nearest(kind, kinds)}")
        jobs = [pipeline.job(study, kind, **cell) for cell in pipeline.cells(study, kind)]
        found = [job for job in jobs if proofs.read_proof(Path(job.output)) is not None]
        tell(jobs, found)
        return combine_results([load_result(job) for job in found], kind)


def tell(jobs: list[Job], found: list[Job]) -> None:
    """Warn of results that are missing, damaged or stale; raise ValueError where there is none at all."""
    if not found:
        raise ValueError("none of these results is made yet: run `snakemake figures` or `dvc repro`")
    missing = [job.output for job in jobs if job not in found]
    stale = [f"{job.output} ({why[0]})" for job in found if (why := status.judge_one(job, beside=False).reasons)]
    for fault, paths in (("not made yet, or damaged", missing), ("stale", stale)):
        if paths:
            shown = ", ".join(paths[:3]) + (", ..." if len(paths) > 3 else "")
            warnings.warn(f"{len(paths)} of {len(jobs)} results are {fault}: {shown}", stacklevel=4)


def load_result(job: Job):
    """A result in memory, without its proof."""
    dataset = results.load_dataset(job.output)
    return dataset.drop_attrs(deep=False).drop_encoding()


def combine_results(runs: list, kind: str):
    """Runs along condition and seed, pairs along pair and seed, sets along set; what there is only one of as it is."""
    if STAGES[kind].axis == SET:
        return concat_along("set", runs)
    if STAGES[kind].axis == PAIR:
        following = {run["seed"].item(): run["seed_second"].item() for run in runs}
        pairs = by_seed("pair", [run.drop_vars(["seed_first", "seed_second"]) for run in runs])
        return pairs.assign_coords(seed_second=("seed", [following[seed] for seed in pairs["seed"].values.tolist()]))
    return by_seed("condition", runs) if "condition" in runs[0].coords else runs[0]


def by_seed(dim: str, runs: list):
    """Runs along a dimension and seed."""
    names = dict.fromkeys(run[dim].item() for run in runs)
    groups = [[run for run in runs if run[dim].item() == name] for name in names]
    return concat_along(dim, [concat_along("seed", group) for group in groups])


def concat_along(dim: str, parts: list):
    """Datasets beside each other along a scalar coordinate; the other scalars in which they differ go along with it."""
    import pandas as pd
    import xarray as xr

    scalars = {
        name: [scalar_coordinate(part, name) for part in parts]
        for name in dict.fromkeys(name for p in parts for name in p.coords)
    }
    scalars = {name: values for name, values in scalars.items() if any(value is not None for value in values)}
    varying = {name: values for name, values in scalars.items() if name == dim or len(set(values)) > 1}
    plain = [
        part.drop_vars([name for name in varying if name in part.coords and part[name].ndim == 0]) for part in parts
    ]
    joined = xr.concat(plain, pd.Index(varying.pop(dim), name=dim), **ALONG)
    return joined.assign_coords({name: (dim, values) for name, values in varying.items()})


def scalar_coordinate(part, name: str) -> Any:
    """The value of a coordinate without dimensions; None where it has some, or is absent."""
    return part[name].item() if name in part.coords and part[name].ndim == 0 else None
