"""The study in a paragraph of plain words."""

from collections import Counter

from vestige.condition import REGULARIZERS
from vestige.report.conditions import ConditionRow, baselines
from vestige.report.evidence import stated
from vestige.report.wording import listed, number, percent, several, span


def paragraph(settings, images, network, conditions: list[ConditionRow], proofs) -> list[str]:
    """Sentences on images, network, runs and machine, made from settings and results."""
    return [sentence for sentence in (
        trained(conditions), built(network, settings), shown(images, settings), treated(conditions, settings),
        computed(settings, proofs), reached(conditions),
    ) if sentence]  # fmt: skip


def trained(conditions: list[ConditionRow]) -> str:
    """How many networks there are."""
    runs = sum(len(condition.seeds) for condition in conditions)
    seeds = span(len(condition.seeds) for condition in conditions)
    return (
        f"This study trains {several(runs, 'network')} from random weights: {several(len(conditions), 'condition')}, "
        f"each with {seeds} {'seed' if seeds == '1' else 'seeds'}."
    )


def built(network, settings) -> str:
    """What the networks are."""
    modules = sorted({each for each in network["module"].values.tolist() if each >= 0})
    blocks = sum(each >= 0 for each in network["module"].values.tolist())
    return (
        f"Each is a {family(settings)} with {several(network['parameters_total'].item(), 'parameter')}, "
        f"whose {several(blocks, 'block')} form modules {listed(modules)}."
    )


def family(settings) -> str:
    """The family of the network, with its settings in brackets."""
    name = settings.network["family"].replace("_", " ").replace("resnet", "ResNet").replace("vgg", "VGG")
    name = name.replace("mlp", "multilayer perceptron")
    said = {key: value for key, value in settings.network.items() if key != "family"}
    texts = [f"{key} {', '.join(map(str, value)) if isinstance(value, list) else value}" for key, value in said.items()]
    return f"{name} ({'; '.join(texts)})" if texts else name


def shown(images, settings) -> str:
    """What they learn from and what they are measured on."""
    count = {split: int(images["count"].sel(split=split).sum()) for split in images["split"].values.tolist()}
    size = f"{images['height'].item()}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{images['width'].item()} pixels"
    colour = "in grey levels" if images.sizes["channel"] == 1 else f"in {images.sizes['channel']} colour channels"
    return (
        f"They learn to tell {several(images.sizes['class'], 'class', 'classes')} apart from "
        f"{number(count['train'])} images of the source {settings.images['source']} ({size}, {colour}); all that is "
        f"reported here is measured on {number(count['val'])} others, unless it says otherwise."
    )


def treated(conditions: list[ConditionRow], settings) -> str:
    """What the conditions do."""
    epochs = span(condition.epochs for condition in conditions)
    kinds = {
        "suppresses": sum(condition.done.is_suppressed for condition in conditions),
        "promotes": sum(condition.done.is_promoted for condition in conditions),
    }
    doing = [f"{word} it in {several(count, 'condition')}" for word, count in kinds.items() if count]
    penalty = f" A term of the loss on the class selectivity of units {listed(doing)}." if doing else ""
    penalty += regularized(conditions)
    most = "at most " if settings.training.get("early_stopping") else ""
    return f"Training lasts {most}{several(int(epochs), 'epoch') if epochs.isdigit() else epochs + ' epochs'}.{penalty}"


def regularized(conditions: list[ConditionRow]) -> str:
    """Which regularizers conditions set, one at a time, and in how many strengths."""
    found = Counter(one.done.regularizer[0] for one in conditions if one.done.regularizer)
    words = {"l1": "L1", "l2": "L2"}
    kinds = [f"{words.get(name, name)} in {several(found[name], 'strength')}" for name in REGULARIZERS if found[name]]
    return f" Conditions set one regularizer at a time: {listed(kinds)}." if kinds else ""


def computed(settings, proofs) -> str:
    """On what it was computed."""
    models = listed(value for values in stated(proofs, "hardware").values() for value in values)
    device = {"cpu": "processor", "cuda": "graphics processor"}[settings.device]
    return f"All was computed on the {device}{f' ({models})' if models else ''}."


def reached(conditions: list[ConditionRow]) -> str:
    """How well the networks classify that are left alone."""
    plain = baselines(conditions)[:1]
    return "".join(
        f"Networks whose selectivity is left alone name the right class of "
        f"{percent(sum(one.accuracies) / len(one.accuracies))} of the validation images in the end."
        for one in plain
    )
