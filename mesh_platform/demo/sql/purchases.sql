-- Every order with its lines, so that shop, payments and helpdesk speak of the same purchase.
create table purchase as
select
    o,
    'O-' || (10000 + o) as order_id,
    n,
    greatest(getvariable('as_of') - to_seconds(3600 + roll('ordered', o, 540 * 86400)), signed_up_at + interval 1 hour) as ordered_at,
    ['web', 'web', 'app', 'store'][1 + roll('channel', o, 4)] as channel,
    ['delivered', 'delivered', 'delivered', 'delivered', 'shipped', 'returned', 'cancelled'][1 + roll('status', o, 7)] as status,
    1 + roll('lines', o, 4) as lines
from (select o, somebody('buyer', o, $people) as n from range(1, $people * 3 + 1) orders(o)) drawn
join person using (n)
order by o;

create table line as
select o, line, sku, kind, 1 + roll('quantity', o * 5 + line, 3) as quantity, (cents / 100)::decimal(12, 2) as unit_price
from (select o, unnest(range(1, lines + 1)) as line from purchase) lines
join article on i = roll('article', o * 5 + line, $articles)
order by o, line;

create table total as
select o, sum(quantity * unit_price)::decimal(12, 2) as amount from line group by o order by o;

create table first_purchase as select n, min_by(order_id, o) as order_id from purchase group by n order by n;
