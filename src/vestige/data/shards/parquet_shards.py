"""Parquet shards: tables with an image and a label a row, whose images are copied once into flat files."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from vestige.data.shards.byte_ranges import Listed, ListingBuilder
from vestige.data.shards.classes import LabelNumbers
from vestige.data.shards.faults import Faults, ImagesRefused
from vestige.data.shards.shard_files import list_shards

IMAGE, LABEL = "image", "label"


def is_parquet(name: str) -> bool:
    """Whether a file's name is one of a Parquet file."""
    return name.lower().endswith(".parquet")


def import_pyarrow():
    """The packages `pyarrow` and `pyarrow.parquet`. Raises ImagesRefused if they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as fault:
        raise ImagesRefused(
            "images.root: it holds Parquet shards, which are read by pyarrow; that is not here: pip install pyarrow"
        ) from fault
    return pyarrow, pyarrow.parquet


def list_parquet_shards(root: Path, fields: Mapping[str, str], faults: Faults) -> Listed:
    """Images stay as they are: an offset is the number of a row and a length -1, until `copy_shards` has run.

    `fields` may name the columns (`image: img`, `label: class_id`).
    """
    import_pyarrow()
    splits, names = list_shards(root, is_parquet, partial(_list_shard, root, fields), faults)
    return Listed("parquet_shards", names, splits, faults)


def _list_shard(root, fields, shard: str, builder: ListingBuilder, numbers: LabelNumbers, faults: Faults) -> None:
    """Add the rows of a shard that have a label."""
    pa, pq = import_pyarrow()
    try:
        with pq.ParquetFile(root / shard) as file:
            if not _check_columns(shard, file.schema_arrow, fields, faults):
                return
            find_null_images(shard, file.metadata, fields.get("image", IMAGE), faults)
            labels = _encode(file.read(columns=[fields.get("label", LABEL)]).column(0).combine_chunks())
    except (pa.ArrowException, OSError, ValueError) as fault:
        faults.add("parquet_damaged", shard, str(fault).splitlines()[0] if str(fault) else "")
        return
    if not labels[1]:
        faults.add("empty_shard", shard)
    for row, label in enumerate(_number_labels(*labels, shard, numbers, faults)):
        if label >= 0:
            builder.add(row, -1, label, f"row {row}")


def _encode(labels) -> tuple[list[int | str], list[int | None]]:
    """The distinct labels, and for each row the number of its label among them; None where it is null."""
    encoded = labels if hasattr(labels, "dictionary") else labels.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_pylist()


def _number_labels(values: list, rows: list, shard: str, numbers: LabelNumbers, faults: Faults) -> list[int]:
    """The number of each row's label until all are read; -1, and a fault, where it has none."""
    found, known = [], {}
    for row, index in enumerate(rows):
        if index is None:
            faults.add("sample_without_label", f"row {row} in {shard}", "the label is null")
        elif index not in known:
            known[index] = numbers.number(values[index], f"row {row} in {shard}", faults)
        label = known.get(index)
        found.append(-1 if label is None else label)
    return found


def _check_columns(shard: str, schema, fields: Mapping[str, str], faults: Faults) -> bool:
    """Whether a shard has both columns, of types that can be read; else there are faults."""
    wanted = {"image": fields.get("image", IMAGE), "label": fields.get("label", LABEL)}
    absent = [name for name in wanted.values() if schema.get_field_index(name) < 0]
    for name in absent:
        faults.add("field_absent", shard, f"no column {name}; there are: {', '.join(schema.names)}")
    if absent:
        return False
    image, label = (schema.field(wanted[each]).type for each in ("image", "label"))
    if not is_image_type(image):
        faults.add(
            "field_type", shard, f"{wanted['image']} is {image}; allowed: binary, or a struct with binary `bytes`"
        )
    if not _is_label_type(label):
        faults.add("field_type", shard, f"{wanted['label']} is {label}; allowed: whole numbers or text")
    return is_image_type(image) and _is_label_type(label)


def is_image_type(kind) -> bool:
    """Whether a column of a type can hold images: binary, or a struct with a binary field `bytes`."""
    pa, _ = import_pyarrow()
    if pa.types.is_struct(kind):
        place = kind.get_field_index("bytes")
        return place >= 0 and is_image_type(kind.field(place).type) and not pa.types.is_struct(kind.field(place).type)
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _is_label_type(kind) -> bool:
    pa, _ = import_pyarrow()
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)


def find_null_images(shard: str, metadata, column: str, faults: Faults) -> None:
    """Add a fault for each row group whose statistics count rows without image; nothing is read but the footer."""
    for group in range(metadata.num_row_groups):
        statistics = image_chunk(metadata, group, column).statistics
        if statistics is not None and statistics.has_null_count and statistics.null_count:
            faults.add("sample_without_image", shard, f"{statistics.null_count} null images in row group {group}")


def image_chunk(metadata, group: int, column: str):
    """The metadata of the images in a row group."""
    chunks = [metadata.row_group(group).column(number) for number in range(metadata.num_columns)]
    return next(chunk for chunk in chunks if chunk.path_in_schema in (column, f"{column}.bytes"))
