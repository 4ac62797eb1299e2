with drawn as (
    select e, somebody('visitor', e, $people) as n, getvariable('as_of') - to_seconds(60 + roll('seen', e, 120 * 86400)) as seen_at
    from range(1, $people * 5 + 1) events(e)
)
select
    'EV-' || e as event_id,
    strftime(seen_at, '%Y-%m-%dT%H:%M:%S') as occurred_at,
    ['view', 'view', 'view', 'click', 'open', 'unsubscribe_view'][1 + roll('event', e, 6)] as event_type,
    ['spring-sale', 'sleep-well', 'home-office', 'move-more'][1 + roll('campaign', e, 4)] as campaign,
    if(roll('known', e, 10) < 7, sha256(email), null) as email_hash,
    cookie_id,
    device_fingerprint,
    if(roll('known', e, 10) < 7 and roll('event', e, 6) >= 4, base64(encode(email)), null) as click_token,
    ['/', '/offers', '/lamps', '/chairs', '/account'][1 + roll('page', e, 5)] as page,
    'cookies-2025-03' as consent_notice,
    strftime(least(signed_up_at, seen_at), '%Y-%m-%dT%H:%M:%S') as consented_at
from drawn join person using (n)
where e % 2 = $part
order by e
