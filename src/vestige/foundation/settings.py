"""The frozen, strict value from which every section of a study is built."""

from pydantic import BaseModel, ConfigDict


class Values(BaseModel):
    """A section of params.yaml: unknown keys, nan and infinity are refused, and nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)
