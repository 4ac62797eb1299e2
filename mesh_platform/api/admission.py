"""What stands between a caller and a product before anything is decided: this instance's region, the interface's scopes, the caller's rate.

The product's own contracts, grants and purposes are the business of `access/`, for every port alike.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from mesh_platform.access.served import Served
from mesh_platform.api.problems import Refused
from mesh_platform.api.shared import Shared
from mesh_platform.api.signing_in import SignedIn
from mesh_platform.errors import Finding
from mesh_platform.product import Governance, Interface

HTTP = frozenset({"api", "http", "https", "rest"})
"""Types of interfaces that this port is, in lower case."""
SQL = frozenset({"sql", "flight", "flight sql", "flightsql", "arrow flight sql", "adbc", "jdbc", "odbc"})
"""Those of the port for SQL tools; where a product declares none, its API's count there."""
Admit = Callable[[Served], None]


class Admission:
    """Asked for each product that a request names.

    Args:
        shared: where calls are counted.
        region: of this instance.
        endpoints: of the instances of other regions.
        kinds: types of interfaces that the port is; the first that a product declares counts, and all of it.
    """

    def __init__(
        self, shared: Shared, region: str | None, endpoints: Mapping[str, str], kinds: Sequence[frozenset[str]] = (HTTP,)
    ) -> None:
        self._shared, self._region, self._endpoints, self._kinds = shared, region, endpoints, kinds

    def of(self, caller: SignedIn, governance: Governance, counting: bool = True) -> Admit:
        """What lets `caller` through to a product, or raises; with `counting` it is one more of their requests.

        Raises:
            Refused: HTTP-07 (421), HTTP-08 (403) or HTTP-09 (429).
        """

        def admit(served: Served) -> None:
            self._here(served, governance)
            found = interfaces_of(served, self._kinds)
            if missing := caller.lacks(frozenset(scope for each in found for scope in each.scopes)):
                raise _insufficient(served, missing)
            if counting:
                self._in_time(caller, served, found)

        return admit

    def _here(self, served: Served, governance: Governance) -> None:
        self.here(served.place.location, str(served.product.key), governance, str(served.product.key))

    def here(self, location: str, where: str, governance: Governance, product: str = "") -> None:
        """See that what lies in that place or region is answered for by this instance.

        Raises:
            Refused: HTTP-07 (421), where it is not.
        """
        regions = governance.regions
        if self._region is None or location == self._region or location in regions.locations(self._region):
            return
        names = (location, regions.around(location))
        endpoint = next((self._endpoints[name] for name in names if name and name in self._endpoints), None)
        why = f"It is stored in {location}, and this instance answers for {self._region} alone."
        fix = f"Ask {endpoint}." if endpoint else "Ask the instance of its region."
        raise Refused(421, Finding("HTTP-07", where, why, fix, product), endpoint=endpoint)

    def _in_time(self, caller: SignedIn, served: Served, found: Sequence[Interface]) -> None:
        key = str(served.product.key)
        bounds = [(key, served.product.descriptor.rate_limit)]
        if rates := [(each.rate_limit, each.type.casefold()) for each in found if each.rate_limit is not None]:
            least, kind = min(rates)
            bounds.append((f"{key} {kind}", least))
        for what, most in bounds:
            if most is not None:
                within_rate(self._shared, caller.actor.name, what, most, key, key)


def within_rate(shared: Shared, caller: str, what: str, most: int, where: str, product: str = "") -> None:
    """Count a call of `caller`.

    Raises:
        Refused: HTTP-09 (429), where it is one more than the `most` of a minute.
    """
    wait = shared.call(caller, what, most, time.time())
    if wait:
        why = f"{most} requests per minute are let through, and this is one more."
        finding = Finding("HTTP-09", where, why, "Wait for as long as Retry-After says.", product)
        raise Refused(429, finding, {"Retry-After": str(math.ceil(wait))})


def interfaces_of(served: Served, kinds: Sequence[frozenset[str]]) -> Sequence[Interface]:
    """The interfaces of the product that a caller of this port is held to: to all their scopes, and the least of their rates.

    Where it declares others and none that this port is, all of them: what it asks of its readers holds whichever way they come.
    """
    declared = served.product.descriptor.interfaces
    ours = ([each for each in declared if each.type.casefold() in kind] for kind in kinds)
    return next((found for found in ours if found), declared)


def _insufficient(served: Served, missing: frozenset[str]) -> Refused:
    key, words = str(served.product.key), " ".join(sorted(missing))
    why = f"The token lacks a scope of its interface: {words}."
    finding = Finding("HTTP-08", key, why, "Get a token with it; who gives it is in the product's description.", key)
    challenge = f'Bearer realm="mesh", error="insufficient_scope", scope="{words}"'
    return Refused(403, finding, {"WWW-Authenticate": challenge} if words.isascii() and '"' not in words else {})
