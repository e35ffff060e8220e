"""The page shows all that the study has, needs nothing else, and is the same whenever it is made."""

import base64
import re

import pytest
from report import made
from report.conftest import written
from report.parsed import Page

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;"


def leaving(page):
    """What a browser would load from elsewhere: anything but data, places on the page, and links in the references."""
    loads = [
        (element.tag, name, value)
        for element in page.elements
        for name, value in element.attributes.items()
        if name in ("src", "href", "srcset", "poster", "data", "action", "background", "xlink:href")
    ]
    cited = {(e.tag, "href", e.attributes["href"]) for e in page.all("a") if e.attributes.get("class") == "address"}
    return [each for each in loads if not each[2].startswith(("data:", "#")) and each not in cited]


@pytest.mark.parametrize("name", made.CLAIMS)
def test_every_claim_stands_with_its_verdict(parsed, name):
    (sentence, paper, *_, verdict, _), _ = made.CLAIMS[name]
    text = parsed.one(f"claim-{name}").text
    assert sentence in text
    assert paper in text
    assert verdict in text


def test_a_verdict_is_told_by_word_and_by_shape(parsed):
    said = {(e.text, next(u.attributes["href"] for u in parsed.all("use") if u.parent.parent is e))
            for e in parsed.all("span") if e.attributes.get("class", "").startswith("verdict ")}  # fmt: skip
    assert said == {
        ("reproduced", "#mark-yes"),
        ("weaker than the margin", "#mark-weak"),
        ("contradicted", "#mark-no"),
        ("undecided", "#mark-open"),
        ("not in this study", "#mark-absent"),
    }


def test_the_summary_counts_each_verdict(parsed):
    tally = next(e for e in parsed.all("ul", **{"class": "tally"}))
    assert tally.text == "2 reproduced 1 weaker than the margin 1 contradicted 1 undecided 1 not in this study"


def test_the_page_begins_with_the_answer(parsed):
    assert parsed.all("section")[0] is parsed.one("answer")


def test_the_answer_leads_to_each_claim_with_a_verdict(parsed):
    assert [e.attributes["href"] for e in parsed.all("a") if e.within("answer")] == [
        "#claim-rise", "#claim-suppression", "#claim-later_gain", "#claim-recession",
    ]  # fmt: skip


def test_a_claim_and_the_figure_that_shows_it_lead_to_each_other(parsed):
    of_claim = [e.attributes["href"] for e in parsed.all("a") if "where" in e.parent.attributes.get("class", "")]
    assert of_claim.count("#figure-emergence") == 2
    leads = [e.attributes["href"] for e in parsed.all("a") if e.inside("figure") and not e.attributes.get("download")]
    assert leads[:2] == ["#claim-rise", "#claim-recession"]


def test_every_link_inside_the_page_leads_to_a_place_on_it(parsed):
    places = {e.attributes["id"] for e in parsed.elements if "id" in e.attributes}
    leads = {e.attributes["href"][1:] for e in parsed.all("a") if e.attributes["href"].startswith("#")}
    assert leads - places == set()


def test_claims_that_are_not_in_the_study_are_folded_away(parsed):
    assert parsed.one("claim-vgg").inside("details")


@pytest.mark.parametrize("part", [part for _, parts in made.CLAIMS.values() if len(parts) > 1 for part in parts])
def test_each_part_of_a_claim_has_a_line(parsed, part):
    lines = [row.text for row in parsed.all("tr") if row.inside("details")]
    assert any(line.startswith(f"{part[0]} {part[-1]}") for line in lines)


def test_figures_stand_in_the_order_of_the_paper(parsed):
    assert [e.attributes["id"] for e in parsed.all("figure")] == [
        "figure-emergence",
        "figure-regularised",
        "figure-all_pairs",
    ]


def test_each_picture_is_embedded_once(html, figures):
    for path in figures:
        assert html.count(base64.b64encode(path.read_bytes()).decode()) == 1


def test_each_picture_says_in_words_what_it_shows(parsed):
    assert all("Evolution" in e.attributes["alt"] or "All pairs" in e.attributes["alt"] for e in parsed.all("img"))


@pytest.mark.parametrize("suffix", [".pdf", ".csv"])
def test_the_files_of_a_figure_are_on_the_page_to_the_byte(parsed, figures, suffix):
    for path in figures:
        (link,) = parsed.all("a", download=path.stem + suffix)
        data = base64.b64decode(link.attributes["href"].partition("base64,")[2])
        assert data == path.with_suffix(suffix).read_bytes()


def test_a_long_table_is_cut_and_says_so(parsed):
    text = parsed.one("figure-all_pairs").text
    assert "Shown are the first 200 of 1,001 rows" in text
    rows = [row for row in parsed.all("tr") if row.text and row.inside("figure") and "198" in row.text.split()[:1]]
    assert rows
    assert not [row for row in parsed.all("tr") if row.text.split()[:1] == ["200"] and row.inside("figure")]


def test_a_figures_table_says_once_what_all_rows_share(parsed):
    assert "In every row, condition is baseline, label is no penalty." in parsed.one("figure-emergence").text


@pytest.mark.parametrize("name", made.CONDITIONS)
def test_every_condition_has_a_line(parsed, name):
    assert [row for row in parsed.all("tr") if row.text.startswith(f"{name} ") and not row.inside("details")]


def test_the_page_loads_nothing(parsed):
    assert leaving(parsed) == []


def test_a_load_would_be_found():
    page = Page('<p><img src="http://x/y.png"><a class="address" href="https://arxiv.org">a</a></p>')
    assert leaving(page) == [("img", "src", "http://x/y.png")]


def test_the_style_loads_nothing(html):
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert re.findall(r"url\(|@import|@font-face|http", style) == []


def test_nothing_on_the_page_runs(parsed):
    assert parsed.all("script") == []
    assert [name for e in parsed.elements for name in e.attributes if name.startswith("on")] == []


def test_the_browser_is_told_to_load_nothing(parsed):
    (policy,) = parsed.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_text_from_elsewhere_stays_text(tmp_path):
    claims = {"odd": ((HOSTILE,) * 2 + ("greater",) + (HOSTILE,) * 2 + ("undecided", HOSTILE),
                      [(HOSTILE, 1.0, 0.5, 1.5, 0.0, 2.0, 3, HOSTILE, "undecided")])}  # fmt: skip
    figure = made.figure(tmp_path, "odd", paper=HOSTILE, caption=HOSTILE)
    figure.with_suffix(".csv").write_text(f'condition,label\na,"{HOSTILE.replace(chr(34), "")}"\nb,2\n')
    images = made.images().assign_coords(class_name=("class", [HOSTILE] * 10))
    conditions = {HOSTILE: {"alpha": 0.0, "optimiser": HOSTILE}}
    html = written(made.settings(study=HOSTILE), images, None, made.claims(claims), made.training(conditions), [figure])
    page = Page(html)
    assert page.all("script") == []
    assert len(page.all("img")) == 1
    assert HOSTILE not in html


def test_the_same_results_give_the_same_bytes(html, figures):
    assert written(figures=figures[::-1]).encode() == html.encode()


def test_a_study_of_one_seed_has_a_page_without_intervals():
    claims = {"lonely": (("One.", "figure 2", "greater", "index", "1", "undecided", "one seed gives no interval"),
                         [("", 0.25, made.nan, made.nan, 0.1, made.inf, 1, "one sample", "undecided")])}  # fmt: skip
    page = Page(written(claims=made.claims(claims), training=made.training(seeds=(0,))))
    assert "0.25 holds above 0.1" in page.one("claim-lonely").text
    assert "[" not in next(row.text for row in page.all("tr") if row.text.startswith("baseline"))


def test_a_study_without_claims_has_a_page():
    assert "No claim of the paper was asked of this study." in Page(written(claims=made.claims({}))).one("answer").text


def test_a_study_without_figures_has_a_page():
    assert "This study lists no figure." in Page(written()).one("figures").text


def test_where_a_study_speaks_to_both_papers_its_claims_stand_under_the_name_of_each():
    page = Page(written(claims=made.claims(of_later=("suppression", "later_gain"))))
    text = page.one("claims").text
    assert text.startswith("Claims of the papers")
    assert (
        0
        < text.index(made.FIRST)
        < text.index("Selectivity rises")
        < text.index(made.LATER)
        < text.index("ends better")
    )
    answer = page.one("answer").text
    assert "Of 4 claims of Ranadive et al. 2023" in answer
    assert "Of 2 claims of Lange et al. 2022" in answer


def test_the_claims_of_a_paper_to_which_a_study_does_not_speak_are_not_listed():
    page = Page(written(claims=made.claims(of_later=("vgg",))))
    assert "The study does not speak to the 1 claim of Lange et al. 2022." in page.one("answer").text
    assert "VGG" not in page.one("claims").text
    assert page.one("claims").text.startswith("Claims of the paper")
