select
    transaction_id,
    customer_ref,
    order_id,
    kind,
    method,
    iban,
    card_last4,
    cast(amount as decimal(12, 2)) as amount,
    currency,
    cast(occurred_at as timestamp) as occurred_at
from source
