"""What may not be said of the statistics of batch norm."""

from collections.abc import Iterator

from vestige.config.errors import Fault
from vestige.config.study import Study
from vestige.stages.training import BatchNorm, is_recomputed

# The keys that say on what statistics are recomputed, and what each says.
RECOMPUTED_ON = dict(
    zip(
        (key for key in BatchNorm.model_fields if key != "statistics"),
        ("on how many training images", "in batches of how many images"),
        strict=True,
    )
)


def of_batch_norms(study: Study) -> Iterator[Fault]:
    """What is wrong with the statistics of batch norm, in training or in a condition that overrides them."""
    yield from of_batch_norm(study, ("training", "batch_norm"), study.training.batch_norm)
    for name, said in study.conditions.items():
        yield from of_batch_norm(study, ("conditions", name, "batch_norm"), said.batch_norm)


def of_batch_norm(study: Study, here: tuple, said: BatchNorm | None) -> Iterator[Fault]:
    """Statistics that are to be recomputed without saying on what, or where there are none."""
    on = {} if said is None else {key: getattr(said, key) for key in RECOMPUTED_ON}
    if not is_recomputed(said):
        for key in (key for key, value in on.items() if value is not None):
            yield (*here, key), f"found {on[key]}; statistics is running, which needs none: leave this key out"
        return
    if not getattr(study.network, "has_batch_norm", True):
        yield here, f"found recomputed; a {study.network.family} has no batch norm; leave this key out"
    for key in (key for key, value in on.items() if value is None):
        yield (*here, key), f"missing; statistics is recomputed: say {RECOMPUTED_ON[key]}; allowed: 2 or more"
    if None not in on.values() and said.batch_size > said.images:
        yield (*here, "batch_size"), f"found {said.batch_size}; images is {said.images}; allowed: 2 to {said.images}"
