"""What the study's network consists of, and the shape of what every step of it puts out (figure 1)."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import xarray as xr
from torch import Tensor, nn

from vestige.models.network import Network, build, channels_of, refuse_unmeasurable
from vestige.training.evaluation import walk

SHORTCUT = "downsample"  # what a block calls it; None where its input is added as it is
SAYS = "says"  # by which a layer of a family's own kind tells what it is
NUMBERS = {
    "module": "module of the network, -1 outside of any",
    "block": "block of the module, -1 outside of any",
    "channels": "channels of the output",
    "height": "height of the output, 1 where it has none",
    "width": "width of the output, 1 where it has none",
    "parameters": "weights and biases",
}
WORDS = {
    "layers": "layers with weights and pooling layers, in order of execution, without the shortcut",
    "shortcut": "what the input passes before it is added; nothing where it is not",
}


@torch.inference_mode()
def network(settings, images, note) -> xr.Dataset:
    """(step) place, output and layers of every step, in order of execution, from running it on zeros.

    Raises ValueError for a network whose measured outputs are no responses of channels that are 0 or more.
    """
    built = build(settings.network, images.sizes["channel"], images.sizes["class"], seed=0)
    built.trunk.eval()
    image = images.sizes["channel"], int(images["height"]), int(images["width"])
    crop = settings.images.get("crop")
    seen = image[0], *((crop, crop) if crop else image[1:])
    refuse_unmeasurable(built, seen, torch.device("cpu"))
    steps = list(describe_steps(built, torch.zeros(1, *seen)))
    found = label_steps(steps, settings.network.family, built, image, images.sizes["class"])
    note(f"{found.sizes['step']} steps, {found['parameters_total'].item():,} parameters")
    return found


def describe_steps(network: Network, image: Tensor) -> Iterator[dict]:
    """What there is to say of every step, in order of execution."""
    places = {name: (module, block) for module in network.modules for block, name in enumerate(network.modules[module])}
    with record_execution(network) as ran:
        for name, output in walk(network, image):
            step = network.steps[name]
            number = {"parameters": sum(weight.numel() for weight in step.parameters())}
            place = dict(zip(("module", "block"), places.get(name, (-1, -1)), strict=True))
            shown = channels_of(network, output) if name in places else output
            shape = dict(zip(("channels", "height", "width"), (*shown.shape[1:], 1, 1)[:3], strict=True))
            yield {"step": name} | place | shape | number | describe_layers(step, ran)
            ran.clear()


def describe_layers(step: nn.Module, ran: list[nn.Module]) -> dict[str, str]:
    """The layers of a step and of its shortcut, from the parts of it in the order in which they ran."""
    own = getattr(step, SHORTCUT, None)
    around = set(own.modules()) if own else set()
    layers, aside = (
        "; ".join(filter(None, (in_words(part) for part in ran if (part in around) == beside)))
        for beside in (False, True)
    )
    return {"layers": layers, "shortcut": aside or ("identity" if hasattr(step, SHORTCUT) else "")}


@contextmanager
def record_execution(network: Network):
    """A list to which every part of the network is added as it has been executed."""
    ran: list[nn.Module] = []
    parts = {part: None for step in network.steps.values() for part in step.modules()}
    hooks = [part.register_forward_hook(lambda part, *_: ran.append(part)) for part in parts]
    try:
        yield ran
    finally:
        for hook in hooks:
            hook.remove()


def in_words(part: nn.Module) -> str:
    """A layer: "conv 3×3, 64, stride 2"; empty for normalisations, nonlinearities and what holds layers."""
    if isinstance(part, nn.Conv2d):
        return f"conv {size(part.kernel_size)}, {part.out_channels}{stride(part)}"
    if isinstance(part, nn.Linear):
        return f"linear, {part.out_features}"
    if isinstance(part, nn.MaxPool2d | nn.AvgPool2d):
        kind = "max" if isinstance(part, nn.MaxPool2d) else "average"
        return f"{kind} pool {size(part.kernel_size)}{stride(part)}"
    if isinstance(part, nn.AdaptiveAvgPool2d):
        return f"average pool to {size(part.output_size)}"
    return getattr(part, SAYS, "")


def size(sides) -> str:
    """Height and width, which may be one number for both."""
    height, width = sides if isinstance(sides, tuple) else (sides, sides)
    return f"{height}×{width}"


def stride(part: nn.Module) -> str:
    """The stride of a layer, unless it is 1."""
    steps = part.stride if isinstance(part.stride, tuple) else (part.stride, part.stride)
    if steps == (1, 1):
        return ""
    return f", stride {steps[0]}" if steps[0] == steps[1] else f", stride {size(steps)}"


def label_steps(
    steps: list[dict], family: str, network: Network, image: tuple[int, int, int], classes: int
) -> xr.Dataset:
    """The steps with their names, beside what is true of the whole; `image` is (channels, height, width)."""
    parameters = sum(weight.numel() for weight in network.trunk.parameters())
    whole = {
        "family": (family, "family of the network"),
        "head": (network.head, "step that gives the logits"),
        "input_channels": (image[0], "channels of an image"),
        "input_height": (image[1], "height of an image"),
        "input_width": (image[2], "width of an image"),
        "classes": (classes, "classes that are told apart"),
        "parameters_total": (parameters, "weights and biases of the network"),
    }
    return xr.Dataset(
        {
            name: ("step", [step[name] for step in steps], {"long_name": says})
            for name, says in (NUMBERS | WORDS).items()
        }
        | {name: ((), value, {"long_name": says}) for name, (value, says) in whole.items()},
        coords={"step": ("step", [step["step"] for step in steps], {"long_name": "step of the network"})},
    )
