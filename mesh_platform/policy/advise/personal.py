"""Is this column personal: how well its values point at people, what kind of data it is, and which label, category and key it gets."""

from __future__ import annotations

from mesh_platform.policy.advise.values import Case, End, Option, Patch, Question, Tree
from mesh_platform.policy.packs.asking import SPECIAL, within
from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import Identifiability, category

_LEAST = {
    Identifiability.DIRECT: Sensitivity.CONFIDENTIAL,
    Identifiability.PSEUDONYMOUS: Sensitivity.CONFIDENTIAL,
    Identifiability.QUASI: Sensitivity.INTERNAL,
    Identifiability.NONE: Sensitivity.INTERNAL,
}


_SPECIAL = {
    "health": ("Health.", "user.health"),
    "biometrics": ("Biometrics that tell who it is.", "user.biometrics"),
    "ethnicity": ("Ethnicity.", "user.demographic.race_ethnicity"),
    "belief": ("Religious or philosophical belief.", "user.demographic.religious_belief"),
    "opinion": ("Political opinion.", "user.demographic.political_opinion"),
    "union": ("Union membership.", "user.demographic.union_membership"),
    "orientation": ("Sexual orientation.", "user.demographic.sexual_orientation"),
}
_KINDS = {
    "name": ("A name.", "user.name"),
    "contact": ("A way to reach them: address, mail, telephone.", "user.contact"),
    "identifier": ("A number or token that stands for them.", "user.unique_id"),
    "device": ("A device or browser of theirs, an address in the network.", "user.device"),
    "account": ("A bank account.", "user.financial.bank_account"),
    "government": ("A number that a state gave them.", "user.government_id"),
}


def declared_or_found(case: Case) -> str:
    """The data category: as declared, else as the scan found it."""
    return case.declared.category or case.found


def key_of(case: Case) -> str:
    """That category, or the one that a person named."""
    said = {**_SPECIAL, **_KINDS}.get(case.answers.get("which") or case.answers.get("kind") or "")
    return declared_or_found(case) or (said[1] if said else "")


def _known_which(case: Case) -> str:
    return "known" if declared_or_found(case) else ""


def _known_kind(case: Case) -> str:
    return "known" if declared_or_found(case) or case.answers.get("which") in _SPECIAL else ""


def _special(case: Case) -> str:
    key = declared_or_found(case)
    return ("yes" if within(key, *SPECIAL) else "no") if key else ""


def _points(case: Case) -> str:
    """As declared, or as the category tells that was known or named before; the kind that a person names after it leaves their answer as it is."""
    named = _SPECIAL.get(case.answers.get("which", ""))
    column, key = case.declared, declared_or_found(case) or (named[1] if named else "")
    if column.identifiability:
        return column.identifiability.value
    if column.subject and not key:
        return Identifiability.PSEUDONYMOUS.value
    found = category(key) if key else None
    return found.identifiability.value if found else ""


def _labelled(case: Case, **more: object) -> Patch:
    """The column with its label, never below the one that it has, its category calls for, or how well it points asks."""
    column, key = case.declared, key_of(case)
    how = Identifiability(case.answers["points"])
    found = category(key) if key else None
    levels = [_LEAST[how], *(one for one in (column.sensitivity, found.sensitivity if found else None) if one)]
    if case.answers.get("special") == "yes":
        levels.append(Sensitivity.RESTRICTED)
    said = {"sensitivity": Sensitivity.highest(levels).value, "identifiability": how.value, **more}
    return {"columns": {case.column: said | ({"category": key} if key else {})}}


def _keyed(case: Case) -> Patch:
    return _labelled(case, subject=_namespace(case))


def _namespace(case: Case) -> str:
    """The namespace that the column's own name, or the last part of its category, names."""
    known = case.facts.governance.namespaces
    names = (case.declared.subject or "", case.column, key_of(case).rpartition(".")[2])
    return next((name for name in names if name in known), "")


def _reached(case: Case) -> str:
    if case.declared.subject or _namespace(case):
        return "yes"
    others = any(column.subject for name, column in case.facts.columns.items() if name != case.column)
    return "other" if others or case.facts.descriptor.erasure else ""


PERSONAL = Tree(
    "personal",
    "Is this column personal?",
    "special",
    {
        "special": Question(
            "Does it tell of health, biometrics, ethnicity, belief, opinion, union membership or sexual orientation?",
            {"yes": Option("Yes: a special category (Art. 9 GDPR).", "which"), "no": Option("No.", "points")},
            _special,
            by="the declared data category, or the one that the last scan found",
        ),
        "which": Question(
            "Of which of them?",
            {
                **{name: Option(words, "points") for name, (words, _) in _SPECIAL.items()},
                "known": Option("The declared or found one.", "points"),
            },
            _known_which,
            by="the declared data category, or the one that the last scan found",
        ),
        "points": Question(
            "How well do its values point at one person?",
            {
                "direct": Option("Alone: a name, an address, a number of theirs.", "kind"),
                "pseudonymous": Option("Through a table that somebody keeps: an identifier, a token, a cookie.", "kind"),
                "quasi": Option("Together with other columns: a birth date, a town, a rare property.", "quasi"),
                "none": Option("Not at all, whatever it is joined with.", "none"),
            },
            _points,
            by="the declared identifiability, subject key or data category, or the category that the last scan found",
        ),
        "kind": Question(
            "What kind of data is it?",
            {
                **{name: Option(words, "reached") for name, (words, _) in _KINDS.items()},
                "known": Option("The declared or found one.", "reached"),
            },
            _known_kind,
            by="the declared data category, or the one that was found or named before",
        ),
        "reached": Question(
            "By what can a person be found in this product, when they ask for erasure?",
            {
                "yes": Option("By this column: it holds identifiers of a registered namespace.", "key"),
                "other": Option("By another column, or by the product's strategy of erasure.", "personal"),
                "no": Option("By nothing yet.", "unreachable"),
            },
            _reached,
            by="governance/identifiers.yaml, the other columns' subject keys, the strategy of erasure",
        ),
    },
    {
        "key": End("It is personal, and it is a key by which people are found: label it, and name its namespace.", _keyed),
        "personal": End("It is personal: label it.", _labelled),
        "quasi": End(
            "It is personal where it stands beside others: label it. The publication counts how far the combination tells people apart (CORE-18).",
            _labelled,
        ),
        "none": End("By itself it is not personal. Its label says how confidential it is for the business.", _labelled),
        "unreachable": End(
            "It is personal, and nobody could be taken out of this product: carry a key of its people along, or register the namespace in"
            " governance/identifiers.yaml, then ask again.",
            commands=("mesh check {product}",),
            yes=False,
        ),
    },
    needs=("column",),
)
