"""What the sections about clusters, and those that go over the best epochs of runs, may not say of each other."""

from collections.abc import Iterator

from vestige.config.errors import Fault, find_repeated, format_value
from vestige.config.study import Study
from vestige.foundation.measured_epochs import BEST
from vestige.foundation.rows import STAGES


def of_best(study: Study, measure: str) -> Iterator[Fault]:
    """A measure of the best epoch where a run that it covers has none, as no images are held out in it."""
    covered = [
        name for name in study.conditions if name in getattr(study.applies, measure) and not study.is_given(name)
    ]
    lacking = [name for name in covered if study.training_of(name).held_out is None]
    if BEST in getattr(study, measure).epochs and lacking:
        without = f"conditions.{lacking[0]} holds no images out, by which one would be the best: give training.held_out"
        yield (measure, "epochs"), f"found {BEST}; {without}"


def of_clustered(study: Study) -> Iterator[Fault]:
    """A measure that covers a condition which another measure, whose result it reads, does not cover."""
    for stage in (stage for stage in STAGES.values() if stage.applies):
        for read in (STAGES[name] for name in stage.reads if STAGES[name].applies_key):
            key = read.applies_key
            there = getattr(study.applies, key)
            for name in (name for name in getattr(study.applies, stage.name) if name not in there):
                says = f"found {name}; it reads {read.name}, which covers the conditions of applies.{key}"
                yield ("applies", stage.name), f"{says}: add {name} there, or remove it here"


def of_search(study: Study) -> Iterator[Fault]:
    """A search whose moves do not become less random, or that has no room for a temperature."""
    if study.clustering is None:
        return
    entropy, temperatures = study.clustering.entropy, study.clustering.temperatures
    if isinstance(entropy, tuple) and entropy[0] <= entropy[1]:
        allowed = "a number, or two of which the first is larger, as in [1, 0.1]"
        yield ("clustering", "entropy"), f"found [{entropy[0]:g}, {entropy[1]:g}]; allowed: {allowed}"
    if temperatures[0] >= temperatures[1]:
        found = f"found [{temperatures[0]:g}, {temperatures[1]:g}]"
        yield ("clustering", "temperatures"), f"{found}; allowed: two of which the second is larger, as in [1e-6, 1e6]"


def of_single_units(study: Study) -> Iterator[Fault]:
    """A layer of one unit, which has no association with another, where associations are asked for."""
    if study.applies.association and 1 in getattr(study.network, "hidden", ()):
        yield (
            ("network", "hidden"),
            f"found {format_value(study.network.hidden)}; associations are between two or more units",
        )


def of_cluster_ablation(study: Study) -> Iterator[Fault]:
    """Measures of association whose clusters are to be set to zero twice."""
    if study.cluster_ablation is not None:
        yield from find_repeated(("cluster_ablation", "measures"), study.cluster_ablation.measures)


def of_untrained(study: Study) -> Iterator[Fault]:
    """Two sets of untrained networks of one seed: those of the smaller one are in both, and would count twice."""
    first: dict[int, str] = {}
    for name, said in study.untrained.items():
        if said.seed in first:
            yield ("untrained", name, "seed"), f"found {said.seed}, as untrained.{first[said.seed]} has; give another"
        first.setdefault(said.seed, name)
