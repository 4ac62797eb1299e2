"""The version of the policy: what the organisation decides and every rule of every pack, under one hash, and what differs between two of them.

It is told by names, numbers and hashes: no text that a person wrote stands in it, and of governance only which parts there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any, Literal

from mesh_platform.policy.own import rules_of
from mesh_platform.policy.packs import rules
from mesh_platform.policy.rule import Rule
from mesh_platform.product.governance import Governance
from mesh_platform.product.own_packs import OwnPack

_MOST = 64
Of = Literal["release", "pack", "rule", "governance"]
How = Literal["added", "removed", "changed"]
_TOLD = ("pack", "version", "verdict", "severity", "waivable", "effective_from", "upheld", "days")


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """What a version says of one rule; `mark` is a hash of its wording, and of what it demands where the organisation wrote it."""

    pack: str
    version: int
    verdict: str
    severity: str
    waivable: bool
    effective_from: str | None
    upheld: str
    days: int | None
    mark: str


@dataclass(frozen=True, slots=True)
class PackEntry:
    """One pack: the hash of its rules, how many they are, and the file that it comes from, where it is the organisation's."""

    digest: str
    rules: int
    file: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version.

    Attributes:
        digest: its hash, by which reads and decisions name it.
        governance: hash of what the organisation decides (`governance/`).
        release: the platform's.
        packs: by name.
        rules: by id and part.
        parts: part of governance → the beginning of its hash.
    """

    digest: str
    governance: str
    release: str
    packs: Mapping[str, PackEntry]
    rules: Mapping[str, RuleEntry]
    parts: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def made_of(self) -> str:
        """The hash of what stands in it, which is its digest where nobody changed it."""
        return _hash("mesh-policy-v1", json.dumps(self.as_json() | {"digest": ""}, sort_keys=True))

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> PolicyVersion:
        packs = {name: PackEntry(**one) for name, one in said["packs"].items()}
        entries = {name: RuleEntry(**one) for name, one in said["rules"].items()}
        return PolicyVersion(**{**said, "packs": packs, "rules": entries})


_MADE: dict[tuple[str, ...], PolicyVersion] = {}
"""Those that were made by this process."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one version has otherwise than another: `of` is a rule, a pack, a part of governance or the release."""

    of: Of
    name: str
    how: How
    said: str = ""


def policy_digest(governance: Governance) -> str:
    """The hash of the version that holds where governance stands so."""
    return version_of(governance).digest


def version_of(governance: Governance) -> PolicyVersion:
    """The version that holds where governance stands so; made once for the same files."""
    key = (governance.digest, *(pack.where for pack in governance.own_packs))
    if (found := _MADE.get(key)) is None:
        if len(_MADE) >= _MOST:
            _MADE.clear()
        found = _MADE[key] = _made(governance)
    return found


def _made(governance: Governance) -> PolicyVersion:
    own = {pack.pack: pack for pack in governance.own_packs}
    entries = _entries(governance) if own else _platform_entries()
    parts = {name: _hash(governance.model_dump_json(include={name}))[:16] for name in type(governance).model_fields}
    made = PolicyVersion("", governance.digest, version("mesh-platform"), _packs(entries, own), entries, parts)
    return replace(made, digest=made.made_of)


def changes(before: PolicyVersion, after: PolicyVersion) -> tuple[Change, ...]:
    """What `after` has otherwise, in the order: release, packs, rules, governance."""
    release = [Change("release", after.release, "changed", f"{before.release} → {after.release}")]
    return (
        *(release if before.release != after.release else ()),
        *_compared("pack", before.packs, after.packs, lambda was, now: f"{was.rules} → {now.rules} rules"),
        *_compared("rule", before.rules, after.rules, _differs),
        *_compared("governance", before.parts, after.parts, lambda was, now: ""),
    )


def _compared(of: Of, before: Mapping[str, Any], after: Mapping[str, Any], said: Callable[[Any, Any], str]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield Change(of, name, "added", _shown(after[name]))
        elif name not in after:
            yield Change(of, name, "removed", _shown(before[name]))
        elif before[name] != after[name]:
            yield Change(of, name, "changed", said(before[name], after[name]))


def _shown(one: object) -> str:
    """What is told of something that came or went."""
    if isinstance(one, RuleEntry):
        return one.verdict
    return (one.file or "") if isinstance(one, PackEntry) else ""


def _differs(was: RuleEntry, now: RuleEntry) -> str:
    """What of a rule is another, in words."""
    told = [(name, getattr(was, name), getattr(now, name)) for name in _TOLD]
    found = [f"{name.replace('_', ' ')} {_word(one)} → {_word(other)}" for name, one, other in told if one != other]
    return ", ".join(found if was.mark == now.mark else [*found, "wording or demand"])


def _word(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _packs(entries: Mapping[str, RuleEntry], own: Mapping[str, OwnPack]) -> dict[str, PackEntry]:
    """Every pack that has a rule, and the organisation's, which may only make others stricter."""
    found: dict[str, dict[str, RuleEntry]] = {name: {} for name in own}
    for name, one in entries.items():
        found.setdefault(one.pack, {})[name] = one
    return {
        name: PackEntry(
            _hash(*(json.dumps([key, asdict(one)]) for key, one in held.items()), *_text(own.get(name))),
            len(held),
            own[name].where if name in own else None,
        )
        for name, held in found.items()
    }


def _text(pack: OwnPack | None) -> Iterable[str]:
    return (pack.model_dump_json(),) if pack else ()


def _entries(governance: Governance) -> dict[str, RuleEntry]:
    asked = {one.id: one.model_dump_json() for pack in governance.own_packs for one in pack.rules}
    return {rule.name: _entry(rule, asked.get(rule.id, "")) for rule in rules_of(governance)}


def _entry(rule: Rule, demand: str) -> RuleEntry:
    return RuleEntry(
        pack=rule.pack,
        version=rule.version,
        verdict=rule.verdict.value,
        severity=rule.severity.value,
        waivable=rule.waivable,
        effective_from=None if rule.effective_from == date.min else rule.effective_from.isoformat(),
        upheld=rule.upheld.value,
        days=rule.days if rule.verdict == "task" else None,
        mark=_hash(rule.title, rule.source, rule.condition, rule.remedy, rule.upheld_by, demand)[:16],
    )


@cache
def _platform_entries() -> Mapping[str, RuleEntry]:
    return {rule.name: _entry(rule, "") for rule in rules()}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
