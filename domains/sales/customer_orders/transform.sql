with units as (
    select order_id, sum(quantity) as units from items group by order_id
)

select
    orders.order_id,
    orders.customer_id,
    customer_360.segment,
    customer_360.region,
    orders.ordered_at,
    orders.channel,
    orders.status = 'returned' as returned,
    cast(units.units as bigint) as units,
    cast(case when orders.status = 'returned' then 0 else orders.total end as decimal(12, 2)) as revenue
from orders
join units on units.order_id = orders.order_id
join customer_360 on customer_360.customer_id = orders.customer_id
where orders.status <> 'cancelled'
