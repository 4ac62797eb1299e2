"""45 CFR 164.514(b)(2)(i)(A) to (R): the eighteen identifiers, each looked for in what is declared and in the rows, each with the transform that helps.

A table of the letters stands first; every letter is a rule of two parts: what the descriptor says, and what the rows show at publication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mesh_platform.policy.core.evidence import patch_of
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.packs.asking import holding, within
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.people import points_at_a_person
from mesh_platform.policy.rule import Objection, Rule, Vector, failing, passing
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shape, Shapes
from mesh_platform.product import Sensitivity
from mesh_platform.product.models import Coarsening
from mesh_platform.product.privacy import Claim

law = Pack("HIPAA")
Shown = Callable[[Shape], bool]


def _nothing(shape: Shape) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Identifier:
    """One of the eighteen: the categories that say it, the form of rows that shows it, and the transform."""

    letter: str
    what: str
    transform: str
    categories: tuple[str, ...] = ()
    shown: Shown = field(default=_nothing, repr=False)
    limited: bool = True
    """Whether a limited data set has to leave it out, too (164.514(e)(2))."""
    coarsen: Coarsening | None = None
    """The named transform of a column whose rows alone show it."""


def _fine_place(shape: Shape) -> bool:
    return shape.fine_places > 0


def _day_or_age(shape: Shape) -> bool:
    return shape.days > 0 or shape.old > 0


def _code(shape: Shape) -> bool:
    return shape.digests > 0 or shape.codes > 0


IDENTIFIERS = (
    Identifier("A", "names", "drop the column", ("user.name",)),
    Identifier(
        "B",
        "places below a state",
        "`zip3` (000 where fewer than 20,001 people live there), a state, or drop",
        (
            "user.contact.address.street",
            "user.contact.address.mailing_address",
            "user.contact.address.city",
            "user.location.precise",
        ),
        _fine_place,
        coarsen="zip3",
    ),
    Identifier(
        "C",
        "days, ages above 89, or years of birth that tell one",
        "`year`; ages above 89, and the years of birth that tell them, as `90+` in one class",
        ("user.demographic.date_of_birth",),
        _day_or_age,
        limited=False,
        coarsen="year",
    ),
    Identifier("D", "telephone numbers", "drop the column", ("user.contact.phone_number",)),
    Identifier("E", "fax numbers", "drop the column", ("user.contact.fax_number",)),
    Identifier("F", "e-mail addresses", "drop the column", ("user.contact.email",)),
    Identifier("G", "social security numbers", "drop the column", ("user.government_id.national_identification_number",)),
    Identifier("H", "medical record numbers", "drop the column", ("user.health.record_id",)),
    Identifier("I", "health plan numbers", "drop the column", ("user.health.insurance_beneficiary_id",)),
    Identifier(
        "J",
        "account numbers",
        "drop the column",
        (
            "user.financial.bank_account",
            "user.financial.iban",
            "user.financial.card",
            "user.financial.credit_card",
            "user.account",
        ),
    ),
    Identifier(
        "K",
        "certificate and licence numbers",
        "drop the column",
        (
            "user.government_id.drivers_license_number",
            "user.government_id.passport_number",
            "user.government_id.birth_certificate",
        ),
    ),
    Identifier("L", "vehicle identifiers and plates", "drop the column", ("user.government_id.vehicle_registration",)),
    Identifier(
        "M", "device identifiers", "drop the column", ("user.device.device_id", "user.device.cookie", "user.device.cookie_id")
    ),
    Identifier("N", "addresses on the web", "drop the column", ("user.contact.social_url",), lambda shape: shape.urls > 0),
    Identifier("O", "IP addresses", "drop the column", ("user.device.ip_address",)),
    Identifier("P", "biometrics", "drop the column", ("user.biometrics", "user.authorization.biometrics")),
    Identifier("Q", "photographs of faces", "drop the column", ("user.content.self_image",)),
    Identifier(
        "R",
        "any other unique number or code, a keyed hash too",
        "drop the column, or use a code of 164.514(c) that is derived from nothing about the person",
        ("user.unique_id",),
        _code,
        limited=False,
    ),
)
"""In the order of the text."""
_SPOKEN_OF = tuple(key for one in IDENTIFIERS for key in one.categories)


def safe_harbor(facts: Facts) -> bool:
    return facts.descriptor.privacy.claim is Claim.SAFE_HARBOR


def declared(one: Identifier, facts: Facts) -> Iterator[str]:
    """The columns that hold it as they are declared or scanned; of (R) also whatever else points at a person."""
    found = dict.fromkeys(holding(facts, *one.categories))
    if one.letter == "R":
        found |= {
            name: None
            for name, column in facts.columns.items()
            if points_at_a_person(column) and not within(column.category, *_SPOKEN_OF)
        }
    yield from found


def shown(one: Identifier, facts: Facts) -> Iterator[str]:
    """The columns whose rows show it."""
    for name, shape in (facts.shapes.columns if facts.shapes else {}).items():
        if name in facts.columns and one.shown(shape):
            yield name


def _objections(one: Identifier, facts: Facts, names: Iterable[str]) -> Iterator[Objection]:
    for name in dict.fromkeys(names):
        why = f"It says that it is de-identified, and {name!r} holds {one.what} (164.514(b)(2)(i)({one.letter}))."
        patch = _patch(one, facts, name)
        writes = f" `mesh fix {facts.product.key}` writes `{patch}`." if patch else ""
        yield Objection(why, f"{name}: {one.transform}.{writes}", ("columns", name), patch=patch)


def _patch(one: Identifier, facts: Facts, name: str) -> str:
    """The named transform, where the column's values are of its type; what is an identifier by its very category stays one when it is coarser."""
    column = facts.columns[name]
    if one.coarsen is None or name in {*declared(one, facts)} or not column.takes(one.coarsen):
        return ""
    return patch_of(name, {"coarsen": one.coarsen})


BARE = {
    "privacy": {"claim": "safe_harbor"},
    "columns": {"customer_id": None, "email": None},
    "dataContracts": None,
    "retention": {"from": "ingested"},
}
"""The profiles without what identifies, as a product that claims to be de-identified."""
_SCANNED = {"classification": {}, "shapes": Shapes()}


def with_column(**said: object) -> dict[str, object]:
    column = {"type": "string", "sensitivity": "restricted", **said}
    return {**BARE, "columns": {"customer_id": None, "email": None, "told": column}}


_SHOWN: Mapping[str, tuple[tuple[str, Shape], ...]] = {
    "B": (("a place below a state", Shape(rows=90, fine_places=1)),),
    "C": (("a day", Shape(rows=90, days=1)), ("an age above 89", Shape(rows=90, old=1))),
    "N": (("an address", Shape(rows=90, urls=1)),),
    "R": (("a digest", Shape(rows=90, digests=1)), ("a code of its own in nearly each", Shape(rows=90, codes=1, distinct=90))),
}
"""What rows show, by letter: one of them is enough."""


def _declarations(one: Identifier) -> Iterator[Vector]:
    """What is declared: a column of each of its categories; and for (R) whatever else points at a person, which of the others says nothing."""
    yield passing("nothing of it is declared", product=BARE)
    for key in one.categories:
        yield failing(f"a column is declared as {key}", product=with_column(category=key))
    points = with_column(identifiability="direct")
    named = with_column(category="user.name" if one.letter != "A" else "user.contact.email", identifiability="direct")
    said = "a column that points at a person, and says not how"
    yield failing(said, product=points) if one.letter == "R" else passing(said, product=points)
    yield passing("a column of another letter", product=named)
    yield passing("a column that tells of nobody", product=with_column())
    yield passing(
        "a product that makes no such claim", product={"columns": {"told": {"type": "string", "category": one.categories[0]}}}
    )


def _rows(one: Identifier) -> Iterator[Vector]:
    scanned = Found(one.letter, Sensitivity.RESTRICTED, one.categories[0], rows=9)
    yield passing("nothing of it is in the rows", product=BARE, facts=_SCANNED)
    yield failing("the scan finds it", product=with_column(), facts={**_SCANNED, "classification": {"told": Scan((scanned,))}})
    for says, shape in _SHOWN.get(one.letter, ()):
        yield failing(f"its rows show {says}", product=with_column(), facts={**_SCANNED, "shapes": Shapes({"told": shape})})
        of_another = {**_SCANNED, "shapes": Shapes({"gone": shape})}
        yield passing(f"{says} in a column that is declared no more", product=with_column(), facts=of_another)
    plain = {**_SCANNED, "shapes": Shapes({"told": Shape(rows=90, distinct=90)})}
    yield passing("its rows show nothing", product=with_column(), facts=plain)


def _rule(one: Identifier) -> tuple[Rule, Rule]:
    common: dict[str, Any] = {
        "source": f"45 CFR 164.514(b)(2)(i)({one.letter})",
        "remedy": f"{one.transform[0].upper()}{one.transform[1:]}.",
        "applies": safe_harbor,
        "condition": "products with `claim: safe_harbor`",
    }
    title = f"What is de-identified by safe harbor holds no {one.what}"

    @law.gate(
        f"HIPAA-514B2-{one.letter}",
        title,
        *_declarations(one),
        inputs=("privacy.claim", "columns.category"),
        **common,
    )
    def says(facts: Facts) -> Iterator[Objection]:
        return _objections(one, facts, declared(one, facts))

    @law.gate(
        f"HIPAA-514B2-{one.letter}",
        f"{title}, as its rows show",
        *_rows(one),
        part="rows",
        needs=[Need.CLASSIFICATION, Need.SHAPES],
        inputs=("privacy.claim", "staged rows"),
        **common,
    )
    def holds(facts: Facts) -> Iterator[Objection]:
        return _objections(one, facts, [*declared(one, facts), *shown(one, facts)])

    return says, holds


SAFE_HARBOR: tuple[Rule, ...] = tuple(rule for one in IDENTIFIERS for rule in _rule(one))
