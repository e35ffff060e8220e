"""dvc.lock, a stage at a time.

DVC's own reader goes through the whole file, which takes it half a minute where there are a thousand results.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from vestige.config import loading
from vestige.config.loading import FILE as PARAMS
from vestige.config.study import Study
from vestige.foundation.files import read_regular, write_whole
from vestige.pipeline import TEXTS, Job, jobs

FILE = Path("dvc.lock")
CHECKED = Path("work", "checked.yaml")  # params.yaml as it was accepted: of another one DVC runs no command
BEFORE = "schema: '2.0'\nstages:\n"  # what stands before the first stage


def stage_of(job: Job) -> str:
    """The name that DVC gives to the stage of a job."""
    return "-".join([f"{job.stage.name}@{job.study.study}", *(str(value) for _, value in job.values)])


def read(text: str | None = None) -> dict[str, str]:
    """The text about each stage by its name, none where there is no file. Raises RuntimeError where DVC wrote none."""
    return split_stages(read_file() if text is None else text)[0]


def is_cut_short() -> bool:
    """Whether a part of the file is missing: a DVC that is killed while it writes leaves one that it then refuses."""
    return FILE.is_file() and split_stages(read_file())[1]


def read_file() -> str:
    """What stands in the file; nothing where there is none."""
    try:
        return FILE.read_text(encoding="utf-8") if FILE.is_file() else ""
    except UnicodeDecodeError:
        return "no text at all\n"


def split_stages(text: str) -> tuple[dict[str, str], bool]:
    """The text about each whole stage by its name, and whether the end of the file is missing."""
    lines = text[: text.rfind("\n") + 1]
    if BEFORE.startswith(lines):
        return {}, True
    head, _, body = lines.replace("stages: {}\n", "stages:\n").partition(BEFORE)
    names = re.findall(r"^  (\S.*):\n", body, re.M)
    first, *texts = re.split(r"^  \S.*:\n", body, flags=re.M)
    unfinished = bool(texts) and not stands(texts[-1])
    if unfinished:
        names.pop(), texts.pop()
    foreign = any(line.strip() and not line.startswith("  ") for line in body.splitlines())
    if head or first or foreign or not all(each.startswith("    ") for each in texts):
        raise RuntimeError(f"{FILE} is not as DVC writes it (a conflict left by a merge?): mend or remove it")
    return dict(zip(names, texts, strict=True)), unfinished or lines != text


def stands(text: str) -> bool:
    """Whether the text about a stage says as much as DVC asks for."""
    try:
        said = entry(text)
    except RuntimeError:
        return False
    files = [item for kind in ("deps", "outs") if kind in said for item in said[kind] or [{}]]
    params = said.get("params", {})
    of_files = isinstance(params, dict) and all(isinstance(each, dict) for each in params.values())
    return of_files and "outs" in said and all("md5" in item for item in files)  # every stage of dvc.yaml has outs


def write(stages: Mapping[str, str]) -> None:
    """Write the whole file, in one step."""
    if not stages:  # DVC refuses a file that names none
        return FILE.unlink(missing_ok=True)
    body = "".join(f"  {name}:\n{text}" for name, text in stages.items())
    with write_whole(FILE) as file:
        file.write((BEFORE + body).encode())


def entry(text: str) -> dict[str, Any]:
    """What the text about a stage says: cmd, params, and of each dep and out what DVC knows.

    Raises RuntimeError where DVC wrote none.
    """
    parts = re.split(r"^(?=\w)", re.sub(r"^    ", "", unfold_lines(text), flags=re.M), flags=re.M)[1:]
    try:
        said = dict(map(parse_part, parts))
        if not said.get("cmd"):
            raise ValueError("a stage without cmd")
        for kind in ("deps", "outs"):
            digests_of(said, kind)
        return said
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        why = str(error).splitlines()[0]
        raise RuntimeError(f"{FILE} is not as DVC writes it ({why}): mend or remove it") from None


def unfold_lines(text: str) -> str:
    """A text whose long commands and paths, which DVC breaks after 80 characters, stand on one line again."""
    return re.sub(r" *\n +(?!- )([^\s:]+)(?=\n|$)", r" \1", text)


def parse_part(part: str) -> tuple[str, Any]:
    """The key of a part, and what stands there."""
    key = part.partition(":")[0]
    return key, files(part) if key in ("deps", "outs") else load_part(part)[key]


def files(part: str) -> list[dict[str, Any]]:
    """Paths and their digests: DVC writes each on a line of its own."""
    items = [dict(re.findall(r"(\w+): '?([^'\n]*)'?$", item, re.M)) for item in re.split(r"^- ", part, flags=re.M)[1:]]
    return [{key: int(said) if key in ("size", "nfiles") else said for key, said in item.items()} for item in items]


@cache
def load_part(part: str) -> Any:
    """A part as YAML; most stages have the same parameters, which are read once."""
    return YAML(typ="safe", pure=True).load(part)


def digests_of(said: Mapping[str, Any], kind: str) -> dict[str, str]:
    """DVC's digest of each dep, or of each out, by path."""
    paths = {item["path"]: item.get("md5") for item in said.get(kind, [])}
    return {path: digest for path, digest in paths.items() if digest}


def claims(said: Mapping[str, Any], job: Job) -> bool:
    """Whether an entry claims to be made with the very text of a job."""
    return digests_of(said, "deps").get(job.text_file) == digest_of_text(job)


def holds_text(text: str, job: Job) -> bool:
    """Whether an entry, as DVC writes it, holds the digest of the very text of a job, which no other file has."""
    return digest_of_text(job) in text


def digest_of_text(job: Job) -> str:
    """DVC's digest of the file of a job's text."""
    return hashlib.md5(content_of(job)).hexdigest()


def content_of(job: Job) -> bytes:
    """What stands in the file of a job's text."""
    return f"{job.text}\n".encode()


def has_text(job: Job) -> bool:
    """Whether the file in which DVC looks for a job's text holds it."""
    try:
        return read_regular(Path(job.text_file)) == content_of(job)
    except OSError:
        return False


def write_texts(study: Study) -> None:
    """Write the text of each job of the study that DVC reads, where another one lies, and remove those of no job.

    And note that the study was accepted.
    """
    if study.file != PARAMS:
        return
    wanted = {Path(job.text_file): content_of(job) for job in jobs(study)}
    for path in sorted({each for each in Path(TEXTS).rglob("*") if not each.is_dir()} - wanted.keys()):
        path.unlink(missing_ok=True)
    for path, content in wanted.items():
        write_changed(path, content)
    text = Path(PARAMS).read_bytes()
    if loading.read() == study:  # else it was edited since it was accepted
        write_changed(CHECKED, text)


def write_changed(path: Path, content: bytes) -> None:
    """Write a file, unless that is what it holds. Raises RuntimeError where something lies in its way."""
    if path.is_file() and path.read_bytes() == content:
        return
    try:
        with write_whole(path) as file:
            file.write(content)
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        obstacle = error.filename2 or error.filename
        raise RuntimeError(f"{path} cannot be written, for {obstacle} lies in its way: remove that") from None


def command_of(said: Mapping[str, Any]) -> str:
    """The command of an entry that makes something: before it stands one that checks the study."""
    command = said["cmd"]
    return command[-1] if isinstance(command, list) else command


def copy_values(value: Any) -> Any:
    """The same values, of which none is in two places: YAML would name it at the first, and entries share no names."""
    if isinstance(value, dict):
        return {key: copy_values(each) for key, each in value.items()}
    return [copy_values(each) for each in value] if isinstance(value, list) else value
