"""Colours can be told from what is behind them (WCAG 2, level AA), by light and in the dark."""

import re
from pathlib import Path

import pytest

import vestige.report.page

STYLE = Path(vestige.report.page.__file__).with_name("style.css").read_text(encoding="utf-8")
LEAST = 4.5  # the contrast of text and background


def palettes():
    """The colours by name, as they are by light and in the dark."""
    light, dark = (dict(re.findall(r"--(\w+): (#\w+);", part)) for part in STYLE.split("@media")[:2])
    return {"light": light, "dark": light | dark}


def luminance(colour):
    """The relative luminance of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("behind", ["paper", "card", "wash"])
@pytest.mark.parametrize("name", ["ink", "soft", "link", "yes", "no", "open"])
@pytest.mark.parametrize("palette", ["light", "dark"])
def test_text_can_be_read(palette, name, behind):
    colours = palettes()[palette]
    assert contrast(colours[name], colours[behind]) >= LEAST


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_a_mark_can_be_told_from_the_region_behind_it(palette):
    colours = palettes()[palette]
    assert min(contrast(colours[name], colours["region"]) for name in ("yes", "no", "soft")) >= 3


def test_the_dark_palette_names_only_colours_of_the_light_one():
    light, dark = (set(re.findall(r"--(\w+): #", part)) for part in STYLE.split("@media")[:2])
    assert dark <= light
