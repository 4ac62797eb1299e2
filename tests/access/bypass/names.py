"""Names that look like others: case, quotes, comments, escapes, letters of other scripts, and products that are none."""

from __future__ import annotations

from tests.access.bypass.case import Case, Must, hidden, refused

PRODUCTS = refused(
    "products",
    "SQL-04 NAME-02 ACCESS-01 SQL-01 SQL-05",
    """
select * from profiles
select * from customer
select * from "customer.profiles"
select * from "customer/profiles/x"
select * from "customer\\profiles"
select * from "../customer/profiles"
select * from "customer/../customer/profiles"
select * from "customer/profiles "
select * from " customer/profiles"
select * from "customer/"
select * from "/profiles"
select * from "/"
select * from ""
select * from customer.""
select * from "".profiles
select * from "CUſTOMER".profiles
select * from "cuſtomer".profiles
select * from "customer"."profileſ"
select * from "сustomer".profiles
select * from "customer"."рrofiles"
select * from "customer\u200b".profiles
select * from "ｃustomer".profiles
select * from "customer"."profiles\u0000"
select * from customer.nothing
select * from nothing.profiles
select * from customer.profiles.data
select * from customer.main.profiles
select * from __mesh_0
select * from "__mesh_0"
select * from "__MESH_0"
select * from "__mesh_0000000000000000"
with "__mesh_0" as (select 1) select * from "__mesh_0"
with __mesh_x as (from @p) select * from __mesh_x
select segment as __mesh_a from @p
select __mesh_a.* from @p __mesh_a
select * from @p as "__Mesh_q"
from _mesh_subject_email
select * from customer._mesh_profiles
select * from customer.profiles$
select * from customer.profiles@1
select * from customer.profile--s
select * from "customer.profiles"."data"
""",
)
SPELLINGS = refused(
    "spellings",
    "CORE-09",
    [
        "select/**/note/**/from/**/customer.visits",
        "select note -- a comment\nfrom customer.visits",
        "select /* ' */ note /* ' */ from customer.visits",
        "select /* /* nested */ */ note from customer.visits",
        "select '--' , note from customer.visits",
        "select $$it's$$, note from customer.visits",
        "select $a$ ; $a$, note from customer.visits",
        "select E'\\'', note from customer.visits",
        "select e'\\x27', note from customer.visits",
        "select '''', note from customer.visits",
        'select "note" from "customer"."visits"',
        'select "NOTE" from "CUSTOMER"."VISITS"',
        'select v."note" from "customer/visits" v',
        "SELECT\tNOTE\nFROM\rcustomer . visits",
        "select\u00a0note from customer.visits",
        "select note\u2003from customer.visits",
        "select visits . note from customer . visits",
        "select (((note))) from (customer.visits cross join customer.profiles)",
        'select note as "a""b" from customer.visits',
        "select note 'x' from customer.visits",
        "select n: note from customer.visits",
        "select note from customer.visits;",
        "select note from customer.visits;--",
        "select note from customer.visits where 'a' = 'a' -- '",
        "(select note from customer.visits)",
        "((from customer.visits select note))",
        "select all note from customer.visits",
        "select x.note from customer.visits x",
    ],
)
LOOKALIKES = hidden(
    "lookalikes",
    [
        'select "nоte" from customer.visits',
        'select "ｎote" from customer.visits',
        'select "ſcore" from customer.visits',
        'select "no\u200bte" from customer.visits',
        'select "note\u0301" from customer.visits',
        'select "NOTE " from customer.visits',
        'select "ſcore", score from customer.visits',
        'select * exclude ("ſcore") from customer.visits limit 3',
        "select columns('(?i)n.te') from customer.visits",
        "select columns('\\x6eote') from customer.visits",
        "select columns(c -> lower(c) = 'note') from customer.visits",
        "select columns(c -> c = chr(110) || 'ote') from customer.visits",
        "select 'note' from customer.visits limit 1",
        "select \"'note'\" from customer.visits",
        "select [note: 1] from customer.visits",
        "select {'note': 1}.note",
        "select x.note from (select 'n' as note) x",
        "select note from (select 'n' as note)",
        "select visits from customer.visits where slot = 77777",
        "select visits.* from customer.visits where slot = 77777",
        "select customer.visits from customer.visits limit 1",
        "select customer from customer.visits limit 1",
        "select customer.visits.* from customer.visits where slot = 77777",
        "select visits.tags.note from customer.visits limit 1",
        "with visits as (select 'n' as note) select note, v.city from visits, customer.visits v limit 1",
        "with customer as (select {'note': 'n'} as visits) select customer.visits.note from customer",
        "select customer.visits.note from (select {'note': 'n'} as visits) customer",
        "select customer.note from customer.visits customer",
        "select visits.note from customer.profiles visits",
        "select customer.visits.segment from customer.profiles visits",
    ],
)
CALLERS = [
    Case("callers-no-purpose", "select segment from @p", Must.REFUSE, ("CORE-14",), purpose=None),
    Case("callers-empty-purpose", "select segment from @p", Must.REFUSE, ("CORE-14",), purpose=""),
    Case("callers-unknown-purpose", "select segment from @p", Must.REFUSE, ("CORE-14",), purpose="servicе"),
    Case("callers-purpose-with-sql", "select segment from @p", Must.REFUSE, ("CORE-14",), purpose="service' or 1=1 --"),
    Case("callers-parent-of-a-purpose", "select segment from @p", Must.REFUSE, ("CORE-14", "CORE-08"), purpose="*"),
    Case("callers-purpose-not-served", "select segment from @p", Must.REFUSE, ("CORE-08",), purpose="marketing"),
    Case("callers-purpose-of-other-fields", "select email from @p", Must.REFUSE, ("CORE-09",), purpose="analytics"),
    Case(
        "callers-purpose-of-one-product",
        "select p.segment from @p p, @v v limit 1",
        Must.REFUSE,
        ("CORE-13",),
        purpose="analytics",
    ),
    Case("callers-abroad", "select segment from @p", Must.REFUSE, ("CORE-07",), persona="abroad"),
    Case("callers-abroad-counts", "select count(*) from @p", Must.REFUSE, ("CORE-07",), persona="abroad"),
    Case("callers-platform", "select 1 from @p", Must.REFUSE, ("CORE-13",), persona="engineer"),
    Case("callers-nobody", "select 1 from @p", Must.REFUSE, ("AUTH-05",), persona="nobody"),
    Case("callers-look-alike", "select 1 from @p", Must.REFUSE, ("AUTH-05",), persona="analyſt"),
    Case("callers-in-other-case", "select 1 from @p", Must.REFUSE, ("AUTH-05",), persona="Analyst"),
]
ALL: list[Case] = [*PRODUCTS, *SPELLINGS, *LOOKALIKES, *CALLERS]
