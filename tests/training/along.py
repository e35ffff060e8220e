"""What each of several processes does in the tests of training on several devices, which start them."""

import multiprocessing
from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import torch
from stages.toy import settings

from vestige.models import bottleneck_resnet, mlp
from vestige.models.network import build
from vestige.training import distributed
from vestige.training.loop import gradients

IMAGES = 143  # no multiple of 2 or 4
FAMILIES = {
    "bottleneck_resnet": (bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2), (4, 6)),
    "mlp": (mlp.Settings(family="mlp", inputs=64, hidden=(12, 9)), (1, 2)),
}
COSTS = {"l1": 1e-3, "l2": 1e-2}
REDUCTIONS = ("mean", "sum")
NORMS = {
    "2d": (torch.nn.BatchNorm2d(3), (3, 5, 4)),
    "1d": (torch.nn.BatchNorm1d(3), (3,)),
    "positions": (torch.nn.BatchNorm1d(3), (3, 6)),
    "no weights": (torch.nn.BatchNorm2d(3, affine=False), (3, 5, 4)),
    "all batches count alike": (torch.nn.BatchNorm2d(3, momentum=None), (3, 5, 4)),
}
DTYPES = (torch.float64, torch.float32)
Found = dict[str, np.ndarray]


def together(size: int, folder) -> list[Found]:
    """What each of so many processes finds of steps and of batch norms, together."""
    store, spawn = str(folder / "store"), multiprocessing.get_context("spawn")
    files = [folder / f"{rank}.npz" for rank in range(size)]
    given = [(rank, size, store, file) for rank, file in enumerate(files)]
    processes = [spawn.Process(target=one_of_them, args=each) for each in given]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert [each.exitcode for each in processes] == [0] * size
    return [dict(np.load(file)) for file in files]


def one_of_them(rank: int, size: int, store: str, file) -> None:
    """The work of one process."""
    torch.set_num_threads(1)
    with distributed.group(rank, size, store, "cpu"):
        steps, norms = of_steps(), of_norms()
    found = {f"steps {name}": each for name, each in steps.items()}
    np.savez(file, **found, **{f"norms {name}": each for name, each in norms.items()})


def of_steps() -> Found:
    """Gradients, measured numbers and running statistics of one penalised step of each network, in float64."""
    found = {}
    for name, (family, modules) in FAMILIES.items():
        for reduction in REDUCTIONS:
            found |= {f"{name} {reduction} {key}": each for key, each in of_step(family, modules, reduction).items()}
    return found


def of_step(family, modules: tuple[int, ...], reduction: str) -> Found:
    """Those of one."""
    random = np.random.default_rng(0)
    images, labels = random.normal(0.3, 1, (IMAGES, 1, 8, 8)), random.integers(0, 5, IMAGES)
    network = build(family, 1, 5, seed=0)
    network.trunk.double().train()
    if distributed.count_devices() > 1:
        distributed.synchronize_batch_norm(network.trunk)
    asked = settings(class_reduction=reduction, **COSTS)
    asked.condition = SimpleNamespace(alpha=-20.0, modules=modules, start=0, stop=1)
    own = distributed.share_of(np.arange(IMAGES))
    found = gradients(
        network,
        torch.from_numpy(images[own]),
        torch.from_numpy(labels[own]),
        torch.from_numpy(np.unique(labels)),
        [network.modules[module] for module in modules],
        asked,
        distributed.shares(IMAGES),
    )
    slopes = {f"gradient of {name}": weight.grad.numpy() for name, weight in network.trunk.named_parameters()}
    return slopes | {name: each.numpy() for name, each in network.trunk.named_buffers()} | {"measured": found.numpy()}


def of_norms() -> Found:
    """What each kind of batch norm makes of three batches, and the gradients of a sum of its outputs.

    Outputs and gradients of images are those of this process.
    """
    found = {}
    for dtype in DTYPES:
        for name, (norm, shape) in NORMS.items():
            found |= {f"{dtype} {name} {key}": each for key, each in of_norm(norm, shape, dtype).items()}
    return found


def of_norm(norm: torch.nn.Module, shape: tuple[int, ...], dtype: torch.dtype) -> Found:
    """Those of one."""
    trunk = torch.nn.Sequential(deepcopy(norm)).to(dtype).train()
    if distributed.count_devices() > 1:
        distributed.synchronize_batch_norm(trunk)
    random = np.random.default_rng(0)
    rows = distributed.share_of(np.arange(11))
    for _ in range(3):
        trunk.zero_grad()
        values, weights = (random.normal(middle, 2, (11, *shape))[rows] for middle in (5, 0))
        images = torch.tensor(values, dtype=dtype, requires_grad=True)
        outputs = trunk(images)
        (outputs.square() * torch.tensor(weights, dtype=dtype)).sum().backward()
    distributed.sum_gradients(trunk, torch.zeros(1))
    found = {"outputs": outputs.detach(), "gradient of images": images.grad}
    found |= {f"gradient of {name}": weight.grad for name, weight in trunk.named_parameters()}
    found |= {f"buffer {name}": each.clone() for name, each in trunk.named_buffers()}
    found["evaluated"] = trunk.eval()(images).detach()
    return {name: each.numpy() for name, each in found.items()}
