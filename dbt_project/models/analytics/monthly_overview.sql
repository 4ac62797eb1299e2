with sold as (
    select month, cast(sum(orders) as bigint) as orders, cast(sum(revenue) as decimal(18, 2)) as revenue
    from {{ source('sales', 'revenue_by_region') }}
    group by month
),

reached as (
    select month, cast(sum(clicks) as bigint) as clicks
    from {{ source('marketing', 'campaign_reach') }}
    group by month
),

asked as (
    select
        cast(date_trunc('month', opened_at) as date) as month,
        count(*) as tickets,
        count(*) filter (where urgent) as urgent_tickets,
        avg(hours_to_answer) as mean_hours_to_answer
    from {{ source('support', 'ticket_topics') }}
    group by 1
)

select
    sold.month,
    sold.orders,
    sold.revenue,
    coalesce(reached.clicks, 0) as clicks,
    asked.tickets,
    asked.urgent_tickets,
    asked.mean_hours_to_answer
from sold
inner join asked on asked.month = sold.month
left join reached on reached.month = sold.month
where asked.tickets >= 11
