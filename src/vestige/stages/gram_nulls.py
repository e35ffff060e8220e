"""Associations without relations between units, drawn from a network's own responses and gradients."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.foundation.random import generator
from vestige.metrics.gram_nulls import draw_frame, draw_orders, draw_rotations, permuted_covariance, rotated_grams
from vestige.models.network import Network, forward
from vestige.stages.input_gradients import by_position, change_along, is_perceptron
from vestige.stages.unit_association import PLAIN, measured_layers

HELD = 2**23  # numbers that the gradients of a layer may hold at once
KEEPS = (
    "of a covariance the distribution of each unit's responses; of the other measures the length of each unit's "
    "gradient at every image, and so which units have one together"
)
DRAWN = (
    "of each unit by itself the responses are permuted over images, all positions of one together; the gradients are "
    "rotated by a random rotation, the same at all images"
)

Drawn = dict[str, dict[str, Tensor]]  # by layer and plain measure: (draws, units, units), of either sign


def draw_nulls(network: Network, split, settings, run: int = 0) -> Drawn:
    """Matrices of the same vectors without relations between units, over some images of a split, in float64.

    `settings` say how many are drawn, of how many images, in how many coordinates, and by what seed; permutations and
    rotations are those of the `run`, by its seed, at all of its epochs. Diagonals are those of the associations over
    the same images; but those of gradients are estimates where there are more pixels (of a perceptron: units in the
    first layer), or logits, than coordinates.
    """
    layers, draws = list(measured_layers(network)), settings.draws
    numbers = choose_images(len(split.labels), settings)
    logits, shapes = probe(network, split, numbers[:1], layers)
    directions = pixel_directions(network, layers, split.input_shape, settings)
    mixtures = draw_frame(logits, settings.directions, _stream(settings, "logits"))
    sizes = {"input_gradient": len(directions), "output_gradient": len(mixtures), "output_hessian": len(mixtures)}
    rotations = {
        (measure, name): draw_rotations((draws, shapes[name][0]), size, _stream(settings, measure, name, run))
        for measure, size in sizes.items()
        for name in layers
    }
    widest = max(units * positions for units, positions in shapes.values()) * max(sizes.values())
    responses: dict[str, list[Tensor]] = {name: [] for name in layers}
    sums = dict.fromkeys(rotations, torch.zeros((), dtype=torch.float64))
    for images in in_parts(split, numbers, max(1, HELD // widest)):
        for measure, name, vectors in vectors_of(network, images, layers, directions, mixtures):
            if measure == "covariance":
                responses[name].append(vectors)
            else:
                sums[measure, name] = sums[measure, name] + rotated_grams(vectors, rotations[measure, name].to(vectors))
    drawn: Drawn = {}
    for name, (_, positions) in shapes.items():
        drawn[name] = {"covariance": permute_all(torch.cat(responses.pop(name)), draws, _stream(settings, name, run))}
        drawn[name] |= {measure: sums[measure, name] / (len(numbers) * positions) for measure in sizes}
    return drawn


def choose_images(count: int, settings) -> np.ndarray:
    """The numbers of some of so many images, in rising order; of all where no more are asked for."""
    chosen = _stream(settings, "images").choice(count, min(settings.images, count), replace=False)
    return np.sort(chosen)


def probe(network: Network, split, numbers: np.ndarray, layers: Sequence[str]) -> tuple[int, dict]:
    """How many logits there are, and by layer how many units and positions."""
    with torch.no_grad():
        logits, outputs = forward(network, next(in_parts(split, numbers, 1)), layers)
    return logits.shape[1], {name: tuple(by_position(network, outputs[name]).shape[1:]) for name in layers}


def in_parts(split, numbers: np.ndarray, size: int) -> Iterator[Tensor]:
    """Some images of a split in float64, at most so many at once."""
    for images, _ in split.batches(numbers):
        yield from images.double().split(size)


def pixel_directions(network: Network, layers: Sequence[str], shape: tuple[int, ...], settings) -> Tensor:
    """(k, *shape) directions in pixel space, on which gradients with respect to images are projected.

    The gradients of a perceptron lie in the space that the weights of its first layer span: so do the directions.
    """
    pixels = int(np.prod(shape))
    if is_perceptron(network, layers):
        basis = torch.linalg.qr(network.steps[layers[0]].weight.detach().double().T)[0].T
        return (_frame_of(len(basis), settings).to(basis) @ basis).unflatten(1, shape)
    return _frame_of(pixels, settings).unflatten(1, shape)


def _frame_of(size: int, settings) -> Tensor:
    return draw_frame(size, settings.directions, _stream(settings, "pixels"))


def vectors_of(
    network: Network, images: Tensor, layers: Sequence[str], directions: Tensor, mixtures: Tensor
) -> Iterator[tuple[str, str, Tensor]]:
    """Plain measure, layer, and the vectors whose products it is made of: those of covariance are the responses.

    Responses are (images, units, positions); gradients (images, units, positions, coordinates).
    """
    with torch.enable_grad():
        logits, outputs = forward(network, images.requires_grad_(), layers)
    shares, mixtures = logits.detach().softmax(1), mixtures.to(logits)
    yield from (("covariance", name, by_position(network, outputs[name]).detach()) for name in layers)
    find = change_perceptron if is_perceptron(network, layers) else change_along
    changes = find(network, images.detach(), layers, directions.to(logits))
    yield from (("input_gradient", name, each) for name, each in changes.items())
    for measure, mixed in (
        ("output_gradient", mixtures.unsqueeze(1).expand(-1, len(images), -1)),
        ("output_hessian", mixtures_of_hessian(shares, mixtures)),
    ):
        gradients = gradients_of(network, logits, outputs, layers, mixed)
        yield from ((measure, name, each) for name, each in gradients.items())


def change_perceptron(network: Network, images: Tensor, layers: Sequence[str], directions: Tensor) -> dict[str, Tensor]:
    """`change_along` for a perceptron of ReLUs, in a tenth of the time: its first layer changes alike at all images."""
    with torch.no_grad():
        _, outputs = forward(network, images, layers)
        rows, found = directions.flatten(1).T, {}
        for name in layers:
            rows = by_position(network, outputs[name] > 0) * (network.steps[name].weight @ rows)
            found[name] = rows.unsqueeze(2)
    return found


def gradients_of(
    network: Network, logits: Tensor, outputs: dict[str, Tensor], layers: Sequence[str], mixtures: Tensor
) -> dict[str, Tensor]:
    """(images, units, positions, k) by layer the gradients of mixtures (k, images, logits) of logits, by units."""
    wanted = [outputs[name] for name in layers]
    each = [torch.autograd.grad(logits, wanted, one, retain_graph=True) for one in mixtures]
    return {
        name: torch.stack([by_position(network, one) for one in rows], -1)
        for name, rows in zip(layers, zip(*each, strict=True), strict=True)
    }


def mixtures_of_hessian(shares: Tensor, mixtures: Tensor) -> Tensor:
    """(k, images, logits) mixtures M of logits (k, logits), times a root of what the Hessian is made of.

    With L = diag(p)^(1/2) (1 - 1p'), L'L is diag p - pp': where M is the identity, or keeps lengths, the gradients of
    M L times the logits have the Hessian's Gauss-Newton part for their products. `shares` (images, logits) are p.
    """
    weighed = mixtures.unsqueeze(1) * shares.sqrt()
    return weighed - weighed.sum(2, keepdim=True) * shares


def permute_all(units: Tensor, draws: int, stream: np.random.Generator) -> Tensor:
    """(draws, units, units) covariances of units (images, units, positions) permuted over images one by one."""
    images, count, _ = units.shape
    orders = (draw_orders(count, images, stream).to(units.device) for _ in range(draws))
    return torch.stack([permuted_covariance(units, each) for each in orders])


def add_nulls(result: xr.Dataset, epochs: dict[int, Drawn]) -> xr.Dataset:
    """An association result with the size of what was drawn at its epochs: float32, the pairs of units as in it."""
    stacked = np.stack([_by_pair(layers) for layers in epochs.values()], axis=1)
    says = {"long_name": "size of associations drawn without relations between units", "keeps": KEEPS, "drawn": DRAWN}
    plain = ("plain_measure", list(PLAIN), {"long_name": "measure of association, not normalised"})
    variable = (("draw", "epoch", "plain_measure", "pair"), stacked.astype(np.float32), says)
    return result.assign(null_association=variable).assign_coords(plain_measure=plain)


def _by_pair(layers: Drawn) -> np.ndarray:
    """(draws, measures, pairs of all layers) the sizes of drawn associations, each pair once."""
    rows = []
    for measures in layers.values():
        matrices = torch.stack([measures[name] for name in PLAIN], 1).abs().cpu().numpy()
        one, other = np.triu_indices(matrices.shape[-1])
        rows.append(matrices[..., one, other])
    return np.concatenate(rows, axis=-1)


def _stream(settings, *what) -> np.random.Generator:
    """Random numbers for one purpose."""
    return generator("gram null", settings.seed, *what)
