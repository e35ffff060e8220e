"""One call gives all results of a kind as one labelled Dataset."""

import shutil
import warnings

import numpy as np
import pytest
import xarray as xr
from engines import copied, study_of

import vestige
from vestige import notebook
from vestige.foundation.rows import STAGES


@pytest.fixture(autouse=True)
def no_warning_unseen():
    """A warning is an error, except where a test asks for one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def made(by_snakemake, tmp_path_factory):
    """The tiny study's results as a notebook finds them: with the installed package, not with a source of their own."""
    folder = tmp_path_factory.mktemp("notebook") / "project"
    shutil.copytree(by_snakemake / "results", folder / "results")
    shutil.copy(by_snakemake / "params.yaml", folder)
    return folder


def single(project, kind, run):
    """One result, as its file has it."""
    with xr.open_dataset(project / f"results/tiny/{kind}/{run}.nc") as result:
        return result.load()


@pytest.mark.parametrize(
    ("kind", "variable"),
    [("selectivity", "selectivity"), ("training", "val_accuracy"), ("ablation", "accuracy"), ("cka", "cka")],
)
def test_every_run_has_its_place(made, kind, variable):
    together = vestige.open(kind, made)
    for run in study_of(made).runs_of(STAGES[kind]):
        part = together[variable].sel(condition=run.condition, seed=run.seed)
        np.testing.assert_array_equal(part.values, single(made, kind, run)[variable].values)


def test_what_tells_conditions_apart_goes_along_with_them(made):
    together = vestige.open("training", made)
    assert dict(zip(together["condition"].values, together["alpha"].values, strict=True)) == {
        "baseline": 0,
        "suppressed": -5,
        "promoted": 2,
    }
    assert together["study"].item() == "tiny"
    assert together["alpha"].dims == ("condition",)


def test_units_keep_their_modules(made):
    together = vestige.open("selectivity", made)
    assert together["selectivity"].groupby("module").mean().sizes == {
        "condition": 3,
        "seed": 2,
        "epoch": 3,
        "module": 4,
    }


def test_whole_numbers_stay_whole_where_nothing_is_missing(made):
    assert vestige.open("training", made)["predicted"].dtype.kind == "i"


def test_pairs_lie_along_pair_and_the_seed_of_the_first_network(made):
    together = vestige.open("between", made)
    assert together["cka"].dims[:2] == ("pair", "seed")
    assert (together["pair"].values.tolist(), together["seed"].values.tolist()) == (["baselines"], [0, 1])
    assert together["seed_second"].values.tolist() == [1, 0]


def test_pairs_some_of_which_are_not_made_yet_keep_the_seeds_of_both_networks():
    def pair(name: str, seed: int) -> xr.Dataset:
        said = {"study": "toy", "pair": name, "seed": seed, "seed_first": seed, "seed_second": (seed + 1) % 3}
        return xr.Dataset({"cka": ("epoch", [seed / 3])}, {"epoch": [0]} | said)

    together = notebook.combine_results(
        [pair("one", 2), pair("other", 0), pair("other", 1), pair("other", 2)], "between"
    )
    assert dict(zip(together["seed"].values, together["seed_second"].values, strict=True)) == {0: 1, 1: 2, 2: 0}
    assert together["cka"].notnull().sum("epoch").sel(pair="one").sum() == 1


def test_sets_lie_along_set():
    def one(name: str, networks: int) -> xr.Dataset:
        return xr.Dataset({"modularity": ("network", np.arange(networks) / 8)}, {"study": "toy", "set": name})

    assert notebook.combine_results([one("a", 2)], "untrained")["modularity"].dims == ("set", "network")
    together = notebook.combine_results([one("a", 2), one("b", 2)], "untrained")
    assert together["modularity"].sel(set="b").values.tolist() == [0, 1 / 8]


@pytest.mark.parametrize("kind", ["images", "network", "claims"])
def test_a_result_of_which_there_is_one_is_given_as_it_is(made, kind):
    with xr.open_dataset(made / f"results/tiny/{kind}.nc") as result:
        xr.testing.assert_equal(vestige.open(kind, made), result)


def test_a_run_that_is_not_made_yet_is_nan_and_named(made, tmp_path):
    project = copied(made, tmp_path / "project")
    (project / "results/tiny/selectivity/promoted-seed1.nc").unlink()
    with pytest.warns(
        UserWarning, match="1 of 6 results are not made yet, or damaged: results/tiny/selectivity/promoted-seed1.nc"
    ):
        together = vestige.open("selectivity", project)
    assert together["selectivity"].sel(condition="promoted", seed=1).isnull().all()
    assert together["selectivity"].sel(condition="promoted", seed=0).notnull().any()


def test_a_stale_run_is_named(made, tmp_path):
    project = copied(made, tmp_path / "project")
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("alpha: 2", "alpha: 3"))
    with pytest.warns(UserWarning, match=r"stale: .*promoted-seed0.nc \(setting conditions.promoted.alpha was 2"):
        vestige.open("training", project)


def test_a_kind_that_there_is_not_is_refused_with_the_nearest(made):
    with pytest.raises(ValueError, match="'selectivty' is no kind of result; did you mean 'selectivity'?"):
        vestige.open("selectivty", made)


def test_where_nothing_is_made_the_remedy_is_named(made, tmp_path):
    shutil.copy(made / "params.yaml", tmp_path)
    with pytest.raises(ValueError, match="none of these results is made yet: run `snakemake figures`"):
        vestige.open("cka", tmp_path)


def test_the_package_of_another_folder_is_refused(by_snakemake):
    with pytest.raises(RuntimeError, match="this is the vestige of"):
        vestige.open("cka", by_snakemake)
