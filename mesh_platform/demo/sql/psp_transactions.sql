select
    'T-' || (50000 + o * 2) as transaction_id,
    customer_ref,
    order_id,
    'payment' as kind,
    if(iban is not null and o % 3 = 0, 'direct_debit', 'card') as method,
    if(iban is not null and o % 3 = 0, iban, null) as iban,
    if(iban is not null and o % 3 = 0, null, card_last4) as card_last4,
    amount::varchar as amount,
    'EUR' as currency,
    strftime(ordered_at + to_seconds(20 + roll('paid', o, 600)), '%Y-%m-%d %H:%M:%S') as occurred_at
from purchase join person using (n) join total using (o)
where status <> 'cancelled'
union all
select
    'T-' || (50001 + o * 2), customer_ref, order_id, 'refund', if(iban is not null and o % 3 = 0, 'direct_debit', 'card'),
    if(iban is not null and o % 3 = 0, iban, null), if(iban is not null and o % 3 = 0, null, card_last4),
    (-amount)::varchar, 'EUR',
    strftime(least(ordered_at + to_seconds(86400 * (3 + roll('refunded', o, 12))), getvariable('as_of')), '%Y-%m-%d %H:%M:%S')
from purchase join person using (n) join total using (o)
where status = 'returned'
order by transaction_id
