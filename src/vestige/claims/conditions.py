"""What was done to a run: its training, and the penalty on its selectivity."""

from dataclasses import dataclass
from typing import Any

from vestige.claims.windows import SHORTEST

USUAL = {"study", "condition", "seed", "alpha", "start", "stop", "modules", "epochs"}
SAME = {"initial_learning_rate": "learning_rate"}  # in a training result, whose `learning_rate` is that of each epoch


@dataclass(frozen=True)
class Training:
    """How long a network was trained, and the keys of `training` that its condition overrides."""

    epochs: int
    overrides: tuple[tuple[str, Any], ...] = ()

    @property
    def long_enough(self) -> bool:
        """Whether its first few epochs can be told from the rest."""
        return self.epochs >= SHORTEST


@dataclass(frozen=True)
class Condition:
    """What was done to a run, whatever its name: where alpha is 0, `start`, `stop` and `modules` say nothing."""

    training: Training
    alpha: float
    start: int = 0
    stop: int = 0
    modules: tuple[int, ...] = ()

    @property
    def kept_on(self) -> bool:
        """Whether the penalty lasts to the end."""
        return self.stop >= self.training.epochs

    @property
    def from_zero(self) -> bool:
        """Whether it is there all the time."""
        return self.start == 0 and self.kept_on

    @property
    def later(self) -> bool:
        """Whether it sets in after at least one epoch, and lasts to the end."""
        return self.start >= 1 and self.kept_on

    @property
    def lifted(self) -> bool:
        """Whether it is there from the first epoch and ends before training does."""
        return self.start == 0 and not self.kept_on

    def __str__(self) -> str:
        """For instance "alpha -20 from epoch 0", "alpha 10 in the first 4 epochs"."""
        count = self.stop - self.start
        epochs = f"{count} epochs" if count > 1 else "epoch"
        lifted = f"in the first {epochs}" if self.start == 0 else f"in {count} epochs from epoch {self.start}"
        when = f"from epoch {self.start}" if self.kept_on else lifted
        return f"alpha {self.alpha:g} {when}"


def condition(run) -> Condition:
    """What was done to a run, from the scalar coordinates of its result."""
    said = {SAME.get(name, name): value.item() for name, value in run.coords.items() if value.ndim == 0}
    training = Training(said["epochs"], tuple(sorted((key, said[key]) for key in said.keys() - USUAL)))
    if said["alpha"] == 0:
        return Condition(training, 0.0)
    modules = tuple(int(module) for module in said["modules"].split())
    return Condition(training, said["alpha"], said["start"], said["stop"], modules)
