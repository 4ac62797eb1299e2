"""Requirement 3: what of a card is stored, in which form, and how long. What authenticates a card is stored nowhere, and no waiver changes that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from mesh_platform.errors import Measured
from mesh_platform.policy.attested import attestation
from mesh_platform.policy.binding import Control
from mesh_platform.policy.examples_parts import record
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.jurisdictions import roles_of
from mesh_platform.policy.packs.asking import holding, own_record, within
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.packs.pci.cards import (
    CLEAN,
    DECLARED,
    FOUND,
    MAIL,
    NOTE,
    PAN,
    card_forms,
    cards,
    in_the_clear,
    linked,
    of_cards,
    rows,
    shape_of,
)
from mesh_platform.policy.rule import Objection, Rule, failing, passing
from mesh_platform.policy.scan import extent
from mesh_platform.policy.shapes import Shape, Shapes
from mesh_platform.product import ProductKey

law = Pack("PCI")
QUARTER = timedelta(days=92)
_ISSUER = {
    "packs": {"bind": {"PCI": {"domains": ["*"], "roles": ["issuer"]}}},
    "records": {
        "it": {
            "kind": "attestation",
            "about": ["PCI-3.3.3"],
            "by": "ciso@example.com",
            "on": "2026-01-15",
            "expires": "2026-12-31",
        }
    },
}
_DIGESTS = {"columns": {"card": {**DECLARED["columns"]["card"], "mask": "token"}}}
_KEYED = {
    "records": {
        "it": {
            "kind": "attestation",
            "about": ["PCI-3.5.1.1"],
            "by": "ciso@example.com",
            "on": "2026-01-15",
            "expires": "2026-12-31",
        }
    }
}


def _issues_cards(facts: Facts) -> bool:
    """Whether the organisation issues cards, by a role that somebody attests and that has not ended (3.3.3)."""
    return "issuer" in roles_of(facts.mesh, "PCI") and attestation("PCI-3.3.3", facts) is not None


def _authentication(number: str, what: str, category: str, count: Callable[[Shape], int], shape: Shape) -> tuple[Rule, Rule]:
    """The two parts of one rule of 3.3.1: as declared, and as the rows show."""
    common = {
        "source": f"PCI DSS 4.0.1, 3.3.1.{number}",
        "remedy": "Drop it before it reaches the mesh: it may not be kept after the payment was authorised, encrypted or not.",
    }
    title = f"No {what} is stored"

    def objections(facts: Facts, names: Iterator[str]) -> Iterator[Objection]:
        for name in dict.fromkeys(names):
            if not _issues_cards(facts):
                yield Objection(f"{name!r} holds {what}.", at=("columns", name))

    @law.gate(
        f"PCI-3.3.1.{number}",
        title,
        passing("nothing of it is declared"),
        passing("an issuer, by an attested role", product=_declared(category), governance=_ISSUER),
        failing("a column is declared as such", product=_declared(category)),
        failing(
            "an issuer by its own word",
            product=_declared(category),
            governance={"packs": {"bind": {"PCI": {"domains": ["*"], "roles": ["issuer"]}}}},
        ),
        inputs=("columns.category",),
        condition="every product",
        **common,
    )
    def says(facts: Facts) -> Iterator[Objection]:
        return objections(facts, holding(facts, category))

    @law.gate(
        f"PCI-3.3.1.{number}",
        f"{title}, as the rows show",
        passing("nothing of it is in the rows", product=NOTE, facts=CLEAN),
        failing("three rows of a text hold it", product=NOTE, facts=rows(note=shape)),
        part="rows",
        needs=[Need.CLASSIFICATION, Need.SHAPES],
        inputs=("staged rows",),
        condition="every product, at each publication",
        **common,
    )
    def holds(facts: Facts) -> Iterator[Objection]:
        found = (
            name for name, one in (facts.shapes.columns if facts.shapes else {}).items() if count(one) and name in facts.columns
        )
        return objections(facts, iter([*holding(facts, category), *found]))

    return says, holds


def _declared(category: str) -> dict[str, object]:
    return {"columns": {"told": {"type": "string", "sensitivity": "restricted", "category": category}}}


@law.gate(
    "PCI-3.2.1",
    "Card numbers have an end, and what is past it goes at least each quarter",
    passing("no card number is held"),
    passing("kept for a year", product={**DECLARED, "retention": {"period": "1 year"}}),
    failing("no end", product={**DECLARED, "retention": None}),
    failing("a grace of a year", product={**DECLARED, "retention": {"grace": "1 year"}}),
    failing("the rows stay when they end", product={**DECLARED, "retention": {"action": "anonymise"}}),
    source="PCI DSS 4.0.1, 3.2.1; that it is deleted, and not only made unreadable, is a house rule",
    remedy="Add `retention:` with `action: delete` and a grace of three months at most; the platform's daily job removes what is due.",
    applies=cards,
    inputs=("retention",),
    condition="products with card numbers",
)
def has_an_end(facts: Facts) -> Iterator[Objection]:
    kept = facts.descriptor.retention
    if kept is None or kept.action != "delete":
        why = "It holds card numbers, and nothing says when they are deleted."
        yield Objection(why, at=("retention",), patch=_retention("action", "delete") if kept else "")
    elif kept.grace and kept.grace.approximate > QUARTER:
        why = f"What is past its period may stay for {kept.grace} more."
        yield Objection(why, at=("retention", "grace"), patch=_retention("grace", "90 days"))


def _retention(key: str, value: str) -> str:
    return f"dataProduct: {{retention: {{{key}: {value}}}}}"


@law.gate(
    "PCI-3.5.1",
    "No card number is stored in the clear",
    passing("the scan finds none", product=NOTE, facts=CLEAN),
    passing("it finds something else", product=NOTE, facts={**CLEAN, "classification": {"note": MAIL}}),
    passing(
        "it finds some in a column that nobody declares, which CORE-02 blocks", facts={**CLEAN, "classification": {"more": FOUND}}
    ),
    passing("a number that is cut", product=DECLARED, facts=rows(card=Shape(rows=90, truncated=90))),
    passing(
        "whole numbers in a column of cards, in files that nobody opens without the domain's key",
        product=DECLARED,
        facts={**CLEAN, "classification": {"card": FOUND}, "probes": {Control.ENCRYPTION: True}},
    ),
    failing(
        "the same, and a file opens",
        product=DECLARED,
        facts={**CLEAN, "classification": {"card": FOUND}, "probes": {Control.ENCRYPTION: False}},
    ),
    failing("the same, and nobody tried", product=DECLARED, facts={**CLEAN, "classification": {"card": FOUND}}),
    failing("one of them in base64", product=NOTE, facts=rows(note=Shape(rows=90, encoded=1))),
    failing("cut over two columns", product=NOTE, facts=rows(note=Shape(rows=90, split=90))),
    failing(
        "one in a hundred texts, encrypted or not",
        product=NOTE,
        facts={**CLEAN, "classification": {"note": FOUND}, "probes": {Control.ENCRYPTION: True}},
    ),
    source="PCI DSS 4.0.1, 3.5.1; strong cryptography is that of files, each under keys of the product's own",
    remedy="Declare the column (`category: user.financial.card.pan`), cut the numbers, put a token of the payment provider or a keyed hash of the whole number in its place, or drop it.",
    needs=[Need.CLASSIFICATION, Need.SHAPES],
    waivable=True,
    inputs=("scan", "staged rows", "a probe of encryption_at_rest"),
    condition="every product, at each publication",
)
def none_in_the_clear(facts: Facts) -> Iterator[Objection]:
    encrypted = facts.probes.get(Control.ENCRYPTION) is True
    for name in in_the_clear(facts):
        managed = within(facts.columns[name].category, *PAN)
        found = extent(one for one in facts.standing[name] if within(one.category, *PAN))
        if not managed:
            why = f"{name!r} holds whole card numbers and is not declared as such."
            yield Objection(why, at=("columns", name), measured=found)
        elif not encrypted:
            why = f"{name!r} holds whole card numbers, and no probe sees its files encrypted."
            yield Objection(why, at=("columns", name), measured=found)
    for name in facts.shapes.columns if facts.shapes else ():
        managed = name in facts.columns and within(facts.columns[name].category, *PAN) and encrypted
        for count, how in () if managed else _hidden(shape_of(facts, name)):
            yield Objection(f"{name!r} holds {how}.", at=("columns", name), measured=(Measured(f"rows with {how}", count),))


def _hidden(shape: Shape) -> Iterator[tuple[int, str]]:
    """Whole numbers that no single value shows as they are: how many rows, and how they are written."""
    if shape.encoded:
        yield shape.encoded, "whole card numbers in base64"
    if shape.split:
        yield shape.split, "a part of card numbers that are whole together with another column"


@law.gate(
    "PCI-3.5.1",
    "Cut and hashed numbers of the same cards do not lie side by side",
    passing("cut alone", product=DECLARED, facts=rows(card=Shape(rows=90, truncated=90))),
    failing(
        "both in one product",
        product={"columns": {**DECLARED["columns"], "card_hash": {**DECLARED["columns"]["card"], "mask": "token"}}},
        facts=rows(card=Shape(rows=90, truncated=90), card_hash=Shape(rows=90, hashes=90)),
    ),
    source="PCI DSS 4.0.1, 3.5.1: hashed and truncated versions of one number can be put together",
    remedy="Keep one of the two, or both in products that nothing links.",
    part="correlation",
    needs=[Need.CLASSIFICATION, Need.SHAPES],
    inputs=("staged rows",),
    condition="products with card numbers",
)
def nothing_correlates(facts: Facts) -> Iterator[Objection]:
    cut, ours = card_forms(facts)
    if cut and ours:
        why = f"{cut[0]!r} holds cut card numbers and {ours[0]!r} hashed ones: together they give the number."
        yield Objection(
            why, f"Keep one of the two, or both in products that nothing links.{_or_say(facts, ours)}", ("columns", ours[0])
        )


def _or_say(facts: Facts, hashed: list[str]) -> str:
    """What helps where the hashes may be of something else."""
    mine = hashed and not of_cards(facts, hashed[0])
    return f" If {hashed[0]!r} holds hashes of something else, say of what (`category:`)." if mine else ""


def _one(form: Shape, cut: int, hashed: int, other: str = "sales/segments") -> dict[str, Any]:
    """A product with one column of that form, and another with so many cut and hashed columns."""
    return {
        "product": DECLARED,
        "facts": {"classification": {}, "shapes": Shapes({"card": form}, elsewhere={other: (cut, hashed)})},
    }


_CUT, _HASHED = Shape(rows=90, truncated=90), Shape(rows=90, hashes=90)
_APART = {"inputs": None, "columns": {"customer_id": {"subject": None}}}


@law.gate(
    "PCI-3.5.1",
    "Cut and hashed numbers of the same cards do not lie in products that can be put together",
    passing("cut here, and nothing elsewhere", product=DECLARED, facts=rows(card=_CUT)),
    passing("cut here and there", **_one(_CUT, 1, 0)),
    passing("hashed here and there", **_one(_HASHED, 0, 1)),
    passing("neither here", **_one(Shape(rows=90), 1, 1)),
    passing("cut here, hashed in a product with which nothing links it", **_one(_CUT, 0, 1), reader=_APART),
    passing("of a product that the mesh has no more", **_one(_CUT, 0, 1, "sales/gone")),
    failing("cut here, hashed in what derives from it", **_one(_CUT, 0, 1), reader={"columns": _APART["columns"]}),
    failing("hashed here, cut in what has the same key of people", **_one(_HASHED, 1, 0), reader={"inputs": None}),
    source="PCI DSS 4.0.1, 3.5.1: hashed and truncated versions of one number can be put together; what links two products is a house rule",
    remedy="Keep one of the two, or take the key away by which they are put together.",
    part="across products",
    needs=[Need.CLASSIFICATION, Need.SHAPES],
    inputs=("staged rows", "what other products were published with", "columns.subject", "inputs"),
    condition="products with card numbers",
)
def nothing_correlates_across(facts: Facts) -> Iterator[Objection]:
    cut, hashed = card_forms(facts)
    for other, (cut_there, hashed_there) in sorted(facts.shapes.elsewhere.items()) if facts.shapes and (cut or hashed) else ():
        key = ProductKey.parse(other)
        if (
            ((cut and hashed_there) or (hashed and cut_there))
            and key in facts.mesh.products
            and linked(facts.mesh, facts.product.key, key)
        ):
            here, there = (cut[0], "hashed") if cut and hashed_there else (hashed[0], "cut")
            why = f"{here!r} holds {'cut' if there == 'hashed' else 'hashed'} card numbers and {other} {there} ones, and the two can be put together."
            yield Objection(
                why,
                f"Keep one of the two, or take the key away by which they are put together.{_or_say(facts, hashed)}",
                ("columns", here),
            )


@law.gate(
    "PCI-3.5.1.1",
    "A hash of a card number is keyed",
    passing("no hashes", product=DECLARED, facts=CLEAN),
    passing(
        "attested: keyed, over the whole number", product=_DIGESTS, facts=rows(card=Shape(rows=90, hashes=90)), governance=_KEYED
    ),
    failing("hashes that nobody says are keyed", product=_DIGESTS, facts=rows(card=Shape(rows=90, hashes=90))),
    source="PCI DSS 4.0.1, 3.5.1.1",
    remedy="Use a keyed hash of the whole number, and attest it in governance/register.yaml: a digest does not show its key.",
    needs=[Need.CLASSIFICATION, Need.SHAPES],
    inputs=("staged rows", "register.yaml"),
    condition="columns about cards, by their category, the scan or their name",
)
def hashes_are_keyed(facts: Facts) -> Iterator[Objection]:
    for name in facts.shapes.columns if facts.shapes else ():
        if of_cards(facts, name) and shape_of(facts, name).hashes and attestation("PCI-3.5.1.1", facts) is None:
            why = f"{name!r} holds hashes of card numbers, and nobody attests that they are keyed."
            yield Objection(why, at=("columns", name))


@law.gate(
    "PCI-6.5.5",
    "No live card number is used outside of production",
    passing("production", product=DECLARED, facts={**CLEAN, "classification": {"card": FOUND}}),
    passing("a test without cards", product={**NOTE, "privacy": {"production": False}}, facts=CLEAN),
    passing(
        "a test with cards, in the confirmed scope",
        product={**NOTE, "privacy": {"production": False, "records": ["it"]}},
        facts={**CLEAN, "classification": {"note": FOUND}},
        governance=record("scope", "customer/profiles"),
    ),
    failing(
        "a test with cards",
        product={**NOTE, "privacy": {"production": False}},
        facts={**CLEAN, "classification": {"note": FOUND}},
    ),
    source="PCI DSS 4.0.1, 6.5.5: but for environments that are in the scope and protected as it",
    remedy="Use numbers that no issuer gave out; drop the column; or put a record of the kind scope that names the product into governance/register.yaml.",
    needs=[Need.CLASSIFICATION],
    applies=lambda facts: not facts.descriptor.privacy.production,
    inputs=("privacy.production", "scan", "register.yaml"),
    condition="products with `production: false`",
)
def none_in_tests(facts: Facts) -> Iterator[Objection]:
    for name in () if own_record(facts, "scope") else in_the_clear(facts):
        yield Objection(f"It serves no production, and {name!r} holds card numbers.", at=("columns", name))


STORED: tuple[Rule, ...] = (
    has_an_end,
    *_authentication("1", "track data", "user.financial.card.track", lambda one: one.track, Shape(rows=90, track=3)),
    *_authentication("2", "card verification code", "user.financial.card.cvv", lambda one: one.cvv, Shape(rows=90, cvv=3)),
    *_authentication("3", "PIN or PIN block", "user.financial.card.pin", lambda one: one.pin, Shape(rows=90, pin=3)),
    law.attested(
        "PCI-3.3.2",
        "What authenticates a card is encrypted while it waits for the authorisation",
        "PCI DSS 4.0.1, 3.3.2",
        "Have whoever takes payments attest it in governance/register.yaml (about: [PCI-3.3.2]): no product of a mesh holds it.",
        applies=cards,
        condition="products with card numbers",
    ),
    law.attested(
        "PCI-3.3.3",
        "Who stores what authenticates a card issues cards, needs it, and protects it",
        "PCI DSS 4.0.1, 3.3.3",
        "Say `roles: [issuer]` for PCI in governance/packs.yaml, and attest it in governance/register.yaml (about: [PCI-3.3.3]).",
        applies=lambda facts: "issuer" in roles_of(facts.mesh, "PCI"),
        condition="issuers alone",
    ),
    none_in_the_clear,
    nothing_correlates,
    nothing_correlates_across,
    hashes_are_keyed,
    law.shared(
        "PCI-3.5.1.2",
        "Encryption of the disk alone counts for nothing: files are encrypted under the domain's key",
        "CORE-04 (encryption_at_rest)",
        "PCI DSS 4.0.1, 3.5.1.2",
        condition="restricted data; each file is tried without its key",
    ),
    none_in_tests,
)
