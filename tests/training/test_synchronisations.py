"""No step of training asks the device for a number: run where tensors have no values, it asks for none.

On PyTorch's device `meta` an operation whose outcome depends on values, such as `unique` or `item`, cannot be done; on
a GPU it waits until all work that was handed out before is done. So does PyTorch after each copy to a GPU that is not
said to go on by itself.
"""

import numpy as np
import pytest
import torch
from stages.toy import CROPPED, NETWORK, SUPPRESSED, settings
from torch.utils._python_dispatch import TorchDispatchMode

from vestige.data.augmentation import augmentation
from vestige.data.loader import Split
from vestige.models import vgg
from vestige.models.network import build
from vestige.training import loop
from vestige.training.dropout import with_dropout
from vestige.training.optimizer import optimizer_of

IMAGES, CLASSES, BATCH = 50, 4, 16
META = torch.device("meta")


class Waits(TorchDispatchMode):
    """Notes each copy from one device to another that is waited for."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, operation, types, given=(), options=None):
        options = options or {}
        if operation.overloadpacket is torch.ops.aten._fused_sgd_:  # one kernel, which `meta` does not know
            return None
        made = operation(*given, **options)
        copied = operation.overloadpacket in (torch.ops.aten._to_copy, torch.ops.aten.copy_)
        source = given[1] if operation.overloadpacket is torch.ops.aten.copy_ else given[0] if given else None
        if copied and source.device != made.device and not options.get("non_blocking"):
            self.found.append(f"{operation}({source.device} to {made.device})")
        return made


def steps_on_meta(asked, family=NETWORK, side: int = 8) -> list[str]:
    """The copies that are waited for in a penalised pass over invented images."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (IMAGES, 1, side, side), dtype=np.uint8)
    labels = random.integers(0, CLASSES, IMAGES)
    network = build(family, 1, CLASSES, seed=0)
    network.trunk.to(META)
    crop = asked.images.crop
    train = Split(pixels, labels, BATCH, torch.empty(1, device=META), torch.empty(1, device=META), crop)
    augment = augmentation(asked.training, *train.sides(), crop, 0, 0)
    dropping = with_dropout(network, asked.training.dropout, 0)
    state = optimizer_of(asked.training).begin(network.trunk)
    with Waits() as waits:
        steps = [*loop.take_steps(dropping, state, train, np.arange(IMAGES), augment, asked, epoch=1, rate=0.1)]
    assert len(steps) == -(-IMAGES // BATCH)
    return waits.found


OTHERS = [
    CROPPED,
    {"dropout": 0.3},
    {"l1": 1e-4, "l2": 1e-4},
    {"optimizer": "adam", "momentum": None, "weight_decay": None},
    {"memory_format": "contiguous"},
]


@pytest.mark.parametrize("said", [{}, *(pytest.param(said, marks=pytest.mark.slow) for said in OTHERS)], ids=str)
def test_no_step_of_a_penalised_pass_waits_for_the_device(said):
    assert steps_on_meta(settings(SUPPRESSED, **said)) == []


@pytest.mark.slow
def test_nor_does_the_dropout_that_a_vgg_has_of_its_own():
    family = vgg.Settings(family="vgg", depth=11, dropout=0.5)
    assert steps_on_meta(settings(SUPPRESSED | {"modules": (4, 5)}), family, side=32) == []


@pytest.mark.parametrize(
    "wait",
    [
        lambda labels: labels.unique(),
        lambda labels: labels.sum().item(),
        lambda labels: labels[labels > 0],
        lambda labels: torch.zeros(3).to(labels.device),
    ],
)
def test_what_waits_is_noticed(monkeypatch, wait):
    step = loop.gradients
    monkeypatch.setattr(loop, "gradients", lambda *given: (wait(given[2]), step(*given))[1])
    try:
        found = steps_on_meta(settings(SUPPRESSED))
    except (RuntimeError, NotImplementedError) as error:
        found = [str(error)]
    assert found
