"""What may not be said of conditions whose networks were trained elsewhere."""

from collections.abc import Iterator

from vestige.config.errors import Fault, format_value
from vestige.config.study import Study

BESIDE = ("checkpoints", "epochs")  # the keys that such a condition may have


def of_given(study: Study, name: str) -> Iterator[Fault]:
    """A penalty or settings of training: nothing is trained, and nobody here knows how it was."""
    for key in sorted(study.conditions[name].model_fields_set - {*BESIDE}):
        value = getattr(study.conditions[name], key)
        if (key, value) != ("alpha", 0):
            says = f"found {format_value(value)}; networks from elsewhere are not trained here: leave this key out"
            yield ("conditions", name, key), f"{says}; allowed beside checkpoints: epochs"


def of_given_pair(study: Study, pair: str) -> Iterator[Fault]:
    """Networks from elsewhere compared with others that do not have the same epochs: epoch goes with equal epoch."""
    names = [condition for _, condition in study.between[pair]]
    last = {name: study.training_of(name).epochs for name in names}
    if any(map(study.is_given, names)) and len({*last.values()}) > 1:
        ends = " and ".join(f"conditions.{name} ends at epoch {last[name]}" for name in names)
        yield ("between", pair), f"{ends}; networks are compared epoch by epoch; allowed: conditions that end alike"
