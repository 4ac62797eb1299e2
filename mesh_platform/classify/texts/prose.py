"""People and their data in what people write for the platform: titles, reasons, reports. Surer than for rows, since laws and products are named there, too."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.find import read
from mesh_platform.classify.texts.span import Span

SURE = 0.9
"""From this confidence on a span counts."""
SURER: Mapping[Entity, float] = dict.fromkeys((Entity.PERSON, Entity.STREET_ADDRESS, Entity.USER_ID), 0.95)
"""And of these from here on: names of laws and of products (`Customer 360`) come near them."""


def people_in(text: str) -> tuple[Span, ...] | None:
    """What points at somebody in `text`; None where it is too long to be read through."""
    found = read(text)
    return None if found.unread else tuple(one for one in found.spans if one.confidence >= SURER.get(one.entity, SURE))
