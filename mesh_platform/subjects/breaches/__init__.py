"""Personal data breaches: reported by anybody, assessed by the privacy team, told to whom a law says, each law with its clock, and on record for good."""

from mesh_platform.subjects.breaches.access import decides, duties_seen, for_privacy, seen_by
from mesh_platform.subjects.breaches.duties import RULES, TERMS, Duty, duties_of
from mesh_platform.subjects.breaches.register import Assessment, Breaches, Report, Told, listed_in
from mesh_platform.subjects.breaches.values import Affected, Answer, Breach, Found, Happened, Nature, Risk, Side

__all__ = [
    "RULES",
    "TERMS",
    "Affected",
    "Answer",
    "Assessment",
    "Breach",
    "Breaches",
    "Duty",
    "Found",
    "Happened",
    "Nature",
    "Report",
    "Risk",
    "Side",
    "Told",
    "decides",
    "duties_of",
    "duties_seen",
    "for_privacy",
    "listed_in",
    "seen_by",
]
