"""Every page leads where it says."""

import re

import pytest
from engines import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKS = [
    (page, link)
    for page in PAGES
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    if not link.startswith("http")
]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=[f"{page.name}:{link}" for page, link in LINKS])
def test_a_link_of_a_page_leads_to_a_file(page, link):
    assert (page.parent / link).is_file()


def test_there_are_links_to_follow():
    assert len(LINKS) > 3
