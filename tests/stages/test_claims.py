"""The labelled claims, and what of them is a metric."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from claims import worlds
from claims.paper import ALL, CLAIMS, ROWS
from claims.worlds import KINDS, World, study

from vestige.claims.verdicts import VERDICTS
from vestige.stages.claims import claims, metrics

SETTINGS = SimpleNamespace(rows=ROWS)
IMAGES = xr.Dataset(coords={"class": np.arange(worlds.CLASSES)})


def made(results: dict) -> xr.Dataset:
    """The claims of results by kind."""
    return claims(SETTINGS, IMAGES, results, note=lambda line: None)


@pytest.fixture(scope="module")
def found():
    """The claims of a study in which they hold."""
    return made(study(World()))


def test_every_claim_is_there_with_what_decides_it(found):
    assert found["claim"].values.tolist() == [claim.name for claim in ALL]
    texts = ["sentence", "paper", "kind", "decision", "quantity", "units", "margin_reason", "verdict", "explanation"]
    assert all(text for name in texts for text in found[name].values)


def test_every_row_belongs_to_a_claim_and_has_its_interval_and_region(found):
    assert set(found["claim_of_row"].values) == {claim.name for claim in CLAIMS}
    assert (found["low"] <= found["statistic"]).all()
    assert (found["statistic"] <= found["high"]).all()
    assert (found["bound_low"] < found["bound_high"]).all()
    assert (found["seeds"] == 3).all()


def test_the_statistic_is_the_mean_of_the_values_of_the_seeds(found):
    np.testing.assert_allclose(found["value"].mean("seed"), found["statistic"], rtol=1e-12)


def test_every_variable_says_what_it_is(found):
    assert [name for name, variable in found.variables.items() if not variable.attrs.get("long_name")] == []


@pytest.mark.parametrize("kinds", [[], KINDS])
def test_they_are_the_same_after_writing_and_reading(kinds, tmp_path):
    before = made(study(World(seeds=(0,)), kinds=kinds))
    before.to_netcdf(tmp_path / "claims.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "claims.nc") as after:
        xr.testing.assert_equal(before, after)
        assert metrics(after) == metrics(before)


def test_a_line_is_noted_for_each_claim():
    lines = []
    claims(SETTINGS, IMAGES, {kind: [] for kind in KINDS}, note=lines.append)
    assert len(lines) == len(ALL)


def test_logits_beyond_the_classes_count_for_nothing(found):
    results = study(World())
    wider = [run.pad({"class": (0, 90)}, constant_values=0) for run in results["training"]]
    xr.testing.assert_equal(made(results | {"training": wider}), found)


def test_metrics_count_verdicts_and_give_each_claim_with_its_parts(found):
    said = metrics(found)
    assert said["verdicts"] == dict.fromkeys(VERDICTS, 0) | {"reproduced": len(CLAIMS)}
    part = said["claims"]["selectivity_recedes"]["parts"]["module 4"]
    assert part.keys() == {"verdict", "statistic", "low", "high"}
    assert said["claims"]["suppression_costs_more_the_stronger"].keys() == {"verdict", "statistic", "low", "high"}


def test_metrics_have_six_significant_digits(found):
    row = int(np.flatnonzero(found["claim_of_row"].values == "selectivity_recedes")[0])
    part = metrics(found)["claims"]["selectivity_recedes"]["parts"]["module 4"]
    assert part["statistic"] == float(f"{found['statistic'].values[row]:.6g}")


def test_metrics_are_json_also_where_there_is_no_number():
    said = metrics(made(study(World(seeds=(0,)))))
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["claims"]["selectivity_recedes"]["parts"]["module 4"]["low"] is None


def test_a_claim_that_is_not_in_the_study_has_its_verdict_alone():
    said = metrics(made({kind: [] for kind in KINDS}))
    assert said["claims"]["selectivity_recedes"] == {"verdict": "not in this study"}
