"""What the page says of how to cite agrees with CITATION.cff."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige.report.citation import PAPERS, SOFTWARE

CITED = YAML(typ="safe", pure=True).load(Path(__file__).resolve().parents[2] / "CITATION.cff")


def test_the_software_is_cited_as_its_file_says():
    assert (SOFTWARE.title, SOFTWARE.version) == (CITED["title"], CITED["version"])
    assert SOFTWARE.names == CITED["authors"][0]["name"]


@pytest.mark.parametrize(("work", "cited"), list(zip(PAPERS, CITED["references"], strict=True)))
def test_each_paper_is_cited_as_the_file_says(work, cited):
    assert (work.title, work.journal, work.year) == (cited["title"], cited["journal"], cited["year"])
    assert work.authors == tuple((author["given-names"], author["family-names"]) for author in cited["authors"])
    assert work.url == cited.get("url", "")
    assert f"arXiv:{work.preprint}" == cited["identifiers"][0]["value"]


def test_an_entry_of_bibtex_names_every_author():
    assert "author = {Ranadive, Omkar and Thakurdesai, Nikhil and Morcos, Ari S." in PAPERS[0].bibtex


def test_each_work_stands_on_the_page(parsed):
    text = parsed.one("cite").text
    assert all(work.title in text and work.names in text for work in (*PAPERS, SOFTWARE))
