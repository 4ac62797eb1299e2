"""What devices, browsers and vehicles are known by."""

from __future__ import annotations

import ipaddress
import re

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.finance import luhn
from mesh_platform.classify.patterns.pattern import BEFORE, BEHIND, digits, pattern


def public_ip(text: str) -> bool:
    """A routable address: private, documentation-like and unspecified ones point at no person."""
    try:
        address = ipaddress.ip_address(text.strip("[]").split("/")[0].split("%")[0])
    except ValueError:
        return False
    documentation = any(address in net for net in _DOCUMENTATION if net.version == address.version)
    return (address.is_global or documentation) and not address.is_multicast


_DOCUMENTATION = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def public_ip6(text: str) -> bool:
    """As `public_ip`, with three groups or more: two letters beside colons are no address."""
    return public_ip(text) and sum(bool(part) for part in text.split(":")) >= 3


def public_ip4(text: str) -> bool:
    """As `public_ip`; four small numbers are a version rather than an address."""
    return public_ip(text) and any(int(part) > 31 for part in text.split("."))


_VIN_VALUE = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)], strict=True)
)
_VIN_WEIGHT = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(text: str) -> bool:
    """ISO 3779: letters and digits both; the check digit is kept in North America only, so it is not asked for."""
    plain = text.upper()
    return len(plain) == 17 and sum(c.isdigit() for c in plain) >= 5 and sum(c.isalpha() for c in plain) >= 3


def vin_checked(text: str) -> bool:
    """The check digit of 49 CFR 565."""
    plain = text.upper()
    total = sum(_VIN_VALUE.get(c, 0) * w for c, w in zip(plain, _VIN_WEIGHT, strict=False)) % 11
    return len(plain) == 17 and plain[8] == ("X" if total == 10 else str(total))


def iccid(text: str) -> bool:
    """ITU-T E.118."""
    return luhn(text[:19]) or luhn(text)


def mac(text: str) -> bool:
    plain = re.sub(r"[^0-9A-Fa-f]", "", text)
    return len(plain) == 12 and plain.lower() not in {"0" * 12, "f" * 12}


def imei(text: str) -> bool:
    number = digits(text)
    return (
        len(number) == 15
        and luhn(number)
        and number[:2] in {"01", "35", "86", "99", "98", "45", "44", "49", "50", "51", "52", "53", "54"}
    )


_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IP4 = pattern(Entity.IP_ADDRESS, "public IP address", rf"(?<![\w.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w-]|\.\d)", public_ip4)
IP6 = pattern(
    Entity.IP_ADDRESS,
    "public IPv6 address",
    r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{6,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])",
    public_ip6,
)
MAC = pattern(
    Entity.MAC_ADDRESS,
    "MAC address",
    r"(?<![\w:.-])(?:(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![\w:]|-\w)",
    mac,
)
VIN = pattern(
    Entity.VEHICLE_ID, "vehicle identification number", rf"{BEFORE}[A-HJ-NPR-Za-hj-npr-z0-9]{{17}}{BEHIND}", vin, proof=False
)
IMEI = pattern(Entity.DEVICE_ID, "IMEI", rf"{BEFORE}\d{{2}}[ -]?\d{{6}}[ -]?\d{{6}}[ -]?\d{BEHIND}", imei, proof=False)
ICCID = pattern(Entity.DEVICE_ID, "number of a SIM card", rf"{BEFORE}89\d{{17,18}}{BEHIND}", iccid, proof=False)
COOKIE = pattern(
    Entity.ONLINE_ID,
    "browser cookie",
    r"(?<![\w.])(?:GA1\.\d\.\d{5,12}\.\d{9,10}|GS[12]\.\d\.\w{6,120}|fb\.[012]\.\d{10,13}\.\w{6,60}|_ga=[\w.]{10,60}|amp-[\w-]{16,60}|(?:IDE|DSID)=[\w-]{20,100}|v[12]_[0-9a-f]{32,64})(?![\w])",
)
UUID = pattern(
    Entity.DEVICE_ID,
    "UUID",
    r"(?<![\w-])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![\w-])",
    proof=False,
)
