"""Columns that are not the caller's: excluded ones at every place of a statement, the platform's own, and what engines number rows by."""

from __future__ import annotations

from tests.access.bypass.case import Case, hidden, refused

EXCLUDED = refused(
    "excluded",
    "CORE-09 SQL-08",
    """
select note from @v
select NOTE from @v
select "note" from @v
select "NoTe" from @v
select v.note from @v v
select visits.note from @v
select customer.visits.note from @v
select "customer"."visits"."note" from @v
from @v select note
from @v where note = 'zyxwv'
from @v order by note
from @v select slot order by score limit 1
select slot from @v where score = 0
select slot from @v where not (score > 0)
select slot from @v where score in (0)
select slot from @v where score between -1 and 0
select slot from @v where note like 'z%'
select slot from @v where note is not null
select slot from @v where exists (select 1 where note = 'zyxwv')
select slot from @v where slot in (select slot from @v where score = 0)
select count(*) filter (where score = 0) from @v
select sum(score) from @v
select city, min(score) from @v group by city
select count(*) from @v group by note
select city from @v group by city having min(score) = 0
select city from @v group by all having any_value(note) = 'x'
select count(*) from @v group by grouping sets ((note), ())
select count(*) from @v group by rollup (note)
select count(*) from @v group by cube (city, note)
select grouping(note) from @v group by note
select slot from @v qualify row_number() over (order by score) = 1
select row_number() over (partition by note) from @v
select first_value(note) over (order by slot) from @v
select sum(amount) over (order by score range between 1 preceding and current row) from @v
select sum(amount) over w from @v window w as (partition by score)
select lag(note) over (order by slot) from @v
select distinct on (note) city from @v
select distinct note from @v
select * exclude (note) from @v
select * replace (note as city) from @v
select v.* exclude (v.note) from @v v
select columns(['note', 'score']) from @v
select columns([c for c in ['note']]) from @v
select max(columns(['score'])) from @v
select unnest([note]) from @v
select [note] from @v
select [x for x in [note]] from @v
select list_transform([1], x -> score) from @v
select list_filter(tags, t -> t = note) from @v
select list_reduce([1, 2], lambda a, b: a + score) from @v
select {'n': note} from @v
select {'n': note}.n from @v
select row(note) from @v
select map([note], [1]) from @v
select struct_pack(n := note) from @v
select note[1] from @v
select note[1:2] from @v
select note.upper() from @v
select note.upper().left(1) from @v
select note::int from @v
select try_cast(note as int) from @v
select case when score = 0 then slot end from @v
select coalesce(null, note) from @v
select if(score = 0, 1, 2) from @v
select nullif(score, 0) from @v
select error(note) from @v
select 1 / score from @v
select interval (score) day from @v
select extract(year from to_timestamp(score)) from @v
select note collate nocase from @v
select note || city from @v
select note ilike 'Z%' from @v
select regexp_matches(note, 'z') from @v
select arg_max(slot, -score) from @v
select list(note order by slot) from @v
select string_agg(note, ',') from @v
select string_agg(city, note) from @v
select histogram(note) from @v
select quantile_cont(score, 0.0) from @v
select a.slot from @v a join @v b on a.score = b.score
select a.slot from @v a join @v b using (score)
select a.slot from @v a left join @v b using (slot, note)
select a.slot from @v a semi join (values ('zyxwv')) x(note) using (note)
select a.slot from @v a anti join (select note from @v) b on true
select a.slot from @v a asof join @v b on a.score >= b.score
select a.slot from @v a positional join (select note from @v) b
select x.note from @v v, lateral (select v.note) x
select n from @v v, lateral (select v.note as n)
select (select note) from @v
select (select v.note from @p limit 1) from @v v
select (select max(w.note) from @v w where w.slot = v.slot) from @v v
with x as (select note from @v) select * from x
with x(a) as (select note from @v) select a from x
with x as materialized (select score s from @v) select min(s) from x
with recursive r as (select slot, score from @v where slot = 1 union all select slot + 1, score from r where slot < 3) from r
select * from (select note as city from @v)
select * from (select city from @v union all select note from @v)
select city from @v union select note from @v
select city from @v except select note from @v
select city from @v intersect select note from @v
select city as note from @v union all by name select note from @v
select slot from @v order by note limit 1
select slot from @v order by -score limit 1
select slot from @v order by case when note = 'zyxwv' then 0 else 1 end limit 1
select slot from @v limit (select min(score) from @v)
select slot from @v limit 1 offset (select max(score) from @v)
select slot from @v where (slot, score) = (77777, 0)
select slot from @v where (score, note) in (select 0, 'zyxwv')
select slot from @v where score = any (select 0)
select slot from @v where score = any ([0])
pivot @v on note in ('zyxwv') using count(*)
pivot @v on city in ('Faro') using min(score)
pivot (select city, score from @v) on city in ('Faro') using min(score)
unpivot @v on note, city into name n value x
select * from (unpivot @v on (note) into name n value x)
select approx_count_distinct(note) from @v
select note as n, n from @v
select slot as note, note || 'x' as y, v.note from @v v
select region from @p
select profiles.region from @p
select p.region from @p p
select count(region) from @p
select (p).region from @p p
select struct_extract(p, 'region'), region from @p p
select p.email, q.region from @p p, @p q
select "region" from @p
select segment from @p where region = 'north'
table @p union all select region, region, region, region, region, region, region from @p
values ((select note from @v limit 1))
select * from (values ((select note from @v limit 1)))
select ?::varchar = note from @v
""",
)
UNBOUND = hidden(
    "unbound",
    """
select p['region'] from @p p
select * rename (note as n) from @v limit 3
select struct_extract(p, 'region') from @p p
select p.* from (select p from @p p)
select unnest(p) from @p p
select unnest(p, recursive := true) from @p p
select struct_keys(p), struct_values(p) from @p p
select struct_extract_at(p, 8) from @p p
select to_json(p)->>'region' from @p p
select json_extract(to_json(p), '$.region') from @p p
select json_extract(to_json(p), '$.*') from @p p
select json_keys(to_json(p)) from @p p
select list(p) from @p p
select first(p) from @p p
select arg_max(p, segment) from @p p
select max(p) from @p p
select max_by(p, email, 3) from @p p
select histogram(p) from @p p
select string_agg(p::varchar, ';') from @p p
select any_value(columns(*)) from @p
select columns('.*') from @p
select columns('(re|no|sc|em).*') from @p
select columns(c -> c like '%e%') from @p
select columns(c -> c = 'region') from @p
select columns(* exclude (email)) from @p
select * like '%' from @p
select * similar to '.*' from @p
select p.* replace (upper(email) as email) from @p p
select *, * from @p
select unnest(struct_pack(*columns(*))) from @p
select coalesce(*columns(*)::varchar) from @p
select concat_ws('|', *columns(*)) from @p
select greatest(*columns('.*e.*')::varchar) from @p
from @p positional join @p q
from @p natural join @p q
from @p natural left join (select 'north' as region)
select * from @p natural join (values ('north')) x(region)
select * from @p p join (values ('ana@mail.test')) x(email) using (email)
select * from @p union all by name (select 'x' as region)
select * from @p union by name select * from @v limit 10
select #1 from @p
select #8 from @p
select * from @p order by #5
select segment from @p order by 2
select segment from @p group by 1, 2
select distinct on (1) * from @p
select rowid from @p
select p.rowid from @p p
select customer.profiles.rowid from @p
select filename from @p
select file_row_number from @p
select file_index from @p
select snapshot_id from @p
select tableoid from @p
select ctid, oid, xmin from @p
select * from @p where rowid = 0
select count(*) from @p where filename like '%'
select max(snapshot_id) from @p
select "rowid", "filename" from @p
select _mesh_subject_email from @p
select _mesh_subject_customer_id from @p
select "_MESH_SUBJECT_CUSTOMER_ID" from @v
select _mesh_consent from @p
select _mesh_consent & 1 from @p
select count(*) from @p where _mesh_consent > 0
select _mesh_token_customer_id from @p
select p._mesh_token_email from @p p
select columns('_mesh.*') from @p
select columns(c -> c like '%mesh%') from @p
select * exclude (_mesh_consent) from @p
select * from @p order by _mesh_consent
select struct_extract(p, '_mesh_consent') from @p p
select p._mesh_subject_email from @p p
select a.segment from @p a join @p b using (_mesh_subject_customer_id)
select email, card, postcode, birth_date, latitude from @p
select email from @p order by email desc
select lower(email), length(card), reverse(postcode) from @p
select split(email, '@'), card[1:10], postcode::int from @p
select try_cast(postcode as int), year(birth_date), latitude * 1e9 from @p
select min(email), max(card), mode(postcode) from @p
select list(email), array_agg(card), group_concat(postcode) from @p
select histogram(latitude), approx_top_k(email, 3), list(distinct card) from @p
select arg_min(card, latitude), arg_max(email, birth_date), first(postcode), last(card), any_value(email) from @p
select quantile_disc(latitude, [0, 0.5, 1]), median(birth_date), mad(latitude) from @p
select entropy(email), approx_quantile(latitude, 0.5), reservoir_quantile(latitude, 0.5) from @p
select bit_xor(hash(email)), md5(string_agg(card, '')), sha256(max(email)) from @p
select nth_value(email, 2) over (order by segment), lead(card) over (order by segment), lag(postcode) over (order by 1) from @p
select json_group_array(email), json_group_object(segment, card), map_from_entries(list((segment, email))) from @p
select regexp_extract_all(email, '.'), regexp_split_to_array(card, ''), string_split(postcode, '') from @p
select list_transform(list(email), x -> upper(x)), list_reduce(list(card), lambda a, b: a || b) from @p
select card::hugeint, email::blob, encode(postcode), base64(encode(email)), hex(card), bin(postcode) from @p
select printf('%s', email), format('{}', card), email::bit from @p
select levenshtein(email, 'ana@mail.test'), jaccard(email, 'ana@mail.test'), hamming(card, '4111111111111111') from @p
select customer_id, count(*) from @v group by all order by 2 desc, 1 limit 5
select customer_id from @v where slot = 5
select min(customer_id), max(customer_id), count(distinct customer_id) from @v
select v.customer_id from @v v join @p p using (customer_id)
select email as region from @p
""",
)
ALL: list[Case] = [*EXCLUDED, *UNBOUND]
