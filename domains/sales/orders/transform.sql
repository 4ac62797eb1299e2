select
    "orderId" as order_id,
    "customerId" as customer_id,
    cast("orderedAt" as timestamp) as ordered_at,
    channel,
    status,
    "shipCountry" as ship_country,
    cast("shipPostcode" as varchar) as ship_postcode,
    cast(total as decimal(12, 2)) as total,
    currency
from source
