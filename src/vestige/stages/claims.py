"""Each claim of the paper with the statistic that decides it, and whether this study reproduces it."""

from collections import Counter

import numpy as np
import xarray as xr

from vestige.claims.claim import claims_of, least_accuracy_of
from vestige.claims.evidence import evidence
from vestige.claims.verdicts import VERDICTS, Decided, Row, decide_all

SAID = {
    "sentence": "the paper's claim in our words",
    "paper": "where the paper makes it",
    "article": "the paper whose claim it is, or on which it is",
    "kind": "kind of result that decides it",
    "decision": "reproduced where the statistic is greater or less than the bound, or equivalent to 0 within bounds",
    "reading": "whose the statement is: the paper's, or ours where its text leaves it open",
    "quantity": "what is measured",
    "units": "units of the quantity",
    "margin_reason": "why the bounds are where they are",
}
DECIDED = {"verdict": "whether this study reproduces the claim", "explanation": "what decided the verdict"}
NEEDED = "seeds that would decide an undecided claim in nine of ten studies, at these means and this spread"
ROWS = {
    "part": "part of the claim, empty if it has one only",
    "statistic": "mean of the quantity over seeds",
    "low": "lower end of its 95 % Student t interval, or of that of an extreme over epochs",
    "high": "upper end of the same interval",
    "wide_low": "lower end of the interval widened for the number of parts",
    "wide_high": "upper end of the same interval",
    "bound_low": "what counts as reproduced lies above",
    "bound_high": "what counts as reproduced lies below",
    "seeds": "seeds with a value, of the smaller group where unpaired",
    "diverged": "networks that diverged and have no value, which are left out",
    "left_out": "networks under the least accuracy, which are left out",
    "pairing": "how seeds are compared: paired, unpaired, or one sample",
    "check": "probability by an exact test without a distribution that bears the verdict out",
    "trimmed": "the statistic without the smallest and the largest value, which decides nothing",
    "verdict": "verdict on the part",
    "reason": "why",
}
TEXTS = {"part", "pairing", "verdict", "reason"}
COUNTS = {"seeds", "diverged", "left_out"}
OWN = {"verdict": "row_verdict", "reason": "row_reason", "diverged": "row_diverged", "left_out": "row_left_out"}
LEAST = "accuracy under which networks are left out of the claims of the second paper"
NUMBERS = ("statistic", "low", "high")
DIGITS = 6  # of numbers in the metrics


def claims(settings, images, results: dict[str, list], note) -> xr.Dataset:
    """(claim) sentence and verdict of every claim, (row) the statistics of their parts, from opened results.

    `results` are lists by kind of result, maybe empty, and `settings.rows` the plain values of claims/paper.yaml.
    `claim_of_row` names the claim to which a row belongs.
    """
    found = evidence(results, images.sizes["class"], least_accuracy_of(settings.rows))
    decided = decide_all(claims_of(settings.rows), found)
    for one in decided:
        note(f"{one.claim.name}: {one.verdict} ({one.explanation})")
    return label_claims(decided).assign(least_accuracy=((), found.least_accuracy, {"long_name": LEAST, "units": "1"}))


def label_claims(decided: list[Decided]) -> xr.Dataset:
    """Claims and their rows with names and dimensions."""
    said = {name: [getattr(one.claim, name) for one in decided] for name in SAID}
    judged = {name: [getattr(one, name) for one in decided] for name in DECIDED}
    rows = {name: [getattr(row, name) for one in decided for row in one.rows] for name in ROWS}
    owner = [one.claim.name for one in decided for _ in one.rows]
    on_claims = {
        name: ("claim", text(column), {"long_name": (SAID | DECIDED)[name]}) for name, column in (said | judged).items()
    }
    on_rows = {
        OWN.get(name, name): (
            "row",
            text(column) if name in TEXTS else np.array(column, int if name in COUNTS else float),
            {"long_name": ROWS[name]},
        )
        for name, column in rows.items()
    }
    seeds, values = values_by_seed([row for one in decided for row in one.rows])
    on_rows["value"] = (("row", "seed"), values, {"long_name": "value of each seed, whose mean is the statistic"})
    belongs = {"claim_of_row": ("row", text(owner), {"long_name": "claim to which the row belongs"})}
    needed = np.array([one.seeds_needed for one in decided], float)
    on_claims["seeds_needed"] = ("claim", needed, {"long_name": NEEDED})
    names = {"claim": ("claim", text([one.claim.name for one in decided]), {"long_name": "name of the claim"})}
    return xr.Dataset(on_claims | belongs | on_rows, names | {"seed": ("seed", seeds, {"long_name": "seed"})})


def values_by_seed(rows: list[Row]) -> tuple[list[int], np.ndarray]:
    """The seeds that any row has a value of, and (row, seed) the values; NaN where a row has none."""
    seeds = sorted({seed for row in rows for seed in row.by_seed})
    values = [[row.by_seed.get(seed, np.nan) for seed in seeds] for row in rows]
    return seeds, np.array(values, dtype=float).reshape(len(rows), len(seeds))


def text(column: list[str]) -> np.ndarray:
    """A column of text, of which there may be none."""
    return np.array(column, dtype=str)


def metrics(dataset: xr.Dataset) -> dict:
    """What is worth comparing between two versions of a study, as plain values.

    {"verdicts": {verdict: how many claims of the papers that the study speaks to at all},
     "claims": {claim: {"verdict": ..., "statistic": ..., "low": ..., "high": ...}}}; a claim of several parts has
    {"verdict": ..., "parts": {part: {"verdict": ..., "statistic": ..., "low": ..., "high": ...}}} instead. Numbers
    have six significant digits, None stands for none; a claim that is not in the study has its verdict alone.
    """
    verdicts = dict(zip(dataset["claim"].values.tolist(), dataset["verdict"].values.tolist(), strict=True))
    counts = Counter(verdict for name, verdict in verdicts.items() if name in claims_of_study(dataset))
    return {
        "verdicts": {verdict: counts[verdict] for verdict in VERDICTS},
        "claims": {name: {"verdict": verdict} | rows_of(dataset, name) for name, verdict in verdicts.items()},
    }


def claims_of_study(dataset: xr.Dataset) -> set[str]:
    """The names of the claims of the papers that a study speaks to, by any claim; of the first if it does to none."""
    articles, asked = dataset["article"].values, dataset["verdict"].values != VERDICTS[-1]
    spoken_to = set(articles[asked].tolist()) or set(articles[:1].tolist())
    return set(dataset["claim"].values[np.isin(articles, list(spoken_to))].tolist())


def rows_of(dataset: xr.Dataset, claim: str) -> dict:
    """The statistics of a claim: of its only, unnamed part, or of each by its name."""
    rows = dataset.isel(row=np.flatnonzero(dataset["claim_of_row"].values == claim))
    parts = {
        str(rows["part"].values[i]): {"verdict": str(rows["row_verdict"].values[i])}
        | {name: round_number(rows[name].values[i]) for name in NUMBERS}
        for i in range(rows.sizes["row"])
    }
    if list(parts) == [""]:
        return {name: parts[""][name] for name in NUMBERS}
    return {"parts": parts} if parts else {}


def round_number(value: float) -> float | None:
    """A number to six significant digits; None where there is none."""
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
