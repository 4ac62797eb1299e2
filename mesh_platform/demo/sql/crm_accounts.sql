select
    customer_id as "customerId",
    customer_ref as "paymentReference",
    given_name as "givenName",
    family_name as "familyName",
    if(n % 9 = 0, ' ' || upper(email), email) as "email",
    phone as "phone",
    town as "town",
    country as "country",
    region as "homeRegion",
    if(roll('birthday', n, 10) < 8, birth_date, null) as "birthDate",
    segment as "segment",
    strftime(signed_up_at, '%Y-%m-%d %H:%M:%S') as "signedUpAt",
    strftime(greatest(signed_up_at, getvariable('as_of') - to_seconds(roll('updated', n, 300 * 86400))), '%Y-%m-%d %H:%M:%S') as "updatedAt",
    strftime(getvariable('as_of'), '%Y-%m-%d %H:%M:%S') as "exportedAt"
from person
order by n
