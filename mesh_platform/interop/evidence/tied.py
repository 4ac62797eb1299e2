"""What ties the log of a region to the mesh's own: a record of that one names the checkpoint under which the region's records are proven.

Keys of regions come with a package and nobody knows them from elsewhere: whoever holds them could write the region's log anew and sign it. So they count for nothing by themselves.
It knows nothing of the platform: it travels with packages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mesh_platform.audit.tlog import Checkpoint, NotProven

MAIN = "mesh"
"""The name of the log of the control database; those of regions have the names of these."""
ACT, WHAT = "log checkpoint", "region checkpoint"
"""What the record says by which the mesh's log names a checkpoint of a region's."""
Proven = Mapping[str, tuple[Mapping[str, Any], Checkpoint]]
"""Records by log and number: what each one's bytes say, and the checkpoint under which they are proven."""


def checkpoint_in(name: str, origin: str, said: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint of the log of region `name` that a record of the mesh's log says.

    Raises:
        NotProven: where it names none, or one of another log: the record's own id is made of whose it is.
    """
    obj, size = said.get("obj"), said.get("n")
    about: Mapping[str, Any] = obj if isinstance(obj, dict) else {}
    if (said.get("act"), said.get("phase"), about.get("what"), about.get("region")) != (ACT, "done", WHAT, name):
        raise NotProven("it names no checkpoint of that region's log")
    root, key = str(about.get("ref")), f"{origin} {size} {about.get('ref')}"
    if type(size) is not int or said.get("eid") != hashlib.sha256(f"mesh-eid-v1\n{ACT}\n{key}".encode()).hexdigest():
        raise NotProven("it names a checkpoint of another log")
    try:
        return Checkpoint(origin, size, bytes.fromhex(root))
    except ValueError:
        raise NotProven("it names no root") from None


def regions(logs: Iterable[Mapping[str, Any]], proven: Proven) -> Iterator[dict[str, Any]]:
    """Each region's log that is told of or of which records are proven: under which record of the mesh's own it stands, and what is wrong with that."""
    told = {str(one["log"]): one for one in logs}
    for name in sorted({*told, *(id_.rpartition(":")[0] for id_ in proven)} - {MAIN}):
        own = [said for id_, (_, said) in proven.items() if id_.rpartition(":")[0] == name]
        one = told.get(name, {})
        found: dict[str, Any] = {"log": name, "under": one.get("under"), "size": None, "ts": None, "wrong": None}
        try:
            leaf, said = _tie(name, one, proven)
            found |= {"size": said.size, "ts": leaf.get("ts")}
            if (one["size"], one["root"]) != (said.size, said.root.hex()) or any(other != said for other in own):
                raise NotProven("what is proven of it stands under another checkpoint than the one that the mesh's log names")
        except NotProven as error:
            found["wrong"] = str(error)
        yield found


def _tie(name: str, one: Mapping[str, Any], proven: Proven) -> tuple[Mapping[str, Any], Checkpoint]:
    id_ = one.get("under")
    if id_ is None:
        raise NotProven("no record of the mesh's log names a checkpoint of it, so nothing but its own keys speaks for it")
    if not str(id_).startswith(f"{MAIN}:") or id_ not in proven:
        raise NotProven("the record that is to name its checkpoint is not proven")
    leaf, _ = proven[id_]
    return leaf, checkpoint_in(name, str(one.get("origin")), leaf)
