"""Column types as a descriptor names them, and what DuckDB and ibis call the same thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = {
    "string": ("VARCHAR", "string"),
    "boolean": ("BOOLEAN", "boolean"),
    "int8": ("TINYINT", "int8"),
    "int16": ("SMALLINT", "int16"),
    "int32": ("INTEGER", "int32"),
    "integer": ("BIGINT", "int64"),
    "float": ("FLOAT", "float32"),
    "double": ("DOUBLE", "float64"),
    "date": ("DATE", "date"),
    "time": ("TIME", "time"),
    "timestamp": ("TIMESTAMP", "timestamp(6)"),
    "timestamptz": ("TIMESTAMPTZ", "timestamp('UTC', 6)"),
    "uuid": ("UUID", "uuid"),
    "json": ("JSON", "json"),
    "binary": ("BLOB", "binary"),
}
_SYNONYMS = {
    "text": "string",
    "varchar": "string",
    "str": "string",
    "bool": "boolean",
    "tinyint": "int8",
    "smallint": "int16",
    "int": "integer",
    "int64": "integer",
    "bigint": "integer",
    "number": "double",
    "float64": "double",
    "float32": "float",
    "real": "float",
    "datetime": "timestamp",
    "timestamp_tz": "timestamptz",
    "blob": "binary",
    "bytes": "binary",
    "numeric": "decimal",
}
_DECIMAL = re.compile(r"decimal\s*\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)")
_LIST = re.compile(r"list\s*<\s*(.+)\s*>")
DEEPEST = 8
KNOWN = (*_PLAIN, "decimal(p,s)", "list<type>")


@dataclass(frozen=True, slots=True)
class ColumnType:
    """One column type: as written in descriptors, in DuckDB, and in ibis."""

    text: str
    duckdb: str
    ibis: str

    @classmethod
    def parse(cls, text: str) -> ColumnType:
        """The type that `text` names.

        Raises:
            ValueError: where it names none; the message lists the known ones.
        """
        word = text.strip().lower()
        word = _SYNONYMS.get(word, word)
        if word in _PLAIN:
            return cls(word, *_PLAIN[word])
        if word == "decimal":
            return cls("decimal(18,3)", "DECIMAL(18,3)", "decimal(18, 3)")
        if match := _DECIMAL.fullmatch(word.replace("numeric", "decimal")):
            width, scale = int(match[1]), int(match[2])
            if 1 <= width <= 38 and scale <= width:
                return cls(f"decimal({width},{scale})", f"DECIMAL({width},{scale})", f"decimal({width}, {scale})")
        if (match := _LIST.fullmatch(word)) and word.count("<") <= DEEPEST:
            item = cls.parse(match[1])
            return cls(f"list<{item.text}>", f"{item.duckdb}[]", f"array<{item.ibis}>")
        raise ValueError(f"unknown type; known are {', '.join(KNOWN)}")

    @classmethod
    def of_duckdb(cls, duckdb_type: str) -> ColumnType:
        """The descriptor's type for a type that DuckDB reports; `string` where there is no closer one."""
        name = duckdb_type.upper()
        for text, (engine, ibis) in _PLAIN.items():
            if engine == name:
                return cls(text, engine, ibis)
        if name.endswith("[]"):
            return cls.parse(f"list<{cls.of_duckdb(name[:-2]).text}>")
        if name == "TIMESTAMP WITH TIME ZONE":
            return cls.parse("timestamptz")
        if name in ("HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT"):
            return cls.parse("integer")
        if name.startswith("DECIMAL("):
            return cls.parse(name.lower())
        return cls.parse("string")
