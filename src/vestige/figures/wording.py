"""What a condition is called in a figure, said from the coordinates of its results."""

from collections import Counter

USUAL = {"study", "condition", "seed", "alpha", "start", "stop", "modules", "epochs"}


def labels(runs) -> dict[str, str]:
    """Condition -> its label, in the order of the runs, no two alike.

    The penalty is always said; its modules, and a training setting that some condition overrides, where conditions
    differ in them; the number of epochs, and last the condition's name, where nothing else tells two apart.
    """
    return labels_of({run["condition"].item(): facts(run) for run in runs})


def labels_of(known: dict[str, dict]) -> dict[str, str]:
    """Condition -> its label, from what is known of each."""
    where = {said["modules"] for said in known.values() if said["alpha"] != 0}
    settings = differing(known)
    first = {name: label(said, len(where) > 1, settings) for name, said in known.items()}
    second = {name: f"{text}, {known[name]['epochs']} epochs" for name, text in first.items()}
    third = {name: f"{text} ({name})" for name, text in first.items()}
    return told_apart(told_apart(first, second), third)


def facts(run) -> dict:
    """The scalar coordinates of a result."""
    return {name: value.item() for name, value in run.coords.items() if value.ndim == 0}


def differing(known: dict[str, dict]) -> list[str]:
    """Names of the training settings that some condition overrides and in which the conditions differ."""
    names = sorted({name for said in known.values() for name in said} - USUAL)
    return [name for name in names if len({said.get(name) for said in known.values()}) > 1]


def label(said: dict, with_modules: bool, settings: list[str]) -> str:
    """The penalty, and the given training settings where the condition overrides them."""
    others = [f"{name.replace('_', ' ')} = {number(said[name])}" for name in settings if name in said]
    return ", ".join([penalty(said, with_modules), *others])


def penalty(said: dict, with_modules: bool) -> str:
    """For instance "no penalty", "α = −20 from epoch 5", "α = 10 on modules 4–6, first 4 epochs"."""
    if said["alpha"] == 0:
        return "no penalty"
    where = f" on {modules(said['modules'])}" if with_modules else ""
    to_the_end = said["stop"] >= said["epochs"]
    when = f" from epoch {said['start']}" if to_the_end else f", {period(said['start'], said['stop'])}"
    return f"{strength(said['alpha'])}{where}{when}"


def period(start: int, stop: int) -> str:
    """Of a penalty that ends before training does: "first epoch", "first 4 epochs", "4 epochs from epoch 3"."""
    count = "1 epoch" if stop - start == 1 else f"{stop - start} epochs"
    return f"{count} from epoch {start}" if start else f"first {count.removeprefix('1 ')}"


def strength(alpha: float) -> str:
    """For instance "α = −20"."""
    return f"α = {number(alpha)}"


def beyond_strength(label: str, alpha: float) -> str:
    """What a label says beside the strength: "α = −20 from epoch 5" -> "from epoch 5"; one without penalty stays."""
    return label.removeprefix(strength(alpha)).lstrip(", ") if alpha else label


def modules(listed: str) -> str:
    """ "4 5 6" -> "modules 4–6", "4 6" -> "modules 4, 6", "7" -> "module 7"."""
    numbers = [int(part) for part in listed.split()]
    if len(numbers) == 1:
        return f"module {numbers[0]}"
    unbroken = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"modules {numbers[0]}–{numbers[-1]}" if unbroken else f"modules {', '.join(map(str, numbers))}"


def number(value) -> str:
    """A value as it is printed: no trailing zeros, and a minus sign as long as a plus sign."""
    return str(value) if isinstance(value, str | bool) else f"{value:g}".replace("-", "−")


def told_apart(plain: dict[str, str], longer: dict[str, str]) -> dict[str, str]:
    """The plain label where it is the only one of its kind, else the longer one."""
    count = Counter(plain.values())
    return {name: text if count[text] == 1 else longer[name] for name, text in plain.items()}
