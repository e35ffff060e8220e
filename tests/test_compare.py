"""The harness that compares what two versions of the code make: each kind of file, each kind of difference."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from compared import NEAR, NO_MINUS, OTHER_NAN, VALUES, WEIGHTS, WRITE, write_html, write_nc
from comparison import studies
from comparison.files import compare_folders
from comparison.page import write_changes
from comparison.records import Difference, LeftOut
from comparison.renamed import SECTIONS, load_renamed
from comparison.summary import count_compared, fails, format_differences, format_end

# File, what is written on the new side -> kind and item of the one difference, what its first line holds.
CHECKPOINT = "checkpoints/a/epoch-000.safetensors"
CHANGES = [
    ("selectivity/a.nc", {"values": NEAR}, "number", "selectivity", "epoch=5, module=0: 1.0 -> 1.0000000000000002"),
    ("selectivity/a.nc", {"values": NO_MINUS}, "number", "selectivity", "epoch=0, module=2: -0.0 -> 0.0"),
    ("selectivity/a.nc", {"values": OTHER_NAN}, "number", "selectivity", "nan (bits 7ff8000000000000) -> nan (b"),
    ("selectivity/a.nc", {"epochs": (0, 6)}, "number", "epoch", "epoch=5: 5 -> 6"),
    ("selectivity/a.nc", {"says": "index"}, "text", "selectivity@long_name", "the index -> index"),
    ("selectivity/a.nc", {"verdict": "no"}, "verdict", "verdict", "epoch=0: yes -> no"),
    ("selectivity/a.nc", {"images_sha256": "35"}, "hash", "images_sha256", "34 -> 35"),
    ("selectivity/a.nc", {"sentence": "b"}, "text", "sentence", "a -> b"),
    ("selectivity/a.nc", {"layers": "pool"}, "label", "layers", "conv -> pool"),
    ("selectivity/a.nc", {"condition": "other"}, "label", "condition", "plain -> other"),
    ("selectivity/a.nc", {"units": "%"}, "label", "selectivity@units", "1 -> %"),
    ("selectivity/a.nc", {"added": "b"}, "missing", "added", "the old side lacks it"),
    (CHECKPOINT, {"conv1.weight": np.nextafter(WEIGHTS, 3)}, "tensor", "conv1.weight", "[0]: 1.0 -> 1.0000001"),
    (CHECKPOINT, {"conv1.weight": WEIGHTS.astype("f8")}, "tensor", "conv1.weight (dtype)", "F32 -> F64"),
    (CHECKPOINT, {"conv1.weight": WEIGHTS[None]}, "tensor", "conv1.weight (shape)", "[2] -> [1, 2]"),
    (CHECKPOINT, {"conv1.weight": WEIGHTS, "bias": WEIGHTS}, "missing", "bias", "the old side"),
    ("figures/a.png", {"pixel": 8}, "pixel", "pixels", "x=2 y=1: [7, 0, 0] -> [8, 0, 0]"),
    ("figures/a.png", {"caption": "Another"}, "text", "Description", "A caption -> Another"),
    ("figures/a.png", {"size": (5, 3)}, "pixel", "size", "(4, 3) -> (5, 3)"),
    ("figures/a.pdf", {"height": 1.01}, "pixel", "objects", " -> "),
    ("figures/a.pdf", {"caption": "Another"}, "text", "information", "Another"),
    ("figures/a.csv", {"row": "1,0.26,plain"}, "number", "mean", "row 2: 0.25 -> 0.26"),
    ("figures/a.csv", {"row": "1,,plain"}, "number", "mean", "row 2: 0.25 -> "),
    ("figures/a.csv", {"row": "1,0.25,other"}, "text", "label", "row 2: plain -> other"),
    ("figures/a.csv", {"row": "1,0.25,plain\n2,0,plain"}, "number", "rows", "2 -> 3"),
    ("claims.json", {"statistic": 0.75}, "number", "claims.rises.statistic", "0.5 -> 0.75"),
    ("claims.json", {"low": 0.1}, "number", "claims.rises.low", "None -> 0.1"),
    ("claims.json", {"verdict": "refuted"}, "verdict", "claims.rises.verdict", "reproduced -> refuted"),
    ("claims.json", {"says": "less"}, "text", "claims.rises.says", "more -> less"),
    ("claims.json", {"high": 1}, "missing", "claims.rises.high", "the old side lacks it"),
    ("report.html", {"text": "Four networks"}, "text", "text", "-Three networks"),
    ("report.html", {"d": "M0 2"}, "drawing", "drawings", "path d=M0 1 -> path d=M0 2"),
    ("other.txt", {"text": "b"}, "bytes", "content", "its bytes differ"),
]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folders of two sides with one file of each kind, equal in all but their proofs; not to be changed."""
    folder = tmp_path_factory.mktemp("sides")
    for side in ("old", "new"):
        for name, write in WRITE.items():
            path = folder / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
    return folder


@pytest.fixture
def both(written, tmp_path):
    """The same, to be changed."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return SimpleNamespace(old=tmp_path / "old", new=tmp_path / "new")


def compared(both, **renamed):
    """What there is to say of two sides, under a map of renamed names."""
    return list(compare_folders(both.old, both.new, load_renamed() | renamed))


def differences(both, **renamed):
    """The differences of two sides, with their files."""
    return [(file, each) for file, each in compared(both, **renamed) if isinstance(each, Difference)]


def test_equal_sides_differ_in_nothing_although_their_proofs_do(both):
    assert differences(both) == []


def test_how_much_was_compared_is_counted(both):
    counts = count_compared(compared(both))
    assert counts["pixels"] == 12
    assert counts["tensors"] == 1
    assert counts["cells"] == 6
    assert {what: n for what, n in counts.items() if what.endswith(" files")}.keys() >= {".nc files", ".png files"}


@pytest.mark.parametrize(("file", "changed", "kind", "item", "says"), CHANGES)
def test_a_change_is_named_with_its_file_its_item_and_its_values(both, file, changed, kind, item, says):
    WRITE[file](both.new / file, **changed)
    [(name, found)] = differences(both)
    assert (name, found.kind, found.item) == (file, kind, item)
    assert says in found.first[0]


@pytest.mark.parametrize(("file", "changed", "kind", "item", "says"), CHANGES)
def test_all_changes_but_those_of_texts_make_a_comparison_fail(both, file, changed, kind, item, says):
    WRITE[file](both.new / file, **changed)
    assert fails(compared(both)) == (kind != "text")


@pytest.mark.parametrize("file", WRITE)
@pytest.mark.parametrize("side", ["old", "new"])
def test_a_file_that_is_missing_on_one_side_is_named_and_fails(both, file, side):
    (getattr(both, side) / file).unlink()
    [(name, found)] = differences(both)
    assert (name, found.kind, found.first) == (file, "missing", (f"the {side} side lacks it",))
    assert found.fails


def test_other_shapes_and_kinds_of_value_are_differences(both):
    write_nc(both.new / "selectivity/a.nc", VALUES[:, :2].astype("f4"))
    assert {found.item for _, found in differences(both)} >= {
        "unit (size)", "selectivity (dtype)", "selectivity (shape)", "module (shape)",
    }  # fmt: skip


def test_a_number_of_the_claims_that_is_none_equals_itself_and_minus_zero_is_not_zero(both):
    for folder in (both.old, both.new):
        WRITE["claims.json"](folder / "claims.json", statistic=float("nan"), low=-0.0)
    assert differences(both) == []
    WRITE["claims.json"](both.new / "claims.json", statistic=float("nan"), low=0.0)
    assert [found.item for _, found in differences(both)] == ["claims.rises.low"]


def test_a_hash_of_a_checkpoint_is_left_out_with_its_reason(both):
    write_nc(both.new / "selectivity/a.nc", checkpoint="13")
    found = compared(both)
    assert not fails(found)
    assert "variable checkpoint" in {each.what for _, each in found if isinstance(each, LeftOut)}


def test_only_the_first_differences_are_shown_and_all_are_counted(both):
    write_nc(both.new / "selectivity/a.nc", VALUES + 1)
    [(_, found)] = differences(both)
    assert (found.count, found.total, len(found.first)) == (5, 6, 3)  # NaN + 1 is the same NaN


RENAMED = [
    ("selectivity/a.nc", {"name": "index"}, "variables", {"selectivity": "index"}),
    ("selectivity/a.nc", {"added": "b"}, "added", {"variables": ["add*"]}),
    ("selectivity/a.nc", {"sentence": "b"}, "values", {"a": "b"}),
    ("selectivity/a.nc", {"condition": "a longer name"}, "values", {"plain": "a longer name"}),
    (CHECKPOINT, {"stem.conv1.weight": WEIGHTS}, "tensors", {"conv*.weight": "stem.conv*.weight"}),
    (CHECKPOINT, {"last.conv1.weight": WEIGHTS}, "tensors", {"conv*.*": ["stem.conv*.*", "last.conv*.*"]}),
    ("figures/a.csv", {"header": "epoch,average,label"}, "columns", {"mean": "average"}),
]  # fmt: skip


@pytest.mark.parametrize(("file", "changed", "section", "said"), RENAMED)
def test_a_name_that_the_map_renames_is_no_difference(both, file, changed, section, said):
    WRITE[file](both.new / file, **changed)
    assert fails(compared(both)) or section == "values"
    renamed = {section: said if section != "added" else load_renamed()["added"] | said}
    assert differences(both, **renamed) == []


def test_values_under_a_renamed_variable_are_compared(both):
    write_nc(both.new / "selectivity/a.nc", NEAR, name="index")
    [(_, found)] = differences(both, variables={"selectivity": "index"})
    assert (found.kind, found.item, found.count) == ("number", "selectivity", 1)


def test_a_dimension_may_be_renamed_with_its_coordinate_and_its_file(both):
    write_nc(both.new / "selectivity/a.nc", along="pass")
    (both.new / "selectivity").rename(both.new / "units")
    said = {"files": {"selectivity/*": "units/*"}, "variables": {"epoch": "pass"}}
    assert differences(both, **said) == []
    assert fails(compared(both, files=said["files"]))


def test_a_key_of_the_claims_may_be_renamed(both):
    text = (both.new / "claims.json").read_text()
    (both.new / "claims.json").write_text(text.replace("statistic", "estimate"))
    assert differences(both, keys={"statistic": "estimate"}) == []


def test_what_is_gone_on_purpose_is_left_out_and_said(both):
    (both.new / "other.txt").unlink()
    found = compared(both, files={"other.*": None})
    assert not fails(found)
    assert LeftOut("files: other.txt", "gone on purpose") in [each for _, each in found]


def test_two_old_names_for_one_new_are_refused(both):
    with pytest.raises(ValueError, match="two old names become 'x'"):
        compared(both, columns={"*": "x"})


def test_a_map_with_an_unknown_section_is_refused(tmp_path):
    (tmp_path / "map.yaml").write_text("variable: {}\n")
    with pytest.raises(ValueError, match="unknown section 'variable'; allowed: files, "):
        load_renamed(tmp_path / "map.yaml")


def test_the_map_in_the_repository_has_all_sections():
    assert load_renamed().keys() == {*SECTIONS, "added"}


def test_an_empty_side_is_refused(both, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="holds no file: nothing would be compared"):
        list(compare_folders(both.old, tmp_path / "none", load_renamed()))


def test_what_is_printed_names_files_items_values_and_what_was_not_compared(both):
    write_nc(both.new / "selectivity/a.nc", NEAR)
    found = compared(both)
    assert list(format_differences(found)) == [
        "  selectivity/a.nc",
        "    number selectivity: 1 of 6 differ",
        "      epoch=5, module=0: 1.0 -> 1.0000000000000002",
    ]
    text = "\n".join(format_end({"tiny": found}, {"real_mnist": "no images at /images/mnist"}))
    assert "real_mnist: no images at /images/mnist" in text
    assert "attribute proof: it holds hashes of the source" in text


def test_the_whole_difference_of_the_reports_text_is_written(both, tmp_path):
    write_html(both.new / "report.html", "Four networks")
    write_changes(both.old / "report.html", both.new / "report.html", tmp_path / "made" / "report.diff")
    assert "+Four networks" in (tmp_path / "made" / "report.diff").read_text()


def test_a_study_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="STUDIES: found 'tinny'; allowed: tiny, "):
        studies.load_study("tinny")


def test_real_images_that_are_absent_are_named(tmp_path):
    study = studies.load_study("real_mnist")
    with pytest.raises(studies.NotCompared, match="no images at IMAGES/mnist: IMAGES names no folder"):
        studies.find_images(study, None)
    with pytest.raises(studies.NotCompared, match=f"no images at {tmp_path}/mnist"):
        studies.find_images(study, tmp_path)
