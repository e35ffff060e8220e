"""Photographs in files, as ImageNet comes: class folders, tars, WebDataset or Parquet shards, read where they lie."""

import hashlib
import importlib
import json
import os
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, ValidationInfo
from pydantic_core import PydanticCustomError

from vestige.data.settings import Source
from vestige.foundation.settings import Listed, Values

DESCRIPTION = "data/shards/description.py"
COPIES = os.sep + os.path.join("work", "images", "parquet", "")  # as in data/shards/indexing.py, which loads much
Share = Annotated[float, Field(ge=0, le=1)]
Deviation = Annotated[float, Field(gt=0, le=1)]


def at_least_crop(resize: int, info: ValidationInfo) -> int:
    """A length of the shorter side from which the square that networks see can be cut."""
    if resize < (crop := info.data.get("crop") or 0):
        raise PydanticCustomError("short_resize", "at least images.crop, which is {crop}", {"crop": crop})
    return resize


class Fields(Values):
    """Under which names WebDataset or Parquet shards hold the image and its label, where not `jpg`, `cls` and so on."""

    image: Annotated[str, Field(min_length=1)] | None = None
    """The name under which shards hold the image."""
    label: Annotated[str, Field(min_length=1)] | None = None
    """The name under which shards hold the number of the class."""


class Settings(Source):
    """Photographs at `root`, and what networks see of them: a square of `crop` pixels.

    In evaluation the shorter side is resized to `resize` pixels and the middle square is taken. In training it is a
    random part of the whole photograph (`training.random_crop`), else the same middle square.
    """

    can_be_shifted: ClassVar[bool] = False
    places: ClassVar[tuple[str, ...]] = ("root",)
    no_part_of_proofs: ClassVar[tuple[str, ...]] = ("root", "stage_to", "decoding_threads", "fields")
    listed_with: ClassVar[tuple[str, ...]] = ("fields",)
    source: Literal["imagenet"]
    """ImageNet, or photographs in the same layouts: folders of classes, tars, WebDataset or Parquet shards."""
    root: Annotated[str, Field(min_length=1)]
    """The folder of the photographs; `~` and $VARIABLES are filled in."""
    crop: PositiveInt
    """The side in pixels of the square that networks see."""
    resize: Annotated[PositiveInt, AfterValidator(at_least_crop)]
    """The pixels to which the shorter side is resized in evaluation, before the square is cut from the middle."""
    resize_with: Literal["pillow", "torch"]
    """The library that resizes: pillow, as torchvision does with images, or torch."""
    mean: Annotated[tuple[Share, Share, Share], Listed] | None = None
    """Mean of each channel for normalisation, 0 to 1; left out, that of the training photographs."""
    std: Annotated[tuple[Deviation, Deviation, Deviation], Listed] | None = None
    """Standard deviation of each channel for normalisation; left out, that of the training photographs."""
    on_unreadable: Literal["refuse", "skip"] = "refuse"
    """What happens to a photograph that cannot be decoded: refuse ends the job, skip leaves it out and notes it."""
    fields: Fields | None = None
    """Names of image and label in WebDataset or Parquet shards, if they are not the usual ones (jpg, cls, ...)."""
    val_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The share of each class that is held out for validation, where the photographs have no split of their own."""
    split_seed: NonNegativeInt | None = None
    """The seed of that split."""
    decoding_threads: PositiveInt | None = None
    """Threads that decode photographs in each process; left out, one for each core. No number depends on it."""
    stage_to: Annotated[str, Field(min_length=1)] | None = None
    """A folder on a disk of the machine that trains, to which the training photographs are copied once; left out,
    none."""

    @property
    def described_by(self) -> str:
        """The file that lists and describes photographs: no training depends on how that is done."""
        return DESCRIPTION

    @property
    def names_of_fields(self) -> dict[str, str]:
        """The fields of shards that have names of their own."""
        return {} if self.fields is None else self.fields.model_dump(exclude_none=True)

    @property
    def reading_place(self) -> str:
        """A short name of what is read of photographs: of an index of all that can be used, whatever their split."""
        needs_sums = self.mean is None or self.std is None
        seen = [self.crop, self.resize, self.resize_with] if needs_sums else []
        return short_name([str(self.path("root").absolute()), self.names_of_fields, seen])

    @property
    def place(self) -> str:
        """A short name of what is indexed, and of how: of an index in `work/`."""
        about = self.model_dump(mode="json", exclude={"root", "stage_to", "decoding_threads"})
        return short_name([str(self.path("root").absolute()), about])


def short_name(about: list) -> str:
    """A name for what JSON can say."""
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]


def open_split(images, settings: Settings, split: str, batch_size: int, mean, std):
    """A split of an images result: training photographs, which threads decode, or the middle squares of val.

    Raises OtherImages where this machine decodes to other pixels, or the photographs are not those of the result;
    NoRoom where they are to be copied to a disk that is too small, and ValueError where its path cannot be filled in.
    """
    from vestige.data.arrays import OtherImages
    from vestige.data.loader import Split
    from vestige.data.photographs import Reader, open_photographs
    from vestige.data.probe import probe
    from vestige.data.staging import stage

    if probe(settings.resize_with) != str(images["decoder_sha256"].item()):
        raise OtherImages(
            "this machine decodes or resizes photographs to other pixels than the one on which images.nc was made: "
            "install the same versions of pillow, simplejpeg and torch, or delete images.nc and make it again here"
        )
    if split == "train":
        folder = settings.stage_to and settings.path("stage_to")  # refused before anything is read
        index = find_index(images, settings)
        reader = stage(index, split, folder, print) if folder else Reader(index, split)
        return open_photographs(reader, settings, batch_size, mean, std)
    return Split(*load_val(images, settings), batch_size, mean, std, settings.crop)


def load_val(images, settings: Settings):
    """Squares uint8 (images, 3, crop, crop), and labels int64 (images) of val; decoded again where absent."""
    from vestige.data.arrays import OtherImages, load_sound, store_array
    from vestige.data.center_crops import decode_squares, load_squares

    names = [str(images[f"{kind}_sha256"].sel(split="val").item()) for kind in ("images", "labels")]
    squares, labels = load_squares(names[0]), load_sound(names[1])
    if squares is None or labels is None:
        index = find_index(images, settings)
        if [decode_squares(index, settings), store_array(index.splits["val"].label)] != names:
            raise OtherImages("the validation photographs give other squares than images.nc says: delete and remake it")
        squares, labels = load_squares(names[0]), load_sound(names[1])
    return squares, labels


def find_index(images, settings: Settings):
    """The index of the photographs of an images result, made again where it is not in `work/`. Raises OtherImages.

    Copies of Parquet shards that are gone are made again with it.
    """
    from vestige.data import photograph_index
    from vestige.data.arrays import FOLDER, OtherImages

    index = photograph_index.read_index(FOLDER, settings.place)
    if index is None or lacks_copies(index):
        # Not imported by name: how photographs are listed makes no trained network another.
        index = importlib.import_module("vestige.data.shards.indexing").build_index(settings, print)
    for split, rows in index.splits.items():
        if rows.digest() != str(images["photographs_sha256"].sel(split=split).item()):
            raise OtherImages(
                f"the {split} photographs in {settings.root} are not those from which images.nc was made: "
                "bring the former ones back, or delete images.nc and make it again (all that was made from it follows)"
            )
    return index


def lacks_copies(index) -> bool:
    """Whether a copy of a Parquet shard is gone: in `work/`, which may be emptied at any time."""
    return any(COPIES in shard and not os.path.exists(shard) for shard in index.shards)
