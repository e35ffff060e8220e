"""Writes the report of a study: one page with its claims, its figures and where they come from."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import xarray as xr

from vestige.report.page import page


def report(
    settings: SimpleNamespace,
    images: xr.Dataset,
    network: xr.Dataset,
    claims: xr.Dataset,
    results: dict[str, list[xr.Dataset]],
    figures: Sequence[Path],
    note: Callable[[str], None],
) -> str:
    """One HTML page that needs nothing else, from opened results and the paths of the figures' PNGs.

    `results` are lists by kind, of which all but those of training say on the page only how they were made. A figure's
    PDF and CSV lie beside its PNG. The same inputs give the same page, which loads nothing from anywhere.
    """
    html = page(settings, images, network, claims, figures, **results)
    note(f"{claims.sizes['claim']} claims, {len(figures)} figures, {len(html.encode()) / 1e6:.1f} MB")
    return html
