"""The page in a browser, opened from disk: on a desk, on a phone in the dark, and on paper. Chromium starts twice."""

import json
import re
import shutil
import subprocess
from html import escape, unescape

import pytest
from PIL import Image
from report import made
from report.parsed import Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"),
]
DARK = "--blink-settings=preferredColorScheme=0"
# The page, untouched, in a frame as wide as a phone (no window is as narrow), measured by a script from outside: its
# width with all folded and all unfolded, what it loaded, and the colour behind the text.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><title></title>
<style>body {margin: 0} iframe {border: 0; width: 390px; height: 844px; display: block}</style>
<iframe srcdoc="%s"></iframe>
<script>addEventListener("load", () => {
  const inside = document.querySelector("iframe").contentWindow, page = inside.document
  const width = () => page.documentElement.scrollWidth, said = {window: inside.innerWidth, folded: width()}
  const resources = inside.performance.getEntriesByType("resource").map(each => each.name)
  page.querySelectorAll("details").forEach(each => each.open = true)
  said.unfolded = width()
  said.loaded = resources.filter(name => !name.startsWith("data:"))
  said.paper = inside.getComputedStyle(page.body).backgroundColor
  page.querySelectorAll("details").forEach(each => each.open = false)
  document.title = JSON.stringify(said)
})</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="neither chromium nor chromium-browser nor google-chrome")


def opened(folder, html, *flags):
    """The folder in which Chromium opened a page, with what it wrote there and the page's elements in dom.html."""
    (folder / "report.html").write_text(html, encoding="utf-8")
    profile = [f"--user-data-dir={folder / 'profile'}", f"--screenshot={folder / 'seen.png'}"]
    command = [CHROMIUM, *FLAGS, *profile, *flags, (folder / "report.html").as_uri()]
    told = subprocess.run(command, capture_output=True, timeout=120, check=True, cwd=folder)
    (folder / "dom.html").write_bytes(told.stdout)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory, html):
    """The page on a desk, and printed."""
    folder = tmp_path_factory.mktemp("desk")
    return opened(folder, html, "--window-size=1280,1600", f"--print-to-pdf={folder / 'printed.pdf'}")


@pytest.fixture(scope="module")
def phone(tmp_path_factory, html):
    """The page on a phone in the dark."""
    return opened(tmp_path_factory.mktemp("phone"), FRAME % escape(html), "--window-size=390,844", DARK)


@pytest.fixture(scope="module")
def said(phone):
    """What the script measured."""
    title = re.search("<title>(.*?)</title>", (phone / "dom.html").read_text(encoding="utf-8"))
    return json.loads(unescape(title[1]))


def colours(path):
    """How many colours a picture has."""
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(2**24))


def test_the_page_opens_from_disk_with_its_claims(desk):
    text = Page((desk / "dom.html").read_text(encoding="utf-8")).one("claims").text
    assert [said[0] for said, _ in made.CLAIMS.values() if said[0] not in text] == []


@pytest.mark.parametrize(("place", "size"), [("desk", (1280, 1600)), ("phone", (390, 844))])
def test_there_is_something_to_see(place, size, request):
    folder = request.getfixturevalue(place)
    with Image.open(folder / "seen.png") as picture:
        assert picture.size == size
    assert colours(folder / "seen.png") > 50


@pytest.mark.parametrize("state", ["folded", "unfolded"])
def test_on_a_phone_the_page_does_not_move_sideways(said, state):
    assert said["window"] == 390
    assert said[state] <= 390


def test_the_browser_loaded_nothing(said):
    assert said["loaded"] == []


def test_in_the_dark_the_page_is_dark(said):
    assert max(map(int, re.findall(r"\d+", said["paper"]))) < 64


def test_the_page_prints(desk):
    printed = (desk / "printed.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 3
