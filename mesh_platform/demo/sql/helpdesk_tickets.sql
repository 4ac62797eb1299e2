with drawn as (
    select
        t,
        if(t <= 3, if(t = 2, 8, 7), somebody('caller', t, $people)) as n,
        if(t <= 3, t - 1, roll('text', t, $texts)) as text_i,
        getvariable('as_of') - to_seconds(1800 + roll('opened', t, 400 * 86400)) as opened_at
    from range(1, $people * 6 // 10 + 1) tickets(t)
)
select
    'TCK-' || (3000 + t) as ticket_id,
    if(t % 11 = 0, null, customer_id) as customer_id,
    email as requester_email,
    topic,
    language,
    ['low', 'normal', 'normal', 'high'][1 + roll('priority', t, 4)] as priority,
    if(opened_at > getvariable('as_of') - interval 3 day, 'open', 'closed') as status,
    title as subject_line,
    fill_in(body, given_name, family_name, email, phone, coalesce(order_id, 'my order')) as body,
    {
        u: {mail: email, phone: replace(phone, ' ', '')},
        client: {app: ['web', 'ios', 'android'][1 + roll('app', t, 3)], version: '4.' || roll('version', t, 9)},
        "order": order_id
    } as payload,
    strftime(opened_at, '%Y-%m-%dT%H:%M:%S') as opened_at,
    strftime(least(opened_at + to_seconds(600 + roll('answered', t, 172800)), getvariable('as_of')), '%Y-%m-%dT%H:%M:%S') as updated_at
from drawn join person using (n) left join first_purchase using (n) join ticket_text on i = text_i
order by t
