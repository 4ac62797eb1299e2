-- `phone` is selected without being declared: this product is unfit on purpose (see product.yaml).
select
    customer_id,
    phone,
    cast(case segment when 'gold' then 90 when 'silver' then 60 else 30 end as bigint) as score
from customer_360
where email_opt_in
