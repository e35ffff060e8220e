"""What the settings of every source of images have in common."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, PositiveInt

from vestige.foundation.external_paths import resolve_path
from vestige.foundation.settings import Listed, Values

Share = Annotated[float, Field(ge=0, le=1)]
Deviation = Annotated[float, Field(gt=0, le=1)]


class Source(Values):
    """What networks see of an image: a square of `crop` pixels a side, its middle; without the key, all of it.

    In training it may be moved (`training.shift`), or a random part that is resized to it (`training.random_crop`).
    """

    can_be_shifted: ClassVar[bool] = True
    places: ClassVar[tuple[str, ...]] = ()  # keys that say where files lie
    listed_with: ClassVar[tuple[str, ...]] = ()  # keys that say how the files there are read
    no_part_of_proofs: ClassVar[tuple[str, ...]] = ()  # keys on which no result depends: places, and how to read them
    crop: PositiveInt | None = None
    """The side in pixels of the square that networks see, cut from the middle; left out, the whole image."""
    mean: Annotated[tuple[Share, ...], Listed] | None = None
    """Mean of each channel for normalisation, 0 to 1; left out, that of the training images. [0] with a std of [1]
    keeps pixels as they are."""
    std: Annotated[tuple[Deviation, ...], Listed] | None = None
    """Standard deviation of each channel for normalisation; left out, that of the training images."""

    def path(self, key: str) -> Path:
        """The path that stands at the key of a place, `~` and $VARIABLES filled in. Raises ValueError."""
        return resolve_path(getattr(self, key), f"images.{key}")

    @property
    def described_by(self) -> str:
        """The file whose function `images` describes these images, where the stage's own does not."""
        return f"data/{self.source}.py"


def refuse_smaller(crop: int | None, height: int, width: int) -> None:
    """Refuse images from which the square that networks see cannot be cut."""
    if crop is not None and min(height, width) < crop:
        side = min(height, width)
        raise ValueError(f"images.crop: found {crop}; the images have only {side} pixels a side; allowed: 1 to {side}")
