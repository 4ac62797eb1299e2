"""Evidence as a document for people: made of the JSON's value alone, so that the two never differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from mesh_platform.interop.evidence import sections
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.model import STATES, Control, Evidence, On
from mesh_platform.interop.evidence.sections import day, many, mark, minute, refs, slug
from mesh_platform.interop.evidence.sections_breaches import breaches
from mesh_platform.interop.evidence.sections_gone import gone
from mesh_platform.interop.evidence.sections_policy import policy
from mesh_platform.interop.markup import Html, document, table, tag
from mesh_platform.interop.style import STYLE

MEANING: Mapping[str, str] = {
    "enforced": "the platform upholds it by itself: at the gate, by a probe, or at each read, request and publication",
    "attested": "a person says so, by name, until a day; the platform cannot observe it",
    "waived": "broken, and let through for a time by somebody who may, with something that protects people meanwhile",
    "blocked": "broken, and kept back: the version that breaks it is not served",
    "failing": "broken by what is served",
    "open": "nobody has judged it, or something is still to be done",
    "not applicable": "it does not concern the product, or takes effect later",
}
BINDS_NOTHING = (
    "The pack binds none of these products, so nothing here says that its law is kept. A law binds by the region in which a product lies and by what it holds; "
    "governance/packs.yaml binds it elsewhere."
)
_CONTENTS = {
    "summary": "In short",
    "attention": "What is open, failing or waived",
    "blocked": "What was kept back",
    "controls": "Controls",
    "products": "Products and their protection",
    "gone": "Products that are no more",
    "access": "Who read what",
    "people": "People's requests and withdrawals",
    "breaches": "Personal data breaches",
    "retention": "Retention",
    "exceptions": "Waivers and attestations",
    "policy": "Versions of the policy",
    "log": "The audit log and the records",
    "verify": "How to verify this document",
}


def page(evidence: Evidence) -> str:
    """The whole document."""
    title = f"Evidence: {evidence.about.title}"
    main = tag(
        "main",
        _summary(evidence),
        _attention(evidence),
        sections.blocked(evidence),
        _controls(evidence),
        sections.products(evidence),
        gone(evidence),
        sections.access(evidence),
        sections.people(evidence),
        breaches(evidence),
        sections.retention(evidence),
        sections.exceptions(evidence),
        policy(evidence),
        sections.log(evidence),
        sections.verify(evidence),
        id="main",
    )
    foot = tag(
        "footer", tag("p", f"Made from what was on record on {minute(evidence.about.as_of)}. Audit log {evidence.about.origin}.")
    )
    return document(
        title, STYLE, tag("a", "Skip to the text", href="#main", class_="skip"), _header(evidence), _contents(), main, foot
    )


def _header(evidence: Evidence) -> Html:
    about = evidence.about
    told = {
        "Framework": f"{about.title} (pack {about.pack})",
        "Covers": about.product or (f"the domain {about.domain}" if about.domain else "the whole mesh"),
        "Records": f"{'from ' + minute(about.since) if about.since else 'from the first'} to {minute(about.until)}",
        "As of": minute(about.as_of),
        "Audit log": about.origin,
        "Policy": tag("code", about.policy),
    }
    return tag(
        "header",
        tag("p", "Evidence of compliance", class_="kicker"),
        tag("h1", about.title),
        tag(
            "p",
            f"{many(len(evidence.controls), 'control')} held against {many(len(evidence.products), 'data product')}: which are enforced by the platform, "
            "which a person answers for, and what is still open. Each statement points at records of an audit log that can be proven without the platform.",
            class_="lead",
        ),
        tag("dl", [(tag("dt", name), tag("dd", value)) for name, value in told.items()], class_="meta"),
        [
            tag("p", "Beside this: ", tag("a", text, href=f"{name}.html"))
            for name, text in Framework(about.framework).beside.items()
        ],
    )


def _contents() -> Html:
    entries = [tag("li", tag("a", text, href=f"#{name}")) for name, text in _CONTENTS.items()]
    return tag("nav", tag("h2", "Contents", id="contents"), tag("ol", entries), class_="contents", aria_labelledby="contents")


def _summary(evidence: Evidence) -> Html:
    counts, total = evidence.summary, sum(evidence.summary.values())
    due = total - counts["not applicable"]
    bar = [
        tag("span", style=f"width:{100 * counts[state] / due:.2f}%", class_=slug(state))
        for state in STATES[:-1]
        if due and counts[state]
    ]
    said = ", ".join(f"{counts[state]} {state}" for state in STATES[:-1])
    rows = [
        (mark(state), counts[state], _share(counts[state], due) if state != "not applicable" else "", MEANING[state])
        for state in STATES
    ]
    automatic = counts["enforced"] + counts["blocked"]
    return sections.section(
        "summary",
        _CONTENTS["summary"],
        tag(
            "p",
            f"Of {due:,} pairs of control and product to which a control applies, {automatic:,} ({_share(automatic, due)}) are upheld by the platform without anybody's "
            f"help, {counts['attested']:,} rest on a person's word, and {counts['failing'] + counts['open'] + counts['waived']:,} need somebody's attention.",
        ),
        tag("div", bar, class_="bar", role="img", aria_label=said) if due else tag("p", BINDS_NOTHING),
        table("Pairs of control and product, by state", ("state", "pairs", "share", "what it means"), rows, numbers=(1, 2)),
        [tag("p", one, class_="soft") for one in evidence.notes],
    )


def _share(part: int, whole: int) -> str:
    """In whole percent, cut: only all is 100 %, and only nothing is 0."""
    if not whole:
        return "none"
    return "under 1 %" if 0 < 100 * part < whole else f"{100 * part // whole} %"


def _attention(evidence: Evidence) -> Html:
    rows = [
        (tag("a", control.rule, href=f"#{slug(control.rule)}"), mark(state), _names(names), why)
        for state in ("failing", "waived", "open")
        for control in evidence.controls
        for why, names in _grouped(control, state).items()
    ]
    text = "Controls that what is served breaks come first, then those that were let through for a time, then those that nobody has judged or that wait for somebody."
    none = tag("p", "Nothing.")
    head = ("control", "state", "products", "why")
    return sections.section(
        "attention", _CONTENTS["attention"], tag("p", text), table("What needs attention", head, rows) if rows else none
    )


def _grouped(control: Control, state: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in control.products:
        if one.state == state:
            found.setdefault(one.why, []).append(one.product)
    return found


def _names(names: list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _controls(evidence: Evidence) -> Html:
    short = ("enforced", "attested", "waived", "blocked", "failing", "open")
    rows = [_counted(control, short) for control in evidence.controls]
    text = "Every rule of the pack, in its order. The number is that of products; a dash means none. Details follow, control by control."
    return sections.section(
        "controls",
        _CONTENTS["controls"],
        tag("p", text),
        table("Controls by state", ("control", "what it asks", "source", *short), rows, numbers=range(3, 9)),
        [_control(control) for control in evidence.controls],
    )


def _counted(control: Control, short: tuple[str, ...]) -> tuple[object, ...]:
    counted = Counter(one.state for one in control.products)
    numbers = [counted[state] or "–" for state in short]  # type: ignore[index]
    return tag("a", control.rule, href=f"#{slug(control.rule)}"), control.title, control.source, *numbers


def _control(control: Control) -> Html:
    source = control.source if control.source_checked else f"{control.source} (not held against the text yet)"
    upheld = {"gate": "the gate", "platform": control.upheld_by, "attested": "a person, on record"}[control.upheld]
    facts = [
        f"Source: {source}. Upheld by {upheld}. Where broken: {control.verdict}. {'Can' if control.waivable else 'Cannot'} be waived."
    ]
    facts += [f"In force since {control.effective_from}."] if control.effective_from else []
    facts += [f"Applies to: {control.condition}."] if control.condition else []
    facts += [f"{control.cases - control.cases_failed} of {control.cases} worked examples hold."] if control.cases else []
    due = [row for state in STATES[:-1] for row in _standings(control, state)]
    others = sum(one.state == "not applicable" for one in control.products)
    return tag(
        "section",
        tag("h3", f"{control.rule} · {control.title}", id=slug(control.rule)),
        tag("p", " ".join(facts), class_="soft"),
        table(f"{control.rule} by product", ("products", "state", "by", "why", "records"), due, class_="standings")
        if due
        else None,
        tag("p", f"Does not apply to {many(others, 'product')}.", class_="soft") if others else None,
        class_="control",
        aria_labelledby=slug(control.rule),
    )


def _standings(control: Control, state: str) -> Iterator[tuple[object, ...]]:
    """Products of which the same is said stand in one row."""
    found: dict[tuple[str, str], list[On]] = {}
    for one in control.products:
        if one.state == state:
            found.setdefault((one.by, one.why), []).append(one)
    for (by, why), ones in found.items():
        records = [record for one in ones for record in one.records[-1:]]
        yield _names([one.product for one in ones], 30), mark(state), by, why, refs(records)


__all__ = ["MEANING", "day", "page"]
