"""The checklist as a document: what is open first, every line beside every domain, then each domain with what closes its open lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from mesh_platform.interop.evidence.sections import many, mark, minute, section, slug
from mesh_platform.interop.markup import Child, Html, document, joined, table, tag
from mesh_platform.interop.style import STYLE
from mesh_platform.policy.checklist import Line
from mesh_platform.policy.checklist.lines import State

STATES: tuple[State, ...] = get_args(State)
MEANING: Mapping[State, str] = {
    "done": "seen in the files, by the rules, by the publication of those very files, by a probe, or in the catalog",
    "open": "not seen, or seen to be missing; what closes it stands beside it",
    "attested": "a person says so, by name and until a day; the platform cannot observe it",
    "not applicable": "there is nothing that it could be about",
}
Domains = Mapping[str, Sequence[Line]]


def checklist_page(found: Domains, as_of: str) -> str:
    """The whole document; `as_of` is a moment in UTC."""
    names = ", ".join(found) or "no domain"
    title = f"Checklist: {names}" if len(found) == 1 else "Checklist of the mesh"
    main = tag("main", _summary(found), _open(found), _matrix(found), [_domain(*one) for one in found.items()], id="main")
    skip = tag("a", "Skip to the text", href="#main", class_="skip")
    foot = tag(
        "footer", tag("p", f"Told from what stood on {minute(as_of)}. `mesh checklist --json` says the same to a program.")
    )
    return document(title, STYLE, skip, _header(title, found), _contents(found), main, foot)


def _header(title: str, found: Domains) -> Html:
    waits = sum(line.state == "open" for lines in found.values() for line in lines)
    text = (
        f"{many(len(found), 'domain')}, {many(waits, 'open line')}. Every line follows from what stands: files, rules, publications, probes, tasks and "
        "registers. Nobody ticks one by hand."
    )
    kicker = tag("p", "Data architecture, access, audit, vendors, onboarding", class_="kicker")
    return tag("header", kicker, tag("h1", title), tag("p", text, class_="lead"))


def _contents(found: Domains) -> Html:
    entries = {"summary": "In short", "open": "What is open", "lines": "Line by line"}
    entries |= {_id(name): f"Domain {name}" for name in found}
    items = [tag("li", tag("a", text, href=f"#{id}")) for id, text in entries.items() if id != "lines" or len(found) > 1]
    return tag("nav", tag("h2", "Contents", id="contents"), tag("ol", items), class_="contents", aria_labelledby="contents")


def _id(domain: str) -> str:
    return slug(f"domain {domain}")


def _summary(found: Domains) -> Html:
    counts = {name: Counter(line.state for line in lines) for name, lines in found.items()}
    rows = [(tag("a", name, href=f"#{_id(name)}"), *(counts[name][state] for state in STATES)) for name in found]
    whole = sum(counts.values(), Counter[State]())
    if len(found) > 1:
        rows.append(("all domains", *(whole[state] for state in STATES)))
    states = [(mark(state), MEANING[state]) for state in STATES]
    return section(
        "summary",
        "In short",
        _bar(whole),
        table("Lines by domain and state", ("domain", *STATES), rows, numbers=range(1, 5)),
        table("What the states say", ("state", "what it says"), states),
    )


def _bar(counts: Counter[State]) -> Html | None:
    """The lines that apply, as one bar; the numbers stand in the table as well."""
    shown = [state for state in STATES if state != "not applicable" and counts[state]]
    due = sum(counts[state] for state in shown)
    parts = [tag("span", style=f"width:{100 * counts[state] / due:.2f}%", class_=slug(state)) for state in shown]
    said = ", ".join(f"{counts[state]} {state}" for state in shown)
    return tag("div", parts, class_="bar", role="img", aria_label=said) if due else None


def _open(found: Domains) -> Html:
    """What is open for the same reason in several domains stands once."""
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for name, lines in found.items():
        for line in lines:
            for reason in line.reasons if line.state == "open" else ():
                grouped.setdefault((line.id, line.title, reason.why, reason.command), []).append(name)
    order = {line.id: i for lines in found.values() for i, line in enumerate(lines)}
    rows = [
        (id, title, ", ".join(names), why, tag("code", command))
        for (id, title, why, command), names in sorted(grouped.items(), key=lambda one: order[one[0][0]])
    ]
    head = ("line", "what it asks", "domains", "why it is open", "what closes it")
    return section("open", "What is open", table("Open lines", head, rows) if rows else tag("p", "Nothing."))


def _matrix(found: Domains) -> Html | None:
    if len(found) < 2:
        return None
    states = {name: {line.id: line.state for line in lines} for name, lines in found.items()}
    rows = [
        (
            line.id,
            line.title,
            *("–" if states[name][line.id] == "not applicable" else mark(states[name][line.id]) for name in found),
        )
        for line in next(iter(found.values()))
    ]
    head = ("line", "what it asks", *found)
    return section(
        "lines",
        "Line by line",
        tag("p", "A dash: it does not apply to the domain."),
        table("Lines and domains", head, rows),
    )


def _domain(name: str, lines: Sequence[Line]) -> Html:
    counts = Counter(line.state for line in lines)
    said = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    return section(_id(name), f"Domain {name}", tag("p", f"{said}."), list(_parts(name, lines)))


def _parts(name: str, lines: Sequence[Line]) -> Iterator[Html]:
    head = ("line", "state", "what it asks", "why, and what closes it")
    for part in dict.fromkeys(line.part for line in lines):
        rows = [(line.id, mark(line.state), line.title, _details(line)) for line in lines if line.part == part]
        yield tag("h3", part[0].upper() + part[1:])
        yield table(f"{name}: {part}", head, rows)


def _details(line: Line) -> Child:
    if line.record:
        one = line.record
        demo = " It stands for an example; nobody really said so." if one.demo else ""
        return f"By {one.by} on {one.on.isoformat()}, until {one.expires.isoformat()}.{demo}"
    return joined(tag("p", one.why, " ", tag("code", one.command)) for one in line.reasons) or "–"
