"""Everything that the organisation decides, as one value."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

from mesh_platform.product.governance.policies import Policies
from mesh_platform.product.governance.recipients import UNKNOWN, Holder, Recipient
from mesh_platform.product.governance.regions import Regions
from mesh_platform.product.governance.registers import Canary, Declassifier, Namespace, Purpose, Roles
from mesh_platform.product.model import Model
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.product.register import Packs, Record
from mesh_platform.product.waivers import Waiver


class Governance(Model):
    """Everything under `governance/`; what is missing there has a closed default."""

    policies: Policies = Policies()
    purposes: Mapping[str, Purpose] = {}
    namespaces: Mapping[str, Namespace] = {}
    declassifiers: Mapping[str, Declassifier] = {}
    roles: Roles = Roles()
    regions: Regions = Regions()
    recipients: Mapping[str, Recipient] = {}
    holders: Mapping[str, Holder] = {}
    waivers: tuple[Waiver, ...] = ()
    canaries: Mapping[str, Canary] = {}
    records: Mapping[str, Record] = {}
    packs: Packs = Packs()
    own_packs: tuple[OwnPack, ...] = ()

    def holder_of(self, *names: str) -> tuple[str, Holder] | None:
        """Where the holder of a file is told, by the first entry that names one of these principals; None where none does."""
        return next(((key, one) for key, one in self.holders.items() if {*one.principals} & {*names}), None)

    def recipient_of(self, *names: str) -> tuple[str, Recipient] | None:
        """The recipient outside to whom one of these principals belongs, or whose files they hold; None where they are of the organisation."""
        asked = {*names}
        own = next(((key, one) for key, one in self.recipients.items() if asked & {*one.principals}), None)
        held = self.holder_of(*names)
        key = held[1].recipient if held and held[1].recipient else None
        return own or ((key, self.recipients.get(key, UNKNOWN)) if key else None)

    def recipient_called(self, name: str) -> tuple[str, Recipient] | None:
        """The recipient that a contract's `consumer` names, whatever its case."""
        asked = name.strip().casefold()
        return next(((key, one) for key, one in self.recipients.items() if key.casefold() == asked), None)

    def recipient_at(self, host: str) -> tuple[str, Recipient] | None:
        """The recipient that runs this host."""
        return next(((key, one) for key, one in self.recipients.items() if host.casefold() in map(str.casefold, one.hosts)), None)

    def recipients_storing(self, place: str) -> Iterator[tuple[str, Recipient]]:
        """The recipients that run the storage of a place."""
        return ((key, one) for key, one in self.recipients.items() if place in one.places)

    def record(self, key: str, today: date, kind: str = "") -> Record | None:
        """The record of that key that holds today, of that kind where one is named."""
        found = self.records.get(key)
        return found if found and found.holds_on(today) and kind in ("", found.kind) else None

    def records_about(self, name: str, today: date, *kinds: str) -> tuple[Record, ...]:
        """The records about a product, domain, recipient or rule that hold today."""
        found = self._about.get(name, ())
        return tuple(one for one in found if one.holds_on(today) and (not kinds or one.kind in kinds))

    @cached_property
    def _about(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self.records.values():
            for name in record.about:
                found.setdefault(name, []).append(record)
        return found

    def purpose(self, text: str) -> str | None:
        """The registered purpose that `text` names, by key or alias, whatever its case; None where it is not registered."""
        if text in self.purposes:
            return text
        return self._purpose_names.get(_fold(text))

    @cached_property
    def digest(self) -> str:
        """The hash of all that the organisation decides: the version of its policy."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    @cached_property
    def _purpose_names(self) -> dict[str, str]:
        names = {_fold(key): key for key in self.purposes}
        return names | {_fold(alias): key for key, purpose in self.purposes.items() for alias in purpose.aliases}

    def purpose_covers(self, allowed: str, asked: str) -> bool:
        """Whether `asked` is `allowed` itself or stands below it in the registry."""
        step: str | None = self.purpose(asked)
        target, seen = self.purpose(allowed), set[str]()
        while step is not None and step not in seen:
            if step == target:
                return True
            seen.add(step)
            step = self.purposes[step].parent
        return False


def _fold(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().casefold())
