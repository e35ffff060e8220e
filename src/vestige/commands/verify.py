"""Says of each result whether it is what the study and the code ask for, and why not."""

import json
from collections import Counter
from collections.abc import Iterator

from vestige.commands import formatting, machine_notes
from vestige.config.study import Study
from vestige.provenance import status
from vestige.provenance.status import PROVEN, STATES, Judgement


def verify(study: Study, everything: bool = False) -> tuple[bool, Iterator[str]]:
    """Whether all results are proven; a line on each that is not (on every one with `everything`), and the counts."""
    found = status.judge(study)
    shown = [each for each in found.values() if everything or each.state != PROVEN]
    lines = [line for each in shown for line in format_judgement(each)]
    vouched = dict.fromkeys(reason for each in found.values() for reason in each.vouched)
    honoured = [f"counts as made by the code of now ({count_vouched(found, reason)}): {reason}" for reason in vouched]
    return all_proven(found), iter([*lines, *honoured, *machine_notes.notes(found), count_states(study, found)])


def as_json(study: Study) -> tuple[bool, str]:
    """Whether all results are proven, and every judgement as JSON."""
    found = status.judge(study)
    said = {
        path: {"state": each.state, "reasons": [*each.reasons], "vouched": [*each.vouched]}
        for path, each in found.items()
    }
    return all_proven(found), json.dumps(said, indent=2, ensure_ascii=False)


def all_proven(found: dict[str, Judgement]) -> bool:
    """Whether every result is proven."""
    return all(each.state == PROVEN for each in found.values())


def format_judgement(each: Judgement) -> list[str]:
    """A judgement as lines: the state and the path, and below them why."""
    return [f"{each.state:8}{each.job.output}", *(f"{'':8}  {reason}" for reason in each.reasons)]


def count_vouched(found: dict[str, Judgement], reason: str) -> str:
    """How many results an equivalence covers."""
    count = sum(reason in each.vouched for each in found.values())
    return f"{formatting.plural(count, 'result')}, workflow/equivalent.yaml"


def count_states(study: Study, found: dict[str, Judgement]) -> str:
    """How many results there are of each state."""
    counts = Counter(each.state for each in found.values())
    said = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    return f"study {study.study}: {len(found)} results: {said}"
