"""Loss and accuracy of a network in training: on the validation images, and on those that are held out."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vestige.data.loader import Split
from vestige.training.distributed import gather_rows, share_of, shares


@torch.inference_mode()
def held_out_means(trunk: nn.Module, train: Split, rows: np.ndarray) -> dict[str, float]:
    """Loss and accuracy on the training images that are held out, as they are seen in evaluation; nothing of none."""
    if not len(rows):
        return {}
    trunk.eval()
    logits = logits_of(trunk, train, rows)
    labels = torch.from_numpy(train.labels[rows]).to(logits.device)
    return {
        "held_out_loss": F.cross_entropy(logits.double(), labels).item(),
        "held_out_accuracy": (logits.argmax(1) == labels).double().mean().item(),
    }


@torch.inference_mode()
def validate(trunk: nn.Module, val: Split) -> dict[str, float | list[int]]:
    """Loss and accuracy on the validation images, and how many of them are taken for each class."""
    trunk.eval()
    logits = logits_of(trunk, val, np.arange(len(val.labels))).double().cpu()
    labels, predicted = torch.from_numpy(np.array(val.labels)), logits.argmax(1)
    return {
        "val_loss": F.cross_entropy(logits, labels).item(),
        "val_accuracy": (predicted == labels).double().mean().item(),
        "predicted": np.bincount(predicted.numpy(), minlength=logits.shape[1]).tolist(),
    }


def logits_of(trunk: nn.Module, split: Split, rows: np.ndarray) -> Tensor:
    """Logits (images, classes) for some images of a split, of which each device computes a share."""
    own = torch.cat([trunk(images) for images, _ in split.batches(share_of(rows))])
    return gather_rows(own, shares(len(rows)))
