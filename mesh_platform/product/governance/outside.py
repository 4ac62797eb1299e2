"""Whoever outside of the mesh is told of withdrawals and erasures, and the synthetic people who measure how they travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mesh_platform.product.model import Model
from mesh_platform.product.models import SpanField


class Outside(Model):
    """Where somebody outside of the mesh is told of withdrawals and erasures, and how long they have to acknowledge."""

    description: str = ""
    address: str = Field(min_length=1, max_length=2000, description="Where events are posted: HTTPS, or on this machine.")
    secret: str = Field(
        pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$",
        description="`env:NAME` of the variable with the secret that signs events and answers, 16 characters at least.",
    )
    within: SpanField | None = Field(default=None, description="How long it has to acknowledge; a day where unset.")


class Recipient(Outside):
    """Somebody outside of the mesh to whom data went, and who is told of withdrawals and erasures (Art. 7(3), 19 GDPR)."""

    purposes: tuple[str, ...] = Field(default=(), description="Purposes for which data went there; none: any.")
    namespaces: tuple[str, ...] = Field(default=(), description="Namespaces of identifiers that it knows people by; none: any.")
    role: (
        Literal["processor", "joint_controller", "controller", "covered_entity", "business_associate", "patient", "issuer"] | None
    ) = Field(default=None, description="What it is under the law when it gets people's data; nobody gets any who has none.")
    country: str | None = Field(default=None, description="Where it is, a country by its ISO 3166 code.")
    records: tuple[str, ...] = Field(
        default=(), description="Records of governance/register.yaml with it: agreements, and what a transfer rests on."
    )


class Holder(Outside):
    """Where whoever holds exported files is told of withdrawals and erasures of those who may be in them."""

    principals: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Whose exported files: names of principals, or of the people behind them."
    )


class Canary(Model):
    """A synthetic person, carried by the systems that deliver rows, who measures how a withdrawal reaches the rows and the reads of each product."""

    description: str = ""
    identifiers: Annotated[Mapping[str, Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1)] = Field(
        description="Namespace → its identifier there; one in each namespace in which a product may hold it."
    )
    purpose: str = Field(description="The purpose that it agrees to and withdraws.")
    every: SpanField | None = Field(default=None, description="How often it withdraws; a day where unset.")
