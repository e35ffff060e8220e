"""Torchvision's VGGs as steps, and their dropout."""

import pytest
import torch
from torch.nn.functional import adaptive_avg_pool2d
from torchvision.models import get_model

from vestige.metrics.selectivity import mean_selectivity, membership, spatial_means
from vestige.models import vgg
from vestige.models.network import at_step, build, forward
from vestige.training import checkpoints

DEPTH = 11  # the smallest: what is tested of it holds for all


def settings(depth=DEPTH, **said):
    return vgg.Settings(family="vgg", depth=depth, **said)


def hollow(depth, channels=3, classes=10, seed=1, **said):
    """A network without weights: it has shapes only, and is made at once."""
    with torch.device("meta"):
        return build(settings(depth, **said), channels, classes, seed)


def torchvisions(seed, classes):
    """Torchvision's network with the weights that it draws for a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return get_model(f"vgg{DEPTH}", weights=None, num_classes=classes)


@pytest.fixture(scope="module")
def network():
    """A network for ten classes with torchvision's thousand logits, which drops half of its hidden units."""
    return build(settings(dropout=0.5, head=1000), 3, 10, seed=1)


@pytest.fixture(scope="module")
def peer():
    """Torchvision's network of the same seed."""
    return torchvisions(1, 1000).eval()


@pytest.fixture
def images():
    """Four images as small as CIFAR-10's."""
    return torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.slow
def test_initial_weights_are_torchvisions(network, peer):
    weights = zip(network.trunk.parameters(), peer.parameters(), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in weights)


@pytest.mark.slow
def test_torchvision_loads_a_checkpoint_key_by_key(network, tmp_path):
    checkpoints.write(tmp_path / "checkpoint", network.trunk)
    peer = torchvisions(2, 1000)
    peer.load_state_dict(checkpoints.safetensors.torch.load_file(tmp_path / "checkpoint"), strict=True)
    weights = zip(network.trunk.parameters(), peer.parameters(), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in weights)


@pytest.mark.parametrize("size", [(32, 32), (64, 96)])
def test_logits_are_torchvisions(network, peer, size):
    images = torch.randn(2, 3, *size)
    network.trunk.eval()
    with torch.no_grad():
        torch.testing.assert_close(network.trunk(images), peer(images), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("mode", [True, False])
def test_the_steps_one_after_another_are_the_trunk(network, images, mode):
    network.trunk.train(mode)
    with torch.no_grad():
        by_steps, _ = forward(network, images)
        assert torch.equal(by_steps, network.trunk(images))


def test_every_weight_and_buffer_belongs_to_one_step(network):
    in_steps = [id(each) for step in network.steps.values() for each in step.state_dict(keep_vars=True).values()]
    assert sorted(in_steps) == sorted(id(each) for each in network.trunk.state_dict(keep_vars=True).values())


@pytest.mark.parametrize("mode", [True, False])
def test_a_recorded_output_is_not_changed_by_later_steps(network, images, mode):
    network.trunk.train(mode)
    with torch.no_grad():
        _, together = forward(network, images, network.steps)
        now = images
        for name, step in network.steps.items():
            now = step(now)
            assert torch.equal(together[name], now), name


@pytest.mark.parametrize(
    ("depth", "blocks", "weights"),
    [(11, [1, 1, 2, 2, 2], 132_863_336), (16, [2, 2, 3, 3, 3], 138_357_544), (19, [2, 2, 4, 4, 4], 143_667_240)],
)
def test_modules_are_five_stages_of_convolutions_and_the_classifiers_hidden_layers(depth, blocks, weights):
    network = hollow(depth, classes=1000)
    assert [len(names) for names in network.modules.values()] == [*blocks, 2]
    assert tuple(network.modules) == settings(depth).modules == (1, 2, 3, 4, 5, 6)
    assert sum(weight.numel() for weight in network.trunk.parameters()) == weights


def test_units_of_a_module_are_as_many_in_each_block():
    network = hollow(16)
    names = [name for names in network.modules.values() for name in names]
    _, outputs = forward(network, torch.empty(2, 3, 224, 224, device="meta"), names)
    shapes = [{tuple(outputs[name].shape[1:]) for name in names} for names in network.modules.values()]
    sides = {1: (64, 224), 2: (128, 112), 3: (256, 56), 4: (512, 28), 5: (512, 14), 6: (4096, 1)}
    assert shapes == [{(units, side, side)} for units, side in sides.values()]


def test_responses_are_never_negative_and_the_smallest_is_zero(network, images):
    network.trunk.eval()
    names = [name for names in network.modules.values() for name in names]
    with torch.no_grad():
        _, outputs = forward(network, images, names)
    assert all(output.min() == 0 for output in outputs.values())


def test_the_penalty_of_all_modules_reaches_the_first_convolution(network, images):
    network.trunk.train()
    names = [name for names in network.modules.values() for name in names]
    _, outputs = forward(network, images, names)
    responses = [[spatial_means(outputs[name]) for name in names] for names in network.modules.values()]
    penalty = mean_selectivity(
        responses, membership(torch.tensor([0, 0, 1, 2]), torch.arange(3), torch.float32), "mean", 1e-6
    )
    (gradient,) = torch.autograd.grad(penalty, [network.trunk.features[0].weight])
    assert gradient.isfinite().all()
    assert gradient.abs().max() > 0


def test_the_head_has_as_many_logits_as_classes_unless_it_is_said(network):
    assert hollow(DEPTH, classes=7).steps["fc"].out_features == 7
    assert network.steps["fc"].out_features == 1000


def test_a_head_of_fewer_logits_than_classes_is_refused():
    with pytest.raises(ValueError, match="network.head: found 9; the images have 10 classes; allowed: 10 or more"):
        hollow(DEPTH, head=9)


def test_images_of_other_channels_have_a_first_convolution_of_their_own():
    assert hollow(DEPTH, channels=1).steps["conv1.0"][0].weight.shape == (64, 1, 3, 3)


def test_that_convolution_is_drawn_as_torchvision_draws_its_own(peer):
    mine, theirs = vgg.first_convolution(1, 64), peer.features[0]
    assert mine.weight.std().item() == pytest.approx(theirs.weight.std().item(), rel=0.1)
    assert torch.equal(mine.bias, theirs.bias)


def test_without_the_key_nothing_is_dropped():
    assert [name for name in hollow(DEPTH).steps if name.startswith("dropout")] == []


@pytest.mark.parametrize("size", [(1, 1), (7, 7), (2, 3), (14, 10)])
def test_averages_are_torchvisions_and_so_are_their_gradients(size):
    images = torch.randn(2, 5, *size, dtype=torch.float64, requires_grad=True)
    mine, theirs = vgg.average()(images), adaptive_avg_pool2d(images, 7)
    torch.testing.assert_close(mine, theirs)
    weights = torch.randn_like(theirs)
    torch.testing.assert_close(*(torch.autograd.grad((each * weights).sum(), images) for each in (mine, theirs)))


def dropped(seed, share=0.3):
    """Dropout alone."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return vgg.dropout(share)


UNITS = torch.ones(50, 400, 1, 1)


def test_the_share_of_units_is_dropped_and_the_others_make_up_for_it():
    found = dropped(0)(UNITS)
    assert found.unique().tolist() == pytest.approx([0, 1 / 0.7])
    assert (found == 0).float().mean().item() == pytest.approx(0.3, abs=0.015)


def test_in_evaluation_nothing_is_dropped():
    assert dropped(0).eval()(UNITS) is UNITS


def test_each_step_drops_other_units_and_the_same_ones_when_it_is_repeated():
    drop, found = dropped(0), []
    for drop.step in (7, 8, 7):
        found.append(drop(UNITS))
    assert torch.equal(found[0], found[2])
    assert not torch.equal(found[0], found[1])


def test_another_seed_drops_other_units():
    assert torch.equal(dropped(0)(UNITS), dropped(0)(UNITS))
    assert not torch.equal(dropped(0)(UNITS), dropped(1)(UNITS))


def test_both_hidden_layers_have_dropout_of_their_own(network):
    network.trunk.train()
    at_step(network, 5)
    first, second = (network.steps[name] for name in ("dropout0", "dropout1"))
    assert first.step == second.step == 5
    assert not torch.equal(first(UNITS), second(UNITS))


def test_what_dropout_draws_depends_on_the_seed_of_the_run_alone():
    drops = [hollow(DEPTH, seed=seed, dropout=0.5).dropouts for seed in (1, 1, 2)]
    one, again, other = [[drop.seed for drop in each] for each in drops]
    assert one == again
    assert len({*one, *other}) == 4


def test_dropout_leaves_torchs_random_numbers_alone():
    drop = dropped(0)
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    drop(UNITS)
    assert torch.equal(torch.randn(3), expected)
