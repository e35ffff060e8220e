"""What a study of so many seeds cannot tell, and how many seeds would."""

import math
from collections.abc import Iterable

from vestige.metrics.power import MOST, distance_found
from vestige.report.conditions import ConditionRow, baselines
from vestige.report.verdicts import ABSENT, ERROR, FEWEST, UNDECIDED, Claim
from vestige.report.wording import number, percent, plural

COUNTS = (5, 10, 20, 50, MOST)  # seeds for which the page says how many claims they would decide
FAIL = 0.1  # the share of networks that fail for which it says how often none is seen


def limits(claims: Iterable[Claim]) -> str:
    """What verdicts take at the fewest seeds that any rests on, and what more seeds would decide, in sentences."""
    claims = [claim for claim in claims if claim.verdict != ABSENT]
    return " ".join(filter(None, [what_is_missed(claims), more_seeds(claims)]))


def what_is_hardly_learnt(conditions: Iterable[ConditionRow], classes: int) -> str:
    """That accuracies mean nothing, where networks that are left alone reach less than twice chance in the end.

    Of two or three classes, less than half way from chance to 1.
    """
    reached = [accuracy for condition in baselines(list(conditions))[:1] for accuracy in condition.accuracies]
    mean, chance = (sum(reached) / len(reached) if reached else 1), 1 / classes
    if mean >= min(2 * chance, (1 + chance) / 2):
        return ""
    return (
        f"Networks without penalty name the right class of {percent(mean)} of the validation images, guessing that of "
        f"{percent(chance)}: they have learnt next to nothing, and what is said here of accuracies and of predicted "
        "classes means nothing."
    )


def what_is_missed(claims: list[Claim]) -> str:
    """How large an effect must be, and how often networks that fail now and then go unseen."""
    seeds = min((part.seeds for claim in claims for part in claim.parts if part.seeds >= FEWEST), default=None)
    if seeds is None:
        return ""
    distance, unseen = distance_found(seeds, 1 / ERROR), (1 - FAIL) ** seeds
    return (
        f"With {plural(seeds, 'seed')} an effect is found in about nine of ten studies if it lies "
        f"{number(distance, 2)} standard deviations (of the value of one seed) beyond its bound; and if one network in "
        f"{number(1 / FAIL)} fails, {100 * unseen:.0f} % of studies have none that does, which no interval can show."
    )


def more_seeds(claims: list[Claim]) -> str:
    """How many of the undecided claims so many seeds would decide."""
    asked = [claim.seeds_needed for claim in claims if claim.verdict == UNDECIDED]
    needed = [seeds for seeds in asked if not math.isnan(seeds)]
    if not needed:
        return ""
    decided = {count: sum(seeds <= count for seeds in needed) for count in COUNTS}
    before = [0, *decided.values()]
    steps = [(count, found) for (count, found), last in zip(decided.items(), before, strict=False) if found > last]
    if not steps:
        known = "" if len(needed) == len(asked) else " whose means and spread are known"
        return f"No undecided claim{known} would be decided by {MOST} seeds: they lie too near a bound."
    (first, found), *others = steps
    said = f"{plural(first, 'seed')} would decide {found} of the {plural(len(asked), 'undecided claim')}"
    said += "".join(f", {count} seeds {more}" for count, more in others)
    return f"If means and the spread between seeds stayed as they are, {said} (each in nine of ten such studies)."
