"""The tasks that the platform itself opens, each with its key, its role and its words in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from mesh_platform.actor import Actor, Role
from mesh_platform.tasks.values import NewTask, TaskKind

_BEFORE_SUNSET = timedelta(days=30)


def review_key(product: str, spec_hash: str) -> str:
    """The key of the review of one product's files as they are under that hash."""
    return f"{TaskKind.REVIEW}:{product}:{spec_hash}"


def review_task(product: str, spec_hash: str, changes: int, due: datetime) -> NewTask:
    """A privacy-relevant change waits for somebody who approves or rejects it."""
    what = "1 privacy-relevant change waits" if changes == 1 else f"{changes} privacy-relevant changes wait"
    return NewTask(
        key=review_key(product, spec_hash),
        kind=TaskKind.REVIEW,
        product=product,
        reason=f"{what} for a review of the files with hash {spec_hash[:12]}.",
        role=Role.PRIVACY,
        due=due,
        rule="CORE-16",
        command=f"mesh review show {product}",
    )


def tightened_task(product: str, paths: Sequence[str], due: datetime) -> NewTask:
    """A change that only protects more, which nobody is asked about; the same keys tightened again are the same occasion."""
    about = hashlib.sha256("\0".join(sorted(set(paths))).encode()).hexdigest()[:12]
    what = "1 change protects" if len(paths) == 1 else f"{len(paths)} changes protect"
    return NewTask(
        key=f"{TaskKind.REVIEW}:{product}:tighter:{about}",
        kind=TaskKind.REVIEW,
        product=product,
        reason=f"{what} people more than before, and nothing else that matters to them changed.",
        role=Role.OWNER,
        due=due,
        rule="CORE-16",
        command=f"mesh diff {product}",
    )


def waiver_key(id: int) -> str:
    """The key of the decision on one waiver."""
    return f"{TaskKind.WAIVER}:{id}"


def waiver_task(id: int, product: str, rule: str, due: datetime, by: Actor) -> NewTask:
    """Somebody asks to let a finding through for a time."""
    return NewTask(
        key=waiver_key(id),
        kind=TaskKind.WAIVER,
        product=product,
        reason=f"Waiver {id} of {rule} is asked for.",
        role=Role.PRIVACY,
        due=due,
        rule=rule,
        command=f"mesh waiver show {id}",
        created_by=by.name,
        created_person=by.impersonated_by,
    )


def waiver_end_key(id: int) -> str:
    """The key of the end of one waiver."""
    return f"{TaskKind.WAIVER_END}:{id}"


def waiver_end_task(id: int, product: str, rule: str, end: datetime) -> NewTask:
    """What is let through for now is mended before that day, after which it blocks again."""
    return NewTask(
        key=waiver_end_key(id),
        kind=TaskKind.WAIVER_END,
        product=product,
        reason=f"Waiver {id} of {rule} counts until {end.date().isoformat()}: mend the finding before it blocks again.",
        role=Role.OWNER,
        due=end,
        rule=rule,
        command=f"mesh waiver show {id}",
    )


def finding_key(product: str, rule: str) -> str:
    """The key of what one rule asks somebody to see to about one product."""
    return f"{TaskKind.FINDING}:{product}:{rule}"


def finding_task(product: str, rule: str, why: str, due: datetime) -> NewTask:
    """A rule blocks nothing, and asks for something by a date: it closes by itself when nothing is found any more."""
    return NewTask(
        key=finding_key(product, rule),
        kind=TaskKind.FINDING,
        product=product,
        reason=why,
        role=Role.OWNER,
        due=due,
        rule=rule,
        command=f"mesh policy explain {product}",
    )


def refused_review_task(product: str, spec_hash: str, rule: str, by: Actor, due: datetime) -> NewTask:
    """Somebody tried to review what was not theirs to review; told once per principal and state of the files."""
    return NewTask(
        key=f"{TaskKind.AUDIT_FLAG}:{rule}:{product}:{spec_hash}:{by.name}",
        kind=TaskKind.AUDIT_FLAG,
        product=product,
        reason=f"A review of the files with hash {spec_hash[:12]} was refused ({rule}): see whether it was a mistake.",
        role=Role.PRIVACY,
        due=due,
        rule=rule,
        command=f"mesh review show {product}",
        created_by=by.name,
        created_person=by.impersonated_by,
    )


def sunset_task(product: str, sunset: date, today: date) -> NewTask | None:
    """A product ends within thirty days and its owner has its consumers to move; None where that is further off.

    The key holds the day: a sunset that is moved is another occasion.
    """
    if sunset - today > _BEFORE_SUNSET:
        return None
    return NewTask(
        key=f"{TaskKind.SUNSET}:{product}:{sunset.isoformat()}",
        kind=TaskKind.SUNSET,
        product=product,
        reason=f"It ends on {sunset.isoformat()}: see that its consumers have moved to its successor, or move the day.",
        role=Role.OWNER,
        due=datetime.combine(sunset, time(), UTC),
        rule="LIFE-03",
        command=f"mesh show {product}",
    )


def move_task(reader: str, product: str, sunset: date, successor: str | None) -> NewTask:
    """An input of `reader` ends: its owner is told once per day of its end."""
    instead = f": read {successor} instead" if successor else ""
    return NewTask(
        key=f"{TaskKind.SUNSET}:{product}:{sunset.isoformat()}:{reader}",
        kind=TaskKind.SUNSET,
        product=reader,
        reason=f"Its input {product} ends on {sunset.isoformat()}{instead}.",
        role=Role.OWNER,
        due=datetime.combine(sunset, time(), UTC),
        rule="LIFE-04",
        command=f"mesh show {product}",
    )


def orphan_task(product: str, occasion: str, due: datetime) -> NewTask:
    """A product's folder is gone while its rows are still held.

    Args:
        product: `domain/product`.
        occasion: what tells this time from another, such as the id of its last publication.
        due: until when its domain has to decide.
    """
    return NewTask(
        key=f"{TaskKind.ORPHAN}:{product}:{occasion}",
        kind=TaskKind.ORPHAN,
        product=product,
        reason="Its folder is gone and its rows are still held: put the folder back, or retire the product.",
        role=Role.OWNER,
        due=due,
        rule="REG-01",
        command=f"mesh retire {product}",
    )


def resurrection_key(product: str) -> str:
    """The key of the task to have a source stop delivering people who were erased."""
    return f"{TaskKind.RESURRECTION}:{product}"


def resurrection_task(product: str, rows: int, due: datetime) -> NewTask:
    """A product's source brings people again who were erased; they were left out, and its owner has them removed there."""
    what = "1 row of somebody who was" if rows == 1 else f"{rows} rows of people who were"
    return NewTask(
        key=resurrection_key(product),
        kind=TaskKind.RESURRECTION,
        product=product,
        reason=f"Its source brought {what} erased; they were left out. Have them removed where the source comes from.",
        role=Role.OWNER,
        due=due,
        rule="RUN-16",
        command=f"mesh show {product}",
    )


def approval_key(request: str) -> str:
    """The key of the task to decide on one request for access."""
    return f"{TaskKind.APPROVAL}:{request}"


def approval_task(product: str, request: str, columns: int, role: Role, due: datetime, by: Actor) -> NewTask:
    """A request for access waits for somebody who approves or rejects it."""
    return NewTask(
        key=approval_key(request),
        kind=TaskKind.APPROVAL,
        product=product,
        reason=f"The request {request} for {columns} column{'' if columns == 1 else 's'} waits for an approver.",
        role=role,
        due=due,
        rule="CORE-13",
        command=f"mesh access show {request}",
        created_by=by.name,
        created_person=by.impersonated_by,
    )


def break_glass_task(product: str, grant: str, role: Role, due: datetime, by: Actor) -> NewTask:
    """Somebody opened a product to themselves: owner and privacy team each look into it afterwards."""
    return NewTask(
        key=f"{TaskKind.AUDIT_FLAG}:{grant}:{role}",
        kind=TaskKind.AUDIT_FLAG,
        product=product,
        reason=f"It was opened by break-glass (grant {grant}): see what was read under it, and whether it was needed.",
        role=role,
        due=due,
        rule="ACCESS-29",
        command=f"mesh access show {grant}",
        created_by=by.name,
        created_person=by.impersonated_by,
    )


def export_key(export: str) -> str:
    """The key of the task to see one exported file gone."""
    return f"{TaskKind.EXTERNAL}:{export}"


def export_task(product: str, export: str, expires: datetime, by: str, broken_glass: Sequence[str] = ()) -> NewTask:
    """A file of exported rows has to be gone by its moment, and its holder says so; `broken_glass` are the grants that opened it to them."""
    opened = f" It was read under break-glass ({', '.join(broken_glass)})." if broken_glass else ""
    return NewTask(
        key=export_key(export),
        kind=TaskKind.EXTERNAL,
        product=product,
        reason=f"The exported file {export}, which {by} holds, is to be removed by {expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC.{opened}",
        role=Role.PRIVACY,
        due=expires,
        rule="ACCESS-50",
        command=f"mesh access exports --ended {export}",
    )


def recipient_end_stem(name: str) -> str:
    """What the keys of the ends of one recipient's entry begin with."""
    return f"{TaskKind.RECIPIENT_END}:{name}:"


def recipient_end_task(name: str, why: str, end: date | None, due: datetime) -> NewTask:
    """The entry of a recipient outside ends soon or has ended: nothing goes to it after that day."""
    return NewTask(
        key=f"{recipient_end_stem(name)}{end.isoformat() if end else 'now'}",
        kind=TaskKind.RECIPIENT_END,
        product=name,
        reason=f"The recipient {name}: {why} Review it in governance/recipients.yaml, or end what it gets.",
        role=Role.PRIVACY,
        due=due,
        rule="VENDOR-03",
        command=f"mesh vendor show {name}",
    )


def attestation_task(rule: str, title: str, missing: Sequence[str], end: date | None, due: datetime) -> NewTask:
    """A control that the platform cannot observe is attested by nobody for products that it binds (`missing`), or only until `end`."""
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    why = f"Its attestation ends on {end.isoformat()}" if end else f"It binds {missing[0]}{others}, and nobody attests it"
    return NewTask(
        key=f"{TaskKind.ATTESTATION}:{rule}:{end.isoformat() if end else 'missing'}",
        kind=TaskKind.ATTESTATION,
        product=rule,
        reason=f"{title}. {why}: attest it in governance/register.yaml (kind: attestation, about: [{rule}]).",
        role=Role.PRIVACY,
        due=due,
        rule=rule,
        command=f"mesh policy show {rule}",
    )


_LEVELS = {
    "availability": ("SLA-01", "of its allowed reads were answered"),
    "latency": ("SLA-02", "is what 95 of 100 of its answers stayed within"),
}


def level_task(
    product: str, interface: str, promise: str, month: str, measured: str, promised: str, due: datetime, reader: str | None = None
) -> NewTask:
    """An interface did not keep a promise of `sla:` in that month; told once to the owner, and to each `reader` (a product or a domain)."""
    rule, what = _LEVELS[promise]
    key = f"{TaskKind.SERVICE_LEVEL}:{product}:{interface}:{promise}:{month}"
    return NewTask(
        key=f"{key}:{reader}" if reader else key,
        kind=TaskKind.SERVICE_LEVEL,
        product=reader or product,
        reason=f"{product}, {interface}, {month}: {measured} {what}; promised is {promised}.",
        role=Role.OWNER,
        due=due,
        rule=rule,
        command=f"mesh levels {product}",
    )
