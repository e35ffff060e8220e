"""Writes into dvc.yaml which source files each stage imports: `make deps`."""

import re
from itertools import product
from pathlib import Path

from vestige.config.registry import FAMILIES, FIGURES, SOURCES, plot_of
from vestige.data.imagenet import DESCRIPTION
from vestige.foundation import source_hash
from vestige.foundation.rows import DESCRIBED, FAMILY, GIVEN, SOURCE, STAGES, STUDY, Stage
from vestige.pipeline import ALWAYS

FILE = Path("dvc.yaml")
# What a study chooses, and how DVC spells the choice: it fills in the file that the study names.
CHOSEN = {
    SOURCE: ("data/{}.py", SOURCES, "data/${images.source}.py"),
    FAMILY: ("models/{}.py", FAMILIES, "models/${network.family}.py"),
}
SOURCE_LINE = rf"^ +- {source_hash.PREFIX}.*\n"
RESULT_LINE = r"^ +- results/.*\n"
RESULTS = "results/${item.study}"


def list_sources(stage: Stage) -> list[str]:
    """The source files of a stage in any study, as DVC spells them, sorted."""
    rows = (stage, GIVEN.get(stage.name, stage))  # DVC has one list for all jobs of a stage
    begins = [[choices_of(row, file) for file in row.code] for row in rows]
    found = {each for row in begins for files in product(*row) for each in source_hash.closure(*ALWAYS, *files)}
    chosen = {each for file in stage.code if file in CHOSEN for each in choices_of(stage, file)}
    return sorted((found - chosen) | {CHOSEN[file][2] for file in stage.code if file in CHOSEN})


def choices_of(stage: Stage, file: str) -> list[str]:
    """The files that a file of a row may stand for: those of every choice, or the plots of all figures of a kind."""
    if file in CHOSEN:
        pattern, names, _ = CHOSEN[file]
        return [pattern.format(name) for name in names]
    if file == DESCRIBED:  # of sources whose files describe themselves, these are among the choices already
        return [DESCRIPTION]
    plots = {plot_of(name) for name, figure in FIGURES.items() if figure.kind == stage.kind}
    return [file.format(plot=plot) for plot in sorted(plots)] if "{plot}" in file else [file]


def update(text: str) -> str:
    """The text of dvc.yaml with the lists as they should be."""
    parts = re.split(r"^(?=  \w+:)", text, flags=re.MULTILINE)
    return "".join(update_stage(part, STAGES.get(part.strip().partition(":")[0])) for part in parts)


def list_results(stage: Stage) -> list[str]:
    """The results that a stage reads which gathers some, as DVC spells them: all of a kind are a folder."""
    read = [STAGES[name] for name in (*stage.reads, *stage.gathers)]
    paths = [f"{each.group}{each.suffix if each.axis == STUDY else ''}" for each in read]
    return [f"{RESULTS}/{path}" for path in dict.fromkeys(paths)]


def update_stage(text: str, stage: Stage | None) -> str:
    """The text of one stage: first the results on which it depends, then the source files."""
    if stage is None or "deps:\n" not in text:
        return text
    before, head, after = text.partition("deps:\n")
    if stage.gathers:
        after = replace_lines(after, RESULT_LINE, list_results(stage), until=" outs:")
    sources = [f"{source_hash.PREFIX}{file}" for file in list_sources(stage)]
    return before + head + replace_lines(after, SOURCE_LINE, sources, until=" outs:")


def replace_lines(text: str, pattern: str, items: list[str], until: str) -> str:
    """The text with a list's lines of a pattern replaced by items, at the place of the first of them."""
    part, end, rest = text.partition(until)
    found = re.search(pattern, part, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{FILE}: deps of a stage hold no line like {items[0]}: add one, and the others are written")
    indent = found[0][: found[0].index("-")]
    lines = "".join(f"{indent}- {item}\n" for item in items)
    before, after = part[: found.start()], re.sub(pattern, "", part[found.start() :], flags=re.MULTILINE)
    return before + lines + after + end + rest


if __name__ == "__main__":
    former = FILE.read_text(encoding="utf-8")
    text = update(former)
    FILE.write_text(text, encoding="utf-8")
    print(f"{FILE}: {'nothing to change' if text == former else 'written'}")
