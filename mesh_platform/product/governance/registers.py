"""Purposes, namespaces of identifiers, declassifiers, who has which role, and canaries: what descriptors and requests refer to by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mesh_platform.product.model import Model
from mesh_platform.product.models import LegalBasis, SpanField
from mesh_platform.product.sensitivity import Sensitivity


class Purpose(Model):
    """One entry of the closed purpose registry."""

    description: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    bases: tuple[LegalBasis, ...] = ()
    opt_out_signals: tuple[Literal["gpc"], ...] = Field(
        default=(), description="Signals of a browser that opt a person out of the purpose and of those below it."
    )
    categories: tuple[str, ...] | None = Field(
        default=None, description="Data categories that it needs; a contract for it takes no others (data minimisation)."
    )
    during_restriction: bool = Field(
        default=False, description="Whether it goes on while a person has restricted the processing (Art. 18(2) GDPR)."
    )


class Namespace(Model):
    """A namespace of subject identifiers and the normal form of its values."""

    description: str = ""
    normal: tuple[Literal["trim", "lower", "upper", "e164", "alphanumeric"], ...] = ()
    calling_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] | None = Field(
        default=None, description="For `e164`: the country of numbers that name none, such as 49."
    )
    derived_from: str | None = None
    transform: Literal["sha256", "sha512", "sha1", "md5", "base64"] | None = None
    weak: bool = False


class Declassifier(Model):
    """A registered way to lower a column's sensitivity along lineage."""

    description: str = ""
    lowers_to: Sensitivity = Sensitivity.INTERNAL
    condition: Literal["aggregate", "attested"] = Field(
        description="`aggregate`: only aggregates of groups of at least minGroup; `attested`: only the columns named here."
    )
    min_group: Annotated[int, Field(ge=2)] | None = None
    columns: tuple[str, ...] = Field(default=(), description="domain/product.column for which it holds; none: any.")

    @model_validator(mode="after")
    def _says_when_it_holds(self) -> Declassifier:
        if self.condition == "aggregate" and self.min_group is None:
            raise ValueError("condition aggregate needs minGroup")
        if self.condition == "attested" and not self.columns:
            raise ValueError("condition attested needs the columns for which it is attested")
        return self


class Principal(Model):
    """Someone who may act, for development; production takes them from the identity provider."""

    roles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    domain: str | None = Field(default=None, description="One domain, where there is only one.", exclude=True)
    region: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_domain(cls, given: object) -> object:
        """`domain: sales` says the same as `domains: [sales]`."""
        if not isinstance(given, Mapping) or not isinstance(given.get("domain"), str):
            return given
        if "domains" in given:
            raise ValueError("it names `domain` and `domains`; write one of them")
        return {**given, "domains": [given["domain"]]}


class Roles(Model):
    roles: Mapping[str, str] = {}
    principals: Mapping[str, Principal] = {}


class Canary(Model):
    """A synthetic person who measures how withdrawals and erasures reach the rows and the reads of each product."""

    description: str = ""
    identifiers: Annotated[Mapping[str, Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1)] = Field(
        description="Namespace → its identifier there; one in each namespace in which a product may hold it."
    )
    purpose: str = Field(description="The purpose that it agrees to and withdraws.")
    every: SpanField | None = Field(default=None, description="How often it withdraws; a day where unset.")
    plant: Mapping[str, Mapping[str, Any]] = Field(
        default={},
        description="Products whose landing files the platform puts it into → values of columns of the file that hold no key; `{now}` and `{today}` are"
        " filled in. Where none is named, the systems that deliver carry it.",
    )
    erase: SpanField | None = Field(
        default=None, description="How often it is erased, to its certificate, and planted anew; never where unset."
    )

    @model_validator(mode="after")
    def _comes_back(self) -> Canary:
        if self.erase is not None and not self.plant:
            raise ValueError("a canary that is erased on a schedule has to be planted by the platform (plant)")
        return self
