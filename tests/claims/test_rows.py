"""A row of paper.yaml is a claim, or is refused with its name and the key; texts and code name the same numbers."""

import copy
import inspect
import re
from typing import Literal, get_origin

import pytest
from claims.paper import ALL, ROWS
from claims.worlds import CLASSES, World, study

from vestige.claims import comparisons, modularity, recovery, representation, windows
from vestige.claims.claim import claims_of
from vestige.claims.evidence import evidence
from vestige.claims.parts import Part
from vestige.claims.row import RowRefused
from vestige.claims.statistics import STATISTICS, parameters_of
from vestige.claims.verdicts import decide

ABSENT = object()
STATED = [row["statistic"] for row in ROWS["claims"]]
TEXTS = {claim.name: " ".join([claim.quantity, claim.needs, claim.blank, claim.margin_reason]) for claim in ALL}


def changed(**given):
    """The rows of one claim alone, with other values."""
    (row,) = [copy.deepcopy(row) for row in ROWS["claims"] if row["name"] == "selectivity_recedes"]
    row = {key: value for key, value in (row | given).items() if value is not ABSENT}
    return ROWS | {"claims": [row]}


@pytest.mark.parametrize(("margin", "verdict"), [(0.2, "reproduced"), (0.3, "weaker than the margin")])
def test_a_claim_added_as_a_row_alone_is_decided(margin, verdict):
    (own,) = changed(name="selectivity_recedes_much", margin=margin, margin_reason="it is so")["claims"]
    claims = claims_of(ROWS | {"claims": [*ROWS["claims"], own]})
    assert [claim.name for claim in claims[:-1]] == [claim.name for claim in ALL]
    found = decide(claims[-1], evidence(study(World()), CLASSES))
    assert (found.claim.name, found.verdict) == ("selectivity_recedes_much", verdict)
    assert [row.bound_low for row in found.rows] == [margin] * 3


@pytest.mark.parametrize(
    ("given", "key", "says"),
    [
        ({"statistic": "emergence.recesion"}, "statistic", "did you mean 'emergence.recession'?"),
        ({"statistic": "emergence._recession"}, "statistic", "did you mean 'emergence.recession'?"),
        ({"statistic": ["emergence.rise"]}, "statistic", "allowed: ablation.change_of_area, "),
        ({"kind": "selectivty"}, "kind", "did you mean 'selectivity'?"),
        ({"kind": "network"}, "kind", "allowed: ablation, agreement, between, cka, cluster_ablation, "),
        ({"decision": "lesser"}, "decision", "did you mean 'less'?"),
        ({"margin": "indx"}, "margin", "did you mean 'index'?"),
        ({"margin": True, "margin_reason": "why"}, "margin", "allowed: a number"),
        ({"margin": float("inf"), "margin_reason": "why"}, "margin", "allowed: a number"),
        ({"margin": 0.1}, "margin_reason", "it is missing"),
        ({"margin": "order", "decision": "equivalent"}, "margin", "allowed: more than 0"),
        ({"sentence": ABSENT}, "sentence", "it is missing"),
        ({"sentence": " "}, "sentence", "the text is missing"),
        ({"units": 1}, "units", "in quotation marks"),
        ({"article": "Lange et al."}, "article", "did you mean 'Lange et al. 2022'?"),
        ({"blank": ""}, "blank", "the text is missing"),
        ({"blanc": "none"}, "blanc", "did you mean 'blank'?"),
        ({"arguments": {"module": "early"}}, "arguments, module", "did you mean 'modules'?"),
        ({"arguments": {"modules": "erly"}}, "arguments, modules", "did you mean 'early'?"),
        ({"arguments": {}}, "arguments, modules", "it is missing"),
        ({"arguments": ABSENT}, "arguments, modules", "it is missing"),
        ({"arguments": "early"}, "arguments", "allowed: keys with values"),
        ({"statistic": "emergence.rise"}, "arguments, modules", "none is allowed"),
        ({"statistic": "strength.cost", "arguments": {"alpha": "-1"}}, "arguments, alpha", "allowed: a number"),
    ],
)
def test_a_bad_row_is_refused_with_its_name_and_the_key(given, key, says):
    with pytest.raises(RowRefused) as refused:
        claims_of(changed(**given))
    assert str(refused.value).startswith(f"src/vestige/claims/paper.yaml: claim selectivity_recedes, {key}: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (None, "the file: found None; allowed: keys with values"),
        ({"claims": []}, "the file, margins: it is missing"),
        (ROWS | {"claim": []}, "the file, claim: there is no such key; did you mean 'claims'?"),
        ({"margins": {}, "claims": []}, "the file, accuracy: it is missing"),
        (ROWS | {"accuracy": {"least": 1, "reason": "why"}}, "the file, accuracy, least: found 1; allowed: 0 to less"),
        (ROWS | {"accuracy": {"least": 0.8}}, "the file, accuracy, reason: it is missing"),
        (ROWS | {"claims": None}, "the file, claims: allowed: a list of rows"),
        (ROWS | {"claims": ["rise"]}, "claim 1: found 'rise'; allowed: keys with values"),
        (ROWS | {"claims": [{}]}, "claim 1, name: it is missing"),
        (ROWS | {"claims": ROWS["claims"][:1] * 2}, "claim selectivity_rises_early, name: another claim has it"),
        (ROWS | {"margins": {"index": {"margin": "0.05", "reason": "why"}}}, "margin index, margin: found '0.05'"),
        (ROWS | {"margins": {"index": {"margin": 0.05}}}, "margin index, reason: it is missing"),
        (ROWS | {"margins": {"index": 0.05}}, "margin index: found 0.05; allowed: keys with values"),
    ],
)
def test_a_file_of_other_shape_is_refused(rows, says):
    with pytest.raises(RowRefused) as refused:
        claims_of(rows)
    assert str(refused.value).startswith("src/vestige/claims/paper.yaml: ")
    assert says in str(refused.value)


def test_the_reason_of_a_shared_margin_is_the_claims_unless_that_has_its_own_and_may_be_quoted():
    shared = ROWS["margins"]["index"]["reason"]
    reasons = [claims_of(changed(margin_reason=own))[0].margin_reason for own in (ABSENT, "why", "if {shared}, then")]
    assert reasons == [shared, "why", f"if {shared}, then"]


def test_every_statistic_is_named_by_a_claim():
    assert {*STATED} == STATISTICS.keys()


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_makes_parts_of_evidence_and_of_words_and_numbers(name):
    signature = inspect.signature(STATISTICS[name])
    assert (next(iter(signature.parameters)), signature.return_annotation) == ("evidence", list[Part])
    annotations = [each.annotation for each in parameters_of(STATISTICS[name]).values()]
    assert [each for each in annotations if each is not float and get_origin(each) is not Literal] == []


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (r"runs? (?:.*, )?of (\d+) epochs or more", windows.SHORTEST),
        (r"measured within the first (\d+)", windows.FEW),
        (r"of (\d+) epochs or more after that end", recovery.SLOW),
        (r"epochs 1 to (\d+), or to a third", windows.LATEST_PEAK),
        (r"over epochs 1 to (\d+)", windows.FEW),
        (r"at an epoch from 1 to (\d+)", windows.FEW),
        (r"to epoch (\d+) or further", windows.SHORTEST),
        (r"alpha -(\d+) \(or another of", -comparisons.PAPERS_ALPHA),
        (r"or another of -(\d+) or below", comparisons.STRONG),
        (r"promoted at alpha (\d+) or above", comparisons.STRONG),
        (r"at an alpha up to (\d+)", comparisons.WEAK),
        (r"in runs (\d+) times as long", recovery.MUCH_LONGER),
        (r"as (\d+) classes are more than half", representation.TOP),
        (r"it takes (\d+) classes or more", 2 * representation.TOP),
        (r"it takes (\d+) draws or more", modularity.DRAWS),
    ],
)
def test_texts_say_the_numbers_that_the_code_takes(said, number):
    found = [each for text in TEXTS.values() for each in re.findall(said, text)]
    assert {*map(int, found)} == {number}


def test_an_argument_that_is_a_shared_margin_is_as_large_as_that():
    (row,) = [row for row in ROWS["claims"] if row["name"] == "selectivity_recedes_quickly"]
    assert row["arguments"]["least"] == ROWS["margins"]["index"]["margin"]


def test_a_claim_is_the_first_papers_unless_its_row_says_otherwise():
    claims = claims_of(changed())[0], claims_of(changed(article="Lange et al. 2022"))[0]
    assert [claim.article for claim in claims] == ["Ranadive et al. 2023", "Lange et al. 2022"]
