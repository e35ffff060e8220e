"""What is done to a sound set of photographs to make it faulty."""

import gzip
import io
import tarfile

import pytest

ANT, BEE, CAT = "n01440764", "n01443537", "n02102040"
TRAIN, VAL, KIT = "ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar", "ILSVRC2012_devkit_t12"
SHARD, OTHER, VAL_SHARD = "imagenet-train-0000.tar", "imagenet-train-0001.tar", "imagenet-val-0000.tar"


def first(folder):
    return sorted(folder.iterdir())[0]


def cut(path, keep):
    """Leave only the beginning of a file: so many bytes, or all but so many."""
    data = path.read_bytes()
    path.write_bytes(data[:keep])


def overwrite(path, place, data):
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)


def compress(path):
    path.write_bytes(gzip.compress(path.read_bytes()))


def add_member(path, name, data=b"", change=None):
    """Add a member to a tar, after a function has changed its header."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    if change:
        change(member)
    with tarfile.open(path, "a") as tar:
        tar.addfile(member, io.BytesIO(data))


def link(kind):
    def change(member):
        member.type, member.linkname = kind, "other.jpg"

    return change


def add_class(root, split, name):
    (root / split / name).mkdir()
    (root / split / name / "0.png").write_bytes(b"image")


def write_table(path, **columns):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns), path)


def damage_header(path):
    """Change a byte of a header in the middle of a tar."""
    with tarfile.open(path) as tar:
        overwrite(path, tar.getmembers()[4].offset + 5, b"\x7f")


def drop_end(path):
    """Leave out the zeros at the end of a tar."""
    with tarfile.open(path) as tar:
        last = tar.getmembers()[-1]
    cut(path, last.offset_data + -(-last.size // 512) * 512)


def cut_lines(path, count):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:count]))


def make_shard(root, **members):
    """Write the validation shard anew, with one sample."""
    (root / VAL_SHARD).unlink()
    add_member(root / VAL_SHARD, "0.jpg", b"image")
    for suffix, data in members.items():
        add_member(root / VAL_SHARD, f"0.{suffix}", data)
