select
    ticket_id,
    customer_id,
    topic,
    language,
    priority = 'high' as urgent,
    date_diff('minute', opened_at, updated_at) / 60.0 as hours_to_answer,
    opened_at,
    updated_at
from tickets
