select order_id, line::integer as line, customer_id, sku, kind as article, quantity::integer as quantity, unit_price, ordered_at
from line join purchase using (o) join person using (n)
order by o, line
