"""A listing of a set of photographs that has no faults."""

from vestige.data.shards.listing import list_images
from vestige.data.shards.parquet_copies import copy_shards

CLASSES = ("n01440764", "n01443537", "n02102040")
KIT = "ILSVRC2012_devkit_t12"


def list_soundly(root, **fields):
    """What is listed, without any fault; images in Parquet files are copied."""
    listed = list_images(root, fields)
    assert listed.faults.format() == ""
    if listed.format == "parquet_shards":
        for split, listing in listed.splits.items():
            listed.splits[split] = copy_shards(root, listing, root.parent / "copies", fields=fields)
    return listed
