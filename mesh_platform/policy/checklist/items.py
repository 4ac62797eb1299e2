"""The lines of the checklist, part by part, as a table: what each asks, and what it is judged by."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.outbound import HERE
from mesh_platform.policy.binding import Control
from mesh_platform.policy.checklist.lines import ByRules, Judge, Line, Look, Part, Reason, Said, by_rules, late_tasks, said
from mesh_platform.policy.checklist.onboarding import ONBOARDING
from mesh_platform.product.governance.recipients import SOON, UNKNOWN, first_end, lapsed

Item = tuple[str, str, Judge]


NOTHING = ("nothing recorded", "none yet")
"""How `mesh doctor` says of what is in order that it is not there yet."""


def machine(check: str, command: str, *also: str) -> Judge:
    """A line that `mesh doctor` answers; `also` are states of its answer that do not speak against it."""

    def judge(look: Look) -> Said:
        status, what = look.machine.get(check, ("fail", "It was not looked at."))
        fine = status in ("ok", *also) and not what.startswith(NOTHING)
        return said([] if fine else [Reason(f"{what}.".replace("..", "."), command)])

    return judge


def no_late_task(*kinds: str) -> Judge:
    """A line that is open while a task of these kinds is overdue."""

    def judge(look: Look) -> Said:
        return said(late_tasks(look, *kinds))

    return judge


def _grants_end(look: Look) -> Said:
    days = look.mesh.governance.policies.access_control.grant_days
    why = f"A grant may hold for {days} days, longer than a year."
    return said([Reason(why, "governance/policies.yaml: accessControl.grantDays: 365")] if days > 366 else [])


def _waivers(look: Look) -> Said:
    soon = [one for one in look.mesh.governance.waivers + look.mesh.waivers if one.product.partition("/")[0] == look.domain]
    ending = [one for one in soon if (one.expires - look.today).days <= 14]
    return said(
        (
            Reason(f"{one.product}: the waiver of {one.rule} counts until {one.expires.isoformat()}.", "mesh waiver list")
            for one in ending
        ),
        bool(soon),
    )


def _entries(look: Look) -> Iterator[tuple[str, str, bool]]:
    governance = look.mesh.governance
    for name, one in governance.recipients.items():
        why, end = lapsed(one, governance, look.today), first_end(one, governance)
        soon = f"{end.what} ends on {end.on.isoformat()}." if end and end.on - look.today <= SOON else ""
        yield name, why or soon, bool(why)


def _entries_hold(look: Look) -> Said:
    found = [*_entries(look)]
    return said((Reason(f"{name}: {why}", f"mesh vendor show {name}") for name, why, denied in found if denied), bool(found))


def _none_ends(look: Look) -> Said:
    found = [*_entries(look)]
    return said(
        (Reason(f"{name}: {why}", f"mesh vendor show {name}") for name, why, out in found if why and not out), bool(found)
    )


def _hosts(look: Look) -> Said:
    governance, away = look.mesh.governance, [host for host in look.hosts if host not in HERE]
    asked = [(host, governance.recipient_at(host)) for host in away]
    lacking = [(host, lapsed(found[1] if found else UNKNOWN, governance, look.today)) for host, found in asked]
    reasons = (Reason(f"Notices leave over {host!r}. {why}", "governance/recipients.yaml: hosts") for host, why in lacking if why)
    return said(reasons, bool(away))


ITEMS: dict[Part, tuple[Item, ...]] = {
    "data architecture": (
        ("data.1", "Every product has an owner, a description and labelled columns", by_rules("CORE-01", "CORE-02", "CORE-05")),
        ("data.2", "People's data is held for named purposes, each on a legal basis", by_rules("GDPR-6-1", "GDPR-9", "CORE-20")),
        ("data.3", "Contracts take what their purpose needs and no more", by_rules("CORE-08", "CORE-09", "GDPR-5-1C")),
        ("data.4", "Everything about people has an end", by_rules("CORE-03", "CORE-17", "GDPR-5-1E")),
        ("data.5", "A person can be taken out of every product that holds people", by_rules("CORE-10", "CORE-19", "GDPR-17-M")),
        ("data.6", "Sensitivity follows the data through lineage", by_rules("CORE-11", "CORE-18")),
        ("data.7", "Files, copies and backups lie where they may", by_rules("CORE-06", "SOV-7", probes=(Control.REGION, Control.REPLICAS))),
        ("data.8", "Restricted data is encrypted under the domain's own key, and a probe saw it", by_rules("SOV-3", probes=(Control.ENCRYPTION,))),
        ("data.9", "High risks are assessed before they are taken", by_rules("GDPR-35", "CCPA-7150")),
        ("data.10", "There are backups, and the newest is not late", machine("backups", "mesh backup create")),
    ),
    "access": (
        ("access.1", "Interfaces ask who it is, and nobody approves their own", by_rules("CORE-15")),
        ("access.2", "A caller from elsewhere is refused", by_rules("SOV-6")),
        ("access.3", "Changes that matter for privacy were reviewed", by_rules("CORE-16")),
        ("access.4", "Storage is reached by private endpoints alone", by_rules("SOV-2")),
        ("access.5", "A grant ends within a year", _grants_end),
        ("access.6", "No request, review or flag waits past its day", no_late_task("approval", "review", "audit_flag", "waiver")),
        ("access.7", "No exception is about to end with its finding unmended", _waivers),
    ),
    "audit": (
        ("audit.1", "The audit log stands, and is anchored outside of the home", machine("audit log", "mesh audit checkpoint")),
        ("audit.2", "No probe misses a control that labels bind", machine("controls", "mesh doctor", "not evaluated")),
        ("audit.3", "Logs, telemetry and caches stay in the region", by_rules("SOV-8")),
        ("audit.4", "A breach is told in time to whom a law says", by_rules("GDPR-33", "GDPR-34", "LGPD-48", "DPDP-R7", "HIPAA-404", late=("breach",))),
        ("audit.5", "No person's request, erasure or withdrawal is late", no_late_task("deadline", "propagation", "resurrection")),
    ),
    "vendors": (
        ("vendors.1", "Whoever outside gets or holds people's data stands in the register", by_rules("SOV-9")),
        ("vendors.2", "They do so under an agreement, and transfers rest on something", by_rules("GDPR-26", "GDPR-28", "GDPR-44", "HIPAA-BAA")),
        ("vendors.3", "Every entry of the register holds", _entries_hold),
        ("vendors.4", "None ends within thirty days", _none_ends),
        ("vendors.5", "Notices leave over registered hosts", _hosts),
        ("vendors.6", "Those outside acknowledge withdrawals and erasures in time", no_late_task("external_recipient")),
    ),
    "onboarding": ONBOARDING,
}  # fmt: skip

RULES = frozenset(id for items in ITEMS.values() for _, _, judge in items if isinstance(judge, ByRules) for id in judge.ids)
"""Rules on which lines stand."""


def checklist(look: Look) -> tuple[Line, ...]:
    """Every line of one domain."""
    found = []
    for part, items in ITEMS.items():
        for id, title, judge in items:
            state, reasons, record = judge(look)
            found.append(Line(id, part, title, state, reasons, record))
    return tuple(found)
