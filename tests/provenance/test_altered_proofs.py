"""A proof with a part of another kind, or that stands elsewhere in its file, or whose file was edited, is seen."""

import netCDF4
import pytest
from provenance.stamped_files import BEHIND, PAGE, STAMP, WRITE

from vestige.foundation.canonical_json import canonical
from vestige.provenance import embedding, proofs, results

WRONG = {
    "code": ([], {"x.py": 1}),
    "inputs": ([1], None, {"a": None}),
    "beside": (["a"], 3),
    "text": (
        *("[]", "{", "5", '{"gathers":5}', '{"gathers":null}', '{"gathers":{"a":5}}', '{"gathers":{"a":[["x"]]}}'),
        *('{"gathers":{"a":[1,"a"]}}', '{"shown":3}', '{"shown":[1]}', '{"settings":[]}', '{"stream":"0"}'),
        *('{"more":1}', '{"labels":{"\\u001b[2J":1}}', '{"settings":' + "[" * 100_000),
        '{"settings":' + '{"a":' * 900 + "1" + "}" * 901,
    ),
    "behind": (
        [],
        {},
        {**BEHIND, "results": []},
        {**BEHIND, "texts": {"a": 1}},
        {**BEHIND, "texts": {"a": '{"gathers":5}'}},
        {**BEHIND, "code": {"training": []}},
        {**BEHIND, "code": 1},
    ),
}
EACH = [pytest.param(key, value, id=f"{key}-{n}") for key, values in WRONG.items() for n, value in enumerate(values)]


@pytest.mark.parametrize(("key", "value"), EACH)
def test_a_proof_with_a_part_of_another_kind_is_none(tmp_path, monkeypatch, key, value):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/toy/page.html"
    results.write_page(path.relative_to(tmp_path), PAGE, STAMP | {key: value})
    assert proofs.found_in(path) == (None, True)


def edited(change):
    """Change an open NetCDF file in place."""
    import netCDF4

    def edit(path):
        with netCDF4.Dataset(path, "a") as opened:
            change(opened)

    return edit


EDITS = {
    "a value": edited(lambda nc: nc["share"].__setitem__(0, 0.75)),
    "a text": edited(lambda nc: nc["name"].__setitem__(1, "z")),
    "a unit": edited(lambda nc: nc["share"].setncattr("units", "%")),
    "an attribute of the file": edited(lambda nc: nc.setncattr("title", "other")),
    "one variable more": edited(lambda nc: nc.createVariable("more", "f8", ("unit",))),
    "a group": edited(lambda nc: nc.createGroup("more")),
    "a name": edited(lambda nc: nc.renameVariable("count", "number")),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_every_edit_with_the_tools_of_netcdf_is_seen(edit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/toy/arrays.nc"
    WRITE["arrays.nc"](path.relative_to(tmp_path))
    edit(path)
    assert not proofs.found_in(path)[1]


def test_a_proof_is_spelt_in_one_way():
    one, other = embedding.seal_proof({"b": 1, "a": 2}, "x", "y"), embedding.seal_proof({"a": 2, "b": 1}, b"x", b"y")
    digest = embedding.sha256("".join(map(embedding.sha256, ("x", "y", '{"a":2,"b":1}'))))
    assert one == other == canonical({"a": 2, "b": 1, "content": digest})


def test_the_same_bytes_with_a_proof_elsewhere_have_another_seal():
    assert embedding.seal_proof({"a": 1}, "xy", "z") != embedding.seal_proof({"a": 1}, "x", "yz")


def moved_in_picture(data: bytes, at: int) -> bytes:
    """A PNG whose proof is another one of its chunks; 0 is the signature."""
    parts = embedding.chunks(data)
    parts.insert(at, parts.pop(-2))
    return b"".join(parts)


def moved_in_page(data: bytes, tag: str) -> bytes:
    """A page whose proof stands before the first of some tag."""
    start, script, rest = data.decode().rpartition(embedding.SCRIPT)
    proof, end, rest = rest.partition(embedding.END)
    before, tag, behind = f"{start}{rest}".partition(tag)
    return f"{before}{script}{proof}{end}{tag}{behind}".encode()


def doubled_in_page(data: bytes) -> bytes:
    """A page with its proof twice."""
    page = data.decode()
    script = page[page.index(embedding.SCRIPT) : page.index("</body>")]
    return page.replace(script, script + script).encode()


def doubled_in_picture(data: bytes) -> bytes:
    """A PNG with its proof twice."""
    *before, proof, end = embedding.chunks(data)
    return b"".join([*before, proof, proof, end])


PLACES = {
    "the first chunk of a picture": ("picture.png", lambda data: moved_in_picture(data, 1)),
    "a chunk in the middle of a picture": ("picture.png", lambda data: moved_in_picture(data, 2)),
    "behind the end of a picture": ("picture.png", lambda data: moved_in_picture(data, len(embedding.chunks(data)))),
    "twice in a picture": ("picture.png", doubled_in_picture),
    "the begin of a page": ("page.html", lambda data: moved_in_page(data, "<html>")),
    "the head of a body": ("page.html", lambda data: moved_in_page(data, "<p>")),
    "behind the body of a page": ("page.html", lambda data: moved_in_page(data, "</html>")),
    "twice in a page": ("page.html", doubled_in_page),
}


@pytest.mark.parametrize(("name", "edit"), PLACES.values(), ids=list(PLACES))
def test_a_proof_that_stands_elsewhere_in_its_file_or_twice_is_seen(tmp_path, monkeypatch, name, edit):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/toy" / name
    WRITE[name](path.relative_to(tmp_path))
    data = path.read_bytes()
    path.write_bytes(edit(data))
    assert path.read_bytes() != data
    assert not proofs.found_in(path)[1]


def test_a_sealed_file_whose_proof_is_no_text_has_none(tmp_path):
    path = tmp_path / "file.nc"
    with netCDF4.Dataset(path, "w") as opened:
        opened.setncattr(embedding.ATTRIBUTE, 5)
    path.write_bytes(path.read_bytes() + embedding.sha256(path.read_bytes()).encode())
    assert embedding.read_embedded(path) == ("", True)
