"""What the proof of a result says otherwise than what would make it now, a line each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vestige.pipeline import Job, has_two_rows
from vestige.provenance import equivalences
from vestige.provenance.given import describe_changes
from vestige.provenance.proofs import CodeOf, changed, code_digests, input_digests, leaves

NAMED = 3  # causes that lie behind a result are named, if there are more


def own_changes(job: Job, given: Mapping, unchanged: bool, now: dict[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """What a proof says otherwise of a result itself: its code, its settings, its bytes; the equivalences needed."""
    then, vouched = equivalences.carried(job.stage.name, given["code"], now, given["settings"])
    reasons = [
        *changed("code of", then, now),
        *changed("setting", leaves(without_places(given["settings"], job)), leaves(job.settings), show=True),
        *describe_changes(job, given["beside"]),
        *([] if unchanged else [f"{job.output} was changed after it was written"]),
    ]
    return reasons, vouched if then == now else ()


def without_places(settings: Mapping, job: Job) -> dict:
    """Settings of a proof without the keys that are no longer part of any: former proofs have them."""
    return {key: leave_out(value, getattr(job.study, key, None)) for key, value in settings.items()}


def leave_out(value: Any, section: Any) -> Any:
    """What a proof says of a section of the study, without such keys."""
    left_out = getattr(section, "no_part_of_proofs", ())
    if not left_out or not isinstance(value, Mapping):
        return value
    return {key: each for key, each in value.items() if key not in left_out}


def behind_changed(
    given: Mapping, gone: Sequence[Job], code_of: CodeOf = code_digests
) -> tuple[list[str], tuple[str, ...]]:
    """What a proof says otherwise of how results that are gone would be made now; the equivalences needed."""
    said = given["behind"]
    reasons, vouched = [], ()
    for each in gone:
        then, now = said["code"].get(each.stage.name, {}), code_of(each)
        if each.stage.kind or has_two_rows(each.study, each.stage.name):  # its jobs have files of their own
            then = {file: then[file] for file in then if file in now}
        known = {key: value for key, value in said["settings"].items() if key in {*each.keys, *each.settings}}
        then, why = equivalences.carried(each.stage.name, then, now, known)
        read = {one.output: said["results"].get(one.output) for one in each.inputs}
        found = [
            *changed("code of", then, now),
            *changed("setting", leaves(without_places(known, each)), leaves(each.settings), show=True),
            *inputs_changed(read, input_digests(each)),
        ]
        reasons += [f"{each.output}, from which it came and which is missing: {line}" for line in found]
        vouched += why if then == now else ()
    return reasons[:NAMED], vouched


def inputs_changed(then: dict[str, str], now: dict[str, str | None]) -> list[str]:
    """Which inputs are not those that were read; one that is absent now proves nothing either way."""
    return changed("input", then, {path: digest or then.get(path) for path, digest in now.items()})


def named(causes: Mapping[str, str]) -> Iterable[str]:
    """The first causes that lie behind a result, a line each, and how many more there are."""
    lines = [f"{path}, from which it comes, is stale: {why}" for path, why in list(causes.items())[:NAMED]]
    return lines + ([f"and {len(causes) - NAMED} more of those from which it comes"] if len(causes) > NAMED else [])
