"""Switches of CKA."""

from itertools import combinations

import xarray as xr
from rows import row
from trained import across, last_epoch, measured, settings_of

from vestige.stages.cka import cka

CKA = {"batch_size": 64, "order": "shuffled", "order_seed": 0, "estimator": "minibatch"}


def of_similarity(study) -> None:
    """CKA between the first and the last module."""
    last = last_epoch(study)
    epochs = [0, last // 2, last]

    def within(**changed):
        asked = {"epochs": epochs, **CKA, **changed}
        return [measured(cka, study, run, settings_of(run, cka=asked))["cka"] for run in study.plain]

    sound, ordered, library = within(), within(order="class_sorted"), within(estimator="torch-cka")
    settings = settings_of(study.plain[0], cka={"epochs": epochs, **CKA})
    pairs = [across(study, *pair, settings)["cka"] for pair in combinations(study.plain, 2)]
    layers = sound[0]["layer"].values
    for epoch in epochs:
        number = f"CKA {layers[0]}–{layers[-2]} (%), epoch {epoch}"
        own, *others = ([ends(one.sel(epoch=epoch)) for one in each] for each in (sound, ordered, library, pairs))
        row("`cka.order`: shuffled, class_sorted", number, own, others[0])
        row("`cka.estimator`: minibatch, torch-cka", number, own, others[1])
        row("`cka`, `between`: within a network, between two", number, own, others[2], paired=False)


def ends(matrix: xr.DataArray) -> float:
    """CKA of the first module with the last, the mean of both ways round as the paper takes it between networks."""
    return float(matrix[0, -2] + matrix[-2, 0]) / 2
