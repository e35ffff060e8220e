"""The index of a set of photographs: where the bytes of each lie, its class, sha256 and size, in one fixed order."""

import hashlib
import io
import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from vestige.foundation.files import write_whole

FORMAT = 1  # of the file; an index of another is made again
DIGEST = 32  # bytes of a sha256
NAME = "{place}-{sha256}.index.npz"


@dataclass(frozen=True)
class Photographs:
    """The photographs of a split, one a row of the columns.

    A photograph is `length` bytes from `offset` on in the shard of that number, `label` its class, `sha256` that of its
    bytes, `height` and `width` its pixels.
    """

    shard: np.ndarray  # int32 (photographs)
    offset: np.ndarray  # int64 (photographs)
    length: np.ndarray  # int64 (photographs)
    label: np.ndarray  # int64 (photographs)
    sha256: np.ndarray  # uint8 (photographs, 32)
    height: np.ndarray  # int32 (photographs)
    width: np.ndarray  # int32 (photographs)
    sums: (
        np.ndarray
    )  # int64 (photographs, 6) of levels and their squares, by channel, as in evaluation; (.., 0): unknown

    def __len__(self) -> int:
        """How many photographs there are."""
        return len(self.label)

    def take(self, rows: np.ndarray) -> "Photographs":
        """Some photographs, in the order of the rows."""
        return Photographs(**{column: getattr(self, column)[rows] for column in COLUMNS})

    def sort(self) -> "Photographs":
        """The same in canonical order: by class, then by sha256. No name counts, and no place."""
        words = self.sha256.view(">u8")
        return self.take(np.lexsort((*words.T[::-1], self.label)))

    def digest(self) -> str:
        """The sha256 of the labels and the sha256 of the photographs: equal where a split is the same in any format."""
        rows = np.concatenate([self.label.astype("<i4").view(np.uint8).reshape(-1, 4), self.sha256], axis=1)
        return hashlib.sha256(np.ascontiguousarray(rows).data).hexdigest()


COLUMNS = tuple(field.name for field in fields(Photographs))


@dataclass(frozen=True)
class Index:
    """The photographs of each split, and the files (`shards`) in which they lie: paths, absolute or from a root.

    `identities` (shards, 4) are what changes when a shard does, and `decoder` the pixels that the decoder made.
    """

    root: str
    shards: tuple[str, ...]
    identities: np.ndarray
    decoder: str
    splits: dict[str, Photographs]

    def path(self, shard: int) -> Path:
        """The path of a shard."""
        return Path(self.root, self.shards[shard])


def write_index(index: Index, folder: Path, place: str) -> Path:
    """Write an index under the name of the place that it is of, and its own sha256; former ones are removed."""
    about = json.dumps(
        {"format": FORMAT, "root": index.root, "shards": index.shards, "decoder": index.decoder}
    ).encode()
    arrays = {"identities": index.identities}
    arrays |= {f"{split}.{name}": getattr(rows, name) for split, rows in index.splits.items() for name in COLUMNS}
    data = io.BytesIO()
    np.savez(data, about=np.frombuffer(about, np.uint8), **arrays)
    path = folder / NAME.format(place=place, sha256=hashlib.sha256(data.getbuffer()).hexdigest())
    former = set(find_indices(folder, place)) - {path}
    with write_whole(path) as file:
        file.write(data.getbuffer())
    for each in former:
        each.unlink(missing_ok=True)
    return path


def read_index(folder: Path, place: str) -> Index | None:
    """The index of a place; None where there is none that is whole, as its own sha256 says."""
    for path in find_indices(folder, place):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if path.name == NAME.format(place=place, sha256=hashlib.sha256(data).hexdigest()):
            return parse_index(data)
    return None


def find_indices(folder: Path, place: str) -> list[Path]:
    """The files of indices of a place."""
    return sorted(folder.glob(NAME.format(place=place, sha256="*")))


def parse_index(data: bytes) -> Index | None:
    """The index in the bytes of a file; None where it is of another format."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            return None
        names = dict.fromkeys(key.partition(".")[0] for key in arrays if "." in key)
        splits = {split: Photographs(**{column: arrays[f"{split}.{column}"] for column in COLUMNS}) for split in names}
        identities = arrays["identities"]
    return Index(about["root"], tuple(about["shards"]), identities, about["decoder"], splits)
