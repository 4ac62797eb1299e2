"""Four numbers in a row that point at no person: versions, and addresses of servers, which a word before them names as such."""

from __future__ import annotations

import re

VERSION = re.compile(
    r"(?i)(?:(?<![a-z])(?:build|versions?|ver|v|release|deploy(?:ed|ing)?|upgraded?|firmware|fw|sw|software|schema|protocol|revision|rev|patch|clauses?|section|article|§"
    r"|versione?|versión|versio|versão|versie|versiune[a]?|versi|verze|verzia|verzió|verzij[ae]|wersj[aię]|версия|версії|версія|версии|версију|έκδοση|sürüm[ü]?|phiên bản|utgåva|utgave|udgave|väljaanne|versija)"
    r"(?:\s(?:to|from|of|no\.?|auf|von|de|a|na|до|на))?['\"*]{0,3}\s?[:=#(]?['\"*]{0,3}\s?['\"]?v?|[a-z]/|[<>~^]=?\s?|(?:גרסה|הגרסה|الإصدار|إصدار|نسخه|संस्करण|เวอร์ชัน|バージョン|版本|버전|版)\s?[:：]?\s?)$"
)
"""What stands before four numbers that are no address."""
_MACHINE = re.compile(
    r"(?i)(?<![^\W_])(?:upstream|servers?|serveurs?|servidor(?:es)?|servers?|сервер\w{0,3}|resolver|nameserver|dns|ntp|gateway|router|switch|firewall|load balancer|balancer|proxy|backend|origin|mirror|registry|relay|smtp|mx|node|knoten|nodo|nœud|węzeł"
    r"|uzel|cluster|pod|container|host|hostname|vm|instance|replica|shard|broker|kube\w{0,12}|ingress|egress|cdn|edge|probe|health\s?check|monitoring|nagios|asset|printer|camera|appliance|data\s?cent(?:er|re)|rack|vip|anycast|peering|bgp|nat)(?![^\W_])"
)
"""Words for machines that serve many."""
_SOMEBODY = re.compile(
    r"(?i)(?<![^\W\d])(?:clients?|users?|from|by|for|visitor|customer|login|log[- ]in|logged|sign(?:ed)?[- ]?in|session|remote|remote_addr|xff|x-forwarded-for|forwarded|caller|attacker|src|source|ip|ssh|auth\w{0,10}|accepted|failed|denied|blocked|banned|von|de|desde|depuis|od|från|fra)(?![^\W\d])"
)
"""Words for somebody at the other end, or for what such a one does."""
_RESOLVERS = frozenset(
    ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "149.112.112.112", "208.67.222.222", "208.67.220.220", "94.140.14.14", "94.140.15.15", "4.2.2.2", "4.2.2.1", "64.6.64.6", "77.88.8.8", "114.114.114.114", "223.5.5.5",
     "2001:4860:4860::8888", "2001:4860:4860::8844", "2606:4700:4700::1111", "2606:4700:4700::1001", "2620:fe::fe"]
)  # fmt: skip
"""Public resolvers of names, which everybody asks."""
_DOTTED = re.compile(r"\(?\d{1,3}(?:\.\d{1,3}){3}\)?")
FAR = 28


def nobody(text: str, start: int, end: int) -> bool:
    """Whether the address there is a version, a public resolver, or a machine's by the nearest word before it in its phrase."""
    if text[start:end].lower() in _RESOLVERS or VERSION.search(text, max(0, start - 28), start):
        return True
    before = re.split(r"[\n;|]|\.\s", text[max(0, start - FAR) : start])[-1]
    machine = max((match.end() for match in _MACHINE.finditer(before)), default=-1)
    return machine >= 0 and machine > max((match.end() for match in _SOMEBODY.finditer(before)), default=-1)


def version_like(text: str, start: int, end: int) -> bool:
    """Whether a supposed telephone number is four groups of at most three digits between dots, as versions and broken addresses are written."""
    found = text[start:end]
    groups = re.findall(r"\d+", found)
    return _DOTTED.fullmatch(found) is not None and any(len(group) != 2 for group in groups)
