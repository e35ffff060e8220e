"""Switches of training: each takes a condition of its own, which was trained with it."""

from rows import row
from trained import INDEX, SWITCHES, measured, overrides, proved, settings_of, twin

from vestige.metrics.summaries import module_means
from vestige.stages.selectivity import selectivity


def of_training(study) -> None:
    """Conditions that override a switch of training, against the condition that is otherwise the same."""
    for key in SWITCHES:
        others = [run for run in study.runs if key in overrides(run)]
        for name in dict.fromkeys(run["condition"].item() for run in others):
            group = [run for run in others if run["condition"] == name]
            both = [twin(study, run) for run in group], group
            if all(one is not None for one in both[0]):
                values = proved(both[0][0])["training"][key], overrides(group[0])[key]
                of_overridden(study, f"`{key}`: {values[0]}, {values[1]}", name, both)
        if not others:
            print(f"| `{key}` | no condition of this study overrides it | | | |")


def of_overridden(study, switch: str, name: str, both: tuple[list, list]) -> None:
    """What two conditions end with: accuracy, and selectivity of the modules before the last one."""
    row(switch, f"final accuracy (%), {name}", *([run["val_accuracy"].values[-1] for run in runs] for runs in both))
    found = [
        [measured(selectivity, study, run.isel(epoch=[-1]), settings_of(run, **INDEX)) for run in runs] for runs in both
    ]
    means = [[module_means(run, "zero")["selectivity"][:-1].mean().item() for run in runs] for runs in found]
    row(switch, f"final selectivity (%), all modules but the last, {name}", *means)
