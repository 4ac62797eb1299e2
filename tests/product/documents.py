"""Random descriptors, as documents, for the laws that hold of all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mesh_platform.product import DataProduct, LegalBasis, Sensitivity

LEVELS = [None, *map(str, Sensitivity)]
NAMES = ["id", "email", "segment", "updated_at"]
SPANS = ["1 day", "30 days", "1 month", "1 year", "P3Y"]
PERCENT = st.none() | st.integers(0, 100)


def _some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping of any of these keys; a key whose value is None is left out."""
    return st.fixed_dictionaries({}, optional=keys).map(lambda found: {k: v for k, v in found.items() if v is not None})


def _of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


COLUMN = st.builds(
    lambda kind, rest: {"type": kind, **rest},
    _of("string", "integer", "int32", "timestamp", "double"),
    _some(
        description=_of("", "a", "b"),
        nullable=st.booleans(),
        unique=st.booleans(),
        min=_of(0, 1.5, "2026-01-01"),
        max=_of(0, 1.5, "2026-01-01"),
        minLength=_of(0, 1),
        maxLength=_of(1, 9),
        pattern=_of("a+", "b+"),
        values=st.lists(_of("a", "b", 1), max_size=3, unique=True),
        references=_of("a/b.c", "a/b.d"),
        sensitivity=_of(*LEVELS),
        category=_of("user", "user.contact.email"),
        identifiability=_of("direct", "pseudonymous", "quasi", "none"),
        subject=_of("email", "customer_id"),
        purposes=st.lists(_of("service", "marketing"), unique=True),
        mask=_of("token", "redact", "last4", "own"),
        derivedFrom=st.lists(_of("a/b.c", "a/b.d"), unique=True),
        declassify=_of("x", "y"),
    ),
)

CONTRACT = st.builds(
    lambda consumer, purpose, fields, rest: {"consumer": consumer, "purpose": purpose, "fields": fields, **rest},
    _of("sales", "crm"),
    _of("service", "marketing"),
    st.lists(_of(*NAMES), unique=True),
    _some(
        excludedFields=st.lists(_of(*NAMES), unique=True),
        quality=_some(completeness=PERCENT),
        expires=_of("2027-01-01", "2028-01-01"),
    ),
)

DOCUMENT = st.builds(
    lambda columns, rest: {"name": "a", "domain": "b", "columns": columns, **rest},
    st.dictionaries(_of(*NAMES), COLUMN, max_size=4),
    _some(
        owner=_of("a", "b"),
        version=_of("1.0", 2),
        status=_of("draft", "active", "deprecated", "retired"),
        sunset=_of("2027-01-01", "2028-01-01"),
        successor=_of("a/b", "a/c"),
        description=_of("a", "b"),
        dataResidency=_some(region=_of("EU", "US"), storageLocations=st.lists(_of("westeurope", "eastus"), unique=True)),
        piiHandling=_of("a", "b"),
        purposes=st.dictionaries(_of("service", "marketing"), _of(*map(str, LegalBasis))),
        retention=st.none()
        | st.builds(
            lambda period, rest: {"period": period, **rest},
            _of(*SPANS),
            _some(
                action=_of("delete", "anonymise"),
                minimum=_of(*SPANS),
                grace=_of(*SPANS),
                basis=_of("a", "b"),
                **{"from": _of("ingested", {"event": "end of contract"})},
            ),
        ),
        rows=_some(min=_of(0, 1), max=_of(5, 9)),
        checks=st.lists(st.fixed_dictionaries({"name": _of("a", "b"), "sql": _of("x > 1", "x > 2")}), max_size=2),
        source=_of(None, {"path": "a.csv"}, {"path": "b.csv", "notice": "v1"}, {"path": "a.csv", "purpose": "service"}),
        inputs=st.lists(
            _of({"product": "a/b"}, {"product": "a/b", "fields": ["x"]}, {"product": "a/c", "as": "b", "purpose": "service"}),
            max_size=2,
        ),
        transform=_of("dbt.a", "dbt.b"),
        load=_of("replace", "append"),
        erasure=_of(None, {"strategy": "rebuild"}, {"strategy": "external", "reason": "a"}, {"strategy": "external"}),
        sla=_some(availability=PERCENT, latency=_of("1 s", "< 100ms"), freshness=_of(*SPANS)),
        qualityMetrics=_some(completeness=PERCENT, accuracy=PERCENT, timeliness=PERCENT),
        rateLimit=_of(1, 9),
        interfaces=st.lists(
            _of({"type": "API"}, {"type": "SQL", "authentication": "OAuth2", "scopes": ["r"]}, {"type": "SQL", "endpoint": "x"}),
            max_size=2,
        ),
        dataContracts=st.lists(CONTRACT, max_size=2),
        tags=st.dictionaries(_of("a", "b"), _of("x", "y")),
    ),
).map(lambda document: _form(document))


def _form(document: dict[str, Any]) -> dict[str, Any]:
    for column in document["columns"].values():
        if column.get("minLength", 0) > column.get("maxLength", 9):
            del column["minLength"]
    return document


def product(document: dict[str, Any]) -> DataProduct:
    return DataProduct.model_validate(document, by_alias=True, by_name=False)
