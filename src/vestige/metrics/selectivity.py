"""The class selectivity index of a unit, and its mean that training penalises."""

from collections.abc import Sequence


def selectivity_index(largest, rest, epsilon: float):
    """Equation 1: from a unit's largest class response and the mean response to the other classes (any shape).

    >>> selectivity_index(3.0, 1.0, 0.0)
    0.5
    """
    return (largest - rest) / (largest + rest + epsilon)


def other_classes(responses, largest):
    """Mean response to the other classes (units) of class responses (classes, units), at least two classes."""
    return (responses.sum(0) - largest) / (len(responses) - 1)


def spatial_means(activations):
    """Responses (images, channels) of activations (images, channels, height, width), or (images, channels, positions).

    Activations (images, channels) are responses already.
    """
    positions = activations.shape[2:]
    if not positions:
        return activations
    # Not .mean(): the gradient of a sum keeps the layout in memory, and costs nothing.
    return activations.sum(tuple(range(2, activations.dim()))) / positions.numel()


def membership(labels, classes, dtype):
    """A table (classes, images) of 1 where an image is of a class, else 0, of tensors of labels and class numbers.

    Its product with responses sums over classes in the same order every time, which scattered additions do not.
    """
    return (labels == classes[:, None]).to(dtype)


def class_responses(responses, member, class_reduction: str):
    """Responses (classes, units) of tensors of responses (images, units), and of the `membership` of their images.

    Each is the mean over the images of a class, as the formula says, or the sum, as the paper was run.
    """
    sums = member @ responses
    return sums / member.sum(1, keepdim=True) if class_reduction == "mean" else sums


def mean_selectivity(responses_by_module: Sequence[Sequence], member, class_reduction: str, epsilon: float):
    """Equation 2's mu_SI of a batch: the mean over modules of the mean over blocks of the mean over channels.

    Tensors of responses (images, channels) by module and block, and the `membership` of the images, by the classes that
    there are in the batch; differentiable. A batch that holds fewer than two classes has no index: its mean is 0.
    """
    means = [
        sum(batch_selectivity(block, member, class_reduction, epsilon).mean() for block in blocks) / len(blocks)
        for blocks in responses_by_module
    ]
    return sum(means) / len(means)


def batch_selectivity(responses, member, class_reduction: str, epsilon: float):
    """The index of each channel (channels) over the classes present in a batch; 0 where there are fewer than two."""
    if len(member) < 2:
        return responses.new_zeros(responses.shape[1])
    classes = class_responses(responses, member, class_reduction)
    largest = classes.amax(0)
    return selectivity_index(largest, other_classes(classes, largest), epsilon)
