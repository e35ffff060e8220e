"""The set of random bytes in each format."""

import hashlib

import pytest
from photograph_sets import IMAGES, run_tar
from photograph_sets import write as write_images


@pytest.fixture
def write_set(tmp_path):
    """A function that writes the set in a format, and returns the root."""

    def write(layout):
        root = tmp_path / "set"
        write_images(layout, root, tmp_path / "scratch", IMAGES)
        return root

    return write


@pytest.fixture
def written_hashes():
    """What was written: of each split the sorted pairs of label and sha256."""
    return {
        split: sorted((label, hashlib.sha256(data).hexdigest()) for _, label, data in images)
        for split, images in IMAGES.items()
    }


@pytest.fixture
def read_hashes():
    """A function that reads the byte ranges of a listing, and returns the sorted pairs of label and sha256."""

    def read(root, listing):
        pairs = []
        for shard, offset, length, label in zip(
            listing.shard, listing.offset, listing.length, listing.label, strict=True
        ):
            with open(root / listing.shards[shard], "rb") as file:
                file.seek(offset)
                pairs.append((int(label), hashlib.sha256(file.read(length)).hexdigest()))
        return sorted(pairs)

    return read


@pytest.fixture
def archive():
    """The function that writes a tar of what is in a folder by the system's own tar."""
    return run_tar
