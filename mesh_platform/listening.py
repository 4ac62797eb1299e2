"""Where a port may listen without TLS: where only this machine reaches it, unless somebody says that a proxy in front of it does TLS."""

from __future__ import annotations

from ipaddress import ip_address

from mesh_platform.errors import UsageProblem


def closed(host: str, rule: str, fix: str) -> None:
    """Go on where only this machine reaches `host`.

    Raises:
        UsageProblem: `rule`, where tokens would go over a network in the clear.
    """
    if not loopback(host):
        why = "Without TLS, tokens and rows would go over the network in the clear."
        raise UsageProblem.because(rule, host, why, fix)


def loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
