"""What the proof of a result says otherwise than what would make it now, a line each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vestige.pipeline import Job, has_two_rows
from vestige.provenance import equivalences, hashing
from vestige.provenance.external_checkpoints import describe_changes
from vestige.provenance.proofs import CodeOf, code_digests, input_digests, is_former, leaves, table_changes

NAMED = 3  # causes that lie behind a result are named, if there are more
FORMER = "its proof is of a former form, which does not say all that it was made with"
WORDS = {  # of the parts of a text that have leaves, in the order in which they are named
    "settings": "setting",
    "rows": "row",
    "labels": "label",
    "stream": "random stream",
    "reads": "what it reads:",
    "functions": "its function:",
    "classes": "the class of",
    "stage": "its stage:",
}
LISTS = {"gathers": "what it gathers", "shown": "what it shows"}


def own_changes(job: Job, given: Mapping, unchanged: bool, now: dict[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """What a proof says otherwise of a result itself: its code, its text, its bytes; the equivalences needed."""
    if is_former(given):
        return [FORMER], ()
    then, vouched = equivalences.carry_forward(job.stage.name, given["code"], now, settings_in(given["text"]))
    reasons = [
        *table_changes("code of", then, now),
        *text_changes(given["text"], job.text),
        *describe_changes(job, given["beside"]),
        *([] if unchanged else [f"{job.output} was changed after it was written"]),
    ]
    return reasons, vouched if then == now else ()


def text_changes(then: str, now: str) -> list[str]:
    """In what two texts of a job differ, a line each; what follows from settings is named only where none differs."""
    if then == now:
        return []
    before, after = json.loads(then), json.loads(now)
    lists = [
        line for part, words in LISTS.items() for line in list_changes(words, before.get(part, {}), after.get(part, {}))
    ]
    found = {part: part_changes(part, before.get(part), after.get(part)) for part in WORDS}
    if found["settings"]:
        found["labels"], found["stream"] = [], []
    return [line for lines in found.values() for line in lines] + lists or ["what it is made with is spelt otherwise"]


def part_changes(part: str, then: Any, now: Any) -> list[str]:
    """In what a part of two texts differs, a line each."""
    tables = [flatten(each) for each in (then, now)]
    return [line.replace("  ", " ") for line in table_changes(WORDS[part], *tables, show=True)]


def flatten(value: Any) -> dict[str, Any]:
    """A part of a text as one table; what is no table has a name of no letters."""
    return {} if value is None else leaves(value)


def list_changes(words: str, then: Any, now: Any) -> list[str]:
    """Which results are in one of two lists, or of two tables of lists, alone; in a line."""
    if then == now:
        return []
    before, after = results_in(then), results_in(now)
    said = [
        f"{word} {shorten(sorted(each))}"
        for word, each in (("now also", after - before), ("no longer", before - after))
        if each
    ]
    return [f"{words}: {', '.join(said) or 'in another order'}"]


def results_in(lists: list[str] | dict[str, list[str]]) -> set[str]:
    """The results in a list, or in a table of lists."""
    return {*lists} if isinstance(lists, list) else {each for group in lists.values() for each in group}


def shorten(paths: list[str]) -> str:
    """The first of some paths, and how many more there are."""
    return f"{paths[0]}{f' and {len(paths) - 1} more' if paths[1:] else ''}"


def settings_in(text: str) -> dict[str, Any]:
    """The settings in the text of a job; none where its sha256, or nothing, stands in its place."""
    return json.loads(text).get("settings", {}) if text.startswith("{") else {}


def behind_changed(
    given: Mapping, gone: Sequence[Job], code_of: CodeOf = code_digests
) -> tuple[list[str], tuple[str, ...]]:
    """What a proof says otherwise of how results that are gone would be made now; the equivalences needed."""
    said = given["behind"]
    reasons, vouched = [], ()
    for each in () if is_former(given) else gone:
        then, now = said["code"].get(each.stage.name, {}), code_of(each)
        if each.stage.kind or has_two_rows(each.study, each.stage.name):  # its jobs have files of their own
            then = {file: then[file] for file in then if file in now}
        text = said["texts"].get(each.output, "")
        then, why = equivalences.carry_forward(each.stage.name, then, now, settings_in(text) or each.settings)
        read = {one.output: said["results"].get(one.output) for one in each.inputs}
        found = [
            *table_changes("code of", then, now),
            *text_or_digest_changes(text, each.text),
            *inputs_changed(read, input_digests(each)),
        ]
        reasons += [f"{each.output}, from which it came and which is missing: {line}" for line in found]
        vouched += why if then == now else ()
    return reasons[:NAMED], vouched


def text_or_digest_changes(then: str, now: str) -> list[str]:
    """In what a text differs from that of now, where of the former one the sha256 may be all that is known."""
    if then.startswith("{"):
        return text_changes(then, now)
    return [] if then == hashing.of_text(now) else ["what it is made with was changed"]


def inputs_changed(then: dict[str, str], now: dict[str, str | None]) -> list[str]:
    """Which inputs are not those that were read; one that is absent now proves nothing either way."""
    return table_changes("input", then, {path: digest or then.get(path) for path, digest in now.items()})


def name_causes(causes: Mapping[str, str]) -> Iterable[str]:
    """The first causes that lie behind a result, a line each, and how many more there are."""
    lines = [f"{path}, from which it comes, is {why}" for path, why in list(causes.items())[:NAMED]]
    return lines + ([f"and {len(causes) - NAMED} more of those from which it comes"] if len(causes) > NAMED else [])
