select
    segment,
    region,
    count(distinct customer_id) as customers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue) as decimal(18, 2)) as revenue,
    cast(avg(revenue) as double) as revenue_per_customer,
    avg(months_active) as mean_months_active
from {{ source('analytics', 'customer_lifetime_value') }}
group by segment, region
having count(distinct customer_id) >= 11
