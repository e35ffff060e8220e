"""Figures and claims of the same of the paper's numbers lead to each other."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from report import made

from vestige.report.embedded_figures import FIRST
from vestige.report.embedded_figures import plate as plate_of
from vestige.report.links import cited_figures, figures_of, is_of, link_claims_and_figures
from vestige.report.verdicts import claims_of


def plate(number, kind="", article=FIRST):
    """A figure that answers a number."""
    return SimpleNamespace(name=f"{number} {kind}", number=number, kind=kind, article=article)


@pytest.mark.parametrize(
    ("paper", "numbers"),
    [
        ("figure 2, section 4.1", ["2"]),
        ("figures 6b and 7, sections 4.4 and 4.5", ["6b", "7"]),
        ("figures 5, 10 and 12a", ["5", "10", "12a"]),
        ("abstract, figure 2", ["2"]),
        ("figure 2 and appendix A.5", ["2"]),
        ("section 4.1, appendix A.5.3", []),
    ],
)
def test_the_numbers_of_figures_are_read_off_where_a_claim_is_made(paper, numbers):
    assert cited_figures(paper) == numbers


@pytest.mark.parametrize(
    ("number", "asked", "answers"),
    [
        ("2", "2", True), ("6a", "6", True), ("6", "6a", True), ("6a", "6b", False), ("10", "1", False),
        ("1", "10", False), ("", "2", False), ("15b", "15a", False),
    ],
)  # fmt: skip
def test_a_figure_answers_its_own_number_and_that_without_the_letter(number, asked, answers):
    assert is_of(plate(number), asked) is answers


def test_a_claim_has_the_figures_that_it_cites():
    claims = {claim.name: claim for claim in claims_of(made.claims())}
    plates = [plate(number) for number in ("2", "6a", "10", "")]
    assert [one.number for one in figures_of(claims["rise"], plates)] == ["2"]
    assert [one.number for one in figures_of(claims["suppression"], plates)] == ["6a"]
    assert figures_of(claims["vgg"], plates) == []


def test_of_figures_with_one_number_a_claim_has_those_of_its_own_kind_of_results():
    (rise, *_) = claims_of(made.claims())
    plates = [plate("2", "selectivity"), plate("2", rise.kind)]
    assert figures_of(rise, plates) == plates[1:]
    assert figures_of(rise, plates[:1]) == plates[:1]


def test_a_claim_of_the_second_paper_has_the_figures_of_its_kind_of_results_and_none_of_the_first():
    (rise, *_) = claims_of(made.claims())
    second = replace(rise, article="Lange et al. 2022")
    plates = [plate("2", rise.kind), plate("", rise.kind, second.article), plate("", "norms", second.article)]
    assert figures_of(second, plates) == [plates[1]]
    assert figures_of(rise, plates) == [plates[0]]


def test_the_kind_of_a_figure_stands_in_its_proof(tmp_path):
    drawn = plate_of(made.figure(tmp_path, "linearity"))
    settings = {"study": "toy", "applies.cka": ["baseline"], "figures.cka.linearity": {}}
    assert replace(drawn, proof={"text": json.dumps({"settings": settings})}).kind == "cka"
    assert replace(drawn, proof={}).kind == ""


def test_a_figure_has_the_claims_that_cite_it_and_are_in_the_study():
    claims = claims_of(made.claims({**made.CLAIMS, "absent": (("", "figure 2", *made.CLAIMS["vgg"][0][2:]), [])}))
    _, bearing = link_claims_and_figures(claims, [plate("2")])
    assert [claim.name for claim in bearing["2 "]] == ["rise", "recession"]
