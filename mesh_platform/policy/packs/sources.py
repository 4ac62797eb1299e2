"""What the rules of each law were held against: which place of which text, in what kind of document, and on which day; and why some were not.

A rule stands in `CHECKED` only where the number, the days, the scope, the exceptions and the dates that it uses were seen in the wording itself. A summary
of it counts for nothing. What a rule asks beyond the wording says "house rule" in its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from mesh_platform.policy.rule import OWN, Checked

_READ = date(2026, 11, 23)


def _of(document: str, places: Mapping[str, str]) -> Iterator[tuple[str, Checked]]:
    yield from ((id, Checked(place, document, _READ)) for id, place in places.items())


_GDPR = _of(
    "the Regulation's English wording, reproduced article by article",
    {
        "GDPR-5-1A": "Art. 13(1)(c), 14(1)(c)",
        "GDPR-5-1B": "Art. 5(1)(b), 6(4)",
        "GDPR-5-1C": "Art. 5(1)(c)",
        "GDPR-5-1D": "Art. 5(1)(d)",
        "GDPR-5-1E": "Art. 5(1)(e)",
        "GDPR-5-2": "Art. 5(2)",
        "GDPR-6-1": "Art. 6(1)(a) to (f)",
        "GDPR-7-1": "Art. 7(1)",
        "GDPR-7-3": "Art. 7(3), 17(1)(b)",
        "GDPR-8": "Art. 8(1) and (2)",
        "GDPR-9": "Art. 9(1), 9(2)",
        "GDPR-10": "Art. 10",
        "GDPR-12-3": "Art. 12(3)",
        "GDPR-12-6": "Art. 12(6)",
        "GDPR-15": "Art. 15(1)(a) to (h), 15(2) to (4)",
        "GDPR-16": "Art. 16",
        "GDPR-17-1": "Art. 17(1), 17(3)(a) to (e)",
        "GDPR-18": "Art. 18(1) to (3)",
        "GDPR-19": "Art. 19",
        "GDPR-20": "Art. 20(1) to (4)",
        "GDPR-21-2": "Art. 21(2) and (3)",
        "GDPR-22": "Art. 22(1) to (4)",
        "GDPR-25": "Art. 25(2)",
        "GDPR-26": "Art. 26(1)",
        "GDPR-28": "Art. 28(3)",
        "GDPR-30": "Art. 30(1)(a) to (g)",
        "GDPR-32": "Art. 32(1)(a)",
        "GDPR-33": "Art. 33(1)",
        "GDPR-33-5": "Art. 33(5)",
        "GDPR-34": "Art. 34(1) and (3)",
        "GDPR-35": "Art. 35(3)(a) to (c), and the two criteria of WP 248 rev.01",
        "GDPR-R26": "Recital 26",
    },
)
_CCPA = _of(
    "the wording of the Civil Code or of Title 11, reproduced section by section",
    {
        "CCPA-100A3": "Civ. Code 1798.100(a)(3)",
        "CCPA-100C": "Civ. Code 1798.100(c)",
        "CCPA-105": "Civ. Code 1798.105(a) and (c)(1)",
        "CCPA-105-3": "Civ. Code 1798.105(c)(1) and (c)(3)",
        "CCPA-106": "Civ. Code 1798.106(a)",
        "CCPA-120": "11 CCR § 7026(f): 15 business days",
        "CCPA-120C": "Civ. Code 1798.120(c)",
        "CCPA-130": "11 CCR § 7021(a) and (b)",
        "CCPA-135": "11 CCR § 7025(c)(1)",
        "CCPA-7022-D": "what § 7022(d) says of archived and backup systems",
        "CCPA-7062": "the two data points, and the three with a signed declaration",
        "CCPA-7101": "the 24 months of § 7101",
        "CCPA-7150": "11 CCR § 7150(a) and (b)(1) to (6)",
        "CCPA-99.86": "Civ. Code 1798.99.86(c)(1): from 1 August 2026, every 45 days",
    },
)
_LGPD = _of(
    "the Portuguese wording of the law or of the authority's resolution, quoted from the official publication",
    {
        "LGPD-8-5": "Art. 8 § 5",
        "LGPD-11": "Art. 11, and its first case",
        "LGPD-14": "Art. 14 and its § 1",
        "LGPD-16": "Art. 16",
        "LGPD-18-IV": "Art. 18 IV",
        "LGPD-18-VI": "Art. 18 VI",
        "LGPD-18-6": "Art. 18 § 6",
        "LGPD-19": "Art. 19 II",
        "LGPD-20": "Art. 20",
        "LGPD-33": "Art. 33 I; Resolution 32/2026, Art. 1",
        "LGPD-37": "Art. 37",
        "LGPD-38": "Art. 38",
        "LGPD-48": "Art. 48; Resolution 15/2024, Art. 6 and 9",
    },
)
_DPDP = _of(
    "the wording of the Act or of the Rules as notified in November 2025, reproduced section by section",
    {
        "DPDP-5": "s. 5(1)",
        "DPDP-6-4": "s. 6(4)",
        "DPDP-6-6": "s. 6(6)",
        "DPDP-7": "s. 7(a) to (i)",
        "DPDP-8-7": "s. 8(7)",
        "DPDP-R8": "Rule 8(1) and (2), Third Schedule",
        "DPDP-R8-3": "Rule 6(1)(e), Rule 8(3) and its illustrations",
        "DPDP-9": "s. 2(f), 9(1) and (4); Rule 12; Fourth Schedule, parts A and B",
        "DPDP-9-3": "s. 9(3) and (4); Rule 12; Fourth Schedule, parts A and B",
        "DPDP-11": "s. 11(1)",
        "DPDP-12": "s. 12(2) and (3)",
        "DPDP-13": "s. 13(2); Rule 14(3)",
        "DPDP-16": "s. 16(1)",
        "DPDP-R7": "Rule 7(1) and (2)",
    },
)
_HIPAA = _of(
    "the wording of 45 CFR Part 164, reproduced section by section",
    {
        **{f"HIPAA-514B2-{letter}": f"164.514(b)(2)(i)({letter})" for letter in "ABCDEFGHIJKLMNOPQ"},
        "HIPAA-514B2-R": "164.514(b)(2)(i)(R) and 164.514(c)",
        "HIPAA-514B2II": "164.514(b)(2)(ii)",
        "HIPAA-514B1": "164.514(b)(1)",
        "HIPAA-514E": "the sixteen identifiers of 164.514(e)(2), and the agreement of (e)(4)",
        "HIPAA-502B": "164.502(b)(1), and the six exceptions of (b)(2)",
        "HIPAA-508": "164.508(a)(2) and (a)(3)",
        "HIPAA-BAA": "164.502(e)(1) and 164.504(e)(2)",
        "HIPAA-312B": "164.312(b)",
        "HIPAA-312A2IV": "164.312(a)(2)(iv)",
        "HIPAA-316": "164.316(b)(2)(i)",
        "HIPAA-528": "164.528(a)(1) and (c)(1)",
        "HIPAA-526": "164.526(b)(2)",
        "HIPAA-404": "164.404(b)",
        "HIPAA-406": "164.406(a) and (b)",
        "HIPAA-408": "164.408(b) and (c)",
    },
)
_PCI = _of(
    "the defined requirements of version 4.0 and 4.0.1, reproduced by their numbers",
    {
        "PCI-3.2.1": "3.2.1",
        "PCI-3.3.1.1": "3.3.1, 3.3.1.1",
        "PCI-3.3.1.2": "3.3.1, 3.3.1.2",
        "PCI-3.3.1.3": "3.3.1, 3.3.1.3",
        "PCI-3.3.2": "3.3.2",
        "PCI-3.3.3": "3.3.3",
        "PCI-3.4.1": "3.4.1",
        "PCI-3.4.2": "3.4.2",
        "PCI-3.5.1": "3.5.1",
        "PCI-3.5.1.1": "3.5.1.1",
        "PCI-3.5.1.2": "3.5.1.2",
        "PCI-3.6": "3.6.1",
        "PCI-3.7": "3.7.4, 3.7.5",
        "PCI-6.5.5": "6.5.5",
        "PCI-7.2": "7.2.1 to 7.2.4",
        "PCI-10.2": "10.2.1",
        "PCI-10.3": "10.3.2, 10.3.4",
        "PCI-10.5.1": "10.5.1",
        "PCI-12.5.2": "12.5.2",
    },
)
_STATES = _of(
    "the section of the state's code, reproduced",
    {
        "VA-OPT-OUT": "59.1-577(A)(5): no signal is named",
        "VA-DAYS": "59.1-577(B)(1)",
        "TX-OPT-OUT": "541.051(b)(5) and 541.055(e)",
        "TX-DAYS": "541.052(b)",
        "OR-APPEAL": "646A.576(6)(d)",
        "UT-OPT-OUT": "13-61-201(4): no signal is named",
        "UT-DAYS": "13-61-203(2)",
    },
)


def _all(*tables: Iterable[tuple[str, Checked]]) -> Mapping[str, Checked]:
    return MappingProxyType({id: found for table in tables for id, found in table})


CHECKED = _all(_GDPR, _CCPA, _LGPD, _DPDP, _HIPAA, _PCI, _STATES, [("GDPR-17-BK", OWN)])
"""By the id of a rule, all its parts together."""
_SUMMARY = "Only summaries of the act were found, and not its wording."
_LIST = "The act's own list of sensitive data was not found in its wording."
_LISTED = "What it counts as sensitive was found in summaries alone."
_DEFINED = "The list was read in the wording of the definitions; that it needs consent only in summaries."
_SIGNAL = "When the act asks for the signal was found in summaries alone."
UNCHECKED: Mapping[str, str] = MappingProxyType(
    {
        "GDPR-17-M": "The Board's report was not found; the article itself says nothing of hashing.",
        "GDPR-44": "The articles were read; the list of adequacy decisions was found only as others copied it.",
        "CCPA-110": "The wording of the section was not found.",
        "CCPA-110X": "The list was found in the first edition of the regulations alone, under another number.",
        "CCPA-121": "The wording of § 7027(m) was not found.",
        "LGPD-7": "The wording of the ten bases was not found.",
        "HIPAA-524": "The thirty days were found in the wording; the thirty more only as others quote them.",
        **{f"{state}-{rule}": _SUMMARY for state in ("VA", "CO", "CT", "TX") for rule in ("APPEAL", "ASSESSMENT")},
        **{f"{state}-SENSITIVE": _LIST for state in ("CO", "CT", "TX")},
        **{f"{state}-SENSITIVE": _LISTED for state in ("OR", "UT")},
        "VA-SENSITIVE": _DEFINED,
        **{f"{state}-OPT-OUT": _SIGNAL for state in ("CO", "CT", "OR")},
        **{f"{state}-DAYS": _SUMMARY for state in ("CO", "CT", "OR")},
        "OR-ASSESSMENT": _SUMMARY,
    }
)
"""Why a rule is not in the other table; a rule of a law stands in one of the two."""
