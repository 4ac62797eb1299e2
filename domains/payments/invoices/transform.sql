select
    invoice_no,
    customer_ref,
    lower(trim(billing_email)) as billing_email,
    billing_name,
    billing_country,
    order_id,
    cast(net as decimal(12, 2)) as net,
    cast(tax as decimal(12, 2)) as tax,
    cast(gross as decimal(12, 2)) as gross,
    cast(issued_on as date) as issued_on,
    cast(due_on as date) as due_on,
    state
from source
