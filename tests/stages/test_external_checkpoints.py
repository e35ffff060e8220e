"""Checkpoints of networks that were trained elsewhere: taken over byte by byte, measured exactly, refused by name."""

import hashlib
import pickle

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from vestige.models import bottleneck_resnet, mlp
from vestige.models.network import build
from vestige.stages import association, external_checkpoints
from vestige.stages.unit_association import PLAIN

HIDDEN, INPUTS, CLASSES = (9, 7), 128, 6
FAMILY = mlp.Settings(family="mlp", inputs=INPUTS, hidden=HIDDEN)
KEY = "conditions.theirs.checkpoints"


def weights(seed=0, dtype=np.float32):
    """A multilayer perceptron drawn by numpy, under the documented names."""
    rng, found = np.random.default_rng(seed), {}
    widths = (INPUTS, *HIDDEN, CLASSES)
    for name, before, after in zip(("hidden1", "hidden2", "fc"), widths, widths[1:], strict=False):
        found[f"{name}.weight"] = (rng.normal(size=(after, before)) / np.sqrt(before)).astype(dtype)
        found[f"{name}.bias"] = rng.normal(size=after).astype(dtype) / 10
    return found


@pytest.fixture
def take(run, tmp_path):
    """The training result of files by epoch, made into `tmp_path/kept`."""

    def of(files, network=FAMILY):
        (tmp_path / "kept").mkdir()
        settings = run.settings(batch_size=16)
        settings.network = network
        note = run.inputs["note"]
        return external_checkpoints.training(settings, run.inputs["images"], tmp_path / "kept", files, KEY, note)

    return of


@pytest.fixture
def saved(tmp_path):
    """A file with tensors."""

    def of(tensors, name="theirs.safetensors"):
        save_file(tensors, tmp_path / name)
        return tmp_path / name

    return of


def logits_of(found, images):
    """(images, classes) in float64, and the units (images, units) of both hidden layers."""
    wide = {name: each.astype(np.float64) for name, each in found.items()}
    first = np.maximum(images @ wide["hidden1.weight"].T + wide["hidden1.bias"], 0)
    second = np.maximum(first @ wide["hidden2.weight"].T + wide["hidden2.bias"], 0)
    return second @ wide["fc.weight"].T + wide["fc.bias"], first, second


def explicit_associations(found, images):
    """Measure and layer -> matrix, from the Jacobians and Hessians of every image, written out."""
    logits, *units = logits_of(found, images)
    into, between, out = (found[f"{name}.weight"].astype(np.float64) for name in ("hidden1", "hidden2", "fc"))
    gates = [(each > 0).astype(np.float64) for each in units]
    upstream = [gates[0][:, :, None] * into]
    upstream.append(gates[1][:, :, None] * (between @ upstream[0]))
    downstream = [np.einsum("cj,nj,ji->nci", out, gates[1], between), np.broadcast_to(out, (len(images), *out.shape))]
    share = np.exp(logits - logits.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    bend = np.einsum("nc,cd->ncd", share, np.eye(CLASSES)) - np.einsum("nc,nd->ncd", share, share)
    matrices = {}
    for layer in (0, 1):
        matrices["covariance", layer] = np.cov(units[layer].T, bias=True)
        matrices["input_gradient", layer] = np.einsum("nik,njk->ij", *[upstream[layer]] * 2) / len(images)
        matrices["output_gradient", layer] = np.einsum("nci,ncj->ij", *[downstream[layer]] * 2) / len(images)
        hessian = np.einsum("nci,ncd,ndj->ij", downstream[layer], bend, downstream[layer])
        matrices["output_hessian", layer] = hessian / len(images)
    return {place: np.abs(matrix) for place, matrix in matrices.items()}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_associations_of_weights_from_elsewhere_are_those_of_an_explicit_computation(take, saved, run, tmp_path, dtype):
    found = weights(dtype=dtype)
    training = take({0: saved(found)})
    settings = run.settings(association=association.Settings(epochs=(0, "best"), batch_size=20))
    settings.network = FAMILY
    inputs = {"images": run.inputs["images"], "training": training, "checkpoints": tmp_path / "kept"}
    made = association.association(settings, **inputs, note=run.inputs["note"])
    expected = explicit_associations(found, run.batch.double().flatten(1).numpy())
    assert made["epoch"].values.tolist() == [0]
    for (measure, layer), matrix in expected.items():
        one = made["association"].sel(epoch=0, measure=measure).isel(pair=made["module"].values == layer + 1)
        assert one.values == pytest.approx(matrix[np.triu_indices(len(matrix))], rel=1e-10, abs=1e-16), measure
    assert {measure for measure, _ in expected} == set(PLAIN)


def test_validation_is_measured_at_every_checkpoint_and_nothing_is_said_of_training(take, saved, run):
    found = [weights(seed) for seed in (3, 4)]
    made = take({epoch: saved(each, f"{epoch}.safetensors") for epoch, each in enumerate(found)})
    for epoch, each in enumerate(found):
        logits = logits_of(each, run.batch.double().flatten(1).numpy())[0]
        shift = logits - logits.max(1, keepdims=True)
        loss = np.log(np.exp(shift).sum(1)) - shift[np.arange(len(logits)), run.labels]
        assert made["val_loss"].values[epoch] == pytest.approx(loss.mean(), rel=1e-5)
        assert made["val_accuracy"].values[epoch] == (logits.argmax(1) == run.labels).mean()
        assert made["predicted"].values[epoch].tolist() == np.bincount(logits.argmax(1), minlength=CLASSES).tolist()
    for name in ("train_loss", "train_accuracy", "penalty", "learning_rate"):
        assert np.isnan(made[name].values).all()
    assert made["best"].item() == 1


def test_files_are_copied_byte_by_byte_and_their_sha256_is_in_the_result(take, saved, tmp_path):
    paths = {epoch: saved(weights(epoch, np.float64), f"{epoch}.safetensors") for epoch in (0, 1)}
    made = take(paths)
    for epoch, path in paths.items():
        assert (tmp_path / "kept" / f"epoch-{epoch:03d}.safetensors").read_bytes() == path.read_bytes()
        assert made["checkpoint"].values[epoch] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_network_with_buffers_comes_back_as_it_was(take, saved):
    family = bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)
    network = build(family, 2, CLASSES, seed=5)
    tensors = {name: each.contiguous().numpy() for name, each in network.trunk.state_dict().items()}
    assert "bn1.num_batches_tracked" in tensors
    made = take({0: saved(tensors)}, family)
    assert np.isfinite(made["val_loss"].values).all()


def changed(**changes):
    """The weights with some others, or (None) without them; a dot is written as __."""
    tensors = weights() | {name.replace("__", "."): each for name, each in changes.items()}
    return save({name: each for name, each in tensors.items() if each is not None})


WIDE = np.zeros((HIDDEN[0], INPUTS), np.float32)
HOLED = np.array([0, np.nan, np.inf, 0, 0, 0, 0], np.float32)
REFUSED = {
    "absent": (changed(fc__bias=None), ["fc.bias is missing; expected (6,) of float32"]),
    "unknown": (changed(fc2__bias=WIDE[0]), ["fc2.bias is unknown, (128,) of float32"]),
    "misspelt": (
        changed(hidden1__weight=None, hiden1__weight=WIDE),
        ["hidden1.weight is missing; expected (9, 128) of float32; is it hiden1.weight?", "hiden1.weight is unknown"],
    ),
    "transposed": (
        changed(hidden1__weight=np.ascontiguousarray(WIDE.T)),
        ["hidden1.weight has the shape (128, 9); expected (9, 128) (it is transposed)"],
    ),
    "another width": (changed(hidden2__bias=WIDE[0, :8]), ["hidden2.bias has the shape (8,); expected (7,)"]),
    "half": (
        changed(hidden1__weight=WIDE.astype(np.float16)),
        ["hidden1.weight is of the type float16; allowed: float32 and float64"],
    ),
    "whole numbers": (changed(fc__bias=np.zeros(6, np.int64)), ["fc.bias is of the type int64"]),
    "not finite": (changed(hidden2__bias=HOLED), ["hidden2.bias is not finite in 2 of its 7 values"]),
    "too large": (changed(hidden2__bias=np.full(7, 1e300)), ["hidden2.bias has values beyond what float32 holds"]),
    "many": (save({}), ["hidden1.weight is missing", "and 3 more"]),
    "cut short": (changed()[:-5], ["cannot be read as safetensors", "save_file of safetensors.numpy"]),
    "a pickle": (pickle.dumps(weights()), ["cannot be read as safetensors"]),
    "empty": (b"", ["cannot be read as safetensors"]),
}


@pytest.mark.parametrize(("data", "says"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_does_not_fit_is_refused_with_key_file_and_what_was_expected(take, tmp_path, data, says):
    path = tmp_path / "theirs.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"^{KEY}: ") as refused:
        take({0: path})
    assert all(each in str(refused.value) for each in (str(path), *says)), refused.value
    assert not [*(tmp_path / "kept").iterdir()]


def test_a_perceptron_for_images_of_another_size_is_refused(take, saved):
    other = mlp.Settings(family="mlp", inputs=64, hidden=HIDDEN)
    narrow = weights() | {"hidden1.weight": WIDE[:, :64].copy()}
    with pytest.raises(ValueError, match="network.inputs: found 64; an image is 2 x 8 x 8; allowed: 128"):
        take({0: saved(narrow)}, other)
