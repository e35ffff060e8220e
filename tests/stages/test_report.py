"""The stage `report` turns results into one page, and says how large it is."""

import pytest
from report import made

from vestige.stages.report import report

MEASURES = ("selectivity", "ablation", "cka", "between")
STUDY = (made.settings(), made.images(), made.network(), made.claims())


def test_the_stage_returns_the_page_of_its_study(tmp_path):
    notes = []
    results = {"training": made.training()} | dict.fromkeys(MEASURES, [])
    html = report(*STUDY, results, [made.figure(tmp_path, "emergence")], notes.append)
    assert html.startswith("<!DOCTYPE html>")
    assert html.endswith("</body>\n</html>\n")
    assert notes == [f"6 claims, 1 figures, {len(html.encode()) / 1e6:.1f} MB"]


@pytest.mark.parametrize("kind", MEASURES)
def test_the_card_states_what_each_measure_was_made_with(kind):
    measures = dict.fromkeys(MEASURES, []) | {kind: [made.measure(kind, versions={"abacist": "7.1"})]}
    results = {"training": made.training()} | measures
    assert "<strong>abacist</strong> 7.1" in report(*STUDY, results, figures=[], note=print)
