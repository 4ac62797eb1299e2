select
    region,
    cast(date_trunc('month', ordered_at) as date) as month,
    count(distinct customer_id) as customers,
    count(*) as orders,
    cast(sum(units) as bigint) as units,
    cast(sum(revenue) as decimal(18, 2)) as revenue
from customer_orders
group by region, month
having count(distinct customer_id) >= 11
