"""A condition whose networks diverge is a result: the study ends, its page tells it, both engines call it current."""

import pytest
import xarray as xr
from engine_jobs import dvc_stale, snakemake_stale
from engines import edit, run, unproven

RUN = "suppressed-seed1"


@pytest.mark.parametrize(
    ("engine", "stale"),
    [
        pytest.param("snakemake figures --quiet", snakemake_stale, marks=pytest.mark.nightly),
        pytest.param("dvc repro --quiet", dvc_stale, marks=pytest.mark.nightly),
    ],
)
def test_a_study_with_a_condition_that_diverges_ends_and_is_current(empty_project, engine, stale):
    edit(empty_project, "conditions", "suppressed", "learning_rate", to=1e30)
    edit(empty_project, "applies", "ablation", to=["baseline", "suppressed"])
    run(empty_project, engine)
    assert unproven(empty_project) == {}
    assert stale(empty_project) == set()
    with xr.open_dataset(empty_project / f"results/tiny/training/{RUN}.nc") as training:
        assert training["diverged"].item() == 1
        assert training["epoch"].values.tolist() == [0]
    with xr.open_dataset(empty_project / f"results/tiny/ablation/{RUN}.nc") as ablation:
        assert ablation["epoch"].values.tolist() == [0]
    assert "seed 1 diverged in epoch 1" in (empty_project / "results/tiny/report.html").read_text()
    assert "diverged in epoch 1: not finite from step" in (empty_project / f"logs/tiny/training/{RUN}.log").read_text()
