"""Precision, layout in memory and compilation of training: what each changes, and where it is refused."""

import numpy as np
import pytest
import torch
from stages.toy import NETWORK, SUPPRESSED, files, kill_after, settings, trained
from torch import nn

from vestige.models.network import build
from vestige.training import checkpoints, loop, precision
from vestige.training.precision import Unsupported, arrange, laid_out, refuse_unsupported, use_bfloat16, use_tf32

CPU = torch.device("cpu")
OTHERS = [
    {"precision": "bfloat16"},
    {"memory_format": "contiguous"},
    {"precision": "bfloat16", "memory_format": "contiguous"},
]


@pytest.mark.slow
@pytest.mark.parametrize("said", OTHERS, ids=str)
@pytest.mark.parametrize("stopped_at", [0, 2])
def test_a_training_that_was_killed_goes_on_to_the_same_bits(images, tmp_path, said, stopped_at):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED, **said)
    kill_after(stopped_at, tmp_path / "killed", images, SUPPRESSED, **said)
    assert trained(tmp_path / "killed", images, SUPPRESSED, **said).identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


NEAR = [
    ({"precision": "float32", "memory_format": "channels_last"}, 0),
    ({"memory_format": "contiguous"}, 1e-4),
    ({"precision": "bfloat16"}, 0.1),
]


@pytest.mark.parametrize(("said", "apart"), NEAR)
def test_what_is_left_out_is_float32_with_channels_last_and_all_else_is_near(images, tmp_path, said, apart):
    plain = trained(tmp_path / "plain", images, learning_rate=0.001)  # large steps amplify the last bits
    other = trained(tmp_path / "other", images, learning_rate=0.001, **said)
    assert plain.identical(other) is (apart == 0)
    assert other["train_loss"].values == pytest.approx(plain["train_loss"].values, rel=apart, nan_ok=True)


def test_weights_are_kept_in_float32_and_initial_ones_are_the_same(images, tmp_path):
    plain, other = trained(tmp_path / "plain", images), trained(tmp_path / "other", images, precision="bfloat16")
    assert plain["checkpoint"].values[0] == other["checkpoint"].values[0]
    assert plain["checkpoint"].values[1] != other["checkpoint"].values[1]
    network = build(NETWORK, 1, 4, seed=0)
    checkpoints.load(network, tmp_path / "other", 1, str(other["checkpoint"].values[1]))
    assert {weight.dtype for weight in network.trunk.parameters()} == {torch.float32}


class Seen:
    """Notes in which precision a function is called, and whether autocast is on then."""

    def __init__(self, function):
        self.function, self.found = function, set()

    def __call__(self, first, *others, **named):
        values = first
        while not isinstance(values, torch.Tensor):  # responses by module and block
            values = values[0]
        self.found.add((values.dtype, torch.is_autocast_enabled("cpu")))
        return self.function(first, *others, **named)


def test_under_bfloat16_the_network_alone_is_in_it(images, tmp_path, monkeypatch):
    """The loss, the penalty, what is done to images, and evaluation are in float32, without autocast."""
    outside = {name: Seen(getattr(loop, name)) for name in ("mean_selectivity", "membership", "spatial_means")}
    for name, seen in outside.items():
        monkeypatch.setattr(loop, name, seen)
    losses = Seen(loop.F.cross_entropy)
    monkeypatch.setattr(loop.F, "cross_entropy", losses)
    modes = set()
    forward = nn.Conv2d.forward

    def convolve(layer, values):
        made = forward(layer, values)
        modes.add((torch.is_grad_enabled(), torch.is_autocast_enabled("cpu"), made.dtype))
        return made

    monkeypatch.setattr(nn.Conv2d, "forward", convolve)
    trained(tmp_path, images, SUPPRESSED, precision="bfloat16")
    assert modes == {(True, True, torch.bfloat16), (False, False, torch.float32)}
    assert {each for seen in (*outside.values(), losses) for each in seen.found} <= {
        (torch.float32, False),
        (torch.float64, False),
        (torch.int64, False),
    }
    assert outside["mean_selectivity"].found == {(torch.float32, False)}


def test_tf32_is_for_convolutions_of_training_alone(images, tmp_path, monkeypatch):
    """Not for products of matrices, nor in evaluation. (A CPU has none: the switches are looked at.)"""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    forward, seen = nn.Conv2d.forward, set()

    def convolve(layer, values):
        switches = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
        seen.add((torch.is_grad_enabled(), *switches))
        return forward(layer, values)

    monkeypatch.setattr(nn.Conv2d, "forward", convolve)
    for chosen, convolutions in (("tf32", True), ("float32", False), ("bfloat16", False)):
        seen.clear()
        trained(tmp_path / chosen, images, SUPPRESSED, precision=chosen)
        assert seen == {(True, convolutions, False), (False, False, False)}
        assert not torch.backends.cudnn.allow_tf32
    with use_tf32("tf32"):
        assert torch.backends.cudnn.allow_tf32


def test_a_gpu_without_tf32_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    with pytest.raises(Unsupported, match="found tf32, which this GPU has not; allowed: float32"):
        refuse_unsupported(settings(precision="tf32").training, torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 0))
    refuse_unsupported(settings(precision="tf32").training, torch.device("cuda"))


@pytest.mark.parametrize("said", [None, "channels_last", "contiguous"])
def test_activations_lie_as_asked_however_images_came(said):
    network = arrange(build(NETWORK, 3, 4, seed=0), settings(memory_format=said).training)
    images = laid_out(torch.rand(4, 8, 8, 3).permute(0, 3, 1, 2), said)
    _, outputs = loop.forward(network, images, ["layer2.0"])
    assert outputs["layer2.0"].is_contiguous() is (said == "contiguous")


def test_autocast_is_for_bfloat16_alone():
    for chosen in (None, "float32", "tf32", "bfloat16"):
        with use_bfloat16(chosen, CPU):
            assert torch.is_autocast_enabled("cpu") is (chosen == "bfloat16")
    assert not torch.is_autocast_enabled("cpu")


@pytest.mark.parametrize(("said", "is_last"), [(None, True), ("channels_last", True), ("contiguous", False)])
def test_weights_lie_as_asked(said, is_last):
    network = arrange(build(NETWORK, 1, 4, seed=0), settings(memory_format=said).training)
    kernels = [
        each for each in network.trunk.parameters() if each.dim() == 4 and each.shape[1] > 1 and each.shape[2] > 1
    ]
    assert kernels
    assert all(each.is_contiguous(memory_format=torch.channels_last) is is_last for each in kernels)


def test_where_no_compiler_works_compilation_is_refused_before_anything_is_trained(images, tmp_path, monkeypatch):
    def compile(function, **_):
        raise RuntimeError("No working C++ compiler found\nand more")

    monkeypatch.setattr(torch, "compile", compile)
    with pytest.raises(Unsupported, match=r"training.compile: found true.*No working C\+\+ compiler found.*apt-get"):
        trained(tmp_path, images, compile=True)
    assert not [*tmp_path.rglob("*.safetensors")]


def test_a_gpu_without_bfloat16_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_: False)
    with pytest.raises(Unsupported, match="which this GPU has not; allowed: float32, tf32"):
        refuse_unsupported(settings(precision="bfloat16").training, torch.device("cuda"))
    refuse_unsupported(settings(precision="bfloat16").training, CPU)


@pytest.mark.nightly
def test_compiled_kernels_train_the_same_network_and_go_on_to_the_same_bits(images, tmp_path):
    try:
        precision.refuse_uncompilable(CPU)
    except Unsupported as error:
        pytest.skip(str(error))

    plain = trained(tmp_path / "plain", images, SUPPRESSED, learning_rate=0.001)
    whole = trained(tmp_path / "whole", images, SUPPRESSED, learning_rate=0.001, compile=True)
    assert whole["train_loss"].values == pytest.approx(plain["train_loss"].values, rel=1e-3, nan_ok=True)
    kill_after(1, tmp_path / "killed", images, SUPPRESSED, learning_rate=0.001, compile=True)
    assert trained(tmp_path / "killed", images, SUPPRESSED, learning_rate=0.001, compile=True).identical(whole)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert np.isfinite(whole["val_loss"].values).all()
