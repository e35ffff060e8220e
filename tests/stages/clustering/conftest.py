"""A small result of associations, and its clusters."""

import pytest
from stages.clustering.layers import EPOCHS, LAYERS, UNITS, matrix_of, settings

from vestige.stages import clustering, unit_association
from vestige.stages.unit_association import PLAIN, Associations


@pytest.fixture(scope="module")
def association():
    """An association result of two layers, with a unit that is dead by all measures but those of the output."""
    epochs = {}
    for epoch in EPOCHS:
        matrices = {
            name: {
                measure: matrix_of(units, 10 * epoch + place, dead=(2,) if place < 2 else ())
                for place, measure in enumerate(PLAIN)
            }
            for name, units in UNITS.items()
        }
        epochs[epoch] = Associations(matrices, dict.fromkeys(UNITS, 0.0), dict.fromkeys(UNITS, True))
    return unit_association.label_associations(epochs, LAYERS)


@pytest.fixture(scope="module")
def clusters(association):
    return clustering.clustering(settings(), association, lambda line: None)
