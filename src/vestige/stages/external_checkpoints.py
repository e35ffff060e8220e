"""Takes over the checkpoints of a network that was trained elsewhere, and measures it as training does."""

import difflib
import hashlib

SHOWN = 3  # faults of a file


def training(settings, images, folder, given, key, note):
    """Fill `folder` with the checkpoints `given`, paths by epoch; what was measured of each, a Dataset.

    Nothing is trained: loss and accuracy in training, penalty and learning rate are NaN. `best` is the last epoch.
    Files are copied byte by byte. Raises ValueError, which begins with the `key` of params.yaml, for a file that is no
    checkpoint of the study's network; and for a network that cannot be measured.
    """
    from vestige.data.loader import split_of
    from vestige.foundation.device import prepare
    from vestige.models.network import build, refuse_unmeasurable
    from vestige.training import loop
    from vestige.training.records import format_epoch, label_records
    from vestige.training.validation import validate

    device = prepare(settings.device, settings.threads)
    val = split_of(images, settings.images, "val", settings.batch_size, device)
    network = build(settings.network, images.sizes["channel"], images.sizes["class"], seed=0)
    network.trunk.to(device)
    records = []
    for epoch, path in given.items():
        sha256 = take_over(network, path, folder, epoch, key, settings.network.family)
        if not records:
            refuse_unmeasurable(network, val.input_shape, device)
        records.append(loop.UNTRAINED | validate(network.trunk, val) | {"checkpoint": sha256})
        note(format_epoch(records[-1], epoch, max(given)))
    text = {"long_name": "epoch that stands for the run: its last, as nobody here knows better", "units": "1"}
    return label_records(records).assign(best=((), max(given), text))


def take_over(network, path, folder, epoch: int, key: str, family: str) -> str:
    """Load a checkpoint into a network and copy it into a folder; its sha256. Raises ValueError where it does not fit.

    All is made of the same bytes, whatever becomes of the file meanwhile.
    """
    from vestige.foundation.files import read_regular, write_whole
    from vestige.training import checkpoints

    data = read_regular(path)
    found = tensors_in(data, f"{key}: {path}")
    expected = network.trunk.state_dict()
    if faults := [*find_faults(found, expected)]:
        more = [f"and {len(faults) - SHOWN} more"] if faults[SHOWN:] else []
        whose = f"{key}: {path} is no checkpoint of the study's network, {family}:"
        raise ValueError("\n  ".join([whose, *faults[:SHOWN], *more]))
    network.trunk.load_state_dict(found, strict=True)
    with write_whole(folder / checkpoints.name(epoch)) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def tensors_in(data: bytes, where: str) -> dict:
    """The tensors in the bytes of a file, by name. Raises ValueError where it is no safetensors."""
    import safetensors.torch
    from safetensors import SafetensorError

    try:
        return safetensors.torch.load(data)
    except (SafetensorError, KeyError, ValueError) as error:  # cut short, a pickle, or of a type that torch lacks
        why = f"it cannot be read as safetensors ({error})"
        raise ValueError(f"{where}: {why}: write it with save_file of safetensors.numpy or .torch") from None


def find_faults(found: dict, expected: dict):
    """What is wrong with tensors, a line each, given those that the network has."""
    absent = [name for name in expected if name not in found]
    strange = [name for name in found if name not in expected]
    for name in absent:
        yield f"{name} is missing; expected {describe(expected[name])}{suggest_name(name, strange)}"
    for name in strange:
        yield f"{name} is unknown, {describe(found[name])}{suggest_name(name, absent)}"
    for name in (name for name in expected if name in found):
        yield from find_fault(name, found[name], expected[name])


def suggest_name(name: str, others) -> str:
    """The name that is nearest, if one is near."""
    near = difflib.get_close_matches(name, others, n=1)
    return f"; is it {near[0]}?" if near else ""


def find_fault(name: str, found, expected):
    """What is wrong with a tensor, given the one that the network has of its name."""
    import torch

    allowed = (torch.float32, torch.float64) if expected.is_floating_point() else (torch.int64, torch.int32)
    if found.shape != expected.shape:
        turned = " (it is transposed)" if found.dim() == 2 and found.T.shape == expected.shape else ""
        yield f"{name} has the shape {tuple(found.shape)}; expected {tuple(expected.shape)}{turned}"
    elif found.dtype not in allowed:
        yield f"{name} is of the type {format_dtype(found.dtype)}; allowed: {' and '.join(map(format_dtype, allowed))}"
    elif not found.isfinite().all():
        yield f"{name} is not finite in {int((~found.isfinite()).sum())} of its {found.numel()} values"
    elif not found.to(expected.dtype).isfinite().all():
        yield f"{name} has values beyond what {format_dtype(expected.dtype)} holds"


def describe(tensor) -> str:
    """The shape and the type of a tensor."""
    return f"{tuple(tensor.shape)} of {format_dtype(tensor.dtype)}"


def format_dtype(dtype) -> str:
    """The name of a type, as numpy has it."""
    return str(dtype).removeprefix("torch.")
