select
    cookie_id,
    device_fingerprint,
    max(email_hash) as email_hash,
    count(*) as events,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at
from events
group by cookie_id, device_fingerprint
