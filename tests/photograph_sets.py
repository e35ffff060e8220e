"""The same small set of images in four formats, written by tar, SciPy and pyarrow."""

import io
import subprocess

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

CLASSES = ("n01440764", "n01443537", "n02102040")
KIT = "ILSVRC2012_devkit_t12"
LONG = "a-folder-whose-name-is-long-" * 5  # a tar's header has room for 100 bytes


def draw_images(counts, draw):
    """Each split's images: (name, label, bytes); named as in ILSVRC-2012, in no order of classes.

    `draw` makes the bytes of an image of a generator and a label.
    """
    rng, images = np.random.default_rng(0), {}
    for split, count in counts.items():
        labels = rng.permutation(np.repeat(np.arange(len(CLASSES)), count))
        names = [
            f"ILSVRC2012_val_{number + 1:08d}.JPEG" if split == "val" else f"{CLASSES[label]}_{number}.JPEG"
            for number, label in enumerate(labels)
        ]
        data = [draw(rng, label) for label in labels]
        images[split] = list(zip(names, labels.tolist(), data, strict=True))
    return images


def draw_bytes(rng, label):
    """Random bytes, which are no image."""
    return rng.bytes(int(rng.integers(1, 3000)))


def draw_photograph(rng, label):
    """A JPEG file of noise, brighter from class to class, which is no square and seldom as large as another."""
    height, width = rng.integers(14, 40, 2)
    pixels = rng.integers(0, 128, (height, width, 3)) + 30 * label
    data = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(data, "JPEG", quality=90, subsampling=int(rng.integers(0, 3)))
    return data.getvalue()


IMAGES = draw_images({"train": 5, "val": 2}, draw_bytes)
PHOTOGRAPHS = draw_images({"train": 6, "val": 2}, draw_photograph)


def run_tar(archive, folder, *arguments):
    """Write a tar of what is in a folder by the system's own tar."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "--sort=name", *arguments, "-cf", archive, "-C", folder, "."], check=True)


def write_class_folders(root, scratch, images):
    for split, rows in images.items():
        for name, label, data in rows:
            folder = root / split / CLASSES[label]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def write_ilsvrc_tars(root, scratch, images):
    write_class_folders(scratch / "folders", scratch, images)
    for name in CLASSES:
        run_tar(scratch / "tars" / f"{name}.tar", scratch / "folders" / "train" / name, "--format=gnu")
    run_tar(root / "ILSVRC2012_img_train.tar", scratch / "tars", "--format=pax")
    (scratch / "val").mkdir()
    for name, _, data in images["val"]:
        (scratch / "val" / name).write_bytes(data)
    run_tar(root / "ILSVRC2012_img_val.tar", scratch / "val", "--format=gnu")
    write_devkit(root / KIT / "data", images)


def write_devkit(folder, images):
    """Ids do not have the order of the classes, and one is that of a class without images of its own."""
    synsets = np.zeros(4, [("ILSVRC2012_ID", float), ("WNID", object), ("num_children", float)])
    synsets["ILSVRC2012_ID"], synsets["WNID"] = [1, 2, 3, 4], [*CLASSES[::-1], "n00001740"]
    folder.mkdir(parents=True)
    savemat(folder / "meta.mat", {"synsets": synsets[:, None]})
    ids = [len(CLASSES) - label for _, label, _ in images["val"]]
    (folder / "ILSVRC2012_validation_ground_truth.txt").write_text("".join(f"{each}\n" for each in ids))


def write_webdataset_tars(root, scratch, images):
    """Two shards of train whose labels are members `.cls`, one of val whose labels are in `.json`."""
    for split, rows in images.items():
        for number, (name, label, data) in enumerate(rows):
            folder = scratch / f"{split}-{number % 2 if split == 'train' else 0:04d}" / LONG
            folder.mkdir(parents=True, exist_ok=True)
            key = name.removesuffix(".JPEG")
            (folder / f"{key}.{'JPEG' if number % 3 else 'jpg'}").write_bytes(data)
            text, suffix = (f"{label}\n", "cls") if split == "train" else (f'{{"label": {label}}}', "json")
            (folder / f"{key}.{suffix}").write_text(text)
    for folder in list(scratch.iterdir()):
        kind = "pax" if "val" in folder.name else "gnu"
        run_tar(root / f"imagenet-{folder.name}.tar", folder, f"--format={kind}")


def write_parquet_shards(root, scratch, images):
    """A struct column and several row groups in train, two shards; plain binary in val."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    (root / "data").mkdir(parents=True)
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    for number in range(2):
        names, labels, data = zip(*images["train"][number::2], strict=True)
        image = pa.array([{"bytes": each, "path": name} for each, name in zip(data, names, strict=True)], struct)
        table = pa.table({"image": image, "label": pa.array(labels, pa.int64())})
        path = root / "data" / f"train-{number:05d}-of-00002.parquet"
        pq.write_table(table, path, row_group_size=3, compression="zstd")
    _, labels, data = zip(*images["val"], strict=True)
    table = pa.table({"label": pa.array(labels, pa.int16()), "image": pa.array(data, pa.binary())})
    pq.write_table(table, root / "data" / "validation-00000-of-00001.parquet", row_group_size=4)


WRITERS = {
    "class_folders": write_class_folders,
    "ilsvrc_tars": write_ilsvrc_tars,
    "webdataset_tars": write_webdataset_tars,
    "parquet_shards": write_parquet_shards,
}


def write(layout, root, scratch, images):
    """Write a set in a format; `scratch` is for what is needed on the way."""
    root.mkdir(parents=True)
    scratch.mkdir(parents=True)
    WRITERS[layout](root, scratch, images)


def torchvision_middle(path, resize, crop):
    """What torchvision makes of a photograph in evaluation, (3, crop, crop)."""
    from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize

    transform = Compose([Resize(resize), CenterCrop(crop), PILToTensor()])
    return transform(Image.open(path).convert("RGB")).numpy()
