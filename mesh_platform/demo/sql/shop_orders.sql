select
    order_id as "orderId",
    customer_id as "customerId",
    strftime(ordered_at, '%Y-%m-%d %H:%M:%S') as "orderedAt",
    channel as "channel",
    status as "status",
    country as "shipCountry",
    postcode as "shipPostcode",
    amount as "total",
    'EUR' as "currency"
from purchase join person using (n) join total using (o)
order by o
