"""The class selectivity index of every unit at every checkpoint of a run (equation 1, figure 2)."""

from pydantic import PositiveFloat, PositiveInt

from vestige.foundation.settings import Values


class Settings(Values):
    """Settings of the class selectivity index (equation 1)."""

    batch_size: PositiveInt
    """Images that are read at once. It changes the memory that is needed, and no number."""
    epsilon: PositiveFloat
    """What is added to the denominator of the index (equation 1); the paper has 1e-6."""


def selectivity(settings, images, training, checkpoints, note):
    """(epoch, unit) selectivity, preferred class and the responses behind them, on the validation images, a Dataset.

    The network runs in float32, on as many images at a time whatever `batch_size` says, and its responses are summed in
    float64. A silent unit, whose largest class response is 0, has no selectivity (NaN) and no preferred class (-1).
    """
    import numpy as np
    import torch

    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages import class_responses as responses
    from vestige.training.evaluation import each_checkpoint, load_network

    with torch.inference_mode():
        device = prepare(settings.device, settings.threads)
        network = load_network(settings, images, device)
        val = validation_of(images, settings.images, responses.load_size(settings.selectivity.batch_size), device)
        rows, classes, epochs = np.arange(len(val.labels)), responses.compared_classes(val.labels), {}
        for epoch in each_checkpoint(network, "all", training, checkpoints):
            means = responses.class_means(network, val, rows, classes)
            responses.refuse_infinite(means, epoch)
            together = np.concatenate(list(means.values()), axis=1)
            epochs[epoch] = responses.indices(together, classes, settings.selectivity.epsilon)
            note(f"epoch {epoch}: {responses.summary(epochs[epoch])}")
    return responses.label_indices(epochs, responses.units_of(network, means))
