select
    customer_id,
    channel,
    opted_in and (channel <> 'phone' or n % 3 = 0) as opted_in,
    'notice-2025-03' as notice_version,
    ['sign-up form', 'preference centre'][1 + roll('where', n, 2)] as captured_in,
    strftime(signed_up_at + to_seconds(roll('decided' || channel, n, 30 * 86400)), '%Y-%m-%d %H:%M:%S') as decided_at
from person, (values ('email'), ('sms'), ('phone')) channels(channel)
order by n, channel
