"""Small networks, and their associations by explicit Jacobians and Hessians."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from vestige.data.loader import Split
from vestige.models import bottleneck_resnet, mlp
from vestige.models.network import build
from vestige.stages.input_gradients import by_position
from vestige.training.evaluation import resume, walk

IMAGES, CLASSES = 6, 5


def settled(network):
    """A network in float64 and evaluation mode, with statistics in its batch norms."""
    rng = torch.Generator().manual_seed(0)
    for part in network.trunk.modules():
        if isinstance(part, nn.BatchNorm2d):
            for each, low in ((part.running_mean, -0.5), (part.running_var, 0.5), (part.bias.data, -0.5)):
                each.copy_(low + torch.rand(each.shape, generator=rng))
    network.trunk.double().eval().requires_grad_(False)
    return network


def convolutional():
    family = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=[1, 1, 2, 1], width=1)
    return settled(build(family, 1, CLASSES, seed=1))


def perceptron(hidden=(7, 6, 5)):
    return settled(build(mlp.Settings(family="mlp", inputs=16, hidden=list(hidden)), 1, CLASSES, seed=1))


def split(size=4, count=IMAGES, batch_size=4):
    pixels = np.random.default_rng(0).integers(0, 256, (count, 1, size, size), dtype=np.uint8)
    return Split(pixels, np.arange(count) % CLASSES, batch_size, torch.tensor([0.4]), torch.tensor([0.3]))


def images_of(images):
    return torch.cat([each for each, _ in images.batches(np.arange(len(images.labels)))]).double()


def prefix(network, name):
    """What a block gives for one image, (units, positions)."""

    def run(image):
        for step, output in walk(network, image[None]):
            if step == name:
                return by_position(network, output)[0]

    return run


def literal_input_gradient(network, pixels, name):
    """The mean over images and positions of the products of units' gradients with respect to all pixels."""
    jacobians = torch.stack([torch.func.jacrev(prefix(network, name))(each).flatten(2) for each in pixels])
    return torch.einsum("aipk,ajpk->ij", jacobians, jacobians) / (len(pixels) * jacobians.shape[2])


def literal(network, images, name):
    """The plain matrices of a layer, from the Jacobian and the Hessian of each image."""
    run, found = prefix(network, name), {}
    pixels = images_of(images)
    outputs = torch.stack([run(each) for each in pixels])
    centred = outputs - outputs.mean(0)
    found["covariance"] = torch.einsum("aip,ajp->ij", centred, centred) / outputs.shape[2]
    found["input_gradient"] = literal_input_gradient(network, pixels, name) * len(pixels)
    found["output_gradient"], found["output_hessian"] = 0, 0
    for image, label in zip(pixels, images.labels, strict=True):
        shape = next(output for step, output in walk(network, image[None]) if step == name).shape
        units = run(image)

        def logits(units, shape=shape):
            return resume(network, units.reshape(shape), name, {})[0]

        def loss(units, logits=logits, label=int(label)):
            return F.cross_entropy(logits(units)[None], torch.tensor([label]))

        gradient = torch.func.jacrev(logits)(units)
        found["output_gradient"] += torch.einsum("oip,ojp->ij", gradient, gradient) / units.shape[1]
        hessian = torch.func.hessian(loss)(units)
        found["output_hessian"] += torch.einsum("ipjp->ij", hessian) / units.shape[1]
    return {measure: each / len(pixels) for measure, each in found.items()}
