"""Byte ranges of images in shards, with labels and names: one compact table for each split."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from vestige.data.shards.faults import Faults

NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Names(Sequence):
    """Many strings in little memory: their bytes one after another, and where each ends (int64)."""

    def __init__(self, data: bytes, ends: np.ndarray):
        self.data, self.ends = data, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number):
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        number = range(len(self))[number]
        start = self.ends[number - 1] if number else 0
        return self.data[start : self.ends[number]].decode(errors="surrogateescape")

    def __eq__(self, other) -> bool:
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None


class NamesBuilder:
    """Collects strings into Names."""

    def __init__(self):
        self._data, self._ends = bytearray(), array("q")

    def __len__(self) -> int:
        return len(self._ends)

    def append(self, name: str) -> None:
        """Add one string, which may hold bytes that are not UTF-8 as Python's surrogates."""
        self._data += name.encode(errors="surrogateescape")
        self._ends.append(len(self._data))

    def build(self) -> Names:
        """All strings that were added."""
        return Names(bytes(self._data), np.array(self._ends, np.int64))


@dataclass(frozen=True, eq=False)
class Listing:
    """The images of one split, in the order in which they were found."""

    shards: Sequence[str]  # paths relative to the root, with forward slashes; of class folders, one for each image
    shard: np.ndarray  # int32 (images) number of the shard
    offset: np.ndarray  # int64 (images) where the image's bytes begin in it; in Parquet the number of the row
    length: np.ndarray  # int64 (images) how many bytes; in Parquet -1: not known before they are copied
    label: np.ndarray  # int32 (images) number of the class
    name: Sequence[str]  # (images) what messages call an image: its path, or the name of a member

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True, eq=False)
class Listed:
    """The images at a place: `train` and `val`, or `all` where there are no splits; valid only without faults."""

    format: str  # a key of detection.LAYOUTS
    class_names: tuple[str, ...] | None  # in the order of the labels; None where labels are only numbers
    splits: dict[str, Listing]
    faults: Faults


class ListingBuilder:
    """Collects the byte ranges of one split."""

    def __init__(self):
        self._shards, self._names = NamesBuilder(), NamesBuilder()
        self._shard, self._offset, self._length, self._label = array("i"), array("q"), array("q"), array("i")

    def add_shard(self, path: str) -> None:
        """Begin a shard, to which the images belong that are added next."""
        self._shards.append(path)

    def add(self, offset: int, length: int, label: int, name: str) -> None:
        """Add an image of the last shard."""
        self._shard.append(len(self._shards) - 1)
        self._offset.append(offset)
        self._length.append(length)
        self._label.append(label)
        self._names.append(name)

    def build(self) -> Listing:
        """The byte ranges that were added."""
        return Listing(
            shards=self._shards.build(),
            shard=np.array(self._shard, np.int32),
            offset=np.array(self._offset, np.int64),
            length=np.array(self._length, np.int64),
            label=np.array(self._label, np.int32),
            name=self._names.build(),
        )
