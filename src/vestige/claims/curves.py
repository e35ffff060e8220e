"""What claims read off the result of one run or pair: a function for each kind of result, with the name of the kind."""

from vestige.claims.chance import area_above_chance


def training(run, classes: int):
    """The result itself, of the classes that there are: a network may have more logits than that.

    Of a network that diverged, accuracies are at chance from then on.
    """
    from vestige.metrics.summaries import accuracies

    known = accuracies(run, classes)
    return run.isel({"class": slice(0, classes)}).reindex(epoch=known["epoch"]).assign(known)


def selectivity(run, classes: int):
    """(module, epoch) mean selectivity; silent units count as 0, as in the paper."""
    from vestige.metrics.summaries import module_means

    return module_means(run, "zero")["selectivity"]


def ablation(run, classes: int):
    """(epoch, order, module) area under the ablation curves, where the network is well above chance."""
    return area_above_chance(run, classes)


def cka(run, classes: int):
    """(epoch, layer, layer_other) CKA."""
    return run["cka"]


def between(pair, classes: int):
    """(epoch, layer) CKA of each layer of the first network with the same layer of the second."""
    import xarray as xr

    layers = xr.DataArray(pair["layer"].values, dims="layer", coords={"layer": pair["layer"].values})
    return pair["cka"].sel(layer=layers, layer_other=layers).drop_vars("layer_other")


def clustering(run, classes: int):
    """(measure, layer) modularity and clusters after training, and (null, draw) of matrices without groups."""
    return _after_training(run)


def agreement(run, classes: int):
    """(layer, measure, measure_other) how far clusters by two measures agree after training, with floor and ceiling."""
    return _after_training(run)


def cluster_classes(run, classes: int):
    """(measure, layer) how far the clusters after training agree with the preferred classes of their units."""
    return _after_training(run)


def cluster_ablation(run, classes: int):
    """(measure, layer, cluster) accuracy without a cluster after training, and without random units (repeat)."""
    return _after_training(run)


def untrained(networks, classes: int):
    """(network, measure, layer) modularity, (network, layer, measure, measure_other) similarity, before training."""
    return networks


def _after_training(run):
    """A result without its units, at the last epoch that it holds."""
    return run.drop_dims("unit", errors="ignore").isel(epoch=int(run["epoch"].values.argmax()))
