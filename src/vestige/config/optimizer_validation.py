"""What the settings of training may not say of each other: optimizer, schedule, dropout, precision, devices."""

from collections.abc import Iterator

from vestige.config.errors import Fault, format_list
from vestige.config.study import Study
from vestige.stages.training import Settings, has_several_devices, is_recomputed

OF_SGD = {"momentum": "from 0, below 1", "weight_decay": "0 or more"}
OF_STEPS = {"learning_rate_step": "epochs from 1 on", "learning_rate_gamma": "more than 0, up to 1"}
WATCHING = ("plateau", "early_stopping")  # of the loss on held-out images


def of_training(study: Study) -> Iterator[Fault]:
    """Contradictions in the study's own training, and those that a condition brings in."""
    own = dict(of_settings(study, study.training))
    yield from ((("training", key), says) for key, says in own.items())
    for name in study.conditions:
        if study.overrides(name):
            found = of_settings(study, study.training_of(name))
            yield from ((("conditions", name, key), says) for key, says in found if own.get(key) != says)


def of_keep(study: Study) -> Iterator[Fault]:
    """The best checkpoint of a run that has none, as no images are held out in it."""
    trained = [name for name in study.conditions if not study.is_given(name)]
    lacking = [name for name in trained if study.training_of(name).held_out is None]
    if study.keep == "best" and lacking:
        without = f"conditions.{lacking[0]} holds no images out, by which one would be the best: give training.held_out"
        yield ("keep",), f"found best; {without}, or say listed"


def of_settings(study: Study, training: Settings) -> Iterator[tuple[str, str]]:
    """Keys that contradict others, each with what is wrong."""
    yield from of_optimizer(training)
    yield from of_schedule(training)
    said = {key: value for key, value in training if value is not None}
    watching = [key for key in WATCHING if key in said]
    if watching and "held_out" not in said:
        yield (
            "held_out",
            f"missing; {format_list(watching)} looks at held-out images; allowed: a share of them, such as 0.1",
        )
    if "held_out" in said and is_recomputed(training.batch_norm):
        yield "held_out", f"found {said['held_out']:g}; where batch_norm is recomputed no images can be held out"
    if training.precision == "tf32" and study.device != "cuda":
        yield "precision", f"found tf32, which the device {study.device} has not; allowed: float32, bfloat16"
    dropout = said.get("dropout") or getattr(study.network, "dropout", None)
    if training.compile and dropout:
        masks = f"masks of dropout ({dropout:g}) cannot be compiled"
        yield "compile", f"found true; {masks}: leave out one of them"
    yield from of_devices(training, dropout)
    if "dropout" in said and getattr(study.network, "dropout", None) is not None:
        yield "dropout", f"found {said['dropout']:g}; network.dropout drops units already: leave out one of them"


def of_devices(training: Settings, dropout: float | None) -> Iterator[tuple[str, str]]:
    """What several devices cannot share: an uneven batch, and what one alone draws, compiles or recomputes."""
    if not has_several_devices(training):
        return
    found = f"found {training.devices}"
    if training.batch_size % training.devices:
        yield "devices", f"{found}; batch_size {training.batch_size} is not a multiple of it; allowed: what divides it"
    others = {"dropout": dropout, "compile": training.compile, "batch_norm": is_recomputed(training.batch_norm)}
    for key in (key for key, value in others.items() if value):
        name = "batch_norm that is recomputed" if key == "batch_norm" else key
        yield "devices", f"{found}; with {name} one device trains alone; allowed: 1, or leave that out"


def of_optimizer(training: Settings) -> Iterator[tuple[str, str]]:
    """Keys of SGD that it lacks, or that another optimizer has no use for."""
    is_sgd = training.optimizer in (None, "sgd")
    for key, allowed in OF_SGD.items():
        value = getattr(training, key)
        if is_sgd and value is None:
            yield key, f"missing; the optimizer is sgd; allowed: {allowed}"
        if not is_sgd and value is not None:
            yield key, f"found {value:g}; {training.optimizer} has none: leave this key out"


def of_schedule(training: Settings) -> Iterator[tuple[str, str]]:
    """Keys of a learning rate that falls by steps, of which one that falls by plateaus has no use."""
    for key, allowed in OF_STEPS.items():
        value = getattr(training, key)
        if training.plateau is None and value is None:
            yield (
                key,
                f"missing; the learning rate falls by steps; allowed: {allowed}; or give plateau in place of both",
            )
        if training.plateau is not None and value is not None:
            yield key, f"found {value:g}; the learning rate falls by plateau: leave out one of them"
