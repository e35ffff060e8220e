"""Writes into dvc.yaml which source files each stage imports: `make deps`."""

import re
from itertools import product
from pathlib import Path

from vestige.config.choices import FAMILIES, FIGURES, SOURCES, plot_of
from vestige.foundation import source
from vestige.foundation.rows import FAMILY, SOURCE, STAGES, Stage
from vestige.pipeline import FORMAT

FILE = Path("dvc.yaml")
# What a study chooses, and how DVC spells the choice: it fills in the file that the study names.
CHOSEN = {
    SOURCE: ("data/{}.py", SOURCES, "data/${images.source}.py"),
    FAMILY: ("models/{}.py", FAMILIES, "models/${network.family}.py"),
}
LINE = re.compile(rf"^ +- {source.PREFIX}.*\n", re.MULTILINE)


def list_sources(stage: Stage) -> list[str]:
    """The source files of a stage in any study, as DVC spells them, sorted."""
    begins = [choices_of(stage, file) for file in stage.code]
    found = {each for files in product(*begins) for each in source.closure(FORMAT, *files)}
    chosen = {each for file in stage.code if file in CHOSEN for each in choices_of(stage, file)}
    return sorted((found - chosen) | {CHOSEN[file][2] for file in stage.code if file in CHOSEN})


def choices_of(stage: Stage, file: str) -> list[str]:
    """The files that a file of a row may stand for: those of every choice, or the plots of all figures of a kind."""
    if file in CHOSEN:
        pattern, names, _ = CHOSEN[file]
        return [pattern.format(name) for name in names]
    plots = {plot_of(name) for name, figure in FIGURES.items() if figure.kind == stage.kind}
    return [file.format(plot=plot) for plot in sorted(plots)] if "{plot}" in file else [file]


def update(text: str) -> str:
    """The text of dvc.yaml with the lists as they should be."""
    parts = re.split(r"^(?=  \w+:)", text, flags=re.MULTILINE)
    return "".join(update_stage(part, STAGES.get(part.strip().partition(":")[0])) for part in parts)


def update_stage(text: str, stage: Stage | None) -> str:
    """The text of one stage: its source files after the other files on which it depends."""
    found = LINE.search(text) if stage else None
    if found is None:
        return text
    indent = found[0][: found[0].index("-")]
    before, after = text[: found.start()], LINE.sub("", text[found.start() :])
    return before + "".join(f"{indent}- {source.PREFIX}{file}\n" for file in list_sources(stage)) + after


if __name__ == "__main__":
    former = FILE.read_text(encoding="utf-8")
    text = update(former)
    FILE.write_text(text, encoding="utf-8")
    print(f"{FILE}: {'nothing to change' if text == former else 'written'}")
