"""`mesh policy list`, `show` and `test`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from datetime import date

    from mesh_platform.errors import MeshError
    from mesh_platform.policy import Rule

BROKEN = {
    "block": "the product is not published, and the version before it stays",
    "require": "a control has to be there, or the product is not published",
    "deny": "whoever it concerns is refused, from the next read or request on",
    "mask": "the columns are hidden at each read",
    "task": "a task for the owner, due in {days} days",
    "warn": "it is told, and closes nothing",
}
COLUMNS = ("rule", "title", "verdict", "upheld by", "waivable")
WIDE = ("rule", "title", "verdict", "upheld by", "waivable", "from", "source")


def rules_here(session: Session) -> tuple[Rule, ...]:
    """The rules of the project's mesh; the platform's alone where there is no project.

    Raises:
        CheckFailed: where one of the organisation's packs is refused: no list holds what it would ask, and no example of it runs.
    """
    from mesh_platform.errors import CheckFailed, NotFound
    from mesh_platform.policy import problems, rules, rules_of

    try:
        mesh = session.mesh
    except NotFound:
        return rules()
    for finding in (*mesh.governance_findings, *problems(mesh.governance, session.today)):
        if finding.blocks and finding.where.startswith("governance/packs"):
            raise CheckFailed(finding)
    return rules_of(mesh.governance)


def of_packs(session: Session, packs: Collection[str]) -> list[Rule]:
    """The rules of these packs, or of all where none is named.

    Raises:
        NotFound: POLICY-05, for a pack that there is not.
    """
    from mesh_platform.errors import NotFound

    found, wanted = rules_here(session), {pack.upper() for pack in packs}
    known = dict.fromkeys(rule.pack for rule in found)
    for pack in sorted(wanted - {*known}):
        raise NotFound.because("POLICY-05", pack, "There is no such pack.", f"Name one of {', '.join(known)}.")
    return [rule for rule in found if not wanted or rule.pack in wanted]


def as_json(rule: Rule) -> dict[str, Any]:
    """One rule, in a stable shape."""
    from datetime import date

    from mesh_platform.policy.rule import Verdict

    return {
        "id": rule.id,
        "part": rule.part,
        "pack": rule.pack,
        "title": rule.title,
        "version": rule.version,
        "effective_from": None if rule.effective_from == date.min else rule.effective_from.isoformat(),
        "source": rule.source,
        "source_checked": rule.source_checked,
        "checked": _checked(rule),
        "unchecked_because": rule.unchecked or None,
        "verdict": rule.verdict.value,
        "days": rule.days if rule.verdict is Verdict.TASK else None,
        "severity": rule.severity.value,
        "waivable": rule.waivable,
        "upheld": rule.upheld.value,
        "upheld_by": rule.upheld_by or None,
        "judged": rule.judged,
        "applies": rule.condition,
        "inputs": [*rule.inputs, *sorted(str(need) for need in rule.needs)],
        "remedy": rule.remedy,
        "vectors": [{"says": one.says, "passes": one.passes} for one in rule.vectors],
    }


def _checked(rule: Rule) -> dict[str, str | None] | None:
    """What the rule was held against: the place, the kind of document, the day; a rule of the house has no place and no day."""
    found = rule.checked
    if found is None:
        return None
    return {"place": found.place or None, "document": found.document, "on": found.on.isoformat() if found.on else None}


def _held(found: Sequence[Rule]) -> dict[str, dict[str, int]]:
    """How many rules of each pack were held against the text that they cite, are of the house, or neither."""
    told: dict[str, dict[str, int]] = {}
    for rule in found:
        counts = told.setdefault(rule.pack, {"rules": 0, "checked": 0, "own": 0, "unchecked": 0})
        state = "unchecked" if rule.checked is None else "checked" if rule.checked.on else "own"
        counts["rules"] += 1
        counts[state] += 1
    return told


def _counted(pack: str, counts: dict[str, int]) -> str:
    own = f", {counts['own']} rules of the house" if counts["own"] else ""
    return f"{pack}: {counts['checked']} of {counts['rules']} rules held against the text that they cite{own}, {counts['unchecked']} not."


@click.command(name="list")
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="Only this pack. May be given several times.")
@click.option("--wide", is_flag=True, help="Since when and after which source, too, each rule on one line.")
@options
@pass_session
def list_(session: Session, packs: tuple[str, ...], wide: bool) -> None:
    """Every rule of every pack: its verdict, and who upholds it.

    \b
    Examples:
      mesh policy list
      mesh policy list --pack GDPR --wide
      mesh policy list --pack HIPAA --json
    """
    from mesh_platform.cli.output import LINE, counted, print_json, say_table

    found = of_packs(session, packs)
    if session.json:
        print_json([as_json(rule) for rule in found])
        return
    for pack in dict.fromkeys(rule.pack for rule in found):
        session.say(click.style(pack, bold=True))
        rows = [_row(rule, session.today, wide) for rule in found if rule.pack == pack]
        say_table(WIDE, rows, fixed=True) if wide else say_table(COLUMNS, rows, most=LINE)
    for pack, counts in _held(found).items():
        session.say(_counted(pack, counts))
    session.say(
        f"{counted(len(found), 'rule')}. Those marked ? nobody has held against the text that they cite. A rule that names another shares its judgement."
    )


def _row(rule: Rule, today: date, wide: bool) -> tuple[object, ...]:
    """A rule that takes effect later says so in its title, where its day has no column."""
    by = {"gate": rule.upheld_by or "gate", "platform": "platform", "attested": "a person"}[rule.upheld.value]
    mark = "" if rule.source_checked else " (?)"
    said = (rule.verdict.value, by, "yes" if rule.waivable else "no")
    if wide:
        return rule.name, rule.title, *said, as_json(rule)["effective_from"] or "always", f"{rule.source}{mark}"
    later = f" (from {rule.effective_from.isoformat()})" if rule.effective_from > today else ""
    return rule.name, f"{rule.title}{later}{mark}", *said


@click.command()
@click.argument("rule", metavar="RULE")
@options
@pass_session
def show(session: Session, rule: str) -> None:
    """One rule, with its source, its remedy and its worked examples.

    \b
    Examples:
      mesh policy show GDPR-35
      mesh policy show PCI-3.3.1.2 --json
    """
    from mesh_platform.cli.output import clean, print_json

    known = rules_here(session)
    found = [one for one in known if one.id == rule.upper()]
    if not found:
        raise _unknown(rule, known)
    if session.json:
        print_json([as_json(one) for one in found])
        return
    for one in found:
        session.say(click.style(clean(one.name), bold=True) + f"  {clean(one.title)}")
        for head, text in _told(one):
            session.say(f"  {head}: {clean(text)}")
        session.say()


def _unknown(rule: str, known: Sequence[Rule]) -> MeshError:
    from difflib import get_close_matches

    from mesh_platform.errors import NotFound

    name = rule.upper()
    near = get_close_matches(name, [one.id for one in known], n=1, cutoff=0.5)
    fix = f"Did you mean {near[0]}?" if near else "`mesh policy list` names them."
    if name in {one.pack for one in known}:
        fix = f"It is a pack: `mesh policy list --pack {name}` names its rules."
    return NotFound.because("POLICY-03", rule, "There is no such rule.", fix)


def _told(one: Rule) -> Iterator[tuple[str, str]]:
    """What a person reads of one rule; nothing that is not said."""
    since = as_json(one)["effective_from"]
    upheld = {
        "gate": f"the gate, as {one.upheld_by} judges it" if one.upheld_by else "the gate",
        "platform": f"the platform, at each read, request or job ({one.upheld_by})",
        "attested": "a person, on record in governance/register.yaml",
    }[one.upheld.value]
    yield "pack", one.pack
    yield "where it is broken", f"{one.verdict.value}: {BROKEN[one.verdict.value].format(days=one.days)}"
    yield "upheld by", upheld
    yield "can be waived", "yes" if one.waivable else "no"
    yield "in force", f"from {since}" if since else "always"
    yield "source", one.source
    yield "held against", str(one.checked) if one.checked else f"nothing yet: {one.unchecked or 'nobody has looked'}"
    if one.condition:
        yield "applies to", one.condition
    yield "looks at", ", ".join(as_json(one)["inputs"]) or "the product's files"
    yield "remedy", one.remedy or "each finding names its own"
    for vector in one.vectors:
        yield ("passes" if vector.passes else "objects"), vector.says


@click.command()
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="Only this pack. May be given several times.")
@options
@pass_session
def test(session: Session, packs: tuple[str, ...]) -> int:
    """Run the worked examples of all rules: at least one that passes and one that does not, each through the code that upholds its rule.

    \b
    Examples:
      mesh policy test
      mesh policy test --pack PCI --json

    Exit code 1 where a rule does not say what its example says.
    """
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.enforcement import tried

    found = of_packs(session, packs)
    results = list(tried(found))
    bad = [one for one in results if not one.ok]
    lacking = [rule.name for rule in found if {vector.passes for vector in rule.vectors} != {True, False}]
    if session.json:
        told = [{"rule": one.rule.name, "says": one.vector.says, "why": one.why or "it said the opposite"} for one in bad]
        print_json(
            {
                "rules": len(found),
                "examples": len(results),
                "failed": told,
                "without_examples": lacking,
                "sources": _held(found),
            }
        )
    for one in bad:
        session.say(f"✗ {clean(one.rule.name)}: {clean(one.vector.says)} ({one.why or 'it said the opposite'})")
    for name in lacking:
        session.say(f"✗ {clean(name)}: it has no example that passes, or none that does not")
    for pack, counts in _held(found).items():
        session.say(_counted(pack, counts))
    session.say(f"{len(found)} rules, {len(results)} examples, {len(bad)} failed.")
    return 1 if bad or lacking else 0
