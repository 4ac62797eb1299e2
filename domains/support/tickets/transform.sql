select
    ticket_id,
    customer_id,
    lower(trim(requester_email)) as requester_email,
    topic,
    language,
    priority,
    status,
    subject_line,
    body,
    to_json(payload) as payload,
    cast(opened_at as timestamp) as opened_at,
    cast(updated_at as timestamp) as updated_at
from source
