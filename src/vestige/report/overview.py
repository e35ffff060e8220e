"""The study in a paragraph of plain words."""

from collections import Counter

from vestige.condition import REGULARIZERS
from vestige.report.conditions import ConditionRow, baselines
from vestige.report.evidence import count_stated
from vestige.report.wording import format_list, number, percent, plural, span


def paragraph(settings, images, network, conditions: list[ConditionRow], proofs) -> list[str]:
    """Sentences on images, network, runs and machine, made from settings and results."""
    sentences = (
        count_networks(conditions),
        describe_networks(network, settings),
        describe_images(images, settings),
        describe_conditions(conditions, settings),
        describe_machine(settings, proofs),
        describe_accuracy(conditions),
    )
    return [sentence for sentence in sentences if sentence]


def count_networks(conditions: list[ConditionRow]) -> str:
    """How many networks there are."""
    runs = sum(len(condition.seeds) for condition in conditions)
    seeds = span(len(condition.seeds) for condition in conditions)
    return (
        f"This study trains {plural(runs, 'network')} from random weights: {plural(len(conditions), 'condition')}, "
        f"each with {seeds} {'seed' if seeds == '1' else 'seeds'}."
    )


def describe_networks(network, settings) -> str:
    """What the networks are."""
    modules = sorted({each for each in network["module"].values.tolist() if each >= 0})
    blocks = sum(each >= 0 for each in network["module"].values.tolist())
    return (
        f"Each is a {family(settings)} with {plural(network['parameters_total'].item(), 'parameter')}, "
        f"whose {plural(blocks, 'block')} form modules {format_list(modules)}."
    )


def family(settings) -> str:
    """The family of the network, with its settings in brackets."""
    name = settings.network["family"].replace("_", " ").replace("resnet", "ResNet").replace("vgg", "VGG")
    name = name.replace("mlp", "multilayer perceptron")
    said = {key: value for key, value in settings.network.items() if key != "family"}
    texts = [f"{key} {', '.join(map(str, value)) if isinstance(value, list) else value}" for key, value in said.items()]
    return f"{name} ({'; '.join(texts)})" if texts else name


def describe_images(images, settings) -> str:
    """What they learn from and what they are measured on."""
    count = {split: int(images["count"].sel(split=split).sum()) for split in images["split"].values.tolist()}
    size = f"{images['height'].item()}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{images['width'].item()} pixels"
    colour = "in grey levels" if images.sizes["channel"] == 1 else f"in {images.sizes['channel']} colour channels"
    return (
        f"They learn to tell {plural(images.sizes['class'], 'class', 'classes')} apart from "
        f"{number(count['train'])} images of the source {settings.images['source']} ({size}, {colour}); all that is "
        f"reported here is measured on {number(count['val'])} others, unless it says otherwise."
    )


def describe_conditions(conditions: list[ConditionRow], settings) -> str:
    """What the conditions do."""
    epochs = span(condition.epochs for condition in conditions)
    kinds = {
        "suppresses": sum(condition.done.is_suppressed for condition in conditions),
        "promotes": sum(condition.done.is_promoted for condition in conditions),
    }
    doing = [f"{word} it in {plural(count, 'condition')}" for word, count in kinds.items() if count]
    penalty = f" A term of the loss on the class selectivity of units {format_list(doing)}." if doing else ""
    penalty += describe_regularizers(conditions)
    most = "at most " if settings.training.get("early_stopping") else ""
    return f"Training lasts {most}{plural(int(epochs), 'epoch') if epochs.isdigit() else epochs + ' epochs'}.{penalty}"


def describe_regularizers(conditions: list[ConditionRow]) -> str:
    """Which regularizers conditions set, one at a time, and in how many strengths."""
    found = Counter(one.done.regularizer[0] for one in conditions if one.done.regularizer)
    words = {"l1": "L1", "l2": "L2"}
    kinds = [f"{words.get(name, name)} in {plural(found[name], 'strength')}" for name in REGULARIZERS if found[name]]
    return f" Conditions set one regularizer at a time: {format_list(kinds)}." if kinds else ""


def describe_machine(settings, proofs) -> str:
    """On what it was computed."""
    models = format_list(value for values in count_stated(proofs, "hardware").values() for value in values)
    device = {"cpu": "processor", "cuda": "graphics processor"}[settings.device]
    return f"All was computed on the {device}{f' ({models})' if models else ''}."


def describe_accuracy(conditions: list[ConditionRow]) -> str:
    """How well the networks classify that are left alone."""
    plain = baselines(conditions)[:1]
    return "".join(
        f"Networks whose selectivity is left alone name the right class of "
        f"{percent(sum(one.accuracies) / len(one.accuracies))} of the validation images in the end."
        for one in plain
    )
