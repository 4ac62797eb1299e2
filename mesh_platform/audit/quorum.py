"""Who must have seen a checkpoint before it counts as witnessed: a policy file as in c2sp.org/tlog-policy.

It knows nothing of the platform: it travels with exports. A file that leaves a doubt is refused whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mesh_platform.audit.tlog import COSIGNED_ED25519, ED25519, ML_DSA_44, NotProven, VerifierKey

NONE = "none"
_LOG_KEYS, _WITNESS_KEYS = (ED25519, ML_DSA_44), (COSIGNED_ED25519, ML_DSA_44)


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness of the policy; without an address it is only ever believed, never asked."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups, `threshold` of which must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs that are trusted, witnesses that are known, and which of them suffice."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    text: str = f"quorum {NONE}\n"

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        return tuple(witness.key for witness in self.witnesses.values())

    def met(self, signed: Collection[VerifierKey]) -> bool:
        """Whether those who signed suffice."""
        return self.quorum == NONE or self._has(self.quorum, signed)

    def _has(self, name: str, signed: Collection[VerifierKey]) -> bool:
        if witness := self.witnesses.get(name):
            return witness.key in signed
        group = self.groups[name]
        return sum(self._has(member, signed) for member in group.members) >= group.threshold


def parse_policy(text: str) -> Policy:
    """The policy that a file says.

    Raises:
        NotProven: where a line is not understood, a name or key stands twice, or there is not exactly one quorum.
    """
    logs: list[VerifierKey] = []
    witnesses: dict[str, Witness] = {}
    groups: dict[str, Group] = {}
    quorums: list[str] = []
    members: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            match words:
                case ["log", key] | ["log", key, _]:
                    logs.append(_key(key, _LOG_KEYS))
                case ["witness", name, key, *url] if len(url) < 2:
                    _free(name, witnesses, groups)
                    witnesses[name] = Witness(name, _key(key, _WITNESS_KEYS), *url)
                case ["group", name, threshold, *listed] if listed:
                    _free(name, witnesses, groups)
                    if not members.isdisjoint(listed) or len({*listed}) != len(listed) or not {*listed} <= {*witnesses, *groups}:
                        raise NotProven("a member is not defined above, or is one already")
                    members.update(listed)
                    groups[name] = Group(_threshold(threshold, len(listed)), tuple(listed))
                case ["quorum", name] if name == NONE or name in witnesses or name in groups:
                    quorums.append(name)
                case _:
                    raise NotProven("it is not understood")
        except NotProven as error:
            raise NotProven(f"line {number}: {error}") from None
    raws = [key.raw for key in (*logs, *(witness.key for witness in witnesses.values()))]
    if len(set(raws)) != len(raws) or len(quorums) != 1:
        raise NotProven("a key stands there twice, or there is not exactly one quorum")
    return Policy(tuple(logs), witnesses, groups, quorums[0], text)


def _key(text: str, kinds: tuple[int, ...]) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.kind not in kinds:
        raise NotProven("the key is of a type that does not sign this")
    return key


def _free(name: str, *taken: Collection[str]) -> None:
    if name == NONE or any(name in names for names in taken):
        raise NotProven("the name is taken")


def _threshold(text: str, count: int) -> int:
    found = {"any": 1, "all": count}.get(text) or (int(text) if text.isascii() and text.isdecimal() else 0)
    if not 1 <= found <= count:
        raise NotProven("the threshold is not between one and all")
    return found
