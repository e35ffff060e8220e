"""What conditions are called in a figure, so that no two are called the same."""

from collections import Counter
from collections.abc import Iterable

from vestige.condition import UNPENALISED, Condition, is_penalised, strength


def labels(runs) -> dict[str, str]:
    """Condition's name -> its label, in the order of the runs, no two alike.

    The penalty is said where any condition has one; its modules, and settings of training, where conditions differ in
    them; the number of epochs, and last the condition's name, where nothing else tells two apart.
    """
    return labels_of({run["condition"].item(): Condition.from_dataset(run) for run in runs})


def labels_of(known: dict[str, Condition]) -> dict[str, str]:
    """Condition's name -> its label."""
    where = {each.modules for each in known.values() if each.is_penalised}
    settings = differing_settings(known)
    first = {name: each.label(len(where) > 1, settings) for name, each in known.items()}
    if not where and settings:
        first = {name: without_penalty(text, known.values()) for name, text in first.items()}
    second = {name: f"{text}, {known[name].epochs} epochs" for name, text in first.items()}
    third = {name: f"{text} ({name})" for name, text in first.items()}
    return distinguish_labels(distinguish_labels(first, second), third)


def without_penalty(label: str, conditions: Iterable[Condition]) -> str:
    """A label where no condition has a penalty: "no penalty, dropout = 0.3" -> "dropout = 0.3"."""
    beyond = label.removeprefix(UNPENALISED).lstrip(", ")
    swept = all(each.is_baseline or each.regularizer for each in conditions)
    return beyond or ("no regularization" if swept else "baseline")


def differing_settings(known: dict[str, Condition]) -> list[str]:
    """Names of the training settings that some condition overrides and in which the conditions differ."""
    overrides = [dict(each.overrides) for each in known.values()]
    names = sorted({name for each in overrides for name in each})
    return [name for name in names if len({each.get(name) for each in overrides}) > 1]


def beyond_strength(label: str, alpha: float) -> str:
    """What a label says beside the strength: "α = −20 from epoch 5" -> "from epoch 5"; one without penalty stays."""
    return label.removeprefix(strength(alpha)).lstrip(", ") if is_penalised(alpha) else label


def distinguish_labels(plain: dict[str, str], longer: dict[str, str]) -> dict[str, str]:
    """The plain label where it is the only one of its kind, else the longer one."""
    count = Counter(plain.values())
    return {name: text if count[text] == 1 else longer[name] for name, text in plain.items()}
