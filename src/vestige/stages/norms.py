"""How large the weights of a network are at checkpoints, tensor by tensor (Lange et al. 2022, figures S2 to S4)."""

from pydantic import PositiveFloat

from vestige.foundation.measured_epochs import Epochs, name_best
from vestige.foundation.settings import Values


class Settings(Values):
    """Which checkpoints, and what counts as a small weight."""

    epochs: Epochs
    """The checkpoints whose weights are measured, or all. best is the epoch of the least loss on held-out images and
    needs training.held_out."""
    small: PositiveFloat = 1e-3
    """A weight is small if its absolute value is below this; the paper has 0.001."""


def norms(settings, training, checkpoints, note):
    """(epoch, weight) norms of all weights of two or more dimensions, a Dataset, in float64.

    Of biases and of batch norm there is none: the paper's penalties leave them out too.
    """
    import safetensors.numpy
    from tqdm import tqdm

    from vestige.metrics.weight_norms import measure_weights
    from vestige.training.checkpoints import read, select_epochs

    chosen, found = settings.norms, {}
    epochs = select_epochs(name_best("norms.epochs", chosen.epochs, training), training)
    for epoch in tqdm(epochs, unit="checkpoint", disable=None):
        tensors = safetensors.numpy.load(read(checkpoints, epoch, str(training["checkpoint"].sel(epoch=epoch).item())))
        weights = {name: tensor for name, tensor in sorted(tensors.items()) if tensor.ndim > 1}
        found[epoch] = [measure_weights(weight, chosen.small) for weight in weights.values()]
        note(f"epoch {epoch}: squares of {len(weights)} weights {sum(each['squares'] for each in found[epoch]):.4g}")
    return label_norms(found, weights, chosen.small)


def label_norms(found: dict[int, list[dict[str, float]]], weights: dict, small: float):
    """The norms of all epochs with their names and dimensions, and how many numbers each of the weights has."""
    import numpy as np
    import xarray as xr

    says = {
        "squares": "sum of squares of the weights",
        "magnitudes": "sum of sizes of the weights",
        "small": f"share of the weights whose size is below {small:g}",
        "nuclear": "sum of the singular values of a matrix of weights",
    }
    values = {name: [[each[name] for each in row] for row in found.values()] for name in says}
    size = np.array([weight.size for weight in weights.values()])
    return xr.Dataset(
        {
            **{
                name: (("epoch", "weight"), values[name], {"long_name": text, "units": "1"})
                for name, text in says.items()
            },
            "size": ("weight", size, {"long_name": "number of weights", "units": "1"}),
        },
        {
            "epoch": ("epoch", list(found), {"long_name": "passes over the training images"}),
            "weight": ("weight", list(weights), {"long_name": "name of the weights in checkpoints"}),
        },
    )
