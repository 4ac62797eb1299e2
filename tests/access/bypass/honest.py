"""What analysts write all day. Each is answered as the engine answers it over the columns and rows that the analyst sees."""

from __future__ import annotations

from tests.access.bypass.case import Case, honest

ALL: list[Case] = honest(
    "honest",
    """
select * from @p
from @p
table @p
select count(*) from @v
select city, count(*) as n, sum(amount) as total from @v group by city order by city
select city, count(*) from @v group by all order by all
from @v select city, avg(amount) group by city order by 1
select distinct city from @v
select distinct on (city) city, slot from @v order by city, slot
select slot, amount from @v order by amount desc, slot limit 10
select slot from @v order by slot limit 5 offset 100
select slot from @v order by slot desc limit 1%
select * from @v where slot = 4711
select * exclude (tags) from @v where slot < 20
select * replace (upper(city) as city) from @v where slot < 20
select * rename (city as town) from @v where slot < 20
select columns('(city|amount)') from @v where slot < 20
select min(columns(* exclude (tags, customer_id))) from @v
select columns(c -> c like '%i%') from @v where slot < 20
select v.city, v.slot from @v v where v.slot in (1, 2, 3)
select customer.visits.city from @v where slot < 5
select visits.city from @v where slot < 5
select * from "customer/visits" where slot < 5
select * from CUSTOMER.Visits where SLOT < 5
select slot from @v where city like 'P%' and amount > 99
select slot from @v where city ilike 'p%' and amount between 99.5 and 100
select slot from @v where city in ('Faro', 'Braga') and slot % 1000 = 3
select slot from @v where city not in ('Faro') and slot < 30
select slot from @v where regexp_matches(city, '^[PB]') and slot < 30
select regexp_extract(city, '([A-Z])', 1), count(*) from @v group by 1
select regexp_replace(city, '[aeiou]', '_', 'g') c, count(*) from @v group by c
select upper(city), lower(city), length(city), reverse(city), city[1:2] from @v where slot < 5
select city.upper().left(2) as c, count(*) from @v group by c
select city.lower().replace('a', 'o') from @v where slot < 5
select concat(city, '-', slot), city || '!' from @v where slot < 5
select format('{} {}', city, slot), printf('%05d', slot) from @v where slot < 5
select split_part(city, 'o', 1), string_split(city, 'o'), strpos(city, 'o') from @v where slot < 8
select trim('  x '), lpad(city, 10, '.'), rpad(city, 8, '.') from @v where slot < 5
select levenshtein(city, 'Porto'), jaccard(city, 'Porto') from @v where slot < 5
select date_trunc('month', taken) as m, count(*) from @v group by m order by m
select year(taken), month(taken), dayofweek(taken), count(*) from @v group by all order by all
select extract(hour from taken) h, count(*) from @v group by h order by h
select taken::date d, count(*) n from @v group by d having n > 1000 order by d
select date_diff('day', min(taken), max(taken)), max(taken) - min(taken) from @v
select strftime(taken, '%Y-%m') ym, count(*) from @v group by ym order by ym
select date_part('isodow', taken), count(*) from @v group by 1
select taken + interval 1 day as x, taken - interval '2 hours' from @v where slot < 4
select last_day(taken::date), monthname(taken), dayname(taken) from @v where slot < 4
select time_bucket(interval '7 days', taken) w, count(*) from @v group by w order by w
select slot, row_number() over (order by slot desc) from @v order by slot limit 5
select slot, rank() over (partition by city order by amount, slot) r from @v qualify r <= 2 order by all
select slot, lag(amount) over (order by slot), lead(amount, 2) over (order by slot) from @v order by 1 limit 5
select slot, sum(amount) over (partition by city order by slot rows between 2 preceding and current row) s from @v order by 1 limit 9
select slot, avg(amount) over w from @v window w as (partition by city order by slot) order by 1 limit 9
select slot, first_value(slot) over (partition by city order by slot) f from @v order by 1 limit 9
select ntile(4) over (order by slot) q, slot from @v order by slot limit 4
select count(*) over () from @v limit 1
select slot, percent_rank() over (order by slot), cume_dist() over (order by slot) from @v order by 1 limit 3
select city, amount, sum(amount) over (order by amount range between 1 preceding and 1 following) from @v where slot < 50 order by all
with big as (select * from @v where amount > 99) select city, count(*) from big group by city
with a as (select city, count(*) n from @v group by city), b as (select max(n) m from a) select a.city from a, b where a.n = b.m
with recursive t(n) as (select 1 union all select n + 1 from t where n < 10) select sum(n) from t
with recursive fib(a, b) as (select 0, 1 union all select b, a + b from fib where b < 100) select a from fib order by a
with d as (select unnest(generate_series(date '2026-01-01', date '2026-01-05', interval 1 day))::date as day) select d.day, count(v.slot) from d left join @v v on v.taken::date = d.day group by 1 order by 1
with visits as (select city from @v where slot < 5) select * from visits
with a(x, y) as (select city, count(*) from @v group by 1) select x from a order by y, x
select a.slot, b.slot from @v a join @v b on a.slot = b.slot + 1 where a.slot < 5
select a.slot from @v a join @v b using (slot) where b.amount > 99.9
select count(*) from @v a left join (select 1 as slot) b using (slot) where b.slot is null
select a.slot from @v a semi join (values (1), (2)) x(slot) using (slot)
select count(*) from @v a anti join (select slot from @v where city = 'Faro') b using (slot)
select p.segment, n from @p p cross join (select count(*) n from @v)
select p.segment, x.m from @p p, lateral (select max(slot) m from @v where city like left(p.segment, 0) || '%') x
select count(*) from @v a natural join (select 5 as slot)
select a.slot, b.amount from @v a asof join (select slot, amount from @v where slot % 10 = 0) b on a.slot >= b.slot where a.slot < 25
select a.slot from @v a where exists (select 1 from @v b where b.slot = a.slot and b.amount > 99.9)
select slot, (select count(*) from @p) from @v where slot < 3
select slot from @v a where amount = (select max(amount) from @v b where b.city = a.city) and slot < 2000 order by 1
select slot from @v where slot > all (select slot from @v where slot < 119990)
select city from @v where slot < 3 union select segment from @p
select city from @v where slot < 3 union all by name select segment as city from @p
select slot from @v where slot < 9 except select slot from @v where city = 'Faro'
select slot from @v where slot < 9 intersect select slot from @v where city = 'Faro'
select city, count(*), grouping(city) from @v group by grouping sets ((city), ()) order by all
select city, month(taken) m, count(*) from @v group by rollup (city, m) order by all
select city, month(taken) m, count(*) from @v group by cube (city, m) order by all
pivot @v on city in ('Faro', 'Porto') using count(*) group by tags
pivot (select city, amount, month(taken) m from @v) on city in ('Faro', 'Porto') using sum(amount) as total, count(*) as n group by m order by m
select * from @v pivot (count(slot) for city in ('Faro', 'Braga') group by tags)
unpivot (select slot, amount::double a, slot::double b from @v where slot < 5) on a, b into name k value x
select slot, unnest(tags) from @v where slot < 9
select t, count(*) from (select unnest(tags) t from @v) group by t order by t
select v.slot, t from @v v, unnest(v.tags) as u(t) where v.slot < 9
select len(tags), count(*) from @v group by 1 order by 1
select tags[1], list_contains(tags, 'web'), count(*) from @v group by all order by all
select list_transform(tags, t -> upper(t)), list_filter(tags, t -> t <> 'web') from @v where slot < 5
select [t.upper() for t in tags if t <> 'new'] as x from @v where slot < 5
select list_reduce([1, 2, 3], lambda a, b: a + b) as x, list_sum([1, 2]), list_sort([3, 1]), list_distinct([1, 1]).len()
select array_to_string(tags, ','), tags || ['x'], list_position(tags, 'web') from @v where slot < 5
select city, list(slot order by slot)[1:3] from @v group by city order by city
select city, string_agg(slot::varchar, ',' order by slot) from @v where slot < 20 group by city order by city
select {'c': city, 'n': slot} as s from @v where slot < 4
select s.c from (select {'c': city, 'n': slot} as s from @v where slot < 4)
select s.* from (select {'c': city, 'n': slot} as s from @v where slot < 4)
select struct_extract(s, 'n') from (select {'c': city, 'n': slot} as s from @v where slot < 4)
select map([city], [slot])[city] from @v where slot < 4
select to_json({'c': city}), json_extract_string('{"a": {"b": 2}}', '$.a.b') from @v where slot < 3
select to_json({'c': city})->>'$.c' from @v where slot < 3
select v.tags, v from @v v where slot = 3
select case when amount > 50 then 'high' when amount > 20 then 'mid' else 'low' end band, count(*) from @v group by band order by band
select if(amount > 50, 1, 0) x, count(*) from @v group by x order by x
select coalesce(nullif(city, 'Faro'), 'x') c, count(*) from @v group by c order by c
select sum(amount) filter (where city = 'Faro'), count(*) filter (city = 'Porto') from @v
select median(amount), quantile_cont(amount, [0.25, 0.75]), quantile_disc(amount, 0.9) from @v where slot < 9000
select round(stddev(amount::double), 6), round(var_pop(amount::double), 4), round(corr(amount::double, slot), 6) from @v
select min(amount), max(amount), avg(amount), arg_max(city, slot), arg_min(slot, amount - slot / 1000000) from @v
select count(distinct city), bool_or(amount > 99), bit_xor(slot), product(2) from @v where slot < 8
select histogram(city) from @v
select max(slot, 3), max_by(slot, amount, 1) from @v where slot < 100
select abs(-1), ceil(1.2), floor(1.8), round(amount, 1), power(2, 3), sqrt(4), mod(7, 3), 7 // 2, 7 % 4, 2 ** 3, ln(1) from @v where slot = 7
select amount::int, try_cast(city as int), cast(slot as varchar), slot::double from @v where slot < 4
select current_date > date '2020-01-01', now() is not null, today() is not null, current_timestamp is not null
select greatest(1, 2, slot), least(slot, 3) from @v where slot < 5
select slot from @v where tags = ['web'] and slot < 12
select slot, amount from @v where (city, slot) in (('Porto', 1), ('Faro', 2))
select city as c, c || '!' as d from @v where d like 'F%' and slot < 20
select count(*) c from @v group by city order by c, city
select sum(n) from (select count(*) n from @v group by city)
select segment, count(*) from @p group by segment order by segment
select email, postcode, latitude from @p order by all
select p.segment, q.segment from @p p, @p q where p.latitude < q.latitude order by all
select year(birth_date), count(*) from @p group by 1 order by 1
select postcode.left(1), count(*) from @p group by 1 order by 1
select hash(city) = hash('Faro'), md5(city) from @v where slot < 4
select * from (values (1, 'a'), (2, 'b')) t(i, s) order by i
select i, i * i from range(5) t(i) order by i
select x, y from unnest([1, 2]) a(x), unnest(['a']) b(y) order by 1
select 'it''s' as "a b", $$dollar$$ as c, E'tab\\t' as d
select 1 -- a comment; with a semicolon
select /* inline */ city from @v where slot = 1
select slot from @v where not (city = 'Faro' or city is null) and slot < 6 order by slot nulls last
select city from @v group by city having count(*) > 10 and min(slot) < 3 order by city desc
select any_value(city) from @v where city = 'Faro'
select bar(slot, 0, 10, 5), chr(65), ascii('a'), hex(10), to_base(5, 2) from @v where slot < 3
select make_date(2026, 1, slot), date '2026-01-31' - date '2026-01-01', age(date '2026-02-01', date '2026-01-01') from @v where slot between 1 and 3
select strptime('2026-01-02', '%Y-%m-%d'), epoch(taken), to_timestamp(0) from @v where slot < 3
select city, sum(amount) s, sum(s) over () from (select city, amount from @v) group by city order by city
""",
)
