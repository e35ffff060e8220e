"""The toy run with its selectivity."""

from types import SimpleNamespace

import pytest

from vestige.stages.selectivity import selectivity


@pytest.fixture
def selective(run):
    """The selectivity result of the toy run."""
    return selectivity(run.settings(selectivity=SimpleNamespace(batch_size=64, epsilon=1e-6)), **run.inputs)
