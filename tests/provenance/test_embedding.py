"""Each kind of file carries its proof, and every change of what it says besides is seen."""

import numpy as np
import pytest
import xarray as xr
from provenance.stamped_files import STAMP, WRITE, dataset

from vestige.provenance import embedding, proofs


@pytest.fixture(params=list(WRITE))
def written(request, tmp_path, monkeypatch):
    """A file of each kind with a proof."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results" / "toy" / request.param
    WRITE[request.param](path.relative_to(tmp_path))
    return path


def test_the_proof_is_read_as_it_was_written(written):
    given, unchanged = proofs.found_in(written)
    assert {key: given[key] for key in STAMP} == STAMP
    assert unchanged


def test_the_same_contents_are_the_same_bytes(written):
    first = written.read_bytes()
    WRITE[written.name](written.relative_to(written.parents[2]))
    assert written.read_bytes() == first


def test_a_change_of_the_proof_itself_is_seen(written):
    data = written.read_bytes()
    assert data.count(b"results/toy/x") == 1
    written.write_bytes(data.replace(b"results/toy/x", b"results/toy/y"))
    assert not proofs.found_in(written)[1]


def test_the_file_is_read_as_usual(written):
    if written.suffix == ".nc":
        with xr.open_dataset(written) as opened:
            xr.testing.assert_identical(opened.drop_attrs(deep=False).load(), dataset())
    elif written.suffix == ".png":
        from PIL import Image

        with Image.open(written) as opened:
            opened.load()
            assert opened.size == (4, 3)
            assert opened.text[embedding.ATTRIBUTE] == embedding.read_embedded(written)[0]
    else:
        text = written.read_text()
        assert text.endswith("</script></body></html>\n")
        assert text.count("</script>") == 1


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
def test_other_ends_of_lines_are_seen(tmp_path, monkeypatch, ends):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/toy/page.html"
    WRITE["page.html"](path.relative_to(tmp_path))
    path.write_bytes(path.read_bytes().replace(b"\n", ends))
    assert not proofs.found_in(path)[1]


@pytest.mark.parametrize("more", [b"x", b"\n", b"0" * embedding.SEAL])
def test_bytes_appended_are_seen(written, more):
    written.write_bytes(written.read_bytes() + more)
    assert not proofs.found_in(written)[1]


def test_a_file_cut_short_has_no_proof_or_is_seen_to_be_changed(written):
    data = written.read_bytes()
    for length in (1, len(data) // 2, len(data) - embedding.SEAL, len(data) - 1):
        written.write_bytes(data[:length])
        given, unchanged = proofs.found_in(written)
        assert given is None or not unchanged


def test_a_change_of_any_byte_is_seen(written):
    data = written.read_bytes()
    for at in np.random.default_rng(0).integers(0, len(data), 200):
        written.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        given, unchanged = proofs.found_in(written)
        assert given is None or not unchanged, at


def test_a_file_of_noise_has_no_proof(written):
    written.write_bytes(np.random.default_rng(0).bytes(500))
    assert proofs.read_proof(written) is None
