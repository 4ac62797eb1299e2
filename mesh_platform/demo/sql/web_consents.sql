with said as (
    select 'cookie_id:' || cookie_id as subject, 'granted' as decision, 'marketing' as purpose, 'cookies-2025-03' as notice_version, signed_up_at as said_at
    from person
    union all
    select 'cookie_id:' || cookie_id, 'withdrawn', 'marketing', null, getvariable('as_of') - to_seconds(3600)
    from person
    where roll('withdrew', n, 12) = 0
    union all
    select 'customer_id:' || customer_id, if(opted_in, 'granted', 'denied'), 'marketing.email', if(opted_in, 'notice-2025-03', null), signed_up_at
    from person
)
select
    subject,
    decision,
    purpose,
    notice_version,
    strftime(said_at, '%Y-%m-%dT%H:%M:%SZ') as captured_at,
    substr(sha256(subject || decision || purpose || said_at), 1, 32) as event_id
from said
order by decision <> 'granted', subject
