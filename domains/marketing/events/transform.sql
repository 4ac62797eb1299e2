select
    event_id,
    cast(occurred_at as timestamp) as occurred_at,
    event_type,
    campaign,
    email_hash,
    cookie_id,
    device_fingerprint,
    click_token,
    page,
    consent_notice,
    cast(consented_at as timestamp) as consented_at
from source
