"""US-STATES: the privacy acts of Virginia, Colorado, Connecticut, Texas, Oregon and Utah, as one table. It binds what lies in the United States.

The table stands first and is what has to be checked against the acts; `sources.py` says of which of its cells that was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mesh_platform.policy.examples_parts import ILL, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import SPECIAL, holding, holds, own_record, personal
from mesh_platform.policy.packs.ccpa import shares
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Rule, Vector, Verdict, allowed, failing, passing, refused
from mesh_platform.product import LegalBasis

law = Pack("US-STATES")
_REVEALS = (
    "user.health",
    "user.biometrics",
    "user.authorization.biometrics",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.sexual_orientation",
    "user.demographic.citizenship_or_immigration_status",
)
"""What each of the six counts as sensitive: health with what is genetic, biometrics, origin, belief, orientation, and citizenship or immigration status."""
_WHERE, _CHILD = "user.location.precise", "user.children"
_NUMBERS = ("user.financial.bank_account", "user.financial.card", "user.financial.credit_card", "user.government_id")


@dataclass(frozen=True, slots=True)
class State:
    """One act. `signal`: from when on a browser's signal opts out, None for never; `opt_in`: sensitive data needs consent, not only notice and a way out;
    `appeal`: days to answer an appeal, None for none; `sensitive`: what it counts as such, by our categories."""

    code: str
    act: str
    since: date
    signal: date | None
    opt_in: bool
    days: int
    appeal: int | None
    assessment: bool
    sensitive: tuple[str, ...]


_MOST_OF_THEM = (*_REVEALS, _WHERE, _CHILD)
STATES = (
    # since, signal, opt_in, days, appeal, assessment, sensitive
    State("VA", "Virginia CDPA, Va. Code 59.1-575 ff.", date(2023, 1, 1), None, True, 45, 60, True, _MOST_OF_THEM),
    State("CO", "Colorado Privacy Act, C.R.S. 6-1-1301 ff.", date(2023, 7, 1), date(2024, 7, 1), True, 45, 45, True, _MOST_OF_THEM),
    State("CT", "Connecticut Data Privacy Act, Conn. Gen. Stat. 42-515 ff.", date(2023, 7, 1), date(2025, 1, 1), True, 45, 60, True, (*_MOST_OF_THEM, *_NUMBERS)),
    State("TX", "Texas TDPSA, Bus. & Com. Code 541", date(2024, 7, 1), date(2025, 1, 1), True, 45, 60, True, _MOST_OF_THEM),
    State("OR", "Oregon Consumer Privacy Act, ORS 646A.570 ff.", date(2024, 7, 1), date(2026, 1, 1), True, 45, 45, True, (*_MOST_OF_THEM, "user.demographic.protected_classifications")),
    State("UT", "Utah Consumer Privacy Act, Utah Code 13-61", date(2023, 12, 31), None, False, 45, None, False, (*_REVEALS, _WHERE)),
)  # fmt: skip
_EVERY = tuple(dict.fromkeys((*SPECIAL, *(key for state in STATES for key in state.sensitive))))
"""What some law of the United States or of Europe counts as sensitive: each is an example of each state's rule, one way or the other."""
_NO_NOTICE = {"source": {"notice": None}}


def _with(key: str, **column: object) -> dict[str, object]:
    return {"columns": {"told": {"type": "string", "sensitivity": "restricted", "category": key, **column}}}


def _examples(state: State) -> Iterator[Vector]:
    """Whatever some act counts as sensitive, and what this one says of it."""
    ill = "user.health.medical_diagnosis"
    if state.opt_in:
        yield passing("on consent", product=_with(ill, purposes=["marketing"]))
    else:
        yield passing("a notice stands", product=_with(ill))
        yield passing("what is not sensitive, and no notice", product=_NO_NOTICE)
    breaks = {} if state.opt_in else _NO_NOTICE
    for key in _EVERY:
        counts = any(key == one or key.startswith(f"{one}.") for one in state.sensitive)
        says = f"{key}{' on other bases, too' if state.opt_in else ', and no notice'}"
        yield (failing if counts else passing)(
            says if counts else f"{key}, which it does not list", product={**_with(key), **breaks}
        )


def _opts_out(state: State) -> Rule:
    cases = (
        (
            refused("the browser's signal", "ledger.signal_opts_out"),
            allowed("an order is still delivered", "ledger.signal_spares_others"),
        )
        if state.signal
        else (refused("the person opted out", "ledger.sharing_opted_out"), allowed("nobody did", "ledger.sharing"))
    )
    how = f"by a browser's signal, too (from {state.signal.isoformat()}), " if state.signal else "by telling so, "
    return law.platform(
        f"{state.code}-OPT-OUT",
        f"Who opts out of sale and targeted advertising, {how}is out from the next read",
        *cases,
        by="mesh_platform.ledger.law:decide",
        source=state.act,
        effective_from=state.since,
        remedy="Nothing to do: rows go from the next read. Signals stand under `optOutSignals` in governance/purposes.yaml.",
        condition="each read for a purpose of sale or advertising",
    )


def _sensitive(state: State) -> Rule:
    said = "rests on consent" if state.opt_in else "is collected under a notice"

    @law.gate(
        f"{state.code}-SENSITIVE",
        f"Sensitive data {said}",
        *_examples(state),
        source=state.act,
        effective_from=state.since,
        remedy="Narrow the columns' `purposes` to those on consent." if state.opt_in else "Add `notice:` to the source.",
        applies=lambda facts: personal(facts) and holds(facts, *state.sensitive),
        inputs=("columns.category", "columns.purposes", "purposes", "source.notice"),
        condition=", ".join(state.sensitive),
    )
    def check(facts: Facts) -> Iterator[Objection]:
        for name in holding(facts, *state.sensitive):
            if state.opt_in and (other := _not_consented(facts, name)):
                why = f"{name!r} is sensitive, and {other!r} does not rest on consent."
                yield Objection(why, at=("columns", name, "purposes"))
        source = facts.descriptor.source
        if not state.opt_in and source is not None and not (source.notice or "").strip():
            yield Objection("It collects sensitive data, and names no notice.", at=("source", "notice"))

    return check


def _not_consented(facts: Facts, name: str) -> str | None:
    """A purpose of the column that rests on something else than consent."""
    served, said = facts.descriptor.purposes, facts.columns[name].purposes
    return next((one for one in (served if said is None else said) if served.get(one) is not LegalBasis.CONSENT), None)


def _days(state: State) -> Rule:
    return law.platform(
        f"{state.code}-DAYS",
        f"A request is answered in {state.days} days, and {state.days} more with notice",
        allowed("on the last day", "clocks.ccpa_in_time"),
        allowed("on day 90, with notice", "clocks.ccpa_extended"),
        refused("a day later", "clocks.ccpa_late"),
        by="mesh_platform.subjects.requests.clocks:clock_of",
        source=state.act,
        effective_from=state.since,
        remedy="Open it under the regime ccpa, whose clock is the same; governance/policies.yaml may set another.",
        verdict=Verdict.TASK,
        days=state.days,
        condition="requests",
    )


def _appeal(state: State) -> Rule:
    return law.attested(
        f"{state.code}-APPEAL",
        f"Who is refused may appeal, and is answered in {state.appeal} days",
        state.act,
        f"Attest the process in governance/register.yaml (about: [{state.code}-APPEAL]).",
        effective_from=state.since,
        days=state.appeal,
        applies=personal,
        condition="people's data",
    )


def _assessed(state: State) -> Rule:
    @law.gate(
        f"{state.code}-ASSESSMENT",
        "What is sold, used for advertising or sensitive is assessed",
        passing("nothing of the kind"),
        passing("assessed", product={**ILL, "privacy": {"records": ["it"]}}, governance=record("dpia", "customer/profiles")),
        failing("sensitive data", product=ILL),
        source=state.act,
        effective_from=state.since,
        remedy="Put a record of the kind dpia or risk_assessment into governance/register.yaml and name it under `privacy: {records: […]}`.",
        verdict=Verdict.TASK,
        applies=lambda facts: personal(facts) and (shares(facts) or holds(facts, *state.sensitive)),
        inputs=("purposes", "columns.category", "register.yaml"),
        condition="sale, advertising, sensitive data",
    )
    def check(facts: Facts) -> Iterator[Objection]:
        if not own_record(facts, "dpia", "risk_assessment"):
            yield Objection(
                "It is sold, used for advertising or sensitive, and no assessment of it holds.", at=("privacy", "records")
            )

    return check


def _rules(state: State) -> Iterator[Rule]:
    yield from (_opts_out(state), _sensitive(state), _days(state))
    yield from [_appeal(state)] if state.appeal is not None else []
    yield from [_assessed(state)] if state.assessment else []


US_STATES: tuple[Rule, ...] = tuple(rule for state in STATES for rule in _rules(state))
