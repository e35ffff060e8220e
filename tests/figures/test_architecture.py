import json

import matplotlib
import pytest
import xarray as xr

from vestige.figures.drawing import figure_bytes


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_every_step_is_named_and_every_module_says_what_it_is(networks, draw):
    said = words(draw("architecture", [networks()])[0])
    assert {"input, 1 × 8 × 8", "conv 3×3, 16", "average pool to 1×1", "linear, 10"} <= set(said)
    assert {"module 4", "1 block\n64 channels\n8 × 8", "2 blocks\n128 channels\n4 × 4"} <= set(said)


def test_the_last_module_is_told_from_the_others(networks, draw):
    assert {"early and intermediate modules", "last module"} <= set(words(draw("architecture", [networks()])[0]))


def test_a_block_that_changes_the_shape_and_one_that_does_not_are_opened(networks, draw):
    said = words(draw("architecture", [networks()])[0])
    assert {
        "(b) block 0 of module 5, which changes the shape",
        "(c) block 1 of module 5, which keeps the shape",
        "shortcut: conv 1×1, 128, stride 2",
        "shortcut: identity",
        "conv 3×3\n32\nstride 2",
        "64 ×\n8 × 8",
    } <= set(said)


def test_every_block_bears_the_letter_of_its_kind(networks, draw):
    said = words(draw("architecture", [networks((1, 2, 3))])[0])
    assert (said.count("b"), said.count("c")) == (3, 3)


def test_a_network_without_shortcuts_shows_what_there_is(networks, draw):
    said = words(draw("architecture", [networks(shortcuts=False)])[0])
    assert [text for text in said if text.startswith("(")][1:] == ["(b) block 0 of module 5, which has no shortcut"]


def test_a_step_without_layers_does_not_part_a_module(networks, draw):
    run = networks((1, 2))
    dropout = run.isel(step=[-2]).assign(layers=("step", [""])).assign_coords(step=["dropout"])
    parted = xr.concat([run.isel(step=slice(3)), dropout, run.isel(step=slice(3, None))], "step", data_vars="minimal")
    said = words(draw("architecture", [parted])[0])
    assert [text for text in said if text.startswith("module")] == ["module 4", "module 5"]
    assert "2 blocks\n128 channels\n4 × 4" in said


def test_what_the_network_sees_of_an_image_is_said(networks, draw):
    proof = {"text": json.dumps({"settings": {"images": {"source": "toy", "crop": 6}, "network": {"family": "toy"}}})}
    said = words(draw("architecture", [networks().assign_attrs(proof=json.dumps(proof))])[0])
    assert {"input, 1 × 8 × 8", "view, 1 × 6 × 6"} <= set(said)


def test_the_table_holds_every_step(networks, draw):
    run = networks()
    table = draw("architecture", [run])[1]
    assert table["step"].tolist() == run["step"].values.tolist()
    assert table["channels"].tolist() == run["channels"].values.tolist()


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_it_has_the_same_bytes_each_time(networks, draw, kind):
    first, second = (figure_bytes(draw("architecture", [networks()])[0], kind) for _ in range(2))
    assert first == second
