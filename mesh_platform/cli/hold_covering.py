"""What `mesh hold open` says of a new hold: the rows that it covers, and the backups that end all the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.retention import Covers


def ending(session: Session, products: Collection[str]) -> list[dict[str, str]]:
    """The backups that hold one of these products, the first to end before the others; one that does not open may hold any."""
    from mesh_platform.backups import Shelf, read
    from mesh_platform.errors import MeshError

    found = []
    for entry in Shelf.of(session.settings).entries():
        try:
            held = {one.place.key for one in read(entry).held}
        except MeshError:
            held = {*products}
        if held & {*products}:
            found.append({"id": entry.id, "ends_at": entry.ends_at.isoformat()})
    return sorted(found, key=lambda one: one["ends_at"])


def say_covers(session: Session, covers: Sequence[Covers], backups: Sequence[dict[str, str]]) -> None:
    """For people: product by product, then what a hold does not keep."""
    from mesh_platform.cli.output import clean, counted

    if not covers:
        session.say("It covers no row that is published now: see whether it names what is meant.")
    else:
        session.say("It covers, as it is published now:")
    for one in covers:
        rows = "whatever it holds, since it does not open" if one.rows is None else counted(one.rows, "row")
        session.say(f"  {clean(one.product)}: {rows}")
    if backups:
        first = backups[0]["ends_at"][:10]
        session.say(
            f"{counted(len(backups), 'backup')} with copies of them: each ends on its day all the same, the first on {first}."
            " What only a backup has is kept once `mesh backup restore` brought it back."
        )
