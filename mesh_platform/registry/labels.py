"""What the site teaches the scan: the last scan of each column, what people said of findings, the audit sample, and models made of it.

Labels are added to and never changed; the newest on the same column, kind and profile counts. Nothing here opens a gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from mesh_platform.actor import Actor, Role
from mesh_platform.classify.written import personal
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.product.key import ProductKey
from mesh_platform.registry.label_values import ColumnScan, Draw, FoundKind, Label, SiteModel, Source, Verdict
from mesh_platform.state import Database, insert
from mesh_platform.state.tables import audit_draws, column_scans, scan_labels, site_models

TEACHERS = (Role.PRIVACY, Role.STEWARD)
MOST_REASON = 500


class Labels:
    """The labels in a migrated control database. Every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, db: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._clock = clock

    # Scans

    def remember(self, product: ProductKey, scans: Iterable[ColumnScan]) -> None:
        """Put the scans of a product's columns in the place of those before."""
        rows = [_scan_row(scan, i) for i, scan in enumerate(scans)]
        with self._db.write() as con:
            con.execute(delete(column_scans).where(column_scans.c.product == str(product)))
            if rows:
                con.execute(column_scans.insert(), rows)

    def scans(self, product: ProductKey | None = None) -> tuple[ColumnScan, ...]:
        """The last scan of each column, of one product or all, in the order of the columns."""
        table = column_scans.c
        where = [] if product is None else [table.product == str(product)]
        with self._db.read() as con:
            found = con.execute(select(column_scans).where(*where).order_by(table.product, table.position)).mappings()
            return tuple(_scan(row) for row in found)

    # Labels

    def give(self, label: Label, by: Actor) -> Label:
        """Write a label down, in the name of `by` and at this moment.

        Raises:
            Denied: LABEL-01, where `by` is neither of the privacy team nor a steward of the domain.
            UsageProblem: LABEL-02, where the reason is missing, too long, or quotes a value.
        """
        allowed(by, label.product)
        if not label.reason.strip() or len(label.reason) > MOST_REASON:
            why = f"A label says why, in at most {MOST_REASON} characters."
            raise UsageProblem.because("LABEL-02", "the reason", why, "Give --reason TEXT.", str(label.product))
        if quoted := personal(label.reason):
            why = f"It quotes a value of the kind {quoted}, which would stay in the control database."
            raise UsageProblem.because(
                "LABEL-02", "the reason", why, "Say why without a value out of the data.", str(label.product)
            )
        row = {
            "product": str(label.product),
            "column": label.column,
            "kind": label.kind,
            "verdict": label.verdict.value,
            "profile": label.profile,
            "features": dict(label.features),
            "scanner": label.scanner,
            "source": label.source.value,
            "reason": label.reason.strip(),
            "by": by.name,
            "person": by.person,
            "given_at": self._clock(),
        }
        with self._db.write() as con:
            id: Any = con.execute(scan_labels.insert().returning(scan_labels.c.id), row).scalar_one()
            return _label(con.execute(select(scan_labels).where(scan_labels.c.id == id)).mappings().one())

    def all(self) -> tuple[Label, ...]:
        """Every label ever given, in the order in which they were."""
        with self._db.read() as con:
            return tuple(map(_label, con.execute(select(scan_labels).order_by(scan_labels.c.id)).mappings()))

    def of(self, product: ProductKey) -> tuple[Label, ...]:
        """Every label on the columns of one product, in the order in which they were given."""
        query = select(scan_labels).where(scan_labels.c.product == str(product)).order_by(scan_labels.c.id)
        with self._db.read() as con:
            return tuple(map(_label, con.execute(query).mappings()))

    def standing(self) -> tuple[Label, ...]:
        """The newest label on each column, kind and profile, from either source."""
        return newest(self.all())

    # The audit sample

    def draw(self, draws: Iterable[Draw], by: Actor) -> int:
        """Keep what was drawn; a column that was drawn under this profile before stays drawn once. Gives how many are new."""
        fresh = 0
        with self._db.write() as con:
            for draw in draws:
                allowed(by, draw.product)
                row = insert(con, audit_draws).values(_draw_row(draw, by.name, self._clock()))
                kept = row.on_conflict_do_nothing(index_elements=["product", "column", "profile"]).returning(audit_draws.c.id)
                fresh += con.execute(kept).scalar() is not None
        return fresh

    def draws(self) -> tuple[Draw, ...]:
        """The whole audit sample, in the order in which it was drawn."""
        with self._db.read() as con:
            return tuple(map(_draw, con.execute(select(audit_draws).order_by(audit_draws.c.id)).mappings()))

    # Models

    def keep(self, model: SiteModel, by: Actor) -> SiteModel:
        """Put a model in force as the next version."""
        row = {
            "weights": dict(model.weights),
            "figures": dict(model.figures),
            "last_label": model.last_label,
            "by": by.name,
            "made_at": self._clock(),
        }
        with self._db.write() as con:
            con.execute(site_models.insert(), row)
            found = _in_force(con)
        assert found is not None
        return found

    def model(self) -> SiteModel | None:
        """The version in force, None where the built-in one is."""
        with self._db.read() as con:
            return _in_force(con)

    def back(self, by: Actor) -> SiteModel | None:
        """Withdraw the version in force; gives the one before, which is in force now, None where that is the built-in one.

        Raises:
            CheckFailed: LABEL-03, where no version is in force.
        """
        with self._db.write() as con:
            last = _in_force(con)
            if last is None:
                why = "No version of the site's model is in force."
                raise CheckFailed.because("LABEL-03", "the site's model", why, "`mesh classify train` makes one.")
            gone = {"withdrawn_by": by.name, "withdrawn_at": self._clock()}
            con.execute(update(site_models).where(site_models.c.id == last.id).values(gone))
            return _in_force(con)


def newest(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Of `labels` in their order, the last on each column, kind and profile."""
    return tuple({(one.product, one.column, one.kind, one.profile): one for one in labels}.values())


def allowed(by: Actor, product: ProductKey) -> None:
    """Raise where `by` may not speak of a product's columns: LABEL-01."""
    if not any(by.may(role, product.domain) for role in TEACHERS):
        why = f"{by.name} has not the role {' or '.join(TEACHERS)} for the domain {product.domain}."
        raise Denied.because("LABEL-01", str(product), why, "Leave it to somebody who has it.", str(product))


def _in_force(con: Connection) -> SiteModel | None:
    table = site_models.c
    query = select(site_models).where(table.withdrawn_at.is_(None)).order_by(table.id.desc()).limit(1)
    row: Any = con.execute(query).mappings().first()
    if row is None:
        return None
    return SiteModel(row["weights"], row["figures"], row["last_label"], row["by"], row["made_at"], row["withdrawn_at"], row["id"])


def _scan_row(scan: ColumnScan, position: int) -> dict[str, Any]:
    return {
        "product": str(scan.product),
        "column": scan.column,
        "position": position,
        "found": [[one.kind, one.rows, one.share, one.why] for one in scan.found],
        "not_scanned": scan.not_scanned,
        "shape": dict(scan.shape),
        "scanner": scan.scanner,
        "scanned_at": scan.scanned_at,
    }


def _scan(row: Mapping[Any, Any]) -> ColumnScan:
    found = tuple(FoundKind(str(kind), int(rows), float(share), str(why)) for kind, rows, share, why in row["found"])
    key = ProductKey.parse(row["product"])
    return ColumnScan(
        key, row["column"], found, row["not_scanned"], row["shape"], row["scanner"], row["scanned_at"], row["position"]
    )


def _label(row: Mapping[Any, Any]) -> Label:
    verdict, source = Verdict(row["verdict"]), Source(row["source"])
    return Label(**{**row, "product": ProductKey.parse(row["product"]), "verdict": verdict, "source": source})


def _draw_row(draw: Draw, by: str, at: datetime) -> dict[str, Any]:
    return {
        "product": str(draw.product),
        "column": draw.column,
        "profile": draw.profile,
        "scanner": draw.scanner,
        "seed": draw.seed,
        "drawn_from": draw.drawn_from,
        "found_beside": draw.found_beside,
        "clean_beside": draw.clean_beside,
        "by": by,
        "drawn_at": at,
    }


def _draw(row: Mapping[Any, Any]) -> Draw:
    return Draw(**{**row, "product": ProductKey.parse(row["product"])})
