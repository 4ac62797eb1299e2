"""What the values of a leaf hide: encodings undone and judged again, and names within a recurring form.

Nothing is believed for being decodable: only what scans positive after decoding is told, with the way it was hidden.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache, partial

from mesh_platform.classify import decode, patterns
from mesh_platform.classify.embedded import embedded
from mesh_platform.classify.encodings import keyless
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.forms import CODED
from mesh_platform.classify.judge import signs
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.sign import Sign, percent
from mesh_platform.classify.values import Profile, profile
from mesh_platform.classify.wording import first_reading

PROBE = 120
FIRST = 30
"""Values without any decoding after which the others are not tried."""
STRONG = frozenset({Entity.EMAIL, Entity.IBAN, Entity.CREDIT_CARD, Entity.IP_ADDRESS, Entity.MAC_ADDRESS, Entity.SECRET, Entity.PROFILE_URL, Entity.GEO_PRECISE})  # fmt: skip


_BELIEVED = STRONG | {Entity.PERSON, Entity.PHONE, Entity.NATIONAL_ID, Entity.STREET_ADDRESS, Entity.USER_ID, Entity.BANK_ACCOUNT, Entity.HEALTH, Entity.USERNAME, Entity.MEDICAL_ID, Entity.PASSPORT, Entity.DEVICE_ID, Entity.ONLINE_ID}  # fmt: skip


def decoded(found: Profile) -> list[Sign]:
    """What an encoding hides, believed only if it scans positive."""
    probe = spread([v for v in found.sample if 4 <= len(v) <= decode.LONGEST], PROBE)
    if len(probe) < 2 or found.leaf.form not in ("text", "integer"):
        return []
    ways: dict[tuple[str, ...], dict[str, int]] = {}
    for i, value in enumerate(probe):
        if i == FIRST and not ways:
            break
        for chain, out in decode.chains(value):
            ways.setdefault(chain, Counter())[out.strip()] += found.leaf.counts.get(value, 1)
    for chain, counts in sorted(ways.items(), key=lambda item: (-len(item[1]), len(item[0]))):
        share = len(counts) / len(probe)
        if share < 0.3 or len(counts) < 2:
            continue
        told = [s for s in _judged(Leaf((*found.leaf.names, "decoded"), dict(counts), "text", [], True)) if s.share >= 0.3]
        believed = [s for s in told if s.entity in (STRONG if chain == ("quoted-printable",) else _BELIEVED)]
        if believed:
            way = " in ".join(reversed(chain))
            return [Sign(s.entity, share, f"{percent(share)} of values probed are {way}; decoded, {s.why}") for s in believed]
    return _turned(probe)


def _judged(leaf: Leaf) -> list[Sign]:
    """What decoded texts show, plain and within their JSON, XML or pairs; of those that hold fields only what proves itself."""
    form, parts = embedded(leaf)
    told = signs(profile(leaf))
    if form in ("JSON", "XML", "key=value"):
        inner = [sign for part in parts for sign in signs(profile(part))]
        told = inner + [sign for sign in told if sign.entity in STRONG]
    return list({sign.entity: sign for sign in reversed(told)}.values())


def _turned(probe: list[str]) -> list[Sign]:
    """Reversals and rotations make something of any text, so only proofs count; a few values say whether it is worth going on."""
    proofs = (patterns.EMAIL, patterns.IBAN, patterns.PROFILE)
    if sum(patterns.EMAIL.whole(v) for v in probe) >= 0.3 * len(probe):
        return []
    ways: dict[str, Callable[[str], list[str]]] = {
        "encoded and reversed": _both,
        "in base64 of swapped case": partial(_turned_first, decode.WEAK["swapped case"]),
        "encoded and rotated": partial(_turned_first, decode.WEAK["rot13"]),
        "bytes under one key": keyless,
    }
    for name, step in decode.WEAK.items():
        ways[name] = partial(_once, step)
    for name, way in ways.items():
        turned = cache(way)
        for pattern in proofs:
            for some in (probe[:12], probe):
                share = sum(any(map(pattern.whole, turned(v))) for v in some) / len(some)
                if share < 0.5:
                    break
            else:
                return [
                    Sign(
                        pattern.entity, share, f"{percent(share)} of values probed are {name}; decoded, they are: {pattern.name}"
                    )
                ]
    return []


def _once(step: Callable[[str], str | None], value: str) -> list[str]:
    return [step(value) or ""]


def _turned_first(step: Callable[[str], str | None], value: str) -> list[str]:
    return [] if "@" in value else [out for _, out in decode.chains(step(value) or "", 1)]


def _both(value: str) -> list[str]:
    """What comes out of one step on the reversed text, and the reverse of what comes out of one step."""
    return [out for _, out in decode.chains(value[::-1], 1)] + [out[::-1] for _, out in decode.chains(value, 1)]


def residual(found: Profile) -> list[Sign]:
    """Names within a template: what is the same in many values is taken away, what stays is read (`CV_…_2024.pdf`)."""
    values = [v for v in found.sample if len(v) <= 120][:400]
    if (
        len(values) < 8
        or found.words > 3
        or found.share(CODED) >= 0.3
        or found.leaf.form != "text"
        or any("://" in v for v in values[:20])
    ):
        return []
    if sum(bool(re.search(r"[A-Za-z]\d+[A-Za-z]", v)) for v in values) >= 0.3 * len(values):
        return []
    pieces = [re.findall(r"[^\W\d_]+", re.sub(r"\.\w{2,5}$", "", v)) for v in values]
    if sum(len(p) >= 2 for p in pieces) < 0.7 * len(pieces) or not sum(
        bool(re.search(r"[_.\d-]", v)) for v in values
    ) >= 0.7 * len(values):
        return []
    common = Counter(token.lower() for piece in pieces for token in set(piece))
    rest = [" ".join(t for t in piece if common[t.lower()] <= max(1, 0.08 * len(values)) and len(t) > 1) for piece in pieces]
    kept = [r for r in rest if 2 <= len(r.split()) <= 4]
    if len(kept) < 0.6 * len(values) or len(set(kept)) < 6:
        return []
    person = first_reading([r.title() for r in kept[:300]]).get("person", 0.0)
    if person >= 0.6:
        return [
            Sign(
                Entity.PERSON,
                len(kept) / len(values),
                f"parts of a recurring form that read as personal names ({percent(person)})",
            )
        ]
    return []
