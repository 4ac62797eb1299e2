select
    customer_id,
    channel,
    cast(opted_in as boolean) as opted_in,
    notice_version,
    captured_in,
    cast(decided_at as timestamp) as decided_at
from source
