"""Statements that are made to hurt: too deep, too long, too wide, or growing while they are read, bound or run."""

from __future__ import annotations

from dataclasses import replace

from tests.access.bypass.case import Case, hidden, refused

DEEP = hidden(
    "deep",
    [
        *(f"select {'(' * n}1{')+1' * n}" for n in (100, 180, 220, 260, 300, 340, 400, 600, 5_000)),
        *(f"select {'[' * n}1{']' * n}" for n in (100, 200, 260, 300, 360, 900)),
        *(f"select {'not ' * n}true" for n in (200, 280, 330, 400, 900)),
        *(f"{'select * from (' * n}from customer.profiles{')' * n}" for n in (50, 120, 160, 200, 240, 300, 900)),
        *("select 1" + "::int" * n for n in (200, 320, 480, 520, 900)),
        *("select " + "case when true then " * n + "1" + " end" * n for n in (90, 150, 190, 400)),
        *("select " + "abs(" * n + "1" + ")" * n for n in (150, 200, 260, 320, 800)),
        *("select {'a': " * n + "1" + "}" * n for n in (1,)),
        *("select " + "{'a': " * n + "1" + "}" * n for n in (60, 150, 250, 400)),
        *("select 1 where " + "exists (select 1 where " * n + "true" + ")" * n for n in (50, 110, 150, 300)),
        *("select null::" + "struct(a " * n + "int" + ")" * n for n in (50, 150, 250, 500)),
        *("select null::int" + "[]" * n for n in (50, 250, 2_000)),
        *(
            "with "
            + ", ".join(f"c{i} as (select * from c{i - 1})" if i else "c0 as (select 1)" for i in range(n))
            + f" from c{n - 1}"
            for n in (50, 400, 2_000)
        ),
        *(" union all ".join(["select 1"] * n) for n in (500, 3_000)),
        *("select " + "-" + " -" * n + "1" for n in (300, 3_000)),
        *("select 'a'" + ".upper()" * n for n in (100, 250, 330, 900)),
        *("select x" + ".a" * n + " from (select 1 as x)" for n in (100, 1_000)),
        *("select [1]" + "[1]" * n for n in (100, 300, 900)),
        *("select " + " || ".join(["'a'"] * n) for n in (500, 2_000)),
        *(
            "select list_transform([1], x0 -> " + "".join(f"list_transform([1], x{i} -> " for i in range(1, n)) + "1" + ")" * n
            for n in (20, 90, 200)
        ),
        *("select 1 from " + "(" * n + "customer.profiles p" + ")" * n for n in (30, 300)),
        *(f"select * from {' cross join '.join(f'customer.profiles t{i}' for i in range(n))} limit 1" for n in (5, 200)),
    ],
)
TOO_MUCH = refused(
    "too-much",
    "SQL-07 SQL-01 SQL-08 SQL-10 LAKE-31 ACCESS-04 ACCESS-05",
    [
        "select '" + "x" * 210_000 + "'",
        "select * from customer.visits where slot in (" + ", ".join(str(i) for i in range(40_000)) + ")",
        "select " + ", ".join("a.*" for _ in range(5_000)) + " from customer.profiles a",
        "with c0 as (from customer.profiles), "
        + ", ".join(f"c{i} as (select * from c{i - 1} a, c{i - 1} b)" for i in range(1, 25))
        + " from c24",
        "select 1 as a0, " + ", ".join(f"a{i} + a{i} as a{i + 1}" for i in range(40)),
        'with "ſ" as (select 1), s as (select * from customer.profiles), '
        + ", ".join(
            f"c{i} as (select * from {'s' if i == 1 else f'c{i - 1}'} a, {'s' if i == 1 else f'c{i - 1}'} b)"
            for i in range(1, 25)
        )
        + " from c24",
        "select length(repeat('x', 20000000000))",
        "select length(list_resize([1], 20000000000, 1))",
        "select length(lpad('x', 2000000000, 'y') || lpad('x', 2000000000, 'y'))",
        "select * from unnest(range(200000000))",
        "from range(length(repeat('x', 4000000000)))",
        "select 1 limit length(repeat('x', 4000000000))",
        "select list_sort([1], repeat('y', 3000000000))",
        "select length(to_base(1, 2, 2000000000))",
        "select list(a) from range(100000000000) t(a)",
        "select count(*) from customer.visits a, customer.visits b, customer.visits c where a.amount < b.amount + c.amount",
        "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
        "with recursive r(n, s) as (select 1, 'x' union all select n + 1, s || s from r) select max(length(s)) from r",
        "select a.city || b.city from customer.visits a, customer.visits b order by 1 desc, a.slot limit 1 offset 5000000",
    ],
)
BOUND = [
    Case(f"bound-{i}", sql, case.must, case.rules, parameters=values)
    for i, (sql, values, case) in enumerate(
        [
            ("select ?", ("ana",), hidden("x", "x")[0]),
            ("select ?", (), refused("x", "SQL-08", "x")[0]),
            ("select ?, ?", (1,), refused("x", "SQL-08", "x")[0]),
            ("select 1", (1,), refused("x", "SQL-08", "x")[0]),
            ("select $1, $2", (1, 2), hidden("x", "x")[0]),
            ("select $name", (1,), refused("x", "SQL-08", "x")[0]),
            ("select * from @p where email = ?", ("ana@mail.test",), hidden("x", "x")[0]),
            ("select * from ?", ("customer.profiles",), refused("x", "SQL-01", "x")[0]),
            ("select * from customer.?", ("profiles",), refused("x", "SQL-01", "x")[0]),
            ("select columns(?) from @v limit 1", (".*",), hidden("x", "x")[0]),
            ("select columns(?) from @v limit 1", ("note",), hidden("x", "x")[0]),
            ("select struct_extract(v, ?) from @v v limit 1", ("note",), hidden("x", "x")[0]),
            ("select to_json(v)->>? from @v v limit 1", ("note",), hidden("x", "x")[0]),
            ("select ?", (None,), hidden("x", "x")[0]),
            ("select ?", (1 << 130,), hidden("x", "x")[0]),
            ("select ?", (float("nan"),), hidden("x", "x")[0]),
            ("select ?", (float("inf"),), hidden("x", "x")[0]),
            ("select ?", ("\ud800",), hidden("x", "x")[0]),
            ("select ?", ("a\x00b",), hidden("x", "x")[0]),
            ("select ?", ([1, "a", None],), hidden("x", "x")[0]),
            ("select ?", ({"a": [1]},), hidden("x", "x")[0]),
            ("select city from @v limit ?", (1,), hidden("x", "x")[0]),
            ("select city from @v limit ?", ("note",), hidden("x", "x")[0]),
            ("select city from @v where slot = ?", ("1 or 1=1",), hidden("x", "x")[0]),
            ("select * from range(?)", (3,), hidden("x", "x")[0]),
            ("select * from unnest(?)", ([1, 2],), hidden("x", "x")[0]),
        ],
        1,
    )
]
ANY_VALUE = hidden(
    "values",
    """
select interval '1 year 2 days', time '10:00', timetz '10:00+01', timestamp_ns '2020-01-01', timestamptz '2020-01-01'
select date 'infinity', timestamp '-infinity', date '5881580-07-10', date '290309-12-22 (BC)'
select 1::hugeint << 120, 1::uhugeint, 170141183460469231731687303715884105727
select 'a'::bit, '101'::bit, '\\xAA'::blob, ''::blob, chr(0), chr(128512)
select union_value(a := 1), map([1], ['a']), {'a': null}, [], [null], array_value(1, 2)
select null, null::int[], uuid(), '{"a": 1}'::json, 1::decimal(38, 37), 'nan'::double, '-inf'::float
select 'a'::enum('a', 'b'), bitstring('1', 8), sum(1) from range(3)
select 1::bignum, 2::variant
select st_geomfromwkb('\\x00'::blob)
select {'a': 1, 'A': 2}
select 1 as a, 2 as a, 3 as "", 4 as " ", 5 as "a"
select 1 as "\x1b[31mred"
select 1 as "<script>alert(1)</script>"
select 1 as "../../etc/passwd"
select * from (values (1, 'a'), (2, 'b')) t("a b", "select")
select histogram(x), approx_top_k(x, 2), quantile_cont(x, [0.5]) from range(5) t(x)
select row(1, 2), (1, 2), struct_pack(a := 1)
select * from range(0)
select where false
select from @p
""",
)
LONG = {"too-much": (9, 10, 15, 16, 17, 18, 19), "deep": (1, 21, 22, 44, 47, 48, 51, 60, 62, 76, 77, 81, 82)}
"""Cases that take the engine seconds each: for the night."""
_LATE = {f"{kind}-{i}" for kind, numbers in LONG.items() for i in numbers}
ALL: list[Case] = [replace(case, late=case.id in _LATE) for case in (*DEEP, *TOO_MUCH, *BOUND, *ANY_VALUE)]
