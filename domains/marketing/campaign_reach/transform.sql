select
    campaign,
    cast(date_trunc('month', occurred_at) as date) as month,
    count(distinct cookie_id) as visitors,
    count(*) as events,
    count(*) filter (where event_type = 'click') as clicks,
    count(*) filter (where event_type = 'open') as opens
from events
group by campaign, date_trunc('month', occurred_at)
having count(distinct cookie_id) >= 11
