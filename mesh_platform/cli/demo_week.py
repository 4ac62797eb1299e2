"""What the example mesh's people do in a week, so that `mesh task share` has something to count: drafts, requests for access, a waiver.

A made-up mix, which `docs/how-to/review-a-change.md` tells; its share says nothing of any organisation. Every step goes the way that its command
goes, and nothing is written down that did not happen. Drafts are made in a copy of the files, of which nothing is published, and what was granted
is given back, so that the mesh is afterwards as it was. One program plays them all: each is recorded as the user of this machine *as* that principal.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

STEWARD, PRIVACY = "data-steward", "privacy-engineer"
_FILES = ("domains", "governance", "dbt_project", "workspace.yaml", "CODEOWNERS")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for access, and what is said to it: `no`, or the grant; `raw` is wanted unmasked."""

    by: str
    product: str
    purpose: str
    columns: tuple[str, ...]
    decided_by: str = STEWARD
    no: str = ""
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of a product's file, `old` to `new`, that somebody reviews; where nobody does, it is a slip that the gate finds: `rule`."""

    product: str
    old: str
    new: str
    decided_by: str = ""
    verdict: str = "approve"
    rule: str = ""
    waived: bool = False
    """Whether its owner would rather be let through."""


ACCESS = (
    Wanted("business-analyst", "sales/revenue_by_region", "analytics", ("region", "month", "revenue")),
    Wanted("business-analyst", "sales/orders", "analytics", ("order_id", "ordered_at", "total")),
    Wanted("business-analyst", "payments/transactions", "analytics", ("amount",)),
    Wanted("business-analyst", "support/ticket_topics", "analytics", ("topic", "language")),
    Wanted("sales-analyst", "analytics/segment_performance", "analytics", ("segment", "region", "revenue")),
    Wanted("sales-analyst", "payments/customer_spend", "analytics", ("paid", "last_paid_at")),
    Wanted("marketing-analyst", "marketing/campaign_reach", "analytics", ("campaign", "month", "visitors")),
    Wanted("support-agent", "sales/orders", "service.orders", ("order_id", "status")),
    Wanted("marketing-analyst", "payments/invoices", "analytics", ("customer_ref",), no="the masked figures serve"),
    Wanted("support-agent", "support/tickets", "service.support", ("ticket_id", "body"), PRIVACY, raw=("body",)),
)
DRAFTS = (
    Draft("sales/orders", "{period: 3 years", "{period: 4 years", STEWARD),
    Draft("support/tickets", "{period: 2 years", "{period: 3 years", STEWARD),
    Draft("payments/invoices", "{period: 10 years", "{period: 12 years", STEWARD),
    Draft("customer/contact_preferences", "{period: 3 years", "{period: 9 years", STEWARD, "reject"),
    Draft("marketing/events", "{period: 13 months", "{period: 24 months", PRIVACY, "reject"),
    Draft("health/encounters", "{period: 20 years", "{period: 25 years", PRIVACY),
    Draft("sales/customer_orders", "  retention:", "  # retention:", rule="CORE-03"),
    Draft("marketing/device_map", "  retention:", "  # retention:", rule="CORE-03"),
    Draft("analytics/customer_lifetime_value", "  retention:", "  # retention:", rule="CORE-03"),
    Draft("payments/customer_spend", "sensitivity: confidential", "sensitivity: internal", rule="CORE-05", waived=True),
    Draft("support/ticket_topics", "sensitivity: confidential", "sensitivity: internal", rule="CORE-05", waived=True),
)


def play(session: Session) -> None:
    """The week. What is wrong with a draft is found no more, and closed, with the next publication of the files as they are."""
    for wanted in ACCESS:
        _ask(session, wanted)
    with _copied(session) as copy:
        for draft in DRAFTS:
            write(copy.settings.project, draft)
        _attempt(copy)
        for draft in DRAFTS:
            if draft.decided_by:
                _review(copy, draft)
            if draft.waived:
                _waive(copy, draft)


def _as(session: Session, name: str) -> Actor:
    from mesh_platform.access.development import principal_of, real_user

    return principal_of(session.governance, name, f"{real_user()} as {name}")


def _ask(session: Session, wanted: Wanted) -> None:
    from mesh_platform.access.grants import Consumer, Kind
    from mesh_platform.access.requests import Wish
    from mesh_platform.cli.granting import granting
    from mesh_platform.cli.naming import product_key
    from mesh_platform.clock import utc_now

    end, consumer = utc_now() + timedelta(days=30), Consumer(Kind.PERSON, wanted.by)
    why = "the figures of the quarter"
    wish = Wish(product_key(wanted.product), consumer, wanted.purpose, wanted.columns, end, why, wanted.raw, None)
    who = _as(session, wanted.decided_by)
    with granting(session) as desk:
        asked = desk.request(wish, _as(session, wanted.by))
        if wanted.no:
            desk.reject(asked.id, who, wanted.no)
        else:
            given = desk.approve(asked.id, who, "as asked for")
            desk.revoke(given.grant.id, who, "the quarter is over")


@contextmanager
def _copied(session: Session) -> Iterator[Session]:
    """A session over a copy of the files, outside of every repository, and the same home."""
    with TemporaryDirectory(prefix="mesh-demo-") as folder:
        root, files = Path(folder), session.settings.project
        for name in _FILES:
            if (files / name).is_dir():
                shutil.copytree(files / name, root / name, ignore=shutil.ignore_patterns("target", "__pycache__"))
            elif (files / name).exists():
                shutil.copy(files / name, root / name)
        copy = Session()
        copy.quiet = True
        home = session.settings.home_path
        copy.settings = session.settings.model_copy(update={"project": root, "home": home})
        yield copy


def write(root: Path, draft: Draft) -> None:
    """Change that file below `root`, where it still stands as the example has it."""
    file = root / "domains" / draft.product / "product.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(draft.old, draft.new, 1), encoding="utf-8")


def _attempt(copy: Session) -> None:
    """Try to publish each draft, as its owner would: the gate keeps every one of them back and opens the tasks."""
    from mesh_platform.cli.naming import product_key
    from mesh_platform.publish import open_runtime, publish

    with open_runtime(copy.settings) as runtime:
        for draft in DRAFTS:
            publish(copy.mesh, product_key(draft.product), runtime)


def _review(copy: Session, draft: Draft) -> None:
    from mesh_platform.cli.naming import product_key
    from mesh_platform.cli.reviewing import decide

    reason = "needed for what the rows serve" if draft.verdict == "approve" else "longer than it serves anybody"
    hash = copy.mesh.product(product_key(draft.product)).spec_hash
    decide(copy, draft.product, hash, reason, _as(copy, draft.decided_by), draft.verdict)


def _waive(copy: Session, draft: Draft) -> None:
    from mesh_platform.cli.waiving import asked_for, deciding

    name = draft.product
    owner, privacy = _as(copy, f"{name.partition('/')[0]}-owner"), _as(copy, PRIVACY)
    found = asked_for(copy, name, draft.rule, None)
    with deciding(copy, owner, name) as waivers:
        asked = waivers.ask(copy.mesh, found, "the launch is near", "nobody has a grant on it", 30, owner)
    with deciding(copy, privacy, name) as waivers:
        waivers.decide(copy.mesh, asked.id, False, "label it as it is: that takes a word", privacy)
