"""Which conditions a claim compares: those whose penalty is as the paper's, beside the same training without one."""

from collections.abc import Callable, Iterable

from vestige.claims.evidence import BySeed, Evidence, Group, Runs, Wanted
from vestige.claims.parts import Part, part
from vestige.claims.windows import SHORTEST, at_end
from vestige.condition import Condition

PAPERS_ALPHA = -20.0  # of the main experiments (figures 6 and 7)
STRONG = 10  # from here on "large values of alpha" (figure 13) and significant harm (appendix A.5.1)
WEAK = 5  # up to here "smaller values" (figure 14)


def first_group(evidence: Evidence, runs: Runs, wanted: Wanted) -> tuple[Group, Runs] | None:
    """The commonest training that has a baseline and a wanted condition, and its wanted conditions."""
    for group in evidence.groups(runs):
        if found := {one: by_seed for one, by_seed in group.penalised.items() if wanted(one)}:
            return group, dict(sorted(found.items(), key=lambda item: order(item[0])))
    return None


def order(condition: Condition) -> tuple:
    """Conditions as they are listed: by onset, end and strength."""
    return condition.start, condition.stop, abs(condition.alpha), condition.modules


def below_baseline(evidence: Evidence, runs: Runs, wanted: Wanted, read: Callable, name: Callable = str) -> list[Part]:
    """What each wanted condition lacks of what is read off the baseline, a part each."""
    chosen = first_group(evidence, runs, wanted)
    if chosen is None:
        return []
    group, found = chosen
    return [part(name(one), read, group.baseline, by_seed) for one, by_seed in found.items()]


def read_final_mean(quantity: str = "val_accuracy") -> Callable:
    """Reads a quantity's mean over the last fifth of a run of `training`."""
    return lambda run: at_end(run[quantity])


def strongly_suppressed(evidence: Evidence, runs: Runs, wanted: Wanted) -> Wanted:
    """The same, of the paper's alpha alone, or of the most negative where that is lacking (but a strong one)."""
    early = evidence.on_early_modules(lambda condition: condition.alpha <= -STRONG and wanted(condition))
    chosen = first_group(evidence, runs, early)
    alphas = {condition.alpha for condition in chosen[1]} if chosen else {PAPERS_ALPHA}
    alpha = PAPERS_ALPHA if PAPERS_ALPHA in alphas else min(alphas)
    return lambda condition: early(condition) and condition.alpha == alpha


def strongly_promoted(evidence: Evidence) -> Wanted:
    """Strong promotion of the early modules in the first epochs, lifted after them (figure 13)."""
    return evidence.on_early_modules(lambda condition: condition.alpha >= STRONG and condition.is_lifted)


def with_first_epochs(wanted: Wanted) -> Wanted:
    """The same, of runs whose first few epochs can be told from the rest."""
    return lambda condition: condition.epochs >= SHORTEST and wanted(condition)


def in_modules(runs: BySeed, modules: Iterable[int], read: Callable) -> list[Part]:
    """A part for each of the modules that were measured; `read` takes the curve, or the curves, of one."""
    measured = sorted({int(module) for run in runs.values() for module in run["module"].values})
    return [
        part(f"module {one}", lambda run, one=one: read(run.sel(module=one, drop=True)), runs)
        for one in measured
        if one in modules
    ]


def with_modules(condition: Condition) -> str:
    """A condition said with its modules."""
    return f"{condition} on {' '.join(map(str, condition.modules))}"
