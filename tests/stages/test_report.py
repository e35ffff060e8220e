"""The stage `report` turns results into one page, and says how large it is."""

from report import made

from vestige.stages.report import report


def test_the_stage_returns_the_page_of_its_study(tmp_path):
    notes = []
    results = (made.images(), made.network(), made.claims(), made.training())
    html = report(made.settings(), *results, [made.figure(tmp_path, "emergence")], notes.append)
    assert html.startswith("<!DOCTYPE html>")
    assert html.endswith("</body>\n</html>\n")
    assert notes == [f"5 claims, 1 figures, {len(html.encode()) / 1e6:.1f} MB"]
