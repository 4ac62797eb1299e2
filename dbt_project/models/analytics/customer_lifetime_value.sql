with bought as (
    select
        customer_id,
        count(*) as orders,
        cast(sum(units) as bigint) as units,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        max(ordered_at) as last_order_at
    from {{ source('sales', 'customer_orders') }}
    group by customer_id
)

select
    customers.customer_id,
    customers.segment,
    customers.region,
    customers.age_band,
    bought.orders,
    bought.units,
    bought.revenue,
    coalesce(spend.open_amount, cast(0 as decimal(18, 2))) as open_amount,
    date_diff('month', customers.signed_up_at, bought.last_order_at) as months_active,
    bought.last_order_at
from {{ source('customer', 'customer_360') }} as customers
inner join bought on bought.customer_id = customers.customer_id
left join {{ source('payments', 'customer_spend') }} as spend on spend.customer_ref = customers.customer_ref
