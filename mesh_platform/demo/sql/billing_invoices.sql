select
    'INV-' || (700000 + o) as invoice_no,
    customer_ref,
    email as billing_email,
    given_name || ' ' || family_name as billing_name,
    country as billing_country,
    order_id,
    (amount / 1.21)::decimal(12, 2) as net,
    amount - (amount / 1.21)::decimal(12, 2) as tax,
    amount as gross,
    ordered_at::date as issued_on,
    ordered_at::date + 14 as due_on,
    if(status = 'returned', 'credited', if(ordered_at > getvariable('as_of') - interval 10 day and o % 4 = 0, 'open', 'paid')) as state
from purchase join person using (n) join total using (o)
where status <> 'cancelled'
order by o
