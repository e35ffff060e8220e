"""What was done to a run: the penalty on its selectivity, and the settings of training that it overrides."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import total_ordering
from math import inf
from typing import Any, Literal, NamedTuple, get_args

# The scalar coordinates of a result that say other things, and those of the penalty.
PENALTY = ("alpha", "start", "stop", "modules")
OTHERS = ("study", "condition", "seed", "epochs")
# In a training result `learning_rate` is that of each epoch; the setting, where it is overridden, is called so:
INITIAL = "initial_"
Regularizer = Literal["l2", "l1", "dropout"]  # keys of `training`, of which a sweep varies one (Lange et al. 2022)
REGULARIZERS: tuple[Regularizer, ...] = get_args(Regularizer)
UNPENALISED = "no penalty"  # in a label
PLACES = ("first", "second")  # of the two networks of a pair, whose coordinates end in them


class Training(NamedTuple):
    """How long a network is trained, and the keys of `training` that its condition overrides."""

    epochs: int
    overrides: tuple[tuple[str, Any], ...]


def facts(result) -> dict[str, Any]:
    """The scalar coordinates of a result, a Dataset or a DataArray."""
    return {name: value.item() for name, value in result.coords.items() if value.ndim == 0}


def facts_of_pair(result) -> dict[str, dict[str, Any]]:
    """Those of the first and of the second network of a pair, without `_first` and `_second` behind."""
    said = facts(result)
    return {
        place: {name.removesuffix(f"_{place}"): value for name, value in said.items() if name.endswith(f"_{place}")}
        for place in PLACES
    }


def is_penalised(alpha):
    """Whether there is a penalty, for a value of alpha or an array of them."""
    return alpha != 0


@total_ordering
@dataclass(frozen=True)
class Condition:
    """What was done to a run, whatever its name.

    The pass from checkpoint e to e + 1 is penalised if start <= e < stop. Where alpha is 0 there is no penalty: it
    covers no module and no pass. `overrides` are (key of `training`, value) by key, without `epochs`.
    """

    epochs: int
    alpha: float = 0.0
    start: int = 0
    stop: int = 0
    modules: tuple[int, ...] = ()
    overrides: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def from_coordinates(cls, said: Mapping[str, Any]) -> "Condition":
        """The condition of a result, from the values of its scalar coordinates."""
        known = {key.removeprefix(INITIAL): value for key, value in said.items()}
        overrides = tuple(sorted((key, known[key]) for key in known.keys() - {*PENALTY, *OTHERS}))
        if not is_penalised(known["alpha"]):
            return cls(known["epochs"], overrides=overrides)
        modules = tuple(int(module) for module in known["modules"].split())
        return cls(known["epochs"], known["alpha"], known["start"], known["stop"], modules, overrides)

    @classmethod
    def from_dataset(cls, result) -> "Condition":
        """The condition of a result, a Dataset or a DataArray."""
        return cls.from_coordinates(facts(result))

    @property
    def coordinates(self) -> dict[str, Any]:
        """The scalar coordinates that every result of the condition carries."""
        return {**self.penalty, "modules": " ".join(map(str, self.modules)), "epochs": self.epochs} | dict(
            self.overrides
        )

    @property
    def penalty(self) -> dict[str, Any]:
        """The penalty as plain values."""
        return {name: getattr(self, name) for name in PENALTY}

    @property
    def training(self) -> Training:
        """How the network is trained, but for the penalty: conditions that have it in common can be compared."""
        return Training(self.epochs, self.overrides)

    @property
    def is_penalised(self) -> bool:
        """Whether there is a penalty."""
        return is_penalised(self.alpha)

    @property
    def is_baseline(self) -> bool:
        """Whether nothing was done: there is neither a penalty nor an override but of the number of epochs."""
        return not self.is_penalised and not self.overrides

    @property
    def regularizer(self) -> tuple[str, float] | None:
        """The regularizer that the condition sets, and its strength; None where it does anything else or nothing."""
        if self.is_penalised or len(self.overrides) != 1 or self.overrides[0][0] not in REGULARIZERS:
            return None
        return self.overrides[0]

    @property
    def is_suppressed(self) -> bool:
        """Whether the penalty lowers selectivity."""
        return self.alpha < 0

    @property
    def is_promoted(self) -> bool:
        """Whether the penalty raises selectivity."""
        return self.alpha > 0

    @property
    def is_kept_on(self) -> bool:
        """Whether the penalty, once there, stays to the end."""
        return self.is_penalised and self.stop >= self.epochs

    @property
    def is_from_start(self) -> bool:
        """Whether there is a penalty all the time."""
        return self.is_kept_on and self.start == 0

    @property
    def is_later(self) -> bool:
        """Whether the penalty sets in after at least one epoch, and stays to the end."""
        return self.is_kept_on and self.start >= 1

    @property
    def is_lifted(self) -> bool:
        """Whether there is a penalty from the first epoch that ends before training does."""
        return self.is_penalised and self.start == 0 and not self.is_kept_on

    def label(self, with_modules: bool, settings: Collection[str]) -> str:
        """What a figure calls it: the penalty, its modules if asked for, and of some settings those that it overrides.

        For instance "no penalty", "α = −20 from epoch 5", "α = 10 on modules 4–6, first 4 epochs, shift = 1".
        """
        others = [f"{setting_label(key)} = {number(value)}" for key, value in self.overrides if key in settings]
        return ", ".join([self.penalty_label(with_modules), *others])

    def penalty_label(self, with_modules: bool) -> str:
        """The penalty in a label."""
        if not self.is_penalised:
            return UNPENALISED
        where = f" on {modules_label(self.modules)}" if with_modules else ""
        when = f" from epoch {self.start}" if self.is_kept_on else f", {self.period}"
        return f"{strength(self.alpha)}{where}{when}"

    @property
    def period(self) -> str:
        """Of a penalty that ends before training does: "first epoch", "first 4 epochs", "4 epochs from epoch 3"."""
        length = self.stop - self.start
        count = "1 epoch" if length == 1 else f"{length} epochs"
        return f"{count} from epoch {self.start}" if self.start else f"first {count.removeprefix('1 ')}"

    def __str__(self) -> str:
        """For instance "alpha -20 from epoch 0", "alpha 10 in the first 4 epochs"."""
        count = self.stop - self.start
        epochs = f"{count} epochs" if count > 1 else "epoch"
        lifted = f"in the first {epochs}" if self.start == 0 else f"in {count} epochs from epoch {self.start}"
        return f"alpha {self.alpha:g} {f'from epoch {self.start}' if self.is_kept_on else lifted}"

    def __lt__(self, other: "Condition") -> bool:
        return self.place < other.place

    @property
    def place(self) -> tuple:
        """Its place among others: without a penalty first, then by alpha, and of one alpha the longest first."""
        overrides = tuple(
            (key, value if isinstance(value, (int, float, str)) else repr(value)) for key, value in self.overrides
        )
        return self.is_penalised, self.alpha, -self.stop, self.start, self.epochs, self.modules, overrides


def setting_label(key: str) -> str:
    """What a figure calls a setting of training: "learning rate", "L2"."""
    return key.upper() if key in ("l1", "l2") else key.replace("_", " ")


def strength(alpha: float) -> str:
    """For instance "α = −20"."""
    return f"α = {number(alpha)}"


def modules_label(modules: Sequence[int]) -> str:
    """(4, 5, 6) -> "modules 4–6", (4, 6) -> "modules 4, 6", (7,) -> "module 7"."""
    if len(modules) == 1:
        return f"module {modules[0]}"
    unbroken = list(modules) == list(range(modules[0], modules[-1] + 1))
    return f"modules {modules[0]}–{modules[-1]}" if unbroken else f"modules {', '.join(map(str, modules))}"


def number(value: Any) -> str:
    """A value as it is printed: no trailing zeros, and a minus sign as long as a plus sign."""
    return str(value) if isinstance(value, str | bool) else f"{value:g}".replace("-", "−")


def find_common_length(conditions: Collection[Condition]) -> int | None:
    """The epochs for which networks under conditions of one regularizer are compared, and those without any.

    Of the lengths of those without any (of all, where there is none) the one that most of the others have; the longer
    of two. None without conditions.
    """
    swept = [each.epochs for each in conditions if each.regularizer]
    lengths = {each.epochs for each in conditions if each.is_baseline} or {*swept}
    return max(lengths, key=lambda epochs: (swept.count(epochs), epochs), default=None)


def find_least_too_strong(levels: Iterable[tuple[float, Sequence[bool]]]) -> float:
    """The least strength of a regularizer at which more than half of the networks are not accurate; infinity if none.

    Networks of that strength and above are left out (Lange et al. 2022). A level is a strength, and of each of its
    networks whether it is accurate.
    """
    return min((value for value, each in levels if sum(each) < len(each) / 2), default=inf)
