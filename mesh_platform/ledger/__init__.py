"""One ledger about people: consent, objection, restriction and suppression as events in one sequence, and the check of what they allow.

Events are appended and never changed; what stands is their fold. A person is a keyed token here: no identifier is written down, in no
event, error or log. The ledger says what may be done with somebody's data; doing it, or undoing it in the lake, is other rooms' work.
"""

from mesh_platform.ledger.auditing import check_on_record
from mesh_platform.ledger.events import SIGNAL, SIGNALS, Decision, Event, Kind
from mesh_platform.ledger.journal import Entry, OtherContent, Outcome, Recorded
from mesh_platform.ledger.law import Answer, Reason
from mesh_platform.ledger.ledger import Ledger
from mesh_platform.ledger.opening import mesh_tokens, open_ledger
from mesh_platform.ledger.suppressed import suppressed_now
from mesh_platform.ledger.writing import WRITERS, in_all_forms, own_source, subject_of, writer_for

__all__ = [
    "SIGNAL",
    "SIGNALS",
    "WRITERS",
    "Answer",
    "Decision",
    "Entry",
    "Event",
    "Kind",
    "Ledger",
    "OtherContent",
    "Outcome",
    "Reason",
    "Recorded",
    "check_on_record",
    "in_all_forms",
    "mesh_tokens",
    "open_ledger",
    "own_source",
    "subject_of",
    "suppressed_now",
    "writer_for",
]
