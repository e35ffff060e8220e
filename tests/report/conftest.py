"""A page of the toy study with two figures, made once."""

import pytest
from report import made
from report.parsed import Page

from vestige.report.page import page


@pytest.fixture(scope="session")
def figures(tmp_path_factory):
    """Figures 10, 6a and 2, in this order; the first with more rows than the page shows."""
    folder = tmp_path_factory.mktemp("figures")
    many = made.figure(folder, "all_pairs", paper="10", caption="All pairs. In colours.", rows=1001)
    return [many, made.figure(folder, "regularised", paper="6a"), made.figure(folder, "emergence")]


@pytest.fixture(scope="session")
def html(figures):
    """The page."""
    return written(figures=figures)


@pytest.fixture(scope="session")
def parsed(html):
    """The page taken apart."""
    return Page(html)


def written(settings=None, images=None, network=None, claims=None, training=None, figures=(), **measures):
    """A page of the toy study, with whatever is given in place of its own."""
    given = (settings, images, network, claims, training)
    make = (made.settings, made.images, made.network, made.claims, made.training)
    *own, training = [make() if one is None else one for one, make in zip(given, make, strict=True)]
    return page(*own, figures, training, **measures)
