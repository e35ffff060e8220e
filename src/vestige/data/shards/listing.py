"""Lists the images that lie at a place, in any of four formats, and finds all that is wrong with them at once."""

from collections.abc import Mapping
from pathlib import Path

from vestige.data.shards.byte_ranges import NO_FIELDS, Listed, Listing
from vestige.data.shards.class_folders import list_class_folders
from vestige.data.shards.detection import detect_format
from vestige.data.shards.faults import Faults
from vestige.data.shards.ilsvrc_tars import list_ilsvrc_tars
from vestige.data.shards.parquet_shards import list_parquet_shards
from vestige.data.shards.webdataset_tars import list_webdataset_tars

__all__ = ["Listed", "Listing", "list_images"]

FORMATS = {
    "class_folders": list_class_folders,
    "ilsvrc_tars": list_ilsvrc_tars,
    "webdataset_tars": list_webdataset_tars,
    "parquet_shards": list_parquet_shards,
}


def list_images(root: Path, fields: Mapping[str, str] = NO_FIELDS) -> Listed:
    """The images at a place, none of them opened, with all faults and notes. Call `faults.refuse()` before using them.

    `fields` names the fields of shards that hold an `image` and its `label`, where they have unusual names.
    Raises ImagesRefused if there are no images in a known format, or some in two formats.
    """
    return FORMATS[detect_format(root)](root, fields, Faults(root))
