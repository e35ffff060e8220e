"""The stage `report` turns results into one page, and says how large it is."""

import pytest
from report import made

from vestige.stages.report import report

MEASURES = ("selectivity", "ablation", "cka", "between")
NO_MEASURES = ([],) * len(MEASURES)


def test_the_stage_returns_the_page_of_its_study(tmp_path):
    notes = []
    results = (made.images(), made.network(), made.claims(), made.training())
    html = report(made.settings(), *results, *NO_MEASURES, [made.figure(tmp_path, "emergence")], notes.append)
    assert html.startswith("<!DOCTYPE html>")
    assert html.endswith("</body>\n</html>\n")
    assert notes == [f"5 claims, 1 figures, {len(html.encode()) / 1e6:.1f} MB"]


@pytest.mark.parametrize("kind", MEASURES)
def test_the_card_states_what_each_measure_was_made_with(kind):
    given = dict.fromkeys(MEASURES, []) | {kind: [made.measure(kind, versions={"abacist": "7.1"})]}
    results = (made.images(), made.network(), made.claims(), made.training())
    assert "<strong>abacist</strong> 7.1" in report(made.settings(), *results, **given, figures=[], note=print)
