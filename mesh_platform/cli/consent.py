"""`mesh consent`: what people agreed to and refused."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "grant": Entry(f"{_HERE}.consent_recording:grant", "Record that somebody agreed to a purpose."),
    "revoke": Entry(f"{_HERE}.consent_recording:revoke", "Record that somebody withdrew their consent."),
    "object": Entry(f"{_HERE}.consent_recording:object_", "Record an objection or an opt-out signal, or take it back."),
    "restrict": Entry(f"{_HERE}.consent_recording:restrict", "Record a restriction of processing, or its end."),
    "check": Entry(f"{_HERE}.consent_asking:check", "Ask whether a purpose is allowed with somebody's data, and why."),
    "history": Entry(f"{_HERE}.consent_asking:history", "Everything on record of one person."),
    "import": Entry(f"{_HERE}.consent_import:import_", "Record a file of events."),
    "lag": Entry(f"{_HERE}.consent_carrying:lag", "How long withdrawals take to be carried into each domain's rows."),
    "apply": Entry(f"{_HERE}.consent_carrying:apply", "Carry what is on record into a domain's rows now."),
    "canaries": Entry(f"{_HERE}.consent_canaries:canaries", "How withdrawals of synthetic people reach reads and rows."),
    "recipients": Entry(
        f"{_HERE}.consent_recipients:recipients", "Who outside is told of withdrawals, and who has not acknowledged."
    ),
    "known-as": Entry(f"{_HERE}.consent_recipients:known_as", "By what a recipient outside knows a person."),
    "verify": Entry(f"{_HERE}.consent_keeping:verify", "See whether the ledger is whole."),
    "rebuild": Entry(f"{_HERE}.consent_keeping:rebuild", "Make what stands anew from the events."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def consent() -> None:
    """The ledger about people: consent, objections and restrictions, as events in one sequence.

    Recording needs the role privacy, a steward's for a domain of theirs (`--domain`), or source for the system's own events. An identifier
    is brought to its normal form and kept as a keyed token; hashed and encoded forms of it (`derivedFrom`) are recorded along with it.

    \b
    Examples:
      mesh consent grant --subject customer_id:C-7 --purpose marketing --notice v3 --as privacy-engineer
      mesh consent revoke --subject customer_id:C-7 --purpose marketing.email --as privacy-engineer
      mesh consent check --subject customer_id:C-7 --purpose marketing.email --json
      mesh consent import preferences.csv --source crm --as privacy-engineer
    """
