"""The reproducibility card: what the results themselves say of code, data, hardware, software and setup."""

from dataclasses import dataclass
from typing import Any

from vestige.report.evidence import Proofs, count_stated, digest_of, inputs, sections
from vestige.report.machines import count_machines, count_mixed
from vestige.report.wording import format_list, number, plural

CLASSES = 200  # listed on the page, of each split
# Sources that anyone can obtain, and in which form; of others the digests alone say what they were.
ORIGINS = {
    "digits": "handwritten digits, distributed with scikit-learn",
    "mnist": "handwritten digits, LeCun et al., 1998",
    "cifar10": "CIFAR-10, Krizhevsky, 2009",
}
Table = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Split:
    """A part of the images: how many of each class, and the sha256 of its images and of its labels."""

    name: str
    counts: tuple[int, ...]
    images: str
    labels: str

    @property
    def image_count(self) -> int:
        """How many images it has."""
        return sum(self.counts)

    @property
    def balance(self) -> str:
        """How many images a class has."""
        least, most = min(self.counts), max(self.counts)
        return f"{number(least)} of each class" if least == most else f"{number(least)} to {number(most)} of a class"


@dataclass(frozen=True)
class Card:
    """What the page says under each variable; tables are name -> value -> number of results that state it."""

    results: int
    code: Table
    digest: str
    hardware: Table
    machines: dict[str, int]
    mixed: int
    versions: Table
    inputs: list[tuple[str, str]]
    source: str
    splits: tuple[Split, ...]
    classes: tuple[tuple[str, ...], ...]
    steps: tuple[dict[str, Any], ...]
    seeds: str
    training: dict[str, Any]
    epsilon: str
    settings: list[tuple[str, list[tuple[str, str]]]]

    @property
    def differing_files(self) -> list[str]:
        """The files of code in whose digest the results disagree."""
        return [name for name, values in self.code.items() if len(values) > 1]

    @property
    def code_rows(self) -> list[tuple[str, str]]:
        """(file, digest) of the code."""
        return [(name, disagreement(values)) for name, values in self.code.items()]

    @property
    def array_rows(self) -> list[tuple[str, str]]:
        """(array, digest) of the images."""
        return [
            (f"{split.name}, {kind}", getattr(split, kind)) for split in self.splits for kind in ("images", "labels")
        ]

    @property
    def hardware_differs(self) -> bool:
        """Whether the results were made on different machines."""
        return any(len(models) > 1 for models in self.hardware.values())

    @property
    def origin(self) -> str:
        """Where the images are to be had; empty where their source says nothing of it."""
        return ORIGINS.get(self.source, "")

    @property
    def unlisted_count(self) -> int:
        """How many classes the page leaves out."""
        return len(self.splits[0].counts) - len(self.classes)


def card(settings, images, network, runs, proofs: Proofs) -> Card:
    """The card of a study."""
    code = count_stated(proofs, "code")
    splits = splits_of(images)
    names = [str(name) for name in images["class_name"].values.tolist()]
    table = zip(names, *(map(number, split.counts) for split in splits), strict=True)
    return Card(
        results=sum(bool(proof) for proof in proofs),
        code=code,
        digest=digest_of(code),
        hardware=count_stated(proofs, "hardware"),
        machines=count_machines(runs),
        mixed=count_mixed(runs),
        versions=count_stated(proofs, "versions"),
        inputs=inputs(proofs),
        source=settings.images["source"],
        splits=splits,
        classes=tuple(table)[:CLASSES],
        steps=steps_of(network),
        seeds=format_list(sorted({run["seed"].item() for run in runs})),
        training=settings.training,
        epsilon=f"{settings.selectivity['epsilon']:g}".replace("e-0", "e-"),
        settings=sections(settings, proofs),
    )


def splits_of(images) -> tuple[Split, ...]:
    """The splits of the images."""
    names = images["split"].values.tolist()
    digests = (images[f"{kind}_sha256"].values.tolist() for kind in ("images", "labels"))
    counts = images["count"].transpose("split", "class").values.tolist()
    return tuple(Split(name, tuple(row), *told) for name, row, *told in zip(names, counts, *digests, strict=True))


def steps_of(network) -> tuple[dict[str, Any], ...]:
    """The steps of the network in order of execution, as rows of a table."""
    columns = ("module", "channels", "height", "width", "parameters", "layers", "shortcut")
    values = zip(network["step"].values.tolist(), *(network[name].values.tolist() for name in columns), strict=True)
    return tuple(dict(zip(("name", *columns), row, strict=True)) for row in values)


def disagreement(values: dict[str, int]) -> str:
    """The values that results state, each with the number of results where there is more than one."""
    if len(values) < 2:
        return next(iter(values), "")
    return format_list(f"{value} ({plural(count, 'result')})" for value, count in values.items())
