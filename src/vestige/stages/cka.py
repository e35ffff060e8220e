"""Centred kernel alignment between the outputs of all modules and the head, at every checkpoint (figures 5 and 10)."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from vestige.foundation.settings import Epochs, Values

FIRST = "module whose output is compared, or the head"
OTHER = "module that it is compared with, or the head"


class Settings(Values):
    """Settings of centred kernel alignment, between the layers of one network (`cka`) and of two (`between`)."""

    epochs: Epochs
    """The checkpoints that are compared, or all."""
    batch_size: Annotated[int, Field(ge=4)]
    """Images of a minibatch. The estimate depends on it; the paper has 64."""
    order: Literal["shuffled", "class_sorted"]
    """The order of the images: shuffled, or class_sorted as the authors' loader gave them, where a batch holds few
    classes."""
    order_seed: NonNegativeInt | None = None
    """The seed of the shuffled order: required with shuffled, refused otherwise."""
    estimator: Literal["minibatch", "torch-cka"]
    """minibatch: the unbiased estimator. torch-cka: what the paper's library computes, in float64."""


def cka(settings, images, training, checkpoints, note):
    """(epoch, layer, layer_other) CKA of the network with itself on the validation images, a Dataset."""
    import torch

    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.layer_similarity import ESTIMATORS, image_order, label_matrices, measured_layers, report
    from vestige.training.evaluation import each_checkpoint, load_network

    with torch.inference_mode():
        device = prepare(settings.device, settings.threads)
        network = load_network(settings, images, device)
        layers = measured_layers(network)
        val = validation_of(images, settings.images, settings.cka.batch_size, device)
        order, matrices = image_order(settings.cka, val.labels), {}
        for epoch in each_checkpoint(network, settings.cka.epochs, training, checkpoints):
            matrices[epoch] = ESTIMATORS[settings.cka.estimator]([network], layers, val, order).cpu().numpy()
            report(matrices[epoch], list(layers.values()), epoch, note)
    return label_matrices(matrices, list(layers.values()), FIRST, OTHER)
