"""Oracles: statements that would tell a right guess of a hidden value from a wrong one, by rows, errors, order, size or length of life.

The first guess of each kind is the value that stands in the lake, the second one of the same form that stands nowhere.
"""

from __future__ import annotations

from tests.access.bypass.case import Case, same

EMAILS = same(
    "oracle-email",
    "ana@mail.test",
    "ona@mail.test",
    """
select count(*) from @p where email = '{}'
select segment from @p where email = '{}'
select segment from @p where email in ('{}', 'x')
select segment from @p where email like '{}%'
select segment from @p where starts_with(email, '{}')
select segment from @p where contains(email, '{}')
select segment from @p where regexp_full_match(email, '{}')
select segment from @p where email >= '{}' order by all
select segment from @p where md5(email) = md5('{}')
select segment from @p where hash(email) = hash('{}')
select segment from @p where levenshtein(email, '{}') < 1
select segment from @p where email between '{}' and '{}'
select segment from @p where email is not distinct from '{}'
select segment from @p where (email, 1) = ('{}', 1)
select segment from @p where email = any (['{}'])
select segment from @p where list_contains(['{}'], email)
select segment from @p p where exists (select 1 from (values ('{}')) x(e) where x.e = p.email)
select segment from @p p join (values ('{}')) x(email) using (email)
select segment from @p p semi join (values ('{}')) x(email) using (email)
select count(*) from @p p anti join (values ('{}')) x(email) using (email)
select segment from @p natural join (select '{}' as email)
select count(*) from (select email from @p intersect select '{}')
select count(*) from (select email from @p except select '{}')
select count(*) from (select email from @p union select '{}')
select count(distinct email) from (select email from @p union all select '{}')
select case when email = '{}' then error('hit') end from @p
select case when email = '{}' then 1 // 0 else 2 end from @p
select cast(case when email = '{}' then 'x' else '1' end as int) from @p
select (select 1 from range(case when max(email) = '{}' then 2 else 1 end)) from @p
select segment from @p order by email = '{}', segment
select segment from @p order by email > '{}', segment limit 1
select row_number() over (order by email < '{}', segment), segment from @p order by all
select count(*) filter (email = '{}') from @p
select max(if(email = '{}', 1, 0)) from @p
select list(segment order by email = '{}', segment) from @p
select arg_max(segment, email = '{}') from (from @p order by segment)
select segment from @p group by segment having bool_or(email = '{}')
select segment from @p qualify bool_or(email = '{}') over (partition by segment)
select segment from @p limit (select count(*) from @p where email = '{}')
select segment from @p order by segment offset (select count(*) from @p where email = '{}')
select * from (pivot @p on email in ('{}' as hit) using count(*) group by segment) order by all
with recursive r(n) as (select 0 union all select n + 1 from r where n < (select count(*) from @p where email = '{}')) select count(*) from r
select repeat('x', (select count(*) from @p where email = '{}'))
select {'e': email}.e = '{}' from @p
select list_filter(list(email), e -> e = '{}') from @p
select struct_contains(p, '{}') from @p p
select contains(p::varchar, '{}') from @p p
select contains(to_json(p)::varchar, '{}') from @p p
select p = q from @p p, (select null, '{}', null, null, null, null, 'gold') q
select segment from @p where card = '4111111111111111' and email <> '{}'
""",
)
CARDS = same(
    "oracle-card",
    "4111111111111111",
    "4111111111121111",
    """
select segment from @p where card = '{}'
select segment from @p where card like '{}'
select segment from @p where card[7:12] = '{}'[7:12]
select segment from @p where try_cast(card as bigint) = {}
select count(*) from @p where card > '{}'
select segment from @p where replace(card, '…', '11') = '{}'
""",
)
SCORES = same(
    "oracle-hidden",
    "77777",
    "77778",
    """
select 1 / (slot - {}) is null from @v where slot = {} + 1
select count(*) from @v where customer_id = format('K-{:06d}', {} % 3000)
select slot - {} from @v where slot = {}
select count(*) from @v where slot = {} and tags is not null
""",
)
BIRTHS = same(
    "oracle-birth",
    "1990-05-17",
    "1990-05-18",
    """
select segment from @p where birth_date = date '{}'
select segment from @p where birth_date >= date '{}' order by 1
select segment from @p where birth_date - date '{}' = 0
select segment from @p where date_trunc('day', birth_date) = '{}'
select segment from @p where strftime(birth_date, '%Y-%m-%d') = '{}'
select count(*) from @p where dayofyear(birth_date) = dayofyear(date '{}')
select date_diff('day', birth_date, date '{}') // 400 from @p order by 1
select segment from @p asof join (values (date '{}')) x(d) on birth_date >= x.d order by 1
""",
)
PLACES = same(
    "oracle-place",
    "52.5312",
    "52.5313",
    """
select segment from @p where latitude = {}
select segment from @p where abs(latitude - {}) < 0.00001
select segment from @p where round(latitude, 4) = {}
select segment from @p where latitude * 10000 = {} * 10000
select count(*) from @p where latitude >= {} and latitude <= {}
select cast((latitude - {}) * 1e300 * 10 as decimal(4,1)) is null from @p where false
""",
)
ALL: list[Case] = [*EMAILS, *CARDS, *(case for case in SCORES if case.sql), *BIRTHS, *PLACES]
