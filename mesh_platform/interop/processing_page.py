"""The record of processing activities as a document."""

from __future__ import annotations

from collections.abc import Sequence

from mesh_platform.interop.evidence.sections import many, section, slug
from mesh_platform.interop.markup import Child, Html, document, table, tag
from mesh_platform.interop.processing import Activity, Recipient
from mesh_platform.interop.style import STYLE
from mesh_platform.policy.packs.gdpr.recipients import ADEQUATE, EEA

NOT_HERE = (
    "The name and contact of the controller, of joint controllers, of the representative and of the data protection officer (Art. 30(1)(a)) are the "
    "organisation's to add: the mesh knows its domains and who owns them."
)


def processing_page(found: Sequence[Activity], as_of: str) -> str:
    """The whole document."""
    domains = list(dict.fromkeys(one.domain for one in found))
    gaps = [(tag("a", f"{one.domain}: {one.purpose}", href=f"#{_id(one)}"), gap) for one in found for gap in one.gaps]
    header = tag(
        "header",
        tag("p", "Record of processing activities", class_="kicker"),
        tag("h1", "What is processed, why, and for how long"),
        tag(
            "p",
            f"{many(len(found), 'purpose')} of {many(len(domains), 'domain')}, told from the descriptors of data products and the organisation's registers "
            f"as they stood on {as_of[:10]} (Art. 30(1) GDPR).",
            class_="lead",
        ),
        tag("div", tag("p", NOT_HERE), class_="note"),
    )
    body = (
        section(
            "overview",
            "Overview",
            table("Activities", ("domain and purpose", "legal basis", "whom", "products", "gaps"), map(_row, found)),
        )
        if found
        else tag("p", "No product is about people."),
        section("gaps", "What is missing", table("Gaps", ("activity", "what"), gaps)) if gaps else None,
        [
            section(slug(f"domain {name}"), f"Domain {name}", [_activity(one) for one in found if one.domain == name])
            for name in domains
        ],
    )
    skip = tag("a", "Skip to the text", href="#main", class_="skip")
    return document(
        "Record of processing activities",
        STYLE,
        skip,
        header,
        tag("main", body, id="main"),
        tag("footer", tag("p", f"As of {as_of}.")),
    )


def _id(one: Activity) -> str:
    return slug(f"{one.domain} {one.purpose}")


def _row(one: Activity) -> tuple[Child, ...]:
    link = tag("a", f"{one.domain}: {one.purpose}", href=f"#{_id(one)}")
    return link, ", ".join(one.bases) or "–", ", ".join(one.subjects) or "–", len(one.products), len(one.gaps) or "none"


def _activity(one: Activity) -> Html:
    limits = [f"{limit.product}: {_limit(limit.period, limit.action, limit.minimum)}" for limit in one.limits]
    told: dict[str, Child] = {
        "(a) Answers for it": one.contact or "–",
        "(b) Purpose": f"{one.purpose}. {one.description}",
        "Legal basis": ", ".join(one.bases) or "–",
        "(c) Whom it is about": ", ".join(one.subjects) or "–",
        "(c) Data": ", ".join(one.categories) or "–",
        "Special categories (Art. 9)": ", ".join(one.special) or "none",
        "(d) Recipients": [tag("div", _recipient(each)) for each in one.recipients] or "none",
        "(e) Places, transfers": [tag("div", text) for text in (", ".join(one.places) or "–", *_transfers(one))],
        "(f) Time limits": [tag("div", text) for text in limits],
        "(g) Security measures": ", ".join(one.measures) or "none is asked",
        "Products": ", ".join(one.products),
    }
    gaps = tag("div", [tag("p", gap) for gap in one.gaps], class_="note") if one.gaps else None
    entries = [(tag("dt", name), tag("dd", value)) for name, value in told.items()]
    return tag(
        "section",
        tag("h3", one.purpose, id=_id(one)),
        tag("dl", entries, class_="meta"),
        gaps,
        class_="control",
        aria_label=f"{one.domain}: {one.purpose}",
    )


def _limit(period: str | None, action: str | None, minimum: str | None) -> str:
    if period is None:
        return "not declared"
    return f"{period}, then {action}" + (f"; by law at least {minimum}" if minimum else "")


def _recipient(one: Recipient) -> str:
    if not one.outside:
        return f"{one.name} (within the mesh)"
    return f"{one.name}: {one.role or 'in no register'}, {', '.join(one.countries) or 'country not known'}; {', '.join(one.agreements) or 'no agreement on record'}"


def _transfers(one: Activity) -> list[str]:
    """Where data goes beyond the mesh, and what it rests on."""
    return [
        f"To {each.name} in {', '.join(each.countries)}: {_rests_on(each)}"
        for each in one.recipients
        if each.outside and each.countries
    ]


def _rests_on(one: Recipient) -> str:
    if {*one.countries} <= EEA | ADEQUATE:
        return "within the European Economic Area, or where adequacy was decided"
    return ", ".join(one.transfer) or "no safeguard on record"
