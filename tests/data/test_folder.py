"""Images from class folders: cut as torchvision cuts them, decoded in chunks, gone on with after a kill."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from PIL import Image
from pydantic import ValidationError

from vestige.data import arrays, folder
from vestige.stages import images as stage

SIZE, RESIZE = 8, 11
MODES = {"ant": ["RGB", "CMYK", "RGB", "L", "RGB"], "bee": ["RGBA", "P", "RGB", "LA"]}
ENDS = {"ant": "JPEG", "bee": "png"}
TRAIN = sum(map(len, MODES.values()))


def drawn(path, mode, seed):
    """A picture of noise, which is neither a square nor as large as another."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (*rng.integers(12, 30, 2), 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder in which to work, with pictures of several kinds."""
    for seed, split in enumerate(arrays.SPLITS):
        for name, modes in MODES.items():
            (tmp_path / "pictures" / split / name).mkdir(parents=True)
            for number, mode in enumerate(modes[: 2 if split == "val" else None]):
                drawn(tmp_path / "pictures" / split / name / f"{number}.{ENDS[name]}", mode, 10 * seed + number)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small_chunks(monkeypatch):
    """Two images a chunk, the last chunk not full."""
    monkeypatch.setattr(folder, "CHUNK", 2 * 3 * SIZE**2 + 1)


def said(**changed):
    settings = {"source": "folder", "folder": "pictures", "size": SIZE, "resize": RESIZE} | changed
    return SimpleNamespace(images=folder.Settings(**settings))


def described(**changed):
    noted = []
    return folder.images(said(**changed), noted.append), noted


def stored(found):
    return {split: arrays.sound(found["images_sha256"].sel(split=split).item()) for split in arrays.SPLITS}


def torchvisions(paths, size=SIZE, resize=RESIZE):
    """What torchvision makes of pictures: resized and cut as for validation."""
    from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize

    transform = Compose([Resize(resize), CenterCrop(size), PILToTensor()])
    return np.stack([transform(Image.open(path).convert("RGB")).numpy() for path in paths])


def pictures(split):
    return sorted(Path("pictures", split).rglob("*.*"))


@pytest.mark.parametrize(("size", "resize"), [(8, 11), (11, 11), (7, 12), (5, 31)])
def test_images_are_cut_as_torchvision_cuts_them(here, size, resize):
    found, _ = described(size=size, resize=resize)
    for split in arrays.SPLITS:
        np.testing.assert_array_equal(stored(found)[split], torchvisions(pictures(split), size, resize))


def test_labels_are_the_places_of_the_classes_in_sorted_order(here):
    found, _ = described()
    _, labels = arrays.load(found, said().images, "train")
    assert found["class_name"].values.tolist() == ["ant", "bee"]
    assert labels.tolist() == [0] * 5 + [1] * 4


def test_chunk_by_chunk_the_same_is_said_as_by_the_stage(here, small_chunks):
    mine, told = described()
    stages_notes = []
    xr.testing.assert_identical(mine, stage.images(said(), stages_notes.append))
    assert told == stages_notes


def test_chunk_by_chunk_the_same_files_are_left_as_by_the_stage(here, monkeypatch):
    described()
    mine = {path.name: path.read_bytes() for path in arrays.FOLDER.iterdir()}
    monkeypatch.setattr(arrays, "FOLDER", here / "elsewhere")
    stage.images(said(), lambda line: None)
    assert mine == {path.name: path.read_bytes() for path in (here / "elsewhere").iterdir()}


def test_sizes_of_chunks_and_numbers_of_cores_leave_the_images_alone(here, monkeypatch):
    once, _ = described()
    for cores, chunk in [(1, 1), (5, 1), (3, 700)]:
        monkeypatch.setattr(folder, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(folder, "CHUNK", chunk)
        xr.testing.assert_identical(described()[0], once)


def test_all_images_are_given_at_once_to_whoever_reads_them(here):
    found = folder.read(said().images)
    np.testing.assert_array_equal(found.images["val"], torchvisions(pictures("val")))
    assert found.labels["val"].tolist() == [0, 0, 1, 1]
    assert isinstance(found.images["train"], np.memmap)


def test_what_is_missing_in_work_is_decoded_again(here):
    found, _ = described()
    for path in arrays.FOLDER.iterdir():
        path.unlink()
    pixels, _ = arrays.load(found, said().images, "val")
    np.testing.assert_array_equal(pixels, torchvisions(pictures("val")))


@pytest.fixture
def interrupted(here, small_chunks, monkeypatch):
    """A process was stopped at its seventh image; all that are decoded, by it and later."""
    decode, seen = folder.decoded, []

    def killed(path, settings):
        seen.append(path)
        if len(seen) == 7:
            raise KeyboardInterrupt
        return decode(path, settings)

    monkeypatch.setattr(folder, "cores", lambda: 1)
    monkeypatch.setattr(folder, "decoded", killed)
    with pytest.raises(KeyboardInterrupt):
        described()
    return seen


def partial():
    """The file in which there are images, but not all."""
    return max(arrays.FOLDER.glob(".*.partial"), key=lambda path: path.stat().st_size)


def test_a_stopped_process_is_gone_on_after(interrupted):
    before, path = len(interrupted), partial()
    found, told = described()
    assert told[0] == f"going on after 6 of {TRAIN} images in {path}"
    assert len(interrupted) - before == TRAIN - 6 + 4
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train")))


def test_nothing_but_the_arrays_is_left_in_the_end(interrupted):
    described()
    assert {path.suffix for path in arrays.FOLDER.iterdir()} == {".npy"}


def test_images_that_are_not_marked_as_safe_on_the_disk_are_decoded_again(interrupted):
    with partial().open("ab") as file:
        file.write(bytes(2 * 3 * SIZE**2))
    np.testing.assert_array_equal(stored(described()[0])["train"], torchvisions(pictures("train")))


def test_images_that_are_marked_and_not_there_are_decoded_again(interrupted):
    partial().write_bytes(partial().read_bytes()[:-1])
    found, told = described()
    assert len(told) == 1
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train")))


@pytest.mark.parametrize("marks", [b"", b"[", b"\xff", b"7", b"{}", b"null", b"[" * 100_000])
def test_marks_that_are_damaged_count_as_none(interrupted, marks):
    folder.marks_of(partial()).write_bytes(marks)
    found, told = described()
    assert len(told) == 1
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train")))


def test_images_of_more_than_8_bits_are_refused_by_name_and_mode(here):
    path = here / "pictures" / "train" / "bee" / "1.png"
    Image.fromarray(np.full((20, 20), 300, np.uint16)).save(path)
    with pytest.raises(ValueError, match="pictures/train/bee/1.png has the mode I(;16)?, .*; allowed: 1, L, "):
        described()


@pytest.mark.parametrize(("length", "refused"), [(50, False), (51, True), (4000, True)])
def test_an_image_that_would_fill_the_memory_is_refused_by_name(here, length, refused):
    path = here / "pictures" / "train" / "bee" / "1.png"
    Image.new("RGB", (1, length), "red").save(path)
    if refused:
        with pytest.raises(ValueError, match=rf"bee/1\.png is 1x{length} pixels: one side must be at most 50 times"):
            described()
    else:
        np.testing.assert_array_equal(stored(described()[0])["train"], torchvisions(pictures("train")))


@pytest.mark.parametrize(("changed", "after"), [(0, None), (3, 2), (4, 4), (8, 6)])
def test_images_are_gone_on_with_up_to_the_first_whose_file_has_changed(interrupted, changed, after):
    drawn(pictures("train")[changed], "RGB", 77)
    found, told = described()
    assert [line.split()[3] for line in told[:-1]] == ([] if after is None else [str(after)])
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train")))


def test_images_are_gone_on_with_where_later_ones_are_added(interrupted):
    drawn(pictures("train")[-1].with_name("9.png"), "RGB", 77)
    found, told = described()
    assert told[0].startswith(f"going on after 6 of {TRAIN + 1} images")
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train")))


def test_images_of_other_settings_are_not_gone_on_with(interrupted):
    found, told = described(resize=RESIZE + 1)
    assert len(told) == 1
    np.testing.assert_array_equal(stored(found)["train"], torchvisions(pictures("train"), resize=RESIZE + 1))


def test_two_that_decode_the_same_at_once_do_not_disturb_each_other(here, small_chunks):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: described()[0], range(8)))
    for each in found:
        xr.testing.assert_identical(each, found[0])
    np.testing.assert_array_equal(stored(found[0])["train"], torchvisions(pictures("train")))


@pytest.mark.parametrize("left", [None, 30, 1, 0])
@pytest.mark.parametrize("name", ["ant/1.JPEG", "bee/1.png"])
def test_a_damaged_image_is_refused_by_name(here, name, left):
    path = here / "pictures" / "val" / name
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 40 if left is None else left])
    with pytest.raises(ValueError, match=f"pictures/val/{name} cannot be decoded: "):
        described()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda at: (at / "train" / "cat").mkdir(), "there are no images in pictures/train/cat"),
        (
            lambda at: drawn_class(at / "train" / "cat"),
            "train and val .* same classes; pictures/train/cat has no",
        ),
        (lambda at: drawn_class(at / "val" / "cat"), "train and val .* same classes; pictures/val/cat has no"),
        (lambda at: (at / "val" / "ant" / "list.txt").touch(), r"val/ant/list\.txt is no image; allowed: .*\.png"),
        (lambda at: os.mkfifo(at / "val" / "ant" / "9.png"), r"val/ant/9\.png is no regular file"),
        (lambda at: (at / "val" / "ant" / "9.png").mkdir(), r"val/ant/9\.png is no regular file"),
        (lambda at: (at / "val" / "ant" / "9.png").symlink_to("gone"), r"val/ant/9\.png is no regular file"),
        (lambda at: (at / "val" / "cat").symlink_to("gone"), "pictures/val/cat is a link to what does not exist"),
        (lambda at: drawn_class(at / "val" / "c\udcff"), r"the name of pictures/val/c\\udcff is not UTF-8"),
        (lambda at: at.rename(at.with_name("moved")), "pictures does not exist"),
        (lambda at: (at.rename(at.with_name("moved")), at.touch()), "pictures is not a folder"),
        (lambda at: (at / "val").rename(at / "valid"), "there are no classes in pictures/val; it should hold a folder"),
    ],
)
def test_folders_that_are_not_as_they_should_be_are_refused(here, change, says):
    change(here / "pictures")
    with pytest.raises(ValueError, match=f"images.folder: .*{says}"):
        described()


def drawn_class(path):
    path.mkdir()
    drawn(path / "0.png", "RGB", 5)


def test_hidden_files_and_files_beside_the_classes_are_left_out(here):
    once, _ = described()
    for name in ("train/.DS_Store", "train/ant/._0.JPEG", "val/list.txt"):
        (here / "pictures" / name).write_text("nothing")
    xr.testing.assert_identical(described()[0], once)


def test_a_constant_channel_is_refused(here):
    for path in pictures("train"):
        pixels = np.array(Image.open(path).convert("RGB"))
        pixels[..., 1] = 7
        Image.fromarray(pixels).save(path.with_suffix(".png"))
        if path.suffix != ".png":
            path.unlink()
    with pytest.raises(ValueError, match="channel 1 of the training images is constant"):
        described()


def test_a_square_that_is_larger_than_the_resized_image_is_refused():
    with pytest.raises(ValidationError, match="at least images.size, which is 8"):
        said(resize=7)


def test_real_photographs_are_cut_as_torchvision_cuts_them(real, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").symlink_to(real("imagenet-fullsize-coarse"))
    found, told = described(size=64, resize=72)
    assert told == ["257 train, 64 val images of 11 classes"]
    np.testing.assert_array_equal(stored(found)["val"], torchvisions(pictures("val"), 64, 72))
