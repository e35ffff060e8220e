"""The page can be read by those who hear it, and walked through by keyboard."""

import re

import pytest


@pytest.mark.parametrize("landmark", ["header", "nav", "main", "footer"])
def test_the_page_has_one_of_each_landmark(parsed, landmark):
    assert len(parsed.all(landmark)) == 1


def test_every_table_has_a_caption(parsed):
    captioned = [e.parent for e in parsed.all("caption") if e.text]
    assert [e for e in parsed.all("table") if e not in captioned] == []


def test_every_heading_cell_says_what_it_heads(parsed):
    assert {e.attributes.get("scope") for e in parsed.all("th")} == {"row", "col"}


def test_headings_go_down_by_one_level(parsed):
    levels = [int(e.tag[1]) for e in parsed.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_no_two_elements_have_the_same_id(parsed):
    ids = [e.attributes["id"] for e in parsed.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_every_place_that_is_pointed_to_exists(parsed):
    ids = {e.attributes["id"] for e in parsed.elements if "id" in e.attributes}
    links = {e.attributes["href"][1:] for e in parsed.elements if e.attributes.get("href", "").startswith("#")}
    labels = {e.attributes["aria-labelledby"] for e in parsed.elements if "aria-labelledby" in e.attributes}
    assert links | labels <= ids


def test_what_scrolls_can_be_reached_and_has_a_name(parsed):
    scrolling = [e.attributes for e in parsed.all("div") if "scroll" in e.attributes.get("class", "").split()]
    assert scrolling
    assert all(each["tabindex"] == "0" and each["role"] == "region" and each["aria-label"] for each in scrolling)


def test_drawings_beside_numbers_are_not_read_aloud(parsed):
    assert {e.attributes.get("aria-hidden") for e in parsed.all("svg")} == {"true"}


def test_every_picture_keeps_its_place_before_it_is_drawn(parsed):
    assert all(e.attributes["width"] == "37" and e.attributes["height"] == "25" for e in parsed.all("img"))
