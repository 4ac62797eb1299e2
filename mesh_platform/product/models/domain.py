"""The file `domain.yaml` as values."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from mesh_platform.product.model import Model
from mesh_platform.product.models.fields import SpanField, Text


class DomainFile(Model):
    """`domain.yaml`: who owns the domain and where its data may lie."""

    name: str | None = Field(default=None, description="Display name; the folder is the key.")
    owner: Text = Field(default="", description="Team that answers for the domain.")
    description: Text = Field(default="", description="What the domain is about.")
    region: str | None = Field(default=None, description="Where its data lies unless a product says otherwise.")
    allowed_regions: tuple[str, ...] = Field(
        default=(), description="Where its data may lie, within what the organisation allows."
    )
    approvers: tuple[str, ...] = Field(default=(), description="Who approves access to its confidential data.")
    consent_within: SpanField | None = Field(
        default=None, description="How long a withdrawal may take to be carried into its rows; reads leave people out at once."
    )
    tags: Mapping[str, str] = Field(default={}, description="Free labels.")
