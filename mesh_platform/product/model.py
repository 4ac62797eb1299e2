"""The form that every document of a mesh is read into: frozen, spelled in camelCase outside, and closed to keys that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Frozen, camelCase outside and snake_case inside, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
    )
