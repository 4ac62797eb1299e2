"""A waiver as the organisation writes it down: which finding of which product is let through, until when, on whose word.

It says nothing of whether it counts; the gate judges that (`policy/waiving.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, PrivateAttr

from mesh_platform.product.model import Model

_Text = Annotated[str, Field(min_length=1, max_length=500)]


class Waiver(Model):
    """One exception to one rule for one thing in one product, for a time."""

    product: str = Field(pattern=r"^[^/]+/[^/]+$", description="domain/product, by its folders.")
    rule: str = Field(description="The rule that is waived, such as CORE-05.")
    about: str = Field(default="", description="Where in the descriptor, such as columns.notes.sensitivity; empty: the product.")
    covers: str = Field(
        pattern=r"^[0-9a-f]{16}$", description="What `mesh waiver show` tells: the finding as it was when it was waived."
    )
    reason: _Text = Field(description="Why the finding has to be let through for now.")
    control: _Text = Field(description="The compensating control: what protects people meanwhile.")
    requested_by: str
    approved_by: str
    approved_on: date
    measured: Mapping[str, float] = Field(
        default={}, description="What was measured when it was asked for; it lets nothing worse through."
    )
    expires: date = Field(description="The last day on which it counts, 90 days after the approval at most.")
    _number: str = PrivateAttr(default="")
    _renewed: str = PrivateAttr(default="")

    @property
    def number(self) -> str:
        """By which it is called in the control database; empty of one that a file says."""
        return self._number

    @property
    def renewed(self) -> str:
        """Of one that prolongs others there: how often, and since when the product is exempt."""
        return self._renewed

    def called(self, number: str, renewed: str = "") -> Waiver:
        """The same one, as it stands in the control database."""
        one = self.model_copy()
        one._number, one._renewed = number, renewed
        return one
