"""The frozen, strict value from which every section of a study is built, and types that several have."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

Fraction = Annotated[float, Field(ge=0, le=1)]
Filled = Field(min_length=1, strict=False)
Listed = Field(strict=False)
Epochs = Annotated[tuple[NonNegativeInt, ...], Filled] | Literal["all"]


class Values(BaseModel):
    """A section of params.yaml: unknown keys, nan and infinity are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)
