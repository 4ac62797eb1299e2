"""What entries of the register of recipients, and holders of files, name that is not there, or that two of them claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mesh_platform.product.governance import Governance

Link = tuple[str, str, str, str]
"""Which file (as it is called among the parts of governance), which entry, why, and the fix."""


def recipient_links(governance: Governance) -> Iterator[Link]:
    """Each link that leads nowhere."""
    for name, one in governance.recipients.items():
        for key in one.records:
            if key not in governance.records:
                yield (
                    "recipients",
                    name,
                    f"It names the record {key!r}, which does not exist.",
                    "Add it to governance/register.yaml.",
                )
            elif name not in governance.records[key].about:
                why = f"It names the record {key!r}, which is about {', '.join(governance.records[key].about)}."
                yield "recipients", name, why, f"Name a record with {name}, or add {name!r} to its `about`."
        for region in one.regions:
            if governance.regions.tree and not governance.regions.known(region):
                yield "recipients", name, f"The region {region!r} stands in no tree.", "Add it to governance/regions.yaml."
        for place in one.places:
            if not governance.regions.is_location(place):
                yield "recipients", name, f"{place!r} is no place where files lie.", "Name leaves of governance/regions.yaml."
    for name, holder in governance.holders.items():
        if holder.recipient and holder.recipient not in governance.recipients:
            yield "holders", name, f"There is no recipient {holder.recipient!r}.", "Name an entry of governance/recipients.yaml."
    yield from _twice(governance)


def _twice(governance: Governance) -> Iterator[Link]:
    """Principals and hosts of two recipients: whose entry counts for them could not be told."""
    for what in ("principals", "hosts"):
        said = Counter(value.casefold() for one in governance.recipients.values() for value in {*getattr(one, what)})
        for name, one in governance.recipients.items():
            for value in getattr(one, what):
                if said[value.casefold()] > 1:
                    yield "recipients", name, f"{value!r} is one of the {what} of another recipient, too.", "Leave it to one."
