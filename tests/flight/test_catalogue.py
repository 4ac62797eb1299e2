"""What drivers show in their trees: domains, products and columns, and of each only what the caller would see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from adbc_driver_manager import Error

from mesh_platform.api.service import Service
from mesh_platform.flight.messages import packed
from mesh_platform.flight.tables import SCHEMAS
from tests.flight.conftest import Client, Connect

Made = Callable[..., Client]
TABLES = [{"catalog_name": "", "db_schema_name": "customer", "table_name": "profiles", "table_type": "TABLE"}]


def told(client: Client, name: str, **fields: object) -> list[dict[str, object]]:
    command = packed(name, **fields)
    info = client.info(command)
    assert info.schema.names[: len(SCHEMAS[name])] == SCHEMAS[name].names
    return client.rows(info.endpoints[0].ticket.ticket)


class TestTree:
    def test_holds_domains_products_and_granted_columns(self, connection: Connect) -> None:
        [catalog] = connection().adbc_get_objects(depth="all").read_all().to_pylist()
        [domain] = catalog["catalog_db_schemas"]
        [product] = domain["db_schema_tables"]
        assert (catalog["catalog_name"], domain["db_schema_name"], product["table_name"]) == ("", "customer", "profiles")
        columns = [each["column_name"] for each in product["table_columns"]]
        assert columns == ["customer_id", "email", "card", "postcode", "birth_date", "latitude", "segment"]

    def test_is_not_empty_where_nothing_opens(self, service: Service, connection: Connect, tmp_path: Path) -> None:
        [catalog] = (service.settings.home_path / "catalogs").rglob("profiles.ducklake")
        catalog.rename(tmp_path / "aside")
        catalog.write_bytes(b"no catalog" * 1_000)
        try:
            with pytest.raises(Error, match="LAKE-12"):
                connection().adbc_get_objects(depth="all").read_all()
        finally:
            (tmp_path / "aside").rename(catalog)
        assert connection().adbc_get_objects(depth="all").read_all().num_rows == 1

    def test_is_that_of_the_purpose(self, connection: Connect) -> None:
        assert connection("analyst", "analytics").adbc_get_table_schema("profiles", db_schema_filter="customer").names == [
            "customer_id",
            "segment",
        ]

    def test_is_that_of_every_purpose_where_none_is_named(self, connection: Connect) -> None:
        assert len(connection("analyst", None).adbc_get_table_schema("profiles", db_schema_filter="customer")) == 7

    @pytest.mark.parametrize(
        ("who", "purpose"), [("abroad", None), ("engineer", None), ("analyst", "marketing"), ("analyst", "x")]
    )
    def test_is_empty_for_whoever_may_read_nothing(self, client: Made, who: str, purpose: str | None) -> None:
        assert told(client(who, purpose), "CommandGetTables", include_schema=True) == []
        assert told(client(who, purpose), "CommandGetDbSchemas") == []

    def test_says_what_is_masked(self, connection: Connect) -> None:
        schema = connection().adbc_get_table_schema("profiles", db_schema_filter="customer")
        assert schema.field("email").metadata[b"ARROW:FLIGHT:SQL:REMARKS"] == b"Masked: email_domain."
        assert schema.field("email").metadata[b"ARROW:FLIGHT:SQL:TYPE_NAME"] == b"VARCHAR"

    def test_has_the_types_that_rows_have(self, connection: Connect) -> None:
        schema = connection().adbc_get_table_schema("profiles", db_schema_filter="customer")
        with connection().cursor() as cursor:
            cursor.execute("select * from customer.profiles")
            assert cursor.fetch_arrow_table().schema == pa.schema([each.remove_metadata() for each in schema])

    def test_does_not_name_what_is_not_there(self, connection: Connect) -> None:
        with pytest.raises(Error):
            connection("engineer").adbc_get_table_schema("profiles", db_schema_filter="customer")


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("profiles", True),
            ("prof%", True),
            ("%file%", True),
            ("p_ofiles", True),
            ("%" * 200, True),
            ("%_%" * 60, False),
            ("PROFILES", False),
            ("prof", False),
            ("p\\_ofiles", False),
            ("", False),
            ("prof.*", False),
            ("(", False),
            ("\\", False),
        ],
    )
    def test_are_those_of_like(self, client: Made, pattern: str, found: bool) -> None:
        assert told(client(), "CommandGetTables", table_name_filter_pattern=pattern) == (TABLES if found else [])

    def test_of_domains(self, client: Made) -> None:
        assert told(client(), "CommandGetDbSchemas", db_schema_filter_pattern="cust%") == [
            {"catalog_name": "", "db_schema_name": "customer"}
        ]
        assert told(client(), "CommandGetDbSchemas", db_schema_filter_pattern="sales") == []

    def test_that_are_too_long_are_refused(self, client: Made) -> None:
        with pytest.raises(pa.ArrowInvalid, match="FLIGHT-09"):
            told(client(), "CommandGetTables", table_name_filter_pattern="a" * 201)

    def test_of_catalogs_and_types(self, client: Made) -> None:
        assert told(client(), "CommandGetTables", catalog="", table_types=["TABLE", "VIEW"]) == TABLES
        assert told(client(), "CommandGetTables", catalog="other") == []
        assert told(client(), "CommandGetTables", table_types=["VIEW"]) == []


class TestAbout:
    def test_the_server_says_what_it_is(self, connection: Connect) -> None:
        found = connection().adbc_get_info()
        assert (found["vendor_name"], found["vendor_arrow_version"]) == ("mesh", pa.__version__)

    def test_the_server_says_that_it_only_reads(self, client: Made) -> None:
        assert told(client(), "CommandGetSqlInfo", info=[3, 8]) == [
            {"info_name": 3, "value": True},
            {"info_name": 8, "value": 0},
        ]

    def test_the_kinds_of_tables(self, client: Made) -> None:
        assert told(client(), "CommandGetTableTypes") == [{"table_type": "TABLE"}]
        assert told(client(), "CommandGetCatalogs") == [{"catalog_name": ""}]

    @pytest.mark.parametrize(
        "name",
        [
            "CommandGetPrimaryKeys",
            "CommandGetExportedKeys",
            "CommandGetImportedKeys",
            "CommandGetCrossReference",
            "CommandGetXdbcTypeInfo",
        ],
    )
    def test_what_is_not_told_has_no_rows(self, client: Made, name: str) -> None:
        assert told(client(), name) == []
